# Requests that are broken at random, as bytes and as messages: each is answered with a status the gateway gives, or its
# connection ends; nothing crashes (the program runs under sanitizers) and sound requests are answered all the while.
# GATEWAY_FUZZ_SECONDS is how long, GATEWAY_FUZZ_SEED repeats a run.
use strict;
use warnings;
use IO::Select;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use GatewayTest;
use ShareTest;

my $share = ShareTest->new('gateway_fuzz', more => [ '--max-body', '200000', '--share-rate', '0' ]);
my $gateway = $share->gateway;
$gateway->add_tools;
my $seconds = $ENV{GATEWAY_FUZZ_SECONDS} // 6;
my $seed = $ENV{GATEWAY_FUZZ_SEED} // time ^ $$;
srand $seed;
diag "seed $seed";

my %answers = map { $_ => 1 } 100, 200, 202, 303, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 417, 422, 429, 431, 503;
my @words = ('"', '\\', '\\u0000', '\\ud800', '{', '}', '[', ']', ',', ':', 'null', '-', '1e999', "\r\n", "\n", "\0", "\xff", "\xc3", '  ', '0', '99999999999999999999',
	'"_meta"', '"params"', '"id"', 'Content-Length: 3', 'Transfer-Encoding: chunked', '%', '%0', '%00', '%FF', '%ED%A0%80', '&', '=', '+', '/p/', '../', '?', '#', 'vs_', '=?base64?', '?=', "\r\n\r\n", 'HTTP/1.1', 'GET / ');

my @bodies = map { [ $gateway->modern_request(@$_) ] } (
	[ 'tools/call', { name => 'test_wait', arguments => { seconds => 0 } } ],
	[ 'tools/call', { name => 'test_big', arguments => { bytes => 3000 } }, headers => { Accept => 'text/event-stream' } ],
	[ 'tools/call', { name => 'create_client', arguments => { name => 'Ann', preferences => { a => [ 1, 2, { b => 'é' } ] } } } ],
	[ 'server/discover', {}, headers => { 'Mcp-Name' => '=?base64?eA==?=' } ],
	[ 'tools/list', {} ],
	[ 'notifications/cancelled', { requestId => 1 }, id => undef ]);
push @bodies, [ $gateway->legacy_request(@$_) ] for [ 'ping' ], [ 'initialize', { protocolVersion => '2025-06-18' } ],
	[ 'tools/call', { name => 'find_clients', arguments => {} }, headers => { 'Mcp-Session-Id' => 'x' } ];
push @bodies, [ '[' . join(',', map { $_->[0] } @bodies[ 6, 7 ]) . ']' ];

# And what clients send under links: pages, and forms for an offer that stays open and one that may be decided.
my @offers = map { $share->offer(options => [ 'Classic', 'Grand' ]) } 1 .. 2;
my @keys = map { scalar $share->link($_->{id}) } @offers;
my %page = (token => undef, method => 'GET', headers => { 'Content-Type' => undef, Accept => 'text/html', 'User-Agent' => $ShareTest::READER });
my %form = (token => undef, headers => { 'Content-Type' => 'application/x-www-form-urlencoded', Accept => 'text/html' });
for my $n (0, 1)
{
	push @bodies, map { [ '', %page, path => "/p/$keys[$n]$_" ] } '', '?asked', '/document', '/proposal.pdf';
	push @bodies, [ ShareTest::form({ name => "Zoë % & +\n", question => 'Why? é' }), %form, path => "/p/$keys[$n]/question" ],
		[ ShareTest::form({ decision => 'accepted', name => 'Ann', option => 'Grand', comment => 'x', version => $n ? $offers[$n]{digest} : 'none' }), %form, path => "/p/$keys[$n]/decision" ];
}

# Cuts, doubles, replaces and inserts at a few places.
sub broken
{
	my ($text) = @_;
	for (1 .. 1 + int rand 3)
	{
		my $at = int rand(1 + length $text);
		my $length = int rand(1 + ((rand() < 0.2) ? 60 : 4));
		my $how = int rand 6;
		if ($how == 0) { substr $text, $at, $length, '' }
		elsif ($how == 1) { substr $text, $at, 0, substr $text, $at, $length }
		elsif ($how == 2) { substr $text, $at, ($at < length $text ? 1 : 0), chr int rand 256 }
		elsif ($how == 3) { substr $text, $at, 0, $words[ rand @words ] }
		elsif ($how == 4) { substr $text, $at, 0, $words[ rand @words ] x (1 + rand 200) }
		else { substr $text, $at, $length, $words[ rand @words ] }
	}
	return $text;
}

