# Mailing proposals, from the call to a mail server over TCP: what arrives, read by Python's parser of e-mail and compared with what is
# stored; what a server that refuses, defers, breaks off or hangs makes of a message; that none is sent twice, and none silently lost.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Digest::SHA qw(sha256_hex);
use File::Temp qw(tempfile);
use IPC::Run qw(run start finish);
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep);
use CallTest;
use GatewayTest;
use JobTest;
use MailServer;
use VoygenTest;

my $door = CallTest->new('job_mail');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
# Under sanitizers: what they find ends it.
my $program = GatewayTest::program();
my $secret = 'pass-wörd-4711';
utf8::encode(my $secret_bytes = $secret);
my $server = MailServer->new(login => "relay:$secret_bytes");

my ($advisor) = $owner->selectrow_array("select voygen.create_user(?, 'ada\@advisors.example', 'Ada Ünal')", undef, $sunny);
my $client = $door->call('agent', 'create_client', { name => 'Zoë "Zo" Müller, geb. 王', email => 'zoe@client.example' });
my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => 'Fjords & <lights> – 北', destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 2 });
$owner->do('update voygen.trips set advisor_id = ? where agency_id = ?', undef, $advisor, $sunny);
my @hotels = map { { site_id => $_->[0], name => $_->[1], city => 'Bergen', lead_price => { amount => $_->[2], currency => 'USD', basis => 'per_night' }, stated_commission => { amount => '77.77' }, available => $yes } } [ 'one', 'Harbour House', 100 ];
$door->call('agent', 'ingest_hotels', { trip_id => $trip->{slug}, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => \@hotels });

sub settings
{
	my (%proposals) = @_;
	$owner->do('update voygen.agencies set settings = ? where agency_id = ?', undef,
		JSON::PP->new->encode({ branding => { email => 'trips@agency.example', phone => '+1 555 0100' }, proposals => { share_url => 'https://trips.example/p/', markup => { hotel => 10 }, %proposals } }), $sunny);
	return;
}
settings();

# Has all jobs done that can be; answers what the program said.
sub work
{
	my (%environment) = @_;
	local %ENV = (%ENV, VOYGEN_GATEWAY_URL => database_url('job_mail', 'voygen_gateway'), $server->settings, %environment);
	delete @ENV{ grep { !defined $ENV{$_} } keys %ENV };
	my $said;
	run([ $program, 'work', '--once', '--no-refresh' ], '<', '/dev/null', '>&', \$said) or diag $said;
	diag "work said: $said" if $ENV{DEBUG};
	return $said;
}

sub begin_work
{
	local %ENV = (%ENV, VOYGEN_GATEWAY_URL => database_url('job_mail', 'voygen_gateway'), $server->settings);
	my $said = '';
	return start([ $program, 'work', '--no-refresh', @_ ], '<', '/dev/null', '>&', \$said);
}

sub until_true
{
	my ($what, $is) = @_;
	for (1 .. 400) { return 1 if $is->(); sleep 0.05 }
	return fail("$what did not happen");
}

sub message { my ($job) = @_; return $owner->selectrow_hashref('select * from voygen.outbox where job_id = ?', undef, $job) }
sub job { return $door->call('agent', 'get_job', { job_id => $_[0] }) }
sub status_of { return $owner->selectrow_array('select status from voygen.proposals where proposal_id = ?', undef, $_[0]) }
sub send_to { my ($proposal, @to) = @_; return $door->call('agent', 'send_proposal', { proposal_id => $proposal, to => \@to, confirm => $yes })->{job_id} }

my $first = $door->call('agent', 'generate_proposal', { trip_id => $trip->{slug}, options => { hotels => ['web:one'], intro => 'Three days **on the water**.', valid_until => '2099-05-01' } })->{job_id};
work();
my $real = job($first)->{result};
is($real->{version}, 1, 'there is a proposal') or BAIL_OUT(explain(job($first)));
$door->call('agent', 'set_proposal_status', { proposal_id => $real->{proposal_id}, status => 'final' });

# More versions of the same contents.
my $number = 700000;
sub version
{
	my ($status) = @_;
	$number++;
	$owner->do(q{insert into voygen.proposals (agency_id, proposal_id, trip_id, version, title, json_payload, valid_until, currency)
		select agency_id, ?, trip_id, ?, title, json_payload, valid_until, currency from voygen.proposals where proposal_id = ?}, undef, $number, $number, $real->{proposal_id});
	$owner->do('insert into voygen.proposal_documents (agency_id, proposal_id, kind, content, digest) select agency_id, ?, kind, content, digest from voygen.proposal_documents where proposal_id = ?', undef, $number, $real->{proposal_id});
	$owner->do('update voygen.proposals set status = ? where proposal_id = ?', undef, $_, $number) for $status eq 'draft' ? () : $status eq 'final' ? 'final' : ('final', 'sent', $status);
	return $number;
}

