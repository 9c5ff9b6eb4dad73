# The rules of the newest revision over HTTP, one by one: what is answered to what, in which order faults are found, and
# that ids come back as they were sent.
use strict;
use warnings;
use MIME::Base64 qw(encode_base64);
use Test::More;
use GatewayTest;

my $gateway = GatewayTest->new('gateway_wire');
my $version = 'io.modelcontextprotocol/protocolVersion';
my $capabilities = 'io.modelcontextprotocol/clientCapabilities';

# An answer with an error: status, code, and the id it repeats.
sub is_refused
{
	my ($answer, $status, $code, $what, $id) = @_;
	$id = 1 if @_ < 5;
	is($answer->{status}, $status, "$what: status");
	is($answer->{json}{error}{code}, $code, "$what: code") or diag $answer->{body};
	is($answer->{json}{id}, $id, "$what: id");
	like($answer->{json}{error}{message}, qr/\w{3}/, "$what: words");
	return;
}

# --- what is fine ---------------------------------------------------------------------

my $answer = $gateway->modern('server/discover');
is($answer->{status}, 200, 'server/discover');
is($answer->{headers}{'content-type'}, 'application/json', '... in JSON');
my $result = $answer->{json}{result};
is_deeply($result->{supportedVersions}, ['2026-07-28'], '... names the revisions');
is(ref $result->{capabilities}{tools}, 'HASH', '... can do tools');
is($result->{resultType}, 'complete', '... is complete');
like($result->{ttlMs}, qr/^\d+$/, '... says how long it holds');
is($result->{cacheScope}, 'private', '... and for whom');
is($result->{_meta}{'io.modelcontextprotocol/serverInfo'}{name}, 'voygen', '... says who answers');

$answer = $gateway->modern('tools/call', { name => 'find_clients', arguments => {} }, id => 'a "b" é');
is($answer->{status}, 200, 'tools/call');
is($answer->{json}{id}, 'a "b" é', '... repeats an id that is a text');
is_deeply($answer->{json}{result}{structuredContent}{clients}, [], '... has the result of the tool');
my ($text) = @{ $answer->{json}{result}{content} };
is_deeply(JSON::PP->new->utf8->decode($text->{text}), $answer->{json}{result}{structuredContent}, '... and the same as text');
is($answer->{json}{result}{resultType}, 'complete', '... is complete');
like($gateway->modern('server/discover', {}, id => JSON::PP->new->allow_bignum->decode('123456789012345678901234567890'))->{body},
	qr/"id":123456789012345678901234567890\b/, 'an id comes back digit for digit');

$answer = $gateway->modern('notifications/cancelled', { requestId => 7 }, id => undef);
is($answer->{status}, 202, 'a notification is taken');
is($answer->{body}, '', '... without words');
is($gateway->modern('notifications/unheard_of', {}, id => undef)->{status}, 202, 'so is one nobody knows');

$answer = $gateway->modern('tools/call', { name => 'find_clients' }, headers => { Accept => 'text/event-stream' });
is($answer->{headers}{'content-type'}, 'text/event-stream', 'a client that takes events alone gets one');
is_deeply($answer->{events}[0]{result}{structuredContent}{clients}, [], '... with the answer in it');
is($answer->{headers}{'x-accel-buffering'}, 'no', '... which no proxy is to hold back');
is($gateway->modern('server/discover', {}, headers => { Accept => undef })->{status}, 200, 'no Accept takes anything');
is($gateway->modern('server/discover', {}, headers => { Accept => 'text/html;q=0.9, */*;q=0.1' })->{status}, 200, 'so does */*');
is($gateway->modern('server/discover', {}, meta => { 'io.modelcontextprotocol/clientInfo' => { name => 'x', version => '1' } })->{status},
	200, 'a client may say who it is');
is($gateway->modern('server/discover', {}, headers => { 'mcp-session-id' => 'x', 'last-event-id' => '7' })->{status}, 200,
	'headers of other revisions do not matter');
is($gateway->modern('server/discover', {}, headers => { 'Content-Type' => 'Application/JSON; charset=utf-8' })->{status}, 200,
	'the type may have parameters');

# --- 1 and 2: HTTP and JSON-RPC -----------------------------------------------------------

