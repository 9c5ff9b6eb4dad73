# `voygen proposal` makes a version and brings its documents into files; what stops it on the way leaves no file, no process and no half a
# document: Ctrl-C, and a maker that is killed in the middle.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use IPC::Run ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use VoygenProgram;
use VoygenTest;

my $name = 'cli_proposal';
my $door = CallTest->new($name);
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my $voygen = VoygenProgram->new($name);
$voygen->{token} = $voygen->new_token('sunny', 'agent');
my $folder = tempdir(CLEANUP => 1);

# A server of pictures that takes requests and never answers: whoever waits for it can be caught in the middle.
my $silent = IO::Socket::INET->new(Listen => 50, LocalAddr => '127.0.0.1', Proto => 'tcp') or die "no socket: $!";
$voygen->{more} = { VOYGEN_IMAGE_ALLOW => '127.0.0.0/8', TMPDIR => $folder };

sub trip
{
	my ($title, @images) = @_;
	my $client = $door->call('agent', 'create_client', { name => "Guest of $title" });
	my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => $title, destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 2 })->{slug};
	$door->call('agent', 'ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [ { site_id => 'one', name => 'Harbour House', city => 'Bergen',
		lead_price => { amount => 100, currency => 'USD', basis => 'per_night' }, available => JSON::PP::true, images => \@images } ] });
	return $trip;
}

sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 60;
	until ($test->()) { die "waited in vain for $what\n" if time > $end; sleep 0.02 }
	return;
}

sub start
{
	my (@arguments) = @_;
	my $self = { out => '', err => '' };
	local %ENV = $voygen->environment;
	$self->{run} = IPC::Run::start([ VoygenProgram::program(), @arguments ], \'', \$self->{out}, \$self->{err});
	return $self;
}
sub pid { my ($self) = @_; return $self->{run}{KIDS}[0]{PID} }
sub end { my ($self) = @_; $self->{run}->finish; return $? >> 8 }
sub content { my ($path) = @_; open my $file, '<:raw', $path or return ''; local $/; return scalar <$file> }

my $work = start('work', '--no-refresh');
END { kill KILL => pid($work) if $work }

# The processes that make things for that worker.
sub makers { my $worker = pid($work); chomp(my @found = qx(pgrep -P $worker)); return @found }
sub versions { return $owner->selectrow_array('select count(*) from voygen.proposals') }

my $trip = trip('Fjords');

subtest 'a version and its files' => sub {
	my $run = $voygen->run('proposal', $trip, '--template', 'luxury', '--out', "$folder/fjords.pdf", '--html', "$folder/fjords.html");
	is($run->{status}, 0, 'it is made') or diag $run->{err};
	my ($id, $total, $template) = $owner->selectrow_array('select proposal_id, total_cost, template from voygen.proposals');
	is($template, 'luxury', 'as it was to look');
	is($run->{out}, "proposal $id, version 1\n  total: 300.00 USD, commission unknown\nhtml: $folder/fjords.html\npdf: $folder/fjords.pdf\n", 'what it costs and where it is are told');
	like($run->{err}, qr/1 of 2: version 1 is written.*2 of 2/s, 'and progress');
	my %digest = map { $_->[0] => $_->[1] } @{ $owner->selectall_arrayref('select kind, encode(digest, $$hex$$) from voygen.proposal_documents') };
	is(sha256_hex(content("$folder/fjords.$_")), $digest{$_}, "the file of the $_ is the document, byte for byte") for qw(html pdf);
	like(content("$folder/fjords.pdf"), qr/^%PDF-1\./, 'the PDF is one');
	is($owner->selectrow_array('select status from voygen.proposals'), 'draft', 'it is still a draft');
};

