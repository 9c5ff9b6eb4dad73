# Signed tokens of an issuer: which are taken, what every other is told, where its keys come from and what happens when they
# cannot be had; and where clients learn whom to ask for a token.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use GatewayTest;
use IssuerTest;

my $issuer = IssuerTest->new;
$issuer->add_key('RS256', 'first');
$issuer->add_key('ES256', 'curve');
$issuer->add_key('RS256', 'rotated', publish => 0);
$issuer->add_key('RS256', 'weak', bits => 1024);

my @settings = ("VOYGEN_ISSUER=$IssuerTest::ADDRESS", "VOYGEN_AUDIENCE=$IssuerTest::AUDIENCE");
my $gateway = GatewayTest->new('gateway_signed', start => 0);
my $db = $gateway->db;
my ($sunny, $rainy) = map { $db->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $_) } qw(sunny rainy);
sub identity
{
	my ($agency, $subject, $role, $scopes, $expires) = @_;
	return $db->selectrow_array('select voygen.create_identity(?, ?, ?, ?, scopes => ?, expires_at => ?)', undef, $agency, $IssuerTest::ADDRESS, $subject, $role, $scopes, $expires);
}
my $ann = identity($sunny, 'ann', 'voygen_agent');
identity($rainy, 'bob', 'voygen_reader');
identity($sunny, 'carl', 'voygen_agent', ['read']);
$gateway->{environment} = [ @settings, 'VOYGEN_JWKS=' . $issuer->url ];
$gateway->start;