for my $method (qw(PUT PATCH))
{
	$answer = $gateway->post('', method => $method);
	is($answer->{status}, 405, "$method is not known");
	like($answer->{headers}{allow}, qr/\bPOST\b/, '... and POST is named');
}
is($gateway->post('{}', path => '/elsewhere')->{status}, 404, 'another path is not there');
is($gateway->post('{}', headers => { 'Content-Type' => 'text/plain' })->{status}, 415, 'another type is refused');
is($gateway->post('{}', headers => { 'Content-Type' => undef })->{status}, 415, 'no type is refused');
is($gateway->post('{}', headers => { Accept => 'text/html' })->{status}, 406, 'a client that takes neither form is refused');

for my $case (
	[ '', -32700, 'an empty body' ],
	[ '{"jsonrpc":"2.0",', -32700, 'a body that is cut' ],
	[ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}", -32700, 'broken UTF-8' ],
	[ '{"jsonrpc":"2.0","id":1,"method":"ping"} x', -32700, 'something behind the message' ],
	[ '[' x 5000, -32700, 'brackets without end' ],
	[ '{"id":1,"id":2,"jsonrpc":"2.0","method":"ping"}', -32700, 'a member that is there twice' ],
	[ '[]', -32600, 'an empty batch' ],
	[ '"ping"', -32600, 'a message that is no object' ],
	[ '{"id":null,"jsonrpc":"2.0","method":"ping"}', -32600, 'an id that is null' ],
	[ '{"id":{},"jsonrpc":"2.0","method":"ping"}', -32600, 'an id that is an object' ])
{
	is_refused($gateway->post($case->[0]), 400, $case->[1], $case->[2], undef);
}
is_refused($gateway->post('{"id":1,"method":"ping"}'), 400, -32600, 'no jsonrpc');
is_refused($gateway->post('{"id":1,"jsonrpc":"1.0","method":"ping"}'), 400, -32600, 'another jsonrpc');
is_refused($gateway->post('{"id":1,"jsonrpc":"2.0","method":7}'), 400, -32600, 'a method that is no text');
is_refused($gateway->post('{"id":1,"jsonrpc":"2.0","method":"ping","params":[1]}'), 400, -32600, 'parameters that are a list');
my ($one, %options) = $gateway->modern_request('server/discover');
is_refused($gateway->post("[$one]", %options), 400, -32600, 'a batch of the newest revision', undef);
is_refused($gateway->post("[$one]"), 400, -32600, '... whatever the header says', undef);
is($gateway->post('{"jsonrpc":"2.0","id":9,"result":{}}')->{status}, 202, 'an answer to nothing is taken');
is($gateway->post('{"j\u0073onrpc":"2.0","id":1,"meth\u006fd":"p\u0069ng"}')->{json}{id}, 1, 'names may be written with escapes');

# --- 3: the era ---------------------------------------------------------------------------

is_refused($gateway->modern('server/discover', {}, meta => { $version => undef }), 400, -32602, 'a header without a claim in the body');
is_refused($gateway->modern('server/discover', {}, headers => { 'MCP-Protocol-Version' => '2025-11-25' }), 400, -32020,
	'a header of another revision than the body');
is_refused($gateway->modern('initialize', { protocolVersion => '2025-11-25' }, meta => { $version => undef }), 400, -32020,
	'initialize under a header of the newest revision');
is_refused($gateway->modern('server/discover', {}, meta => { $version => 'v999.0.0' }), 400, -32020,
	'... before the revision itself is looked at');

# --- 4 and 5: the envelope ------------------------------------------------------------------

is_refused($gateway->modern('server/discover', {}, meta => { $capabilities => undef }), 400, -32602, 'no capabilities');
like($gateway->modern('server/discover', {}, meta => { $capabilities => undef })->{json}{error}{message}, qr/clientCapabilities/,
	'... and the key is named');
is_refused($gateway->modern('server/discover', {}, meta => { $capabilities => [] }), 400, -32602, 'capabilities that are a list');
is_refused($gateway->modern('server/discover', {}, meta => { $version => 7 }), 400, -32602, 'a revision that is no text');
$answer = $gateway->modern('server/discover', {}, meta => { $version => 'v999.0.0' }, headers => { 'MCP-Protocol-Version' => 'v999.0.0' });
is_refused($answer, 400, -32022, 'a revision nobody knows');
is_deeply($answer->{json}{error}{data}, { supported => ['2026-07-28'], requested => 'v999.0.0' }, '... and those that are spoken');
is_refused($gateway->modern('server/discover', {}, meta => { $version => 'v9', $capabilities => undef },
	headers => { 'MCP-Protocol-Version' => 'v9' }), 400, -32602, 'the envelope comes before the revision');