subtest 'given to the client' => sub {
	my $run = $voygen->run('proposal', $trip, '--out', "$folder/given.pdf", '--share', '--days', '7');
	is($run->{status}, 0, 'it is made') or diag $run->{err};
	is($owner->selectrow_array('select status from voygen.proposals where version = 2'), 'sent', 'and is no draft any more');
	my ($key) = $run->{out} =~ /^link: \S*?(vs_\w+)/m;
	my ($found, $days) = $owner->selectrow_array('select p.version, s.expires_at - s.created_at from voygen.proposal_shares s join voygen.proposals p using (agency_id, proposal_id) where s.digest = sha256(convert_to(?, $$UTF8$$))', undef, $key);
	is_deeply([ $found, $days ], [ 2, '7 days' ], 'the link that is told leads to it, for as long as was said');
	$run = $voygen->run('proposal', $trip, '--out', "$folder/draft.pdf", '--draft', '--no-images');
	is($run->{status}, 0, 'a draft');
	is_deeply(decode_json($owner->selectrow_array('select options::text from voygen.proposals where version = 3')), { draft => JSON::PP::true, images => JSON::PP::false }, '... is one, without pictures');
};

subtest 'what cannot be' => sub {
	my $before = versions();
	my @wrong = (
		[ [ 'nowhere' ], 1, qr/trip nowhere does not exist.*find_trips/s ],
		[ [ $trip, '--out', "$folder/none/x.pdf" ], 1, qr{cannot write \S+/none/x\.pdf: No such file} ],
		[ [ $trip, '--out', $folder ], 1, qr/cannot write \S+: Is a directory/ ],
		[ [ $trip, '--template', 'gaudy', '--out', "$folder/x.pdf" ], 1, qr/template.*standard.*luxury/s ],
		[ [], 2, qr/which trip/ ],
		[ [ $trip, '--draft', '--share' ], 2, qr/a draft is not given to a client/ ],
		[ [ $trip, '--share', '--days', '366' ], 2, qr/--days is a number from 1 to 365, not "366"/ ],
		[ [ $trip, '--days', '3' ], 2, qr/--days says how long the link/ ],
	);
	for my $case (@wrong)
	{
		my ($arguments, $status, $message) = @$case;
		my $run = $voygen->run('proposal', @$arguments);
		is($run->{status}, $status, "status of: voygen proposal @$arguments");
		like($run->{err}, $message, "message of: voygen proposal @$arguments");
	}
	is(versions(), $before, 'no version was made');
	is_deeply([ glob("$folder/x* $folder/*.new") ], [], 'no file either');
};

my $slow = trip('Slow pictures', 'http://127.0.0.1:' . $silent->sockport . '/a.jpg');

subtest 'Ctrl-C' => sub {
	my $before = versions();
	my $call = start('proposal', $slow, '--out', "$folder/slow.pdf");
	my $held = $silent->accept;
	my @made = makers();
	is(scalar @made, 1, 'one process is at work');
	kill INT => pid($call);
	my $began = time;
	is(end($call), 1, 'it ends');
	cmp_ok(time - $began, '<', 5, 'within moments, not with the picture');
	like($call->{err}, qr/was cancelled/, 'and says so');
	is($owner->selectrow_array('select status from voygen.job order by job_id desc limit 1'), 'cancelled', 'the job is cancelled');
	wait_for('the maker to go', sub { !grep { kill 0 => $_ } @made });
	ok(!-e "$folder/slow.pdf", 'there is no file');
	is(versions(), $before, 'and no version, which would have no document');
	is($voygen->run('proposal', $trip, '--out', "$folder/after.pdf")->{status}, 0, 'the next one is made as if nothing had been');
};

subtest 'a maker that is killed in the middle' => sub {
	my $before = versions();
	my $call = start('proposal', $slow, '--out', "$folder/killed.pdf");
	my $held = $silent->accept;
	my ($maker) = makers();
	kill KILL => $maker;
	my $again = $silent->accept;
	isnt((makers())[0], $maker, 'another one does it again');
	close $again;
	is(end($call), 0, 'and it is made') or diag $call->{err};
	is(versions(), $before + 1, 'once');
	like(content("$folder/killed.pdf"), qr/^%PDF-1\..*%%EOF\s*\z/s, 'the file is whole');
	like($call->{err}, qr/Harbour House: The picture could not be fetched/, 'but for the picture, which is told');
};

subtest 'nothing stays behind' => sub {
	my @children = makers();
	kill TERM => pid($work);
	is(end($work), 0, 'the worker ends');
	undef $work;
	wait_for('its processes to go', sub { !grep { kill 0 => $_ } @children });
	is_deeply([ glob("$folder/*.new $folder/voygen*") ], [], 'no file is left in its folder');
};

done_testing;
