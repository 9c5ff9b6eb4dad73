# What the conformance suite leaves out: streams and sessions of both kinds of revisions, and questions whose state
# belongs to one caller, one call and one span of time.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_streams', start => 0, more => [ '--state-ms', '1500' ]);
my $db = $gateway->db;
$db->do($_) for split /;;\n/, <<'SQL';
create type voygen_api.test_wiped as (wiped boolean);;
create function voygen_api.test_wipe(what text, confirm boolean default false) returns voygen_api.test_wiped language plpgsql volatile as $$
begin
  if confirm is not true then perform voygen.raise('precondition_failed', 'it needs confirm: true'); end if;
  return row(true)::voygen_api.test_wiped;
end $$;;
comment on function voygen_api.test_wipe is 'Wipe

@param what What.
@param confirm Sure?
@destructive
@required what';;
revoke execute on function voygen_api.test_wipe from public;;
grant execute on function voygen_api.test_wipe to voygen_agent, voygen_admin;;
grant usage on type voygen_api.test_wiped to voygen_agent, voygen_admin
SQL
$gateway->start;

# --- questions before something is destroyed ----------------------------------------------------

my %asked = (meta => { 'io.modelcontextprotocol/clientCapabilities' => { elicitation => {} } });
my %yes = (inputResponses => { confirm => { action => 'accept', content => { confirm => JSON::PP::true } } });
my $call = sub { my ($what, $more, %options) = @_; return $gateway->modern('tools/call', { name => 'test_wipe', arguments => { what => $what }, %{ $more // {} } }, %asked, %options)->{json} };
my $state = sub { return $call->('this')->{result}{requestState} };

my $round = $call->('this')->{result};
is($round->{resultType}, 'input_required', 'a client that can be asked is asked before something is destroyed');
like($round->{inputRequests}{confirm}{params}{message}, qr/test_wipe.*this/, '... and told what');
is($call->('this', { %yes, requestState => $round->{requestState} })->{result}{structuredContent}{wiped}, JSON::PP::true, 'yes runs it');
is($call->('this', \%yes)->{result}{resultType}, 'input_required', 'a yes without a question does not');
is($call->('this', { requestState => $state->() })->{result}{resultType}, 'input_required', 'a question without an answer is asked again');
is($call->('this', { inputResponses => { confirm => { action => 'accept', content => { confirm => 'x' } } }, requestState => $state->() })->{result}{resultType}, 'input_required', '... and so is one with a wrong answer');
for my $no ({ action => 'decline' }, { action => 'accept', content => { confirm => JSON::PP::false } })
{
	like($call->('this', { inputResponses => { confirm => $no }, requestState => $state->() })->{result}{content}[0]{text}, qr/needs confirm/, 'no gets the refusal of the database');
}
my $refused = -32602;
is($call->('that', { %yes, requestState => $state->() })->{error}{code}, $refused, 'a state of other arguments is refused');
is($gateway->modern('tools/call', { name => 'find_clients', arguments => { what => 'this' }, %yes, requestState => $state->() }, %asked)->{json}{error}{code}, $refused, '... of another tool, too');
is($call->('this', { %yes, requestState => $state->() }, token => $gateway->{tokens}{'sunny:admin'})->{error}{code}, $refused, '... of another caller, too');
my $altered = $state->();
substr($altered, 20, 1) = substr($altered, 20, 1) eq 'A' ? 'B' : 'A';
is($call->('this', { %yes, requestState => $_ })->{error}{code}, $refused, 'an altered state is refused') for $altered, $state->() . 'A', '', 'x', "\x{e4}";
my $given = time;
my $old = $state->();
GatewayTest::wait_for('the end of a state', sub { ($call->('this', { %yes, requestState => $old })->{error}{code} // 0) == $refused });
cmp_ok(time - $given, '>=', 1.5, 'a state that is too old is refused, and none before');
my $before = $state->();
$gateway->stop;
$gateway->start;
is($call->('this', { %yes, requestState => $before })->{error}{code}, $refused, 'after a restart a state with a random key is not known');
$gateway->stop;
$gateway->{more} = [ '--state-key', 'shared' ];
$gateway->start;
$before = $state->();
$gateway->stop;
$gateway->start;
is($call->('this', { %yes, requestState => $before })->{result}{structuredContent}{wiped}, JSON::PP::true, '... with a shared one it is');
like($gateway->modern('tools/call', { name => 'test_wipe', arguments => { what => 'this' } })->{json}{result}{content}[0]{text}, qr/needs confirm/, 'a client that cannot be asked gets the refusal');
my $switch = sub { $gateway->modern('tools/call', { name => 'set_feature_flag', arguments => { flag => 'elicitation', enabled => $_[0] } }, token => $gateway->{tokens}{'sunny:admin'}) };
my $text = sub { ($call->('this')->{result}{content} // [])->[0]{text} // 'a question' };
$switch->(JSON::PP::false);
GatewayTest::wait_for('no question', sub { $text->() =~ /needs confirm/ });
pass('where the agency wants no questions, every client gets the refusal');
$switch->(JSON::PP::true);
GatewayTest::wait_for('the question', sub { $text->() eq 'a question' });
pass('... until it wants them again');

# --- listening -----------------------------------------------------------------------------------

sub listen_to
{
	my ($notifications, %more) = @_;
	my $socket = $gateway->connect;
	my ($body, %options) = $gateway->modern_request('subscriptions/listen', { notifications => $notifications }, id => 'ear', %more);
	print {$socket} $gateway->request_bytes($body, %options);
	GatewayTest::wait_for('the acknowledgement', sub { $gateway->peek($socket) =~ /acknowledged/ });
	return $socket;
}
my $tools = listen_to({ toolsListChanged => JSON::PP::true });
my $prompts = listen_to({ promptsListChanged => JSON::PP::true });
my $rainy = listen_to({ resourceSubscriptions => ['voygen://trip/x'] }, token => $gateway->{tokens}{'rainy:admin'});
my $sunny = listen_to({ resourceSubscriptions => [ 'voygen://trip/x', 'voygen://other' ] });
like($gateway->peek($tools), qr/"subscriptionId":"ear"|subscriptionId":"ear"/, 'the acknowledgement names its subscription');
$db->do("comment on function voygen_api.test_wipe is 'Wipe all\n\n\@param what What.\n\@param confirm Sure?\n\@destructive\n\@required what'");
GatewayTest::wait_for('the news', sub { $gateway->peek($tools) =~ m{notifications/tools/list_changed} });
pass('a changed comment is told to who listens to tools');
unlike($gateway->peek($prompts), qr/list_changed/, '... and not to who listens to prompts');
my ($agency) = $db->selectrow_array("select agency_id from voygen.agencies where slug = 'sunny'");
$db->do("notify voygen_facts, '$agency 1,2'");
GatewayTest::wait_for('the update', sub { $gateway->peek($sunny) =~ m{resources/updated} });
like($gateway->peek($sunny), qr{"uri":"voygen://trip/x"}, 'new facts are told to who watches a trip');
unlike($gateway->peek($sunny), qr{updated[^\n]*voygen://other}, '... not for what is no trip');
unlike($gateway->peek($rainy), qr{updated}, '... and to no other agency');
close $rainy;

# --- sessions of older revisions --------------------------------------------------------------------

my $session = $gateway->legacy('initialize', { protocolVersion => '2025-11-25', capabilities => { elicitation => {} }, clientInfo => { name => 'x', version => '1' } })->{headers}{'mcp-session-id'};
like($session, qr/^[0-9a-f]{32}-e$/, 'a client gets a session, which says what it can be asked');
my %in = (headers => { 'Mcp-Session-Id' => $session, 'MCP-Protocol-Version' => '2025-11-25' });
my $stream = $gateway->connect;
print {$stream} $gateway->request_bytes('', method => 'GET', %in);
GatewayTest::wait_for('the stream', sub { $gateway->peek($stream) =~ m{text/event-stream} });
is_deeply($gateway->legacy('resources/subscribe', { uri => 'voygen://trip/y' }, %in)->{json}{result}, {}, 'a resource can be watched');
is($gateway->legacy('resources/subscribe', { uri => 'voygen://trip/y' })->{json}{error}{code}, -32600, '... in a session');
is($gateway->legacy('logging/setLevel', { level => 'loud' }, %in)->{json}{error}{code}, -32602, 'a level of log lines that is none');
$db->do("notify voygen_facts, '$agency many'");
GatewayTest::wait_for('the update', sub { $gateway->peek($stream) =~ m{"uri":"voygen://trip/y"} });
pass('the stream of the session tells of it');
my $other = $gateway->connect;
print {$other} $gateway->request_bytes('', method => 'GET', %in, token => $gateway->{tokens}{'sunny:admin'});
GatewayTest::wait_for('the other stream', sub { $gateway->peek($other) =~ m{text/event-stream} });
$db->do("notify voygen_facts, '$agency many'");
GatewayTest::wait_for('the second update', sub { (() = $gateway->peek($stream) =~ m{"uri":"voygen://trip/y"}g) == 2 });
unlike($gateway->peek($other), qr{updated}, 'somebody else with the same id has another session');

# a question on the stream of the call, answered by a request of its own
my $asking = $gateway->connect;
my ($body, %options) = $gateway->legacy_request('tools/call', { name => 'test_wipe', arguments => { what => 'this' } }, %in, id => 7);
print {$asking} $gateway->request_bytes($body, %options);
GatewayTest::wait_for('the question', sub { $gateway->peek($asking) =~ m{elicitation/create} });
my ($id) = $gateway->peek($asking) =~ /"id":"(voygen-[0-9a-f]+)"/;
my $reply = $gateway->encode({ jsonrpc => '2.0', id => $id, result => { action => 'accept', content => { confirm => JSON::PP::true } } });
is($gateway->post($reply, %in, token => $gateway->{tokens}{'sunny:admin'})->{status}, 202, 'an answer of somebody else is taken');
is($gateway->legacy('ping', undef, %in)->{status}, 200, '... as is what comes behind it');
unlike($gateway->peek($asking), qr/"id":7/, '... and does not count');
$gateway->post($reply, %in);
is($gateway->read_answer($asking)->{events}[-1]{result}{structuredContent}{wiped}, JSON::PP::true, 'the answer of the one who was asked does');

is($gateway->post('', method => 'DELETE', %in)->{status}, 200, 'a session can be ended');
GatewayTest::wait_for('the end of the stream', sub { $gateway->peek($stream) =~ /\r\n0\r\n\r\n/ });
pass('... and its stream with it');

# --- the end -------------------------------------------------------------------------------------------

is($gateway->stop, 'exit 0', 'SIGTERM ends it, streams and all');
like($gateway->peek($tools), qr/"result":\{"resultType":"complete","_meta":\{"io.modelcontextprotocol\/subscriptionId":"ear"\}\}/, 'who listens is told the end');
done_testing();