# A request broken in its message alone, so that it gets as far as that, or anywhere; several in a row; in chunks.
sub broken_bytes
{
	my ($body, %options) = @{ $bodies[ rand @bodies ] };
	my $kind = rand;
	if ($kind < 0.5) { $body = broken($body) }
	elsif ($kind < 0.6)
	{
		my %headers = %{ $options{headers} // {} };
		$headers{$_} = undef for grep { rand() < 0.3 } keys %headers;
		$headers{$_} = broken($headers{$_}) for grep { defined $headers{$_} && rand() < 0.3 } keys %headers;
		$options{headers} = { map { my $value = $headers{$_}; $value =~ s/[\r\n\0]//g if defined $value; ($_ => $value) } keys %headers };
	}
	my $bytes = $gateway->request_bytes($body, %options);
	if ($kind > 0.9)
	{
		my $chunks = join '', map { sprintf("%x\r\n%s\r\n", length, $_) } ($body =~ /(.{1,40})/gs, '');
		$bytes = $gateway->request_bytes('', %options, headers => { %{ $options{headers} // {} }, 'Content-Length' => undef, 'Transfer-Encoding' => 'chunked' }) . $chunks;
	}
	$bytes .= $gateway->request_bytes(@{ $bodies[ rand @bodies ] }) if rand() < 0.2;
	return $kind > 0.7 ? broken($bytes) : $bytes;
}

# What comes back within a moment.
sub exchange_bytes
{
	my ($bytes) = @_;
	my $socket = $gateway->connect;
	$socket->blocking(0);
	my $middle = rand() < 0.3 ? int rand length $bytes : length $bytes;
	syswrite $socket, substr $bytes, 0, $middle;
	select undef, undef, undef, 0.001 if $middle < length $bytes;
	syswrite $socket, substr $bytes, $middle;
	my $back = '';
	while (IO::Select->new($socket)->can_read($back eq '' ? 0.03 : 0.003))
	{
		my $got = sysread $socket, $back, 65536, length $back;
		last unless $got;
	}
	return $back;
}

my ($rounds, $answered, @wrong, %seen) = (0, 0);
my $end = time + $seconds;
while (time < $end && !@wrong)
{
	my $bytes = broken_bytes();
	my $back = eval { exchange_bytes($bytes) };
	if (!defined $back) { push @wrong, "no connection after: $bytes"; last }
	if ($back ne '')
	{
		my ($status) = $back =~ m{\AHTTP/1\.1 (\d{3}) [A-Z]};
		push @wrong, "$bytes\n-- was answered with --\n$back" unless $status && $answers{$status};
		$seen{ $status // 'none' }++;
		$answered++;
	}
	next if ++$rounds % 50;
	my $sound = eval { $gateway->modern('tools/call', { name => 'test_wait', arguments => { seconds => 0 } }) };
	push @wrong, "a sound request was not answered after: $bytes" unless $sound && $sound->{json} && $sound->{json}{result}{structuredContent}{said};
	$share->db->do("update voygen.proposal_shares set minute = null");
	$share->db->do("delete from voygen.client_questions where question_id % 7 > 0");
	my $seen = eval { $share->get("/p/$keys[0]/document") };
	push @wrong, "a document was not served after: $bytes" unless $seen && $seen->{body} eq $offers[0]{html};
}
is_deeply(\@wrong, [], "$rounds broken requests, $answered of them answered") or diag $gateway->said;
cmp_ok($seen{$_} // 0, '>', 0, "$_ among the answers") for 200, 303, 400, 404;
is($share->status_of($offers[0]{id}), 'viewed', 'what has no right digest was not decided');
GatewayTest::wait_for('all to be over', sub { $gateway->running_statements == 0 });
is($gateway->stop, 'exit 0', 'SIGTERM ends it');
diag join ', ', map { "$_: $seen{$_}" } sort keys %seen;
done_testing();