is_refused($gateway->modern('server/discover', {}, meta => { $version => 'v9' },
	headers => { 'MCP-Protocol-Version' => 'v9', 'Mcp-Method' => undef }), 400, -32022, 'the revision before the headers');

# --- 6: headers -----------------------------------------------------------------------------

my %call = (name => 'find_clients', arguments => {});
for my $case (
	[ { 'MCP-Protocol-Version' => undef }, 'no revision' ],
	[ { 'Mcp-Method' => undef }, 'no method' ],
	[ { 'Mcp-Method' => 'tools/list' }, 'another method' ],
	[ { 'Mcp-Method' => 'TOOLS/CALL' }, 'a method in capitals' ],
	[ { 'Mcp-Name' => undef }, 'no name' ],
	[ { 'Mcp-Name' => 'nope' }, 'another name' ],
	[ { 'Mcp-Name' => 'Find_Clients' }, 'a name in other letters' ],
	[ { 'Mcp-Name' => '=?base64?ZmluZF9jbGllbnRz=?=' }, 'base64 with padding too much' ],
	[ { 'Mcp-Name' => '=?base64?ZmluZF9jbGll bnRz?=' }, 'base64 with a blank' ],
	[ { 'Mcp-Name' => '=?base64?ZmluZF9jbGllbnR?=' }, 'base64 cut short' ],
	[ { 'Mcp-Name' => '=?BASE64?ZmluZF9jbGllbnRz?=' }, 'marks in capitals, which are no marks' ])
{
	is_refused($gateway->modern('tools/call', \%call, headers => $case->[0]), 400, -32020, "headers: $case->[1]");
}
for my $case (
	[ { 'Mcp-Name' => '=?base64?' . encode_base64('find_clients', '') . '?=' }, 'a name in base64' ],
	[ { 'Mcp-Name' => "  find_clients \t" }, 'blanks around the name' ],
	[ { 'Mcp-Name' => undef, 'MCP-NAME' => 'find_clients' }, 'names of headers in capitals' ])
{
	is($gateway->modern('tools/call', \%call, headers => $case->[0])->{status}, 200, "headers: $case->[1]");
}
for my $padding (0 .. 2)
{
	my $name = 'tool' . 'x' x $padding;
	$answer = $gateway->modern('tools/call', { name => $name }, headers => { 'Mcp-Name' => '=?base64?' . encode_base64($name, '') . '?=' });
	is($answer->{json}{error}{code}, -32602, "base64 with padding $padding is read") or diag $answer->{body};
}
is_refused($gateway->modern('no/such_method', {}, headers => { 'Mcp-Method' => 'x' }), 400, -32020, 'headers come before the method');

# --- 9: methods and what they find ------------------------------------------------------------

for my $method (qw(no/such_method initialize ping logging/setLevel resources/subscribe resources/unsubscribe))
{
	is_refused($gateway->modern($method, {}), 404, -32601, "$method is no method of the newest revision");
}
is_refused($gateway->modern('tools/call', { arguments => {} }), 200, -32602, 'no tool is named');
is_refused($gateway->modern('tools/call', { name => 'nope' }), 200, -32602, 'a tool that is not there');
is_refused($gateway->modern('tools/call', { name => 'find_clients', arguments => [] }), 200, -32602, 'arguments that are a list');
is_refused($gateway->modern('tools/list', { cursor => 'x' }), 200, -32602, 'a cursor that was never given');
$answer = $gateway->modern('tools/call', { name => 'create_client', arguments => { nam => 'Ann' } });
is($answer->{status}, 200, 'arguments that are wrong are a result');
my $error = GatewayTest::tool_error($answer);
is($error->{code}, 'unknown_name', '... with the code');
is($error->{path}, '/nam', '... the path');
like($error->{hint}, qr/name/, '... and a hint');
ok(!exists $answer->{json}{result}{structuredContent}, '... and nothing that would have to fit the schema of the result');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
