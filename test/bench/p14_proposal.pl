#!/usr/bin/env perl
# P-14c: a proposal of eight pages and twelve photographs end to end, warm: from the call of generate_proposal to the end of its job, with all
# that lies between in the database, the worker and the process that makes documents. The photographs were fetched for an earlier
# version. By the clock. P-14d: beside it the bare client of P-14b prints the same finished document.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;
use BenchPhotographs;
use DBI;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use Time::HiRes qw(sleep time);

my $checkout = "$FindBin::Bin/../..";
my $database = 'voygen_bench_proposal';
my $json = JSON::PP->new;
my $folder = tempdir('voygen-bench-XXXX', DIR => '/tmp', CLEANUP => 1);
my $block = rounds() > 1 ? 4 : 2;
my ($creator, @started) = ($$);
END { if ($$ == $creator) { kill TERM => @started; waitpid $_, 0 for @started } }

sub url { my ($user) = @_; return "host=$ENV{PGHOST} port=$ENV{PGPORT} user=$user dbname=$database" }

sub make_database
{
	my $admin = DBI->connect('dbi:Pg:dbname=postgres', $ENV{PGUSER}, '', { RaiseError => 1, PrintError => 0, PrintWarn => 0 });
	$admin->do('set client_min_messages = error');
	$admin->do("drop database if exists $database with (force)");
	local $ENV{VOYGEN_DATABASE} = $database;
	system("$checkout/service/cluster/deploy >/dev/null") == 0 or die "the database could not be made\n";
	return DBI->connect("dbi:Pg:dbname=$database", $ENV{PGUSER}, '', { RaiseError => 1, PrintError => 0 });
}

make_photographs($folder);
my $db = make_database();
my ($agency) = $db->selectrow_array(q{select voygen.create_agency('north', 'North Travel')});
my ($token) = do {
	local $ENV{VOYGEN_DATABASE_URL} = url($ENV{PGUSER});
	`'$checkout/build/voygen' token create --agency north --role agent` =~ /^(\S+)$/m;
};

sub call
{
	my ($tool, $arguments) = @_;
	return $json->decode($db->selectrow_array('select voygen.call(?::bigint, sha256(?::bytea), ?, ?::text)', undef, $agency, $token, $tool, $json->encode($arguments)));
}

# The photographs over HTTP, which are asked for once.
my $pictures = IO::Socket::INET->new(Listen => 20, LocalAddr => '127.0.0.1') or die "no socket: $!\n";
sub serve_pictures
{
	while (my $client = $pictures->accept)
	{
		my ($name) = readline($client) =~ m{^GET /(photo\d+\.jpg) };
		while (<$client>) { last if /^\r?\n/ }
		open my $file, '<:raw', "$folder/$name" or die;
		my $bytes = do { local $/; readline $file };
		print {$client} "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: " . length($bytes) . "\r\nConnection: close\r\n\r\n$bytes";
		close $client;
	}
	return;
}

sub start
{
	my ($code) = @_;
	my $pid = fork // die "fork: $!\n";
	if (!$pid) { $code->(); require POSIX; POSIX::_exit(1) }
	push @started, $pid;
	return;
}

start(\&serve_pictures);
start(sub {
	%ENV = (%ENV, VOYGEN_GATEWAY_URL => url('voygen_gateway'), VOYGEN_IMAGE_ALLOW => '127.0.0.0/8');
	open STDERR, '>', "$folder/work.log";
	exec "$checkout/build/voygen", 'work', '--no-refresh';
});

# Four legs with three hotels each, a photograph for each hotel, twenty things to do.
my @legs = map { { city => $_->[0], country => 'Italy', arrive_date => $_->[1], depart_date => $_->[2] } }
	[ 'Rome', '2027-05-01', '2027-05-04' ], [ 'Florence', '2027-05-04', '2027-05-07' ], [ 'Venice', '2027-05-07', '2027-05-10' ], [ 'Milan', '2027-05-10', '2027-05-13' ];
my $client = call('create_client', { name => 'Demo Client' })->{slug};
my $trip = call('create_trip', { client_id => $client, title => 'Four cities', destination => 'Italy', start_date => '2027-05-01', end_date => '2027-05-13', travelers => 2, legs => \@legs })->{slug};
my $number = 0;
for my $leg (@legs)
{
	my @hotels = map { $number++; { site_id => "h$number", name => "Grand Hotel number $number", city => $leg->{city}, star_rating => 3 + $_, address => "$number Via della Stazione", available => JSON::PP::true,
		lead_price => { amount => 100 * $_ + $number, currency => 'USD', basis => 'per_night' }, images => [ 'http://127.0.0.1:' . $pictures->sockport . "/photo$number.jpg" ] } } 1 .. 3;
	call('ingest_hotels', { trip_id => $trip, site => 'web', check_in => $leg->{arrive_date}, check_out => $leg->{depart_date}, hotels => \@hotels });
}
call('add_activity', { trip_id => $trip, title => "A walk with a guide, part $_", activity_date => sprintf('2027-05-%02d', 1 + $_ % 12), duration_minutes => 90 }) for 1 .. 20;

# From the call to the end, as somebody would notice who listens for it.
$db->do('listen voygen_job');
my $made;
sub make
{
	my $began = time;
	my $job = call('generate_proposal', { trip_id => $trip })->{job_id};
	my $told;
	until (($told = call('get_job', { job_id => $job }))->{status} =~ /done|failed/)
	{
		die "job $job does not end\n" if time > $began + 60;
		sleep 0.002;
	}
	my $took = time - $began;
	die "the job failed: $told->{error}{message}\n" if $told->{status} ne 'done';
	$made = $told->{result};
	return $took;
}

sub document
{
	my ($kind) = @_;
	return scalar $db->selectrow_array('select content from voygen.proposal_documents where kind = ? and proposal_id = ?', undef, $kind, $made->{proposal_id});
}

sub write_file
{
	my ($name, $content) = @_;
	open my $file, '>:raw', "$folder/$name" or die "$name: $!\n";
	print {$file} $content;
	close $file;
	return;
}

make();
check_equal('photographs', $db->selectrow_array('select count(*) from voygen.pictures'), 12);
mkdir "$folder/images";
write_file('document.html', document('html'));
for my $row (@{ $db->selectall_arrayref('select encode(digest, $$hex$$), content from voygen.pictures') }) { write_file("images/$row->[0].jpg", $row->[1]) }

my $node = `'$FindBin::Bin/../npm/install' bench`;
chomp $node;
my $peer = $? == 0;
my %time = in_turn(rounds(),
	ours => sub { make(); return median(map { make() } 2 .. $block) },
	$peer ? (other => sub {
		my $said = `'$node' '$FindBin::Bin/other/pdf_pipe.mjs' /usr/lib/chromium/chromium-headless-shell '$folder/document.html' '$folder/other.pdf' $block`;
		die "the bare client failed\n" if $?;
		my (undef, @times) = split ' ', $said;
		return median(@times) / 1000;
	}) : ());
write_file('ours.pdf', document('pdf'));
my ($pages) = `pdfinfo '$folder/ours.pdf'` =~ /^Pages:\s+(\d+)/m;
report('P-14c', 0.7 / $time{ours}, duration($time{ours}), '0.7s', "generate_proposal of $pages pages and 12 photographs fetched before, from the call to the end of its job");
if ($peer) { report('P-14d', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}), 'the bare client of P-14b printing the document this made') }
else { missing('P-14d', 'Node.js could not be installed') }
