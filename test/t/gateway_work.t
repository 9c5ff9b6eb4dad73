# The gateway does jobs and keeps facts fresh beside answering, on connections of its own; under sanitizers.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;
use JobTest qw(count_up_tool);

my $gateway = GatewayTest->new('gateway_work', work => 1, more => [ '--pool', '1', '--jobs', '2' ]);
my $db = $gateway->db;
count_up_tool($db);

sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 60;
	until ($test->()) { die "waited in vain for $what\n" if time > $end; sleep 0.02 }
	return;
}
sub tool { my ($name, $arguments, %options) = @_; return $gateway->modern('tools/call', { name => $name, arguments => $arguments }, %options)->{json}{result}{structuredContent} }
# Begins a job as a client that knows tasks: it is answered at once.
sub begin
{
	my ($arguments) = @_;
	my %tasks = ('io.modelcontextprotocol/clientCapabilities' => { extensions => { 'io.modelcontextprotocol/tasks' => {} } });
	return $gateway->modern('tools/call', { name => 'count_up', arguments => $arguments }, meta => \%tasks)->{json}{result}{taskId};
}
# What the gateway counts of its jobs: at work, done, failed, cancelled.
sub counted
{
	my $text = $gateway->post('', method => 'GET', path => '/metrics', token => undef, headers => { 'Content-Type' => undef, Accept => undef })->{body};
	return join ' ', map { $text =~ /^voygen_jobs_$_ (\d+)$/m ? $1 : '?' } qw(running done_total failed_total cancelled_total);
}
sub sleeping { return scalar $db->selectrow_array("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") }
sub status { my ($job) = @_; return tool('get_job', { job_id => $job })->{status} }
sub steps { my ($job) = @_; return $db->selectcol_arrayref('select step from voygen.counted where job_id = ? order by 1', undef, $job) }

my $job = begin({ times => 3 });
wait_for('the job', sub { status($job) eq 'done' });
is_deeply(tool('get_job', { job_id => $job })->{result}, { steps => 3 }, 'a job that a client began is done');
is_deeply(steps($job), [ 1, 2, 3 ], 'each step once');
is(counted(), '0 1 0 0', 'and counted');
my $failing = begin({ times => 1, fails => 'conflict' });
wait_for('the failure', sub { status($failing) eq 'failed' && counted() eq '0 1 1 0' });

# Two long ones, with one connection for calls
my @long = map { begin({ times => 1, pause => 20 }) } 1, 2;
wait_for('both', sub { sleeping() == 2 });
is(counted(), '2 1 1 0', 'jobs at work are counted');
my $began = time;
is(tool('get_job', { job_id => $long[0] })->{status}, 'running', 'calls are answered meanwhile');
cmp_ok(time - $began, '<', 5, 'without waiting for jobs');
is(tool('cancel_job', { job_id => $_ })->{status}, 'running', 'one that runs is to be cancelled') for @long;
wait_for('the end of the statements', sub { !sleeping() });
wait_for('the end of the jobs', sub { status($long[0]) eq 'cancelled' && status($long[1]) eq 'cancelled' });
is_deeply([ map { @{ steps($_) } } @long ], [], 'and leaves nothing');
wait_for('the count of cancelled jobs', sub { counted() eq '0 1 1 2' });

# Facts
tool('create_client', { name => 'Ann' });
my $trip = tool('create_trip', { client_id => 'ann', title => 'T', destination => 'Rome', start_date => '2027-05-01', end_date => '2027-05-04' })->{trip_id};
wait_for('the facts', sub { !$db->selectrow_array('select count(*) from voygen.facts_dirty') });
is($db->selectrow_array('select count(*) from voygen.trip_facts where trip_id = ?', undef, $trip), 1, 'facts of a new trip are stored without being asked for');

# Its end
$job = begin({ times => 3, pause => 1 });
wait_for('the first step', \&sleeping);
is($gateway->stop, 'exit 0', 'SIGTERM waits for the step');
is_deeply($db->selectrow_arrayref('select status, done from voygen.job where job_id = ?', undef, $job), [ 'queued', 1 ], 'and gives the job back');
$gateway->start;
wait_for('the job', sub { status($job) eq 'done' });
is_deeply(steps($job), [ 1, 2, 3 ], 'after the next start it is done');
$job = begin({ times => 2, pause => 1 });
wait_for('the first step', \&sleeping);
$gateway->stop('KILL');
$db->do("update voygen.job set lease_until = now() where status = 'running'");
wait_for('the step that nobody waits for', sub { !sleeping() });
$gateway->start;
wait_for('the job', sub { status($job) eq 'done' });
is_deeply(steps($job), [ 1, 2 ], 'killed with a job in hand, nothing is lost or done twice');
is($gateway->stop, 'exit 0', 'it ends as ever');

# Switched off
$gateway->{more} = [ '--jobs', '0', '--refresh', '0' ];
$gateway->start;
$job = begin({ times => 1 });
$db->do("update voygen.trips set title = 'Other'");
sleep 1.5;
is(status($job), 'queued', 'without jobs none is done');
is($db->selectrow_array('select count(*) > 0 from voygen.facts_dirty'), 1, 'and without the refresher no facts are refreshed');
is($gateway->stop, 'exit 0', 'it ends');

done_testing;