my %call = (name => 'find_clients', arguments => {});
sub call { my ($token, %options) = @_; return $gateway->modern('tools/call', \%call, token => $token, %options) }
sub is_refused
{
	my ($token, $why, $what) = @_;
	my $answer = call($token);
	is($answer->{status}, 401, "$what is refused");
	like($answer->{headers}{'www-authenticate'}, qr/error="invalid_token".*resource_metadata="/, '... and how to ask is said');
	like($answer->{json}{error}{message}, $why, '... and why');
	return;
}

# --- taken --------------------------------------------------------------------------------------------

is(call($issuer->token)->{status}, 200, 'a token signed by RS256');
is(call($issuer->token({}, key => 'curve'))->{status}, 200, '... by ES256');
is(call($issuer->token({ aud => [ 'https://other.example', $IssuerTest::AUDIENCE ] }))->{status}, 200, '... for several servers');
is(call($issuer->token({ exp => time - 10 }))->{status}, 200, '... that has ended within the leeway');
is(call($gateway->{tokens}{'sunny:agent'})->{status}, 200, 'a key of our own');
$gateway->call('create_client', { name => 'Ann of Sunny' }, token => $issuer->token);
is(scalar @{ call($issuer->token({ sub => 'bob' }))->{json}{result}{structuredContent}{clients} }, 0, 'another subject is of another agency');
is(scalar @{ call($issuer->token)->{json}{result}{structuredContent}{clients} }, 1, '... and sees nothing of this one');
my $kept = $issuer->token;
is(join(' ', map { call($kept)->{status} } 1 .. 3), '200 200 200', 'a token again and again');

# --- refused ------------------------------------------------------------------------------------------

my $asked = $issuer->asked;
is_refused($issuer->token({ aud => 'https://other.example/mcp' }), qr/another server/, 'a token for another server');
is_refused($issuer->token({ aud => "$IssuerTest::AUDIENCE/" }), qr/another server/, 'a token for nearly this server');
is_refused($issuer->token({ iss => 'https://evil.example' }), qr/another issuer/, 'a token of another issuer');
is_refused($issuer->token({ exp => time - 60 }), qr/has ended/, 'a token that has ended');
is_refused($issuer->token({ exp => undef }), qr/when it ends/, 'a token without end');
is_refused($issuer->token({ nbf => time + 120 }), qr/not begun/, 'a token that has not begun');
is_refused($issuer->token({ sub => undef }), qr/whom/, 'a token of nobody');
is_refused($issuer->token({}, header => { alg => 'none' }, sign => sub { '' }), qr/neither by RS256/, 'a token signed by nothing');
is_refused($issuer->token({}, header => { alg => 'none' }), qr/neither by RS256/, 'a token that says it is signed by nothing');
my $pem = $issuer->{keys}{first}{pem};
is_refused($issuer->token({}, header => { alg => 'HS256' }, sign => sub { hmac_sha256($_[0], $pem) }), qr/neither by RS256/, 'the public key as a secret');
is_refused($issuer->token({}, sign => sub { hmac_sha256($_[0], $pem) }), qr/signature/, '... under the name of RS256');
is_refused($issuer->token({}, key => 'curve', header => { kid => 'first' }), qr/key of the token/, 'a key for another algorithm');
is_refused($issuer->token({}, key => 'rotated', header => { kid => 'first' }), qr/signature/, 'the name of another key');
(my $moved = $issuer->token) =~ s/\.[^.]+\./'.' . (split m{[.]}, $issuer->token({ sub => 'bob' }))[1] . '.'/e;
is_refused($moved, qr/signature/, 'the claims of another token');
is_refused('eyJhbGciOiJSUzI1NiJ9.e30.' . 'A' x 20000, qr/too long/, 'a token without end');
my $stranger = call($issuer->token({ sub => 'eve' }));
is($stranger->{status}, 403, 'whom nobody here knows is told so');
like($stranger->{json}{error}{message}, qr/no access here/, '... in words');

# --- malformed -----------------------------------------------------------------------------------------

for my $case ([ 'Bearer', 'no token' ], [ 'Bearer a b', 'two words' ], [ 'Bearer =', 'no characters of a token' ], [ "Bearer \x{80}", 'bytes' ])
{
	my $answer = call(undef, headers => { Authorization => $case->[0] });
	is($answer->{status}, 400, "$case->[1] behind Bearer is no request");
	like($answer->{headers}{'www-authenticate'}, qr/error="invalid_request"/, '... and it is said so');
}
my ($body, %options) = $gateway->modern_request('tools/call', \%call, token => $issuer->token);
my $bytes = $gateway->request_bytes($body, %options);
$bytes =~ s/\r\n/\r\nAuthorization: Bearer $gateway->{tokens}{'rainy:agent'}\r\n/;
my $socket = $gateway->connect;
print {$socket} $bytes;
is($gateway->read_answer($socket)->{status}, 400, 'two tokens in one request');

# --- keys ------------------------------------------------------------------------------------------------

is($issuer->asked, $asked, 'the issuer was not asked for any of them');
$issuer->publish(rotated => 1);
is(call($issuer->token({}, key => 'rotated'))->{status}, 200, 'a key that is new is fetched');
is($issuer->asked, $asked + 1, '... by asking the issuer once');
is_refused($issuer->token({}, header => { kid => 'unheard' }), qr/key of the token/, 'a key nobody has heard of');
is_refused($issuer->token({}, key => 'weak'), qr/key of the token/, 'a key that is too weak');
is($issuer->asked, $asked + 1, '... and within a minute nobody is asked again');
is(call($kept)->{status}, 200, 'a token of before is still good');
$issuer->publish(first => 0);
$gateway->signal('HUP');
GatewayTest::wait_for('the keys', sub { call($kept)->{status} == 401 });
is_refused($kept, qr/key of the token/, 'a token whose key is gone');
$issuer->publish(first => 1);
for my $how (qw(down broken huge far))
{
	my $complaints = () = $gateway->said =~ /cannot be had/g;
	$issuer->behave($how);
	$gateway->signal('HUP');
	GatewayTest::wait_for('the question', sub { $complaints < (() = $gateway->said =~ /cannot be had/g) });
	is(call($issuer->token({}, key => 'rotated'))->{status}, 200, "keys stay when the issuer's server is $how");
}
$issuer->behave('hang');
my $before = $issuer->asked;
$gateway->signal('HUP');
GatewayTest::wait_for('the question', sub { $issuer->asked > $before });
my $begin = time;
is(call($issuer->token({}, key => 'rotated'))->{status}, 200, 'nobody waits for an issuer that hangs');
cmp_ok(time - $begin, '<', 2, '... at all');
# who needs what does not come waits for it, but not for ever; a client that goes away is forgotten
my $gone = $gateway->connect;
print {$gone} $gateway->request_bytes($gateway->modern_request('tools/call', \%call, token => $issuer->token({}, header => { kid => 'nobody' })));
sleep 0.2;
close $gone;
is_refused($issuer->token({}, header => { kid => 'unheard' }), qr/key of the token/, 'a key that is asked for in vain');
cmp_ok(time - $begin, '<', 8, '... ends within the time for it');
$issuer->behave('good');

# --- the end of an identity ----------------------------------------------------------------------------------

my $reader = $issuer->token({ sub => 'bob' }, key => 'rotated');
is(call($reader)->{status}, 200, 'an identity');
$db->do('select voygen.revoke_token(agency_id, token_id) from voygen.tokens where subject = ?', undef, 'bob');
like(call($reader)->{status}, qr/^40[13]$/, '... that was ended is refused at the next call');
my $ends = identity($sunny, 'dora', 'voygen_agent', undef, $db->selectrow_array("select now() + interval '1500 ms'"));
my $dora = $issuer->token({ sub => 'dora' }, key => 'rotated');
is(call($dora)->{status}, 200, 'an identity of an end to come');
GatewayTest::wait_for('the end', sub { call($dora)->{status} != 200 });
is(call($dora)->{status}, 401, '... is refused then');

# --- scopes ----------------------------------------------------------------------------------------------------

my $carl = $issuer->token({ sub => 'carl' }, key => 'rotated');
is(call($carl)->{status}, 200, 'what the scope allows');
my $answer = $gateway->modern('tools/call', { name => 'create_client', arguments => { name => 'Carl' } }, token => $carl);
is($answer->{status}, 403, 'what it does not allow');
like($answer->{headers}{'www-authenticate'}, qr/error="insufficient_scope", scope="[^"]*(write|create_client)[^"]*", resource_metadata="/, '... tells which scope it takes');

# --- what a token leaves of its row ---------------------------------------------------------------------------

sub ask { my ($claims, $method, $params, %options) = @_; return $gateway->modern($method, $params, token => $issuer->token($claims, key => 'rotated'), %options) }
sub names { return join ' ', map { $_->{name} } @{ ask($_[0], 'tools/list')->{json}{result}{tools} } }
my %made = (name => 'create_client', arguments => { name => 'Narrow' });
my %task = (taskId => '1', inputResponses => {});
my %tasks = (meta => { 'io.modelcontextprotocol/clientCapabilities' => { extensions => { 'io.modelcontextprotocol/tasks' => {} } } });
my @asked = ([ 'tools/call', \%call ], [ 'tools/call', \%made ], [ 'resources/list', {} ], [ 'prompts/list', {} ], [ 'tasks/get', \%task, %tasks ], [ 'tasks/cancel', \%task, %tasks ],
	[ 'tasks/update', \%task, %tasks ], [ 'subscriptions/listen', { notifications => { taskIds => ['1'] } }, %tasks ]);
# What of these is refused, by the status of each; the stream of the last is not opened where it is allowed.
for my $case (
	[ 'no claim', { }, '200 200 200 200 200 200 200' ],
	[ 'both words', { scope => 'openid read write' }, '200 200 200 200 200 200 200' ],
	[ 'read', { scope => 'read' }, '200 403 200 200 200 403 403' ],
	[ 'write', { scope => 'write' }, '403 200 403 403 403 200 200 403' ],
	[ 'a name and the beginning of names', { scope => 'create_client find_*' }, '200 200 403 403 403 403 403 403' ],
	[ 'words of others', { scope => 'openid profile reads' }, '403 403 403 403 403 403 403 403' ],
	[ 'no word', { scope => '' }, '403 403 403 403 403 403 403 403' ],
	[ 'scp as a text', { scp => 'read' }, '200 403 200 200 200 403 403' ],
	[ 'scp as a list', { scp => [ 'email', 'read' ] }, '200 403 200 200 200 403 403' ],
	[ 'an empty list', { scp => [] }, '403 403 403 403 403 403 403 403' ],
	[ 'scope before scp', { scope => 'write', scp => 'read' }, '403 200 403 403 403 200 200 403' ])
{
	my ($what, $claims, $expected) = @$case;
	my $most = () = $expected =~ /\d+/g;
	is(join(' ', map { my ($method, $params, %options) = @$_; ask($claims, $method, $params, %options)->{status} } @asked[ 0 .. $most - 1 ]), $expected, "a token with $what");
}
is(ask({ sub => 'carl', scope => 'read write' }, 'tools/call', \%made)->{status}, 403, 'a token gives nothing that its row does not');
is(names({ sub => 'carl', scope => 'write' }), '', '... and the list of tools is empty where neither allows any');
is(names({ scope => 'find_trips create_client' }), 'create_client find_trips', 'it has those that both allow');
is(names({ scope => 'read write' }), names({}), '... all, where the token allows all');
$answer = ask({ scope => 'read' }, 'tools/call', \%made);
like($answer->{headers}{'www-authenticate'}, qr/error="insufficient_scope", scope="write", resource_metadata="/, 'what is missing is said');
is($answer->{json}{error}{data}{code}, 'not_allowed', '... and why');
is(ask({ scope => 'read' }, 'tools/call', { name => 'no_such_tool', arguments => {} })->{json}{error}{code}, -32602, 'a tool that is not there is not there');
my $narrow = $issuer->token({ scope => 'read' }, key => 'rotated');
my $row = $issuer->token({}, key => 'rotated');
is(join(' ', map { $gateway->modern('tools/call', \%made, token => $_)->{status} } $narrow, $row, $narrow, $row), '403 200 403 200', 'tokens of one person are told apart, also when they are known');
for my $scope (7, { a => 1 }, [ 'read', 7 ]) { is_refused($issuer->token({ scope => $scope }, key => 'rotated'), qr/what it is for/, 'a scope that is ' . JSON::PP->new->allow_nonref->encode($scope)) }
my $refusals = sub { $db->selectrow_array("select count(*) from voygen.audit where tool = 'create_client' and outcome = 'not_allowed' and jsonb_exists(args, '(sha256)')") };
GatewayTest::wait_for('the audit', sub { $refusals->() >= 5 });

# --- metadata -----------------------------------------------------------------------------------------------------

for my $path ('/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp')
{
	my $got = $gateway->post('', method => 'GET', path => $path, token => undef);
	is($got->{status}, 200, "$path is for everybody");
	is_deeply($got->{json}, { resource => $IssuerTest::AUDIENCE, authorization_servers => [$IssuerTest::ADDRESS], scopes_supported => [qw(read write)], bearer_methods_supported => ['header'], resource_name => 'Voygen' }, '... and says whom to ask');
	is($gateway->post('', method => 'GET', path => $path, token => undef, headers => { Host => 'evil.example' })->{status}, 403, '... but not under another name');
}
my $asks = call(undef);
is($asks->{status}, 401, 'without a token');
is($asks->{headers}{'www-authenticate'}, 'Bearer realm="voygen", resource_metadata="https://travel.example/.well-known/oauth-protected-resource/mcp"', '... a client is told where to look');
is(call(undef, path => '/mcp?access_token=' . $issuer->token)->{status}, 401, 'a token in the address counts for nothing');

my $log = $gateway->said;
unlike($log, qr/ey[A-Za-z0-9_-]{10}|vg_/, 'no token is in the log');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');

# --- an issuer that is not there at the beginning, and keys in a file ------------------------------------------------

$issuer->behave('down');
$gateway->start;
is(call($issuer->token)->{status}, 503, 'without keys nothing can be said');
$issuer->behave('good');
GatewayTest::wait_for('the keys', sub { call($issuer->token)->{status} == 200 });
pass('... until the issuer answers');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');

$gateway->{environment} = [ @settings, 'VOYGEN_JWKS=' . $issuer->file ];
$issuer->publish(first => 0);
$gateway->start;
is(call($issuer->token({}, key => 'curve'))->{status}, 200, 'keys in a file');
is(call($issuer->token)->{status}, 401, '... and no others');
$issuer->publish(first => 1);
$gateway->signal('HUP');
GatewayTest::wait_for('the file', sub { call($issuer->token)->{status} == 200 });
$issuer->_write('keys', 'nothing');
$gateway->signal('HUP');
GatewayTest::wait_for('the complaint', sub { $gateway->said =~ /keys of before stay/ });
is(call($issuer->token)->{status}, 200, 'a broken file changes nothing');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');

# --- settings ------------------------------------------------------------------------------------------------------------

for my $case ([ [ $settings[0] ], qr/go together/ ], [ [ @settings, 'VOYGEN_JWKS=/nowhere' ], qr/nowhere/ ],
	[ [ $settings[0], 'VOYGEN_AUDIENCE=mcp', 'VOYGEN_JWKS=' . $issuer->file ], qr/--audience is "mcp"/ ])
{
	$gateway->{environment} = $case->[0];
	eval { $gateway->start };
	like($gateway->said, $case->[1], 'settings that do not fit are named');
	delete $gateway->{pid};
}
done_testing();
