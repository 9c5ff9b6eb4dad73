# Clients of the revisions before 2026-07-28: handshake, batches of the oldest, sessions nobody keeps, a restart they do
# not notice.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use GatewayTest;

my $gateway = GatewayTest->new('gateway_legacy');
my $json = JSON::PP->new->utf8;

sub initialize
{
	my ($version) = @_;
	return $gateway->legacy('initialize', { protocolVersion => $version, capabilities => {}, clientInfo => { name => 'x', version => '1' } });
}

# --- the handshake ---------------------------------------------------------------------------

for my $version (qw(2025-11-25 2025-06-18 2025-03-26))
{
	my $answer = initialize($version);
	is($answer->{status}, 200, "initialize with $version");
	is($answer->{json}{result}{protocolVersion}, $version, '... agrees on it');
	my %headers = (headers => { 'MCP-Protocol-Version' => $version });
	is($gateway->legacy('notifications/initialized', undef, id => undef, %headers)->{status}, 202, '... the notification is taken');
	is_deeply($gateway->legacy('ping', undef, %headers)->{json}, { jsonrpc => '2.0', id => 1, result => {} }, '... ping is answered with nothing');
	my $result = $gateway->legacy('tools/call', { name => 'find_clients', arguments => {} }, %headers)->{json}{result};
	is_deeply($result->{structuredContent}{clients}, [], '... tools can be called');
	ok(!exists $result->{resultType} && !exists $result->{_meta}, '... in the form of that revision');
	cmp_ok(scalar @{ $gateway->legacy('tools/list', {}, %headers)->{json}{result}{tools} }, '>', 30, '... and listed');
}
my $answer = initialize('2031-01-01');
is($answer->{json}{result}{protocolVersion}, '2025-11-25', 'a revision nobody knows is answered with the newest of its era');
is($answer->{json}{result}{serverInfo}{name}, 'voygen', '... and who answers');
like($answer->{json}{result}{instructions}, qr/travel agency/, '... and what for');
is($gateway->legacy('initialize', {})->{json}{error}{code}, -32602, 'initialize without a revision');

# --- what the header says ----------------------------------------------------------------------

$answer = $gateway->legacy('ping', undef, headers => { 'MCP-Protocol-Version' => '1999-01-01' });
is($answer->{status}, 400, 'a revision in the header that nobody knows');
is($answer->{json}{error}{code}, -32600, '... is no valid request');
is($gateway->legacy('no/such_method')->{status}, 200, 'a method that is not there is answered in band');
is($gateway->legacy('no/such_method')->{json}{error}{code}, -32601, '... with its code');
is($gateway->legacy('server/discover')->{json}{error}{code}, -32601, 'methods of the newest revision are not there');

# --- sessions --------------------------------------------------------------------------------------

my %session = (headers => { 'Mcp-Session-Id' => 'a-session-of-yesterday', 'MCP-Protocol-Version' => '2025-06-18' });
is($gateway->legacy('ping', undef, %session)->{status}, 200, 'a session nobody has begun is accepted');
is($gateway->stop, 'exit 0', 'the gateway ends');
$gateway->start;
is($gateway->legacy('tools/call', { name => 'find_clients' }, %session)->{status}, 200, 'a client that comes back after a restart goes on');

# --- batches ------------------------------------------------------------------------------------------

my @batch = (
	{ jsonrpc => '2.0', id => 'list', method => 'tools/list' },
	{ jsonrpc => '2.0', method => 'notifications/initialized' },
	{ jsonrpc => '2.0', id => 'call', method => 'tools/call', params => { name => 'find_clients', arguments => {} } },
	{ jsonrpc => '2.0', id => 'ping', method => 'ping' },
	{ jsonrpc => '2.0', id => 'none', method => 'no/such_method' },
	{ id => 'broken' },
	'nothing');
for my $headers ({}, { 'MCP-Protocol-Version' => '2025-03-26' })
{
	$answer = $gateway->post($json->encode(\@batch), headers => $headers);
	is($answer->{status}, 200, 'a batch');
	is_deeply([ map { $_->{id} // 'null' } @{ $answer->{json} } ], [qw(list call ping none broken null)], '... is answered in its order, but for notifications');
	is_deeply([ map { $_->{error}{code} // 0 } @{ $answer->{json} } ], [ 0, 0, 0, -32601, -32600, -32600 ], '... each message by itself');
}
$answer = $gateway->post($json->encode([ $batch[1], $batch[1] ]));
is($answer->{status}, 202, 'a batch of notifications has no answer');
is($answer->{body}, '', '... at all');
$answer = $gateway->post($json->encode([ $batch[3] ]));
is(ref $answer->{json}, 'ARRAY', 'a batch of one is answered as a batch');
for my $version (qw(2025-06-18 2025-11-25 2026-07-28))
{
	$answer = $gateway->post($json->encode([ $batch[3] ]), headers => { 'MCP-Protocol-Version' => $version });
	is($answer->{status}, 400, "$version has no batches");
	is($answer->{json}{error}{code}, -32600, '... and says so');
}
$answer = $gateway->post($json->encode([ map { { jsonrpc => '2.0', id => $_, method => 'ping' } } 1 .. 101 ]));
is($answer->{status}, 400, 'a batch of more than a hundred is refused');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
