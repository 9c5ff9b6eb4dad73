# Many proposals in a row by one worker (PROPOSALS, 24 unless set): the memory of it and of what makes the documents stays flat, the browser is
# ended with them, nothing is left of any job.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use File::Temp qw(tempdir);
use IPC::Run ();
use List::Util qw(sum0);
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use VoygenProgram;

my $many = $ENV{PROPOSALS} // 24;
my $name = 'proposal_many';
my $door = CallTest->new($name);
my $owner = $door->owner;
$door->agency('sunny');
my $voygen = VoygenProgram->new($name);
my $folder = tempdir(CLEANUP => 1);
$voygen->{more} = { TMPDIR => $folder };

my $client = $door->call('agent', 'create_client', { name => 'Demo Client' });
my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => 'Many times', destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 2 })->{slug};
$door->call('agent', 'ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [ map { { site_id => "h$_", name => "House $_", city => 'Bergen',
	lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' }, available => JSON::PP::true } } 1 .. 9 ] });

my $work = do { local %ENV = $voygen->environment; IPC::Run::start([ VoygenProgram::program(), 'work', '--no-refresh' ], \'', '>', '/dev/null', '2>', '/dev/null') };
my $pid = $work->{KIDS}[0]{PID};
END { $work->kill_kill if $work }

sub children
{
	my ($of) = @_;
	chomp(my @own = qx(pgrep -P $of));
	return map { ($_, children($_)) } @own;
}

# Kilobytes that a process alone has; 0 of one that has gone meanwhile.
sub private
{
	my ($process) = @_;
	open my $file, '<', "/proc/$process/smaps_rollup" or return 0;
	return sum0 map { /^Private_(?:Clean|Dirty):\s+(\d+)/ ? $1 : () } readline $file;
}
sub memory { my ($maker) = grep { 1 } map { chomp; $_ } qx(pgrep -P $pid); return (private($pid), private($maker)) }

my (@worker, @maker);
for my $round (1 .. $many)
{
	my $job = $door->call('agent', 'generate_proposal', { trip_id => $trip })->{job_id};
	my $end = time + 60;
	my $told;
	until (($told = $door->call('agent', 'get_job', { job_id => $job }))->{status} =~ /done|failed/) { die "job $job does not end\n" if time > $end; sleep 0.02 }
	die "proposal $round failed: $told->{error}{message}\n" if $told->{status} ne 'done';
	my ($worker, $maker) = memory();
	push @worker, $worker;
	push @maker, $maker;
}
is($owner->selectrow_array('select count(distinct version) from voygen.proposals'), $many, "$many versions");
is($owner->selectrow_array("select count(*) from voygen.proposal_documents where kind = 'pdf' and substr(content, 1, 5) = '%PDF-'"), $many, 'each with its PDF');
is($owner->selectrow_array('select count(*) from voygen.job_parts'), 0, 'no part of a job is left');
is($owner->selectrow_array('select count(distinct digest) from voygen.proposal_documents where kind = $$html$$'), $many, 'each says which version it is');

# After a warm start, which a third of them is.
my $warm = int($many / 3);
note "worker $worker[0], $worker[$warm], $worker[-1] kB; maker $maker[0], $maker[$warm], $maker[-1] kB";
cmp_ok($worker[-1] - $worker[$warm], '<', 2048, 'the memory of the worker is flat');
cmp_ok($maker[-1] - $maker[$warm], '<', 6144, '... and that of the maker');

my @all = children($pid);
cmp_ok(scalar @all, '>', 1, 'maker and browser are kept warm');
kill TERM => $pid;
$work->finish;
undef $work;
my $end = time + 20;
sleep 0.05 while time < $end && grep { kill 0 => $_ } @all;
is_deeply([ grep { kill 0 => $_ } @all ], [], 'no process is left');
is_deeply([ glob "$folder/*" ], [], 'and no file');

done_testing;