subtest 'what is refused at once' => sub {
	my $id = $real->{proposal_id};
	my $fails = sub { my ($with, $who) = @_; return $door->fails($who // 'agent', 'send_proposal', { proposal_id => $id, confirm => $yes, %$with }) };
	is_deeply([ @{ $fails->({ confirm => $no }) }{qw(code path)} ], [ 'precondition_failed', '/confirm' ], 'what was not confirmed');
	for my $case ([ to => ['zoe'], '/to/0' ], [ to => [ 'a@b.example', "zoe\@client.example\r\nBcc: evil\@x.example" ], '/to/1' ], [ to => ["zoe\@client.example\n"], '/to/0' ], [ cc => ['Zoe <zoe@client.example>'], '/cc/0' ], [ to => ['zoë@client.example'], '/to/0' ],
		[ to => ['a@b.example,evil@x.example'], '/to/0' ], [ to => ['a@b..example'], '/to/0' ], [ to => [ 'x' x 65 . '@b.example' ], '/to/0' ], [ subject => "Hello\r\nBcc: evil\@x.example", '/subject' ], [ subject => "Hello\nthere", '/subject' ], [ subject => 'x' x 201, '/subject' ], [ message => 'x' x 10001, '/message' ], [ days => 366, '/days' ])
	{
		my $error = $fails->({ $case->[0] => $case->[1] });
		is_deeply([ @$error{qw(code path)} ], [ 'invalid_argument', $case->[2] ], substr(JSON::PP->new->ascii->allow_nonref->encode($case->[1]), 0, 60) . " as $case->[0]");
	}
	is($door->fails('agent', 'send_proposal', { proposal_id => version('draft'), confirm => $yes })->{code}, 'precondition_failed', 'a draft');
	is($fails->({ kind => 'confirmation' })->{got}, 'final', 'a confirmation of what was not accepted');
	is($fails->({}, 'reader')->{code}, 'not_allowed', 'a reader');
	is($fails->({}, 'rainy:agent')->{code}, 'not_found', 'another agency');
	settings(share_url => undef);
	like($fails->({})->{expected}, qr/proposals\.share_url.*--public-url/, 'without a public address');
	settings(share_url => 'http://trips.example');
	is($fails->({})->{got}, 'http://trips.example/', 'one without encryption is none');
	$owner->do("update voygen.agencies set settings = settings - 'branding' where agency_id = ?", undef, $sunny);
	like($fails->({})->{expected}, qr/branding\.email/, 'without an address to send from');
	settings();
	$owner->do('update voygen.clients set email = null where agency_id = ?', undef, $sunny);
	is($fails->({})->{path}, '/to', 'a client without an address');
	$owner->do("update voygen.clients set email = 'zoe\@client.example' where agency_id = ?", undef, $sunny);
	is($owner->selectrow_array('select count(*) from voygen.outbox'), 0, 'nothing of all this is a message');
};

subtest 'without a mail server' => sub {
	my $id = version('final');
	my $job = send_to($id, 'zoe@client.example');
	work(map { $_ => undef } qw(VOYGEN_SMTP_URL VOYGEN_SMTP_USER VOYGEN_SMTP_PASSWORD));
	my $error = job($job)->{error};
	is_deeply([ job($job)->{status}, $error->{code} ], [ 'failed', 'precondition_failed' ], 'the job fails');
	like($error->{message}, qr/VOYGEN_SMTP_URL/, '... and says which setting is missing');
	is_deeply([ @{ message($job) }{qw(state sent_at)}, status_of($id) ], [ 'failed', undef, 'final' ], 'nothing was sent');
	is($owner->selectrow_array('select count(*) from voygen.proposal_shares where revoked_at is null'), 0, 'and its link is none');
	for my $case ([ VOYGEN_SMTP_URL => 'http://localhost' ], [ VOYGEN_SMTP_TLS => 'maybe' ], [ VOYGEN_SMTP_TLS => 'none' ], [ VOYGEN_SMTP_USER => undef ], [ VOYGEN_SMTP_TIMEOUT_S => 'long' ], [ VOYGEN_SMTP_CA => '/nowhere' ])
	{
		$job = send_to($id, 'zoe@client.example');
		my $said = work($case->[0] => $case->[1]);
		like(job($job)->{error}{message}, qr/\Q$case->[0]\E/, "$case->[0] " . ($case->[1] // 'not set'));
		unlike($said . $door->call_text('agent', 'get_job', JSON::PP->new->encode({ job_id => $job })), qr/4711/, '... without the password');
	}
	is_deeply([ $server->taken ], [], 'the server has seen nothing');
};

my $key;
subtest 'a proposal arrives' => sub {
	settings(followup_days => 3);
	my $words = "As promised, Zoë:\n\n- the *harbour*\n.\n. and a line with a dot\n" . 'long ' x 60 . "\nR\x{e9}sum\x{e9} \x{1F6A2} =3D";
	my $job = $door->call('agent', 'send_proposal', { proposal_id => $real->{proposal_id}, cc => ['copy@client.example'], message => $words, days => 5, confirm => $yes })->{job_id};
	is_deeply([ @{ message($job) }{qw(state attempts)} ], [ 'queued', 0 ], 'it waits to be sent');
	my $said = work();
	is($said // '', '', 'the program says nothing');
	my $result = job($job)->{result};
	is_deeply([ @$result{qw(state to cc proposal_id kind warnings)} ], [ 'sent', ['zoe@client.example'], ['copy@client.example'], $real->{proposal_id}, 'cover', [] ], 'it is sent') or diag explain job($job);
	my ($mail, @more) = $server->taken;
	is_deeply(\@more, [], 'once');
	is_deeply([ @$mail{qw(from to encrypted user)} ], [ 'trips@agency.example', [ 'zoe@client.example', 'copy@client.example' ], $yes, 'relay' ], 'encrypted, after a login, to both');
	my $read = parse_mail($mail->{raw});
	is_deeply($read->{defects}, [], 'the parser finds no fault');
	is_deeply([ $read->{bare}, $read->{longest} <= 78 ? 1 : 0 ], [ 0, 1 ], 'lines end with CRLF and are short');
	is_deeply($read->{addresses}, { From => [ [ 'Ada Ünal, Sunny', 'trips@agency.example' ] ], 'Reply-To' => [ [ 'Ada Ünal', 'ada@advisors.example' ] ], To => [ [ 'Zoë "Zo" Müller, geb. 王', 'zoe@client.example' ] ], Cc => [ [ '', 'copy@client.example' ] ] }, 'from whom to whom, in any script');
	is_deeply([ sort @{ $read->{names} } ], [ sort 'Date', 'From', 'Reply-To', 'To', 'Cc', 'Subject', 'Message-ID', 'Auto-Submitted', 'MIME-Version', 'Content-Type' ], 'each header once, and no other');
	my $subject = 'Fjords & <lights> – 北: your travel proposal (FJORDS-LIGHTS-2027)';
	my ($payload) = map { decode_json($_) } $owner->selectrow_array('select convert_to(json_payload::text, $$UTF8$$) from voygen.proposals where proposal_id = ?', undef, $real->{proposal_id});
	$subject =~ s/\(.*\)/($payload->{reference})/;
	is_deeply([ $read->{headers}{Subject}, $result->{subject}, message($job)->{subject} ], [ ($subject) x 3 ], 'the subject');
	is_deeply([ $read->{headers}{'Message-ID'}, $read->{headers}{'Auto-Submitted'} ], [ $result->{message_id}, 'no' ], 'its name');
	like($result->{message_id}, qr/^<[0-9a-f-]{36}\@agency\.example>$/, '... of the agency');
	cmp_ok(abs($read->{date} - time), '<', 60, 'its time');
	is_deeply($read->{structure}, [ 'multipart/mixed', [ 'multipart/alternative', 'text/plain', 'text/html' ], 'application/pdf' ], 'text, HTML and PDF');
	my ($text, $html, $pdf) = @{ $read->{parts} };
	my ($link) = $text->{text} =~ m{(https://\S+)};
	($key) = $link =~ m{^https://trips\.example/p/(vs_${sunny}_[0-9a-f]{64})$};
	ok($key, 'it has the link') or diag $link;
	# What the templates make of the same, by the command that renders
	my ($out, $context) = tempfile(UNLINK => 1);
	print $out JSON::PP->new->utf8->encode({ %$payload, intro => $words =~ s/\s+\z//r, link => $link });
	close $out;
	for my $case ([ 'proposal-cover.txt.njk', $text ], [ 'proposal-cover.njk', $html ])
	{
		my $folder = checkout() . '/service/templates/proposals';
		run([ $program, 'render', $case->[0], '--dir', $folder, '--context', $context ], '>', \my $expected) or fail('render');
		utf8::decode($expected);
		is($case->[1]{text} =~ s/\r\n/\n/gr, $expected, "$case->[0], letter for letter");
	}
	like($text->{text}, qr/330\.00/, 'with the client\'s price');
	unlike($mail->{raw} . $text->{text} . $html->{text}, qr/77\.77|\b30\.00|commission|markup|web:one/i, 'and nothing of what is earned');
	my ($digest, $size) = $owner->selectrow_array("select encode(digest, 'hex'), octet_length(content) from voygen.proposal_documents where kind = 'pdf' and proposal_id = ?", undef, $real->{proposal_id});
	is_deeply([ @$pdf{qw(name sha256 bytes)} ], [ 'Fjords & lights – 北 v1.pdf', $digest, $size ], 'the PDF is the stored one, byte for byte');
	is(status_of($real->{proposal_id}), 'sent', 'the version is sent');
	is_deeply([ map { [ $_->{kind}, $_->{trip}, $_->{followup_id} ] } @{ $door->call('agent', 'list_followups', {})->{followups} } ], [ [ 'call', $trip->{slug}, $result->{followup_id} ] ], 'and the client is to be called');
	is($owner->selectrow_array("select f.due_at - o.sent_at from voygen.followups f, voygen.outbox o where o.job_id = ?", undef, $job), '3 days', '... three days later');
	is($owner->selectrow_array('select encode(digest, $$hex$$) || extract(days from expires_at - created_at) from voygen.proposal_shares where share_id = ?', undef, $result->{share_id}), sha256_hex($key) . 5, 'the link is stored by its digest, for five days');
	run([ 'pg_dump', '--data-only', 'job_mail' ], '>', \my $dump) or fail('pg_dump');
	is(index($dump, substr $key, -64), -1, '... and its key nowhere');
	is($owner->selectrow_array("select outcome from voygen.shared_proposal(?, sha256(?), 'html', 'GET', 'x')", undef, $sunny, $key), 'ok', 'it opens');
	settings();
};

subtest 'a name, a subject and words that would break out' => sub {
	my $evil = "Eve\r\nBcc: evil\@x.example\r\n\r\n.\r\nMAIL FROM:<x>";
	$owner->do('update voygen.clients set name = ? where agency_id = ?', undef, $evil, $sunny);
	my $job = $door->call('agent', 'send_proposal', { proposal_id => version('final'), subject => '=?UTF-8?Q?Bcc=0D=0A?= ' . 'x' x 150, message => "\r\n.\r\nQUIT\r\n", attach_pdf => $no, confirm => $yes })->{job_id};
	work();
	my $mail = ($server->taken)[-1];
	my $read = parse_mail($mail->{raw});
	is_deeply($read->{defects}, [], 'no fault');
	is_deeply($mail->{to}, ['zoe@client.example'], 'nobody else gets it');
	is_deeply([ sort @{ $read->{names} } ], [ sort 'Date', 'From', 'Reply-To', 'To', 'Subject', 'Message-ID', 'Auto-Submitted', 'MIME-Version', 'Content-Type' ], 'no header more');
	is($read->{headers}{Subject}, '=?UTF-8?Q?Bcc=0D=0A?= ' . 'x' x 150, 'what looks encoded is text');
	is_deeply($read->{addresses}{To}, [ [ 'Eve  Bcc: evil@x.example    .  MAIL FROM:<x>', 'zoe@client.example' ] ], 'line ends of a name are blanks');
	is_deeply($read->{structure}, [ 'multipart/alternative', 'text/plain', 'text/html' ], 'without a PDF where none is wanted');
	my $id = version('draft');
	$owner->do(q{update voygen.proposals set json_payload = jsonb_set(json_payload, '{trip,title}', to_jsonb(E'A\\x01\\u0085\\u2028 &amp; <b>\\r\\n\\tBcc: x'::text)) where proposal_id = ?}, undef, $id);
	$owner->do("update voygen.proposals set status = 'final' where proposal_id = ?", undef, $id);
	my $titled = $door->call('agent', 'send_proposal', { proposal_id => $id, resend => $yes, confirm => $yes })->{job_id};
	work();
	like(message($titled)->{subject} // '', qr/^A.{3} &amp; <b>   Bcc: x: your travel proposal/, 'a title that is no line is kept as one');
	like(parse_mail(($server->taken)[-1]{raw})->{headers}{Subject}, qr/^A    &amp; <b>   Bcc: x: your travel proposal/, '... and sent as one');
	$owner->do("update voygen.clients set name = 'Zoë' where agency_id = ?", undef, $sunny);
	is(job($job)->{status}, 'done', 'it is sent');
};

subtest 'refused' => sub {
	my $before = $server->taken;
	for my $case ([ 'rcpt-550', 550, qr/^550 5\.1\.1 nobody of that name here, 5\.1\.1 na  ve <rcpt-550/ ], [ 'data-554', 554, qr/^554 5\.7\.1 not like this$/ ])
	{
		my $id = version('final');
		my $job = send_to($id, 'zoe@client.example', "$case->[0]\@x.example");
		work();
		my $message = message($job);
		is_deeply([ @$message{qw(state last_code attempts)}, status_of($id) ], [ 'failed', $case->[1], 1, 'final' ], "$case->[0]: it is not sent");
		like($message->{last_error}, $case->[2], '... in the server\'s words');
		like(job($job)->{error}{message}, qr/\Q$message->{last_error}\E$/, '... which the job fails with');
		ok($owner->selectrow_array('select revoked_at is not null from voygen.proposal_shares where share_id = ?', undef, $message->{share_id}), '... and its link works no more');
		$job = send_to($id, 'zoe@client.example');
		work();
		is(message($job)->{state}, 'sent', '... and may be sent again, mended');
	}
	is(scalar(() = $server->taken), $before + 2, 'all get it or none');
	for my $case ([ { login => 'relay:other' }, { VOYGEN_SMTP_PASSWORD => 'wrong' }, qr/^535 / ], [ { size => 2000, login => "relay:$secret_bytes" }, {}, qr/^552 / ], [ { tls => 'none' }, { VOYGEN_SMTP_TLS => 'required', VOYGEN_SMTP_USER => undef, VOYGEN_SMTP_PASSWORD => undef }, qr/STARTTLS/ ], [ {}, { VOYGEN_SMTP_CA => undef }, qr/certificate/ ], [ { greeting => '554 go away' }, {}, qr/^554 go away$/ ])
	{
		my $other = MailServer->new(%{ $case->[0] });
		my %settings = (%{ { $other->settings } }, %{ $case->[1] });
		my $job = send_to(version('final'), 'zoe@client.example');
		work(%settings);
		is(message($job)->{state}, 'failed', "$case->[2]");
		like(message($job)->{last_error}, $case->[2], '... as it says');
		unlike(join('|', $other->said), qr/DATA/, '... without a word of the message');
	}
	my $elsewhere = MailServer->new(tls => 'smtps');
	my $job = send_to(version('final'), 'zoe@client.example');
	work($elsewhere->settings, VOYGEN_SMTP_USER => undef, VOYGEN_SMTP_PASSWORD => undef);
	is_deeply([ map { $_->{encrypted} } $elsewhere->taken ], [$yes], 'encrypted from the first byte where the address says so');
	my $relay = MailServer->new(tls => 'none');
	$job = send_to(version('final'), 'zoe@client.example');
	work($relay->settings, VOYGEN_SMTP_USER => undef, VOYGEN_SMTP_PASSWORD => undef);
	is_deeply([ map { $_->{encrypted} } $relay->taken ], [$no], 'in the clear where that is asked for');
};

subtest 'not now' => sub {
	my $id = version('final');
	my $job = send_to($id, 'data-452@x.example');
	work();
	my $message = message($job);
	is_deeply([ @$message{qw(state last_code attempts last_error)}, job($job)->{status} ], [ 'queued', 452, 1, '452 4.7.1 not like this', 'queued' ], 'it waits');
	is($owner->selectrow_array('select round(extract(epoch from next_attempt_at - o.updated_at)) || $$ $$ || (j.run_after >= next_attempt_at) from voygen.outbox o join voygen.job j using (agency_id, job_id) where job_id = ?', undef, $job), '30 true', '... half a minute');
	like(job($job)->{error}{message}, qr/452 4\.7\.1/, '... and says why');
	work();
	is(message($job)->{attempts}, 1, 'it is not tried before');
	my $again = sub {
		$owner->do("update voygen.outbox set next_attempt_at = now() where job_id = ?", undef, $job);
		$owner->do("update voygen.job set run_after = now() where job_id = ?", undef, $job);
		work();
	};
	my @waits;
	for (2 .. 6) { $again->(); push @waits, $owner->selectrow_array('select round(extract(epoch from next_attempt_at - updated_at)) from voygen.outbox where job_id = ?', undef, $job) }
	is_deeply(\@waits, [ 120, 480, 1920, 7680, undef ], 'each time four times as long');
	is_deeply([ @{ message($job) }{qw(state attempts)}, job($job)->{status}, status_of($id) ], [ 'failed', 6, 'failed', 'final' ], 'and then not at all');
	is($owner->selectrow_array('select count(*) from voygen.proposal_shares where proposal_id = ? and revoked_at is null', undef, $id), 0, 'no link of an attempt works');
	is($owner->selectrow_array('select count(*) from voygen.proposal_shares where proposal_id = ?', undef, $id), 6, '... each had its own');
	$job = send_to($id, 'zoe@client.example');
	work(VOYGEN_SMTP_URL => 'smtp://localhost:1');
	is_deeply([ @{ message($job) }{qw(state last_error)} ], [ 'queued', 'no connection to the mail server could be made' ], 'a server that is not there');
	my $id_of_it = message($job)->{message_id};
	$again->();
	is_deeply([ @{ message($job) }{qw(state message_id)}, parse_mail(($server->taken)[-1]{raw})->{headers}{'Message-ID'} ], [ 'sent', ($id_of_it) x 2 ], 'it arrives when it is back, under the same name');
};

subtest 'nobody knows' => sub {
	for my $name (qw(cut-data hang-data))
	{
		my $id = version('final');
		my $job = send_to($id, "$name\@x.example");
		$server->forget;
		work(VOYGEN_SMTP_TIMEOUT_S => 1);
		is_deeply([ @{ message($job) }{qw(state attempts)}, status_of($id), @{ job($job)->{error} }{qw(code)} ], [ 'unknown', 1, 'final', 'conflict' ], "$name: it is unknown") or diag explain job($job);
		like(job($job)->{error}{hint}, qr/resend/, '... and said so');
		ok($owner->selectrow_array('select revoked_at is null from voygen.proposal_shares where share_id = ?', undef, message($job)->{share_id}), '... its link works, in case it arrived');
		work();
		is(scalar(grep { $_ eq 'DATA' } $server->said), 1, '... it is not sent again by itself');
		is_deeply([ @{ $door->fails('agent', 'send_proposal', { proposal_id => $id, to => ["$name\@x.example"], confirm => $yes }) }{qw(code path)} ], [ 'precondition_failed', '/resend' ], '... nor by a call that does not say so');
	}
	my $job = send_to(version('final'), 'cut-rcpt@x.example');
	work();
	is(message($job)->{state}, 'queued', 'a connection that breaks before the message is none of these');
	$door->call('agent', 'cancel_job', { job_id => $job });
	$job = send_to(version('final'), 'hang-quit@x.example');
	work();
	is(message($job)->{state}, 'sent', 'nor is a server that says no good-bye');
};

# A message that the server holds back, and the process that sends it.
sub held
{
	my ($id, @more) = @_;
	unlink $server->folder . '/release';
	$server->forget;
	my $job = $door->call('agent', 'send_proposal', { proposal_id => $id, to => ['hold-data@x.example'], confirm => $yes, @more })->{job_id};
	my $worker = begin_work();
	until_true('the message', sub { grep { $_ eq 'had all of it' } $server->said });
	my ($pid) = grep { my $name = MailServer::slurp("/proc/$_/cmdline"); $name =~ /^voygen\0make\0/ && MailServer::slurp("/proc/$_/environ") =~ /VOYGEN_SMTP_URL=smtp:\/\/localhost:$server->{port}\b/ } map { m{/proc/(\d+)$} } glob '/proc/[0-9]*';
	return ($job, $worker, $pid);
}

sub release { open my $file, '>', $server->folder . '/release' or die; close $file; return }

subtest 'killed in the middle' => sub {
	my $id = version('final');
	my ($job, $worker, $maker) = held($id);
	is_deeply([ @{ message($job) }{qw(state attempts)} ], [ 'sending', 1 ], 'while it is sent it says so, to everybody');
	run([ 'pg_dump', '--data-only', 'job_mail' ], '>', \my $dump);
	my @keys = $dump =~ /(vs_${sunny}_[0-9a-f]{64})/g;
	is_deeply(\@keys, [], 'the key of its link is in no table meanwhile');
	like(MailServer::slurp("/proc/$maker/environ"), qr/4711/, 'who sends has the password');
	is_deeply([ grep { MailServer::slurp("/proc/$_/cmdline") =~ /^[^\0]*voygen\0.*4711/s } map { m{/proc/(\d+)$} } glob '/proc/[0-9]*' ], [], '... which is in no list of processes');
	my $before = $server->taken;
	kill 'KILL', $maker;
	until_true('the end', sub { job($job)->{status} eq 'failed' });
	is_deeply([ message($job)->{state}, job($job)->{error}{code}, status_of($id) ], [ 'unknown', 'conflict', 'final' ], 'a maker that is killed leaves it unknown');
	release();
	$worker->signal('TERM');
	finish($worker);
	is(scalar(grep { $_ eq 'DATA' } $server->said), 1, 'it is not sent again');
	my $earlier = message($job)->{message_id};
	$job = $door->call('agent', 'send_proposal', { proposal_id => $id, to => ['hold-data@x.example'], resend => $yes, confirm => $yes })->{job_id};
	work();
	is_deeply([ @{ message($job) }{qw(state message_id)} ], [ 'sent', $earlier ], 'unless somebody says so: then under the same name');
	is(status_of($id), 'sent', 'and the version is sent');
	is($door->fails('agent', 'send_proposal', { proposal_id => $id, to => ['hold-data@x.example'], confirm => $yes })->{path}, '/resend', 'what was sent is not sent twice by accident');
	my $third = $door->call('agent', 'send_proposal', { proposal_id => $id, to => ['hold-data@x.example'], resend => $yes, confirm => $yes })->{job_id};
	isnt(message($third)->{message_id}, $earlier, 'a second letter has a name of its own');
	is($door->fails('agent', 'send_proposal', { proposal_id => $id, to => ['hold-data@x.example'], resend => $yes, confirm => $yes })->{code}, 'conflict', 'while one is on its way there is no other');
	work();

	my $next = version('final');
	($job, $worker, $maker) = held($next);
	$worker->signal('KILL');
	eval { finish($worker) };
	kill 'KILL', $maker;
	release();
	$owner->do("update voygen.job set lease_until = now() - interval '1 second' where job_id = ?", undef, $job);
	work();
	$owner->do('update voygen.job set run_after = now() where job_id = ?', undef, $job);
	work();
	is_deeply([ message($job)->{state}, job($job)->{error}{code} ], [ 'unknown', 'conflict' ], 'so does a worker that is killed');
	is(scalar(grep { $_ eq 'DATA' } $server->said), 1, '... and no other sends it');
};

subtest 'cancelled' => sub {
	my $job = send_to(version('final'), 'zoe@client.example');
	$server->forget;
	$door->call('agent', 'cancel_job', { job_id => $job });
	work();
	is_deeply([ message($job)->{state}, $server->said ], ['failed'], 'before it is sent, nothing is');
	like(message($job)->{last_error}, qr/\(cancelled\) before/, '... and that is why');
	my $worker;
	($job, $worker) = held(version('final'));
	$door->call('agent', 'cancel_job', { job_id => $job });
	until_true('the end', sub { job($job)->{status} eq 'cancelled' });
	is(message($job)->{state}, 'unknown', 'while it is sent, nobody knows');
	release();
	$worker->signal('TERM');
	finish($worker);
	($job, $worker) = held(version('final'));
	$worker->signal('TERM');
	sleep 0.5;
	is(message($job)->{state}, 'sending', 'a worker that is to end waits for what it sends');
	release();
	finish($worker);
	is(message($job)->{state}, 'sent', '... and writes down that it was');
	work();
	is(job($job)->{status}, 'done', '... so that another goes on');
	# Between the step that asks and the handing out
	$job = send_to(version('final'), 'zoe@client.example');
	my $taker = JobTest->new($door);
	my $held = $taker->take;
	is($taker->step($held), 'outside', 'a step asks for it');
	$door->call('agent', 'cancel_job', { job_id => $job });
	is(($taker->db->selectrow_array('select voygen.outside_request(?, ?, ?)', undef, @$held{qw(agency_id job_id run)}))[0], undef, 'what is to be cancelled is not handed out');
	is($taker->leave($held), 'cancelled', 'it is cancelled');
	is(message($job)->{state}, 'failed', '... unsent');
};

subtest 'one sends it' => sub {
	my $job = send_to(version('final'), 'zoe@client.example');
	my ($one, $other) = map { JobTest->new($door, name => $_) } qw(one other);
	my $request = sub { my ($worker, $held) = @_; return ($worker->db->selectrow_array('select voygen.outside_request(?, ?, ?)', undef, @$held{qw(agency_id job_id run)}))[0] };
	my $first = $one->take;
	$one->step($first);
	$owner->do("update voygen.job set lease_until = now() - interval '1 second' where job_id = ?", undef, $job);
	$other->take;
	$owner->do('update voygen.job set run_after = now() where job_id = ?', undef, $job);
	my $second = $other->take;
	is($other->step($second), 'outside', 'another takes a job whose worker was lost');
	is($request->($one, $first), undef, 'the first gets nothing');
	my $order = $request->($other, $second);
	like($order, qr/"link": "https/, 'the second has it');
	unlike($owner->selectrow_array('select row_to_json(j)::text from voygen.job j where job_id = ?', undef, $job), qr/vs_\d/, '... with a key that is in no row');
	is($request->($one, $first), undef, 'and still nobody else');
	is($request->($other, $second), undef, '... nor he himself once more');
	is(message($job)->{state}, 'unknown', 'who asks twice has lost it');
	is($other->db->selectrow_array('select voygen.outside_answer(?, ?, ?, ?, $${}$$)::int', undef, @$second{qw(agency_id job_id run)}, '{"outcome": "sent"}'), 1, 'unless he knows better');
	settings(followup_days => 2);
	$owner->do('update voygen.proposals set status = ? where proposal_id = ?', undef, $_, message($job)->{proposal_id}) for qw(sent viewed);
	is($other->step($second), 'done', 'and it is done');
	is(message($job)->{state}, 'sent', 'as he says');
	my $told = job($job)->{result};
	ok($told->{followup_id}, 'the client is called, also one who has read it meanwhile');
	is(status_of($told->{proposal_id}), 'viewed', '... which stays so');
	my $twice = $door->call('agent', 'send_proposal', { proposal_id => $told->{proposal_id}, resend => $yes, confirm => $yes })->{job_id};
	work();
	is_deeply([ @{ job($twice)->{result} }{qw(state followup_id)} ], [ 'sent', undef ], '... and once, however often it is sent');
	settings();

	my $gone = version('final');
	$job = send_to($gone, 'zoe@client.example');
	$owner->do("update voygen.proposals set status = 'expired' where proposal_id = ?", undef, $gone);
	work();
	like(message($job)->{last_error}, qr/expired is not given to a client/, 'what is no offer any more is not sent, and says why');

	my @versions = map { version('final') } 1 .. 12;
	my %jobs = map { send_to($_, "zoe$_\@client.example") => $_ } @versions;
	my $before = $server->taken;
	my @workers = map { begin_work('--once') } 1 .. 3;
	finish($_) for @workers;
	my @got = map { @{ $_->{to} } } ($server->taken)[ $before .. $server->taken - 1 ];
	is_deeply([ sort @got ], [ sort map { "zoe$_\@client.example" } @versions ], 'three workers, twelve messages, each once');
	is_deeply([ map { $_->[0] } @{ $owner->selectall_arrayref('select distinct state from voygen.outbox where proposal_id = any (?)', undef, \@versions) } ], ['sent'], '... as it stands there');
};

subtest 'a confirmation' => sub {
	my $id = version('accepted');
	my $leg = $owner->selectrow_array('select leg_id from voygen.trip_legs where agency_id = ? limit 1', undef, $sunny);
	$owner->do("insert into voygen.bookings (agency_id, trip_id, booking_id, kind, reference, check_in, check_out, price_amount, currency, commission_amount, hotel_key) values (?, ?, 990001, 'hotel', 'ABC-7', '2027-05-01', '2027-05-04', 123.45, 'USD', 66.66, 'web:one'), (?, ?, 990002, 'transfer', null, '2027-05-01', null, 55.55, 'USD', null, null)", undef, ($sunny, $trip->{trip_id}) x 2);
	is($door->fails('agent', 'send_proposal', { proposal_id => $id, confirm => $yes })->{got}, 'accepted', 'what was accepted is offered no more');
	my $job = $door->call('agent', 'send_proposal', { proposal_id => $id, kind => 'confirmation', message => 'See you!', confirm => $yes })->{job_id};
	work();
	my $result = job($job)->{result};
	is_deeply([ @$result{qw(state share_id followup_id)}, status_of($id) ], [ 'sent', undef, undef, 'accepted' ], 'it is sent, without a link') or diag explain job($job);
	my $read = parse_mail(($server->taken)[-1]{raw});
	my ($text, $html, $pdf) = map { $_->{text} // $_->{type} } @{ $read->{parts} };
	for my $part ($text, $html)
	{
		like($part, qr/$_/, "it says $_") for 'Harbour House', 'ABC-7', 'See you!', 'Transfer';
		unlike($part, qr/123\.45|66\.66|55\.55|vs_\d/, '... and not what a supplier gets');
	}
	is($pdf, 'application/pdf', 'with what was accepted');
	like($read->{headers}{Subject}, qr/booking is confirmed/, 'and says so');
};

subtest 'looking at them' => sub {
	my $all = $door->call('reader', 'list_messages', { limit => 100 })->{messages};
	is(scalar @$all, $owner->selectrow_array('select count(*) from voygen.outbox'), 'a reader sees what was mailed');
	my $one = $door->call('agent', 'list_messages', { proposal_id => $real->{proposal_id} })->{messages};
	is_deeply([ map { [ @$_{qw(trip state to cc reply_to attempts)} ] } @$one ], [ [ $trip->{slug}, 'sent', ['zoe@client.example'], ['copy@client.example'], 'ada@advisors.example', 1 ] ], 'of a version');
	my $failed = $door->call('agent', 'list_messages', { state => ['unknown'], trip_id => $trip->{slug}, limit => 1 });
	is_deeply([ scalar @{ $failed->{messages} }, $failed->{messages}[0]{state} ], [ 1, 'unknown' ], 'by what became of them');
	my $rest = $door->call('agent', 'list_messages', { state => ['unknown'], cursor => $failed->{truncated}{cursor}, limit => 100 })->{messages};
	is_deeply([ scalar @$rest, grep { $_->{outbox_id} >= $failed->{messages}[0]{outbox_id} } @$rest ], [ $failed->{truncated}{left_out} ], 'page by page');
	is_deeply($door->call('rainy:admin', 'list_messages', {})->{messages}, [], 'another agency has none');
	is($door->fails('rainy:admin', 'list_messages', { proposal_id => $real->{proposal_id} })->{code}, 'not_found', '... nor the proposal');
	for my $role (qw(voygen_agent voygen_admin voygen_reader))
	{
		my $as = sub {
			my ($agency, $sql) = @_;
			$owner->begin_work;
			$owner->do("set local voygen.agency_id = '$agency'");
			$owner->do("set local role $role");
			my $said = eval { $owner->selectrow_array($sql) };
			my $why = $@;
			$owner->rollback;
			return $said // $why;
		};
		is($as->($rainy, 'select count(*) from voygen.outbox'), 0, "$role of another agency reads no row");
		cmp_ok($as->($sunny, 'select count(*) from voygen.outbox'), '>', 1, '... of its own all');
		like($as->($sunny, "update voygen.outbox set state = 'queued' returning 1"), qr/permission denied/, '... and writes no state');
		like($as->($sunny, "select voygen.note_mail(j, '{}') from voygen.job j"), qr/permission denied/, '... nor by a function');
	}
};

subtest 'settings in a file' => sub {
	my ($file, $path) = tempfile(UNLINK => 1);
	my %settings = $server->settings;
	print $file map { "$_='$settings{$_}'\n" } sort keys %settings;
	close $file;
	my $job = send_to(version('final'), 'zoe@client.example');
	work((map { $_ => undef } keys %settings), VOYGEN_SETTINGS => $path);
	is(message($job)->{state}, 'sent', 'whoever sends reads them there');
	chmod 0644, $path;
	my $gateway = bless { database => 'job_mail', token => 'none', tokens => {}, work => 1, more => [ '--settings', $path ], creator => $$ }, 'GatewayTest';
	$gateway->start;
	$job = send_to(version('final'), 'zoe@client.example');
	until_true('the message', sub { job($job)->{status} =~ /done|failed/ });
	is(message($job)->{state}, 'sent', 'a gateway is told of the file, and sends by it');
	is($gateway->stop, 'exit 0', '... and ends well');
	unlike($gateway->said, qr/4711/, '... without a word of the password');
};

done_testing;
