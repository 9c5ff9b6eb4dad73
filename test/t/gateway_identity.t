# Who asks: a token in the header and nowhere else, what each role may see and call, tokens that end, other agencies.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_identity');
$gateway->add_tools;
my $db = $gateway->db;
my %tokens = %{ $gateway->{tokens} };

sub is_unauthorized
{
	my ($answer, $what, $error) = @_;
	is($answer->{status}, 401, $what);
	like($answer->{headers}{'www-authenticate'}, $error ? qr/^Bearer .*error="invalid_token"/ : qr/^Bearer (?!.*error)/, '... and how to ask is said');
	ok($answer->{json}{error}, '... as an error of the protocol');
	return;
}

my %call = (name => 'find_clients', arguments => {});

# --- none, and none that is one ------------------------------------------------------------------

is_unauthorized($gateway->modern('tools/call', \%call, token => undef), 'no token', 0);
is_unauthorized($gateway->modern('server/discover', {}, token => undef), 'no token, for what anybody may know', 0);
is_unauthorized($gateway->post('no json', token => undef), 'the token comes before the message', 0);
is_unauthorized($gateway->modern('tools/call', \%call, token => $_->[0]), $_->[1], 1)
	for [ 'x', 'a token of no kind' ], [ 'vg_', 'the beginning of a token' ], [ 'vg_1_abc', 'a token that is cut' ],
	[ "$tokens{'sunny:agent'}x~", 'a token with more behind it' ], [ 'vg_99999999999999999999_' . 'x' x 64, 'an agency that is no number' ],
	[ 'eyJhbGciOiJub25lIn0.e30.', 'a signed token' ];
is_unauthorized($gateway->modern('tools/call', \%call, headers => { Authorization => "Basic $tokens{'sunny:agent'}" }), 'another scheme', 1);
is_unauthorized($gateway->modern('tools/call', \%call, token => undef, path => "/mcp?token=$tokens{'sunny:agent'}&access_token=$tokens{'sunny:agent'}"),
	'a token in the address counts for nothing', 0);
is($gateway->modern('tools/call', \%call, headers => { Authorization => "bearer $tokens{'sunny:agent'}" })->{status}, 200, 'the scheme may be written small');

# --- one the database does not know -----------------------------------------------------------------

(my $altered = $tokens{'sunny:agent'}) =~ tr/a-z/b-za/;
(my $moved = $tokens{'sunny:agent'}) =~ s/^vg_\d+/'vg_' . ($tokens{'rainy:agent'} =~ m{^vg_(\d+)})[0]/e;
for my $case ([ $altered, 'a secret nobody has' ], [ $moved, 'the secret of another agency' ])
{
	my ($token, $what) = @$case;
	is_unauthorized($gateway->modern('tools/call', \%call, token => $token), "tools/call with $what", 1);
	is_unauthorized($gateway->modern('tools/list', {}, token => $token), "tools/list with $what", 1);
}

# --- roles ----------------------------------------------------------------------------------------------

my %tools;
for my $role (qw(admin agent reader))
{
	my $list = $gateway->modern('tools/list', {}, token => $tokens{"sunny:$role"})->{json}{result}{tools};
	my @names = map { $_->{name} } @$list;
	is_deeply(\@names, [ sort @names ], "the tools of the $role are in order");
	$tools{$role} = { map { $_ => 1 } @names };
	my @says = $db->selectrow_array("select string_agg(p.proname, ' ' order by p.proname) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'voygen_api' and has_function_privilege(?, p.oid, 'execute')", undef, "voygen_$role");
	is(join(' ', sort keys %{ $tools{$role} }), $says[0], '... and those he may execute');
}
ok($tools{agent}{create_client} && !$tools{reader}{create_client}, 'a reader sees no tool that writes');
my $answer = $gateway->modern('tools/call', { name => 'create_client', arguments => { name => 'Ann' } }, token => $tokens{'sunny:reader'});
is($answer->{status}, 200, '... and calling one');
is(GatewayTest::tool_error($answer)->{code}, 'not_allowed', '... is not allowed');

# --- agencies -----------------------------------------------------------------------------------------------

$gateway->call('create_client', { name => 'Ann of Sunny' });
is(scalar @{ $gateway->call('find_clients')->{clients} }, 1, 'an agency finds its client');
is(scalar @{ $gateway->call('find_clients', {}, token => $tokens{'rainy:agent'})->{clients} }, 0, '... another does not');
# on one connection, one after the other
my $socket = $gateway->connect;
my @found;
for my $slug (qw(sunny rainy sunny rainy))
{
	print {$socket} $gateway->request_bytes($gateway->modern_request('tools/call', \%call, token => $tokens{"$slug:agent"}));
	push @found, scalar @{ $gateway->read_answer($socket)->{json}{result}{structuredContent}{clients} };
}
is_deeply(\@found, [ 1, 0, 1, 0 ], 'each request is its own token\'s, also on one connection');

# --- tokens that end ---------------------------------------------------------------------------------------------

$gateway->modern('tools/list');
$db->do('update voygen.tokens set revoked_at = now() where agency_id = (select agency_id from voygen.agencies where slug = ?) and role = ?', undef, 'sunny', 'voygen_agent');
is_unauthorized($gateway->modern('tools/call', \%call), 'a revoked token at the next call', 1);
my $refused = "select count(*) from voygen.audit where outcome = 'not_allowed' and tool = 'find_clients'";
GatewayTest::wait_for('the audit', sub { $db->selectrow_array($refused) });
# calls are told in the order they came in: what is told after a later one will not be
$gateway->call('find_clients', { query => 'later' }, token => $tokens{'sunny:admin'});
GatewayTest::wait_for('a later call', sub { $db->selectrow_array("select count(*) from voygen.audit where tool = 'find_clients' and args ->> 'query' = 'later'") });
is($db->selectrow_array($refused), 1, 'that is in the audit; who shows a token nobody has leaves nothing there');

# --- lists that change ----------------------------------------------------------------------------------------------

# of a token that has not asked yet: its list stays for five seconds
my %admin = (token => $tokens{'rainy:admin'});
my $count = @{ $gateway->modern('tools/list', {}, %admin)->{json}{result}{tools} };
$db->do('drop function voygen_api.test_break()');
my $told = time;
$db->do("notify voygen_catalogue");
GatewayTest::wait_for('the list', sub { @{ $gateway->modern('tools/list', {}, %admin)->{json}{result}{tools} } == $count - 1 });
cmp_ok(time - $told, '<', 3, 'a list follows at once what the database tells');
is($gateway->modern('tools/call', { name => 'test_break' }, %admin)->{json}{error}{code}, -32602, '... and so does the call');

# --- what the wire might add to hostile arguments: nothing --------------------------------------------------------------

my @hostile = ("'; commit; drop table voygen.trips; --", "x' union select pg_read_file('/etc/passwd') --", '$$; reset role; $$', "\\'; select 1",
	"pg_read_file('/etc/passwd')", 'set search_path = pg_temp', "a\x{0}b", "\x{202e}evil", '%s%n', '${jndi:x}', '../../etc/passwd');
for my $text (@hostile)
{
	my $answer = $gateway->modern('tools/call', { name => 'find_clients', arguments => { query => $text } }, %admin);
	is($answer->{status}, 200, 'hostile text is text');
	unlike($answer->{body}, qr/root:|syntax error/i, '... and runs as nothing else');
}
for my $name ('pg_read_file', 'pg_catalog.pg_read_file', 'voygen.create_token', "find_clients(); drop table voygen.trips; --", 'voygen_api.find_clients', 'set_config', "find_clients\n")
{
	(my $shown = $name) =~ s/\n/=/;
	my $answer = $gateway->legacy('tools/call', { name => $name, arguments => {} }, %admin);
	is($answer->{json}{error}{code}, -32602, "$shown is no tool");
}
my $answer_path = $gateway->modern('tools/call', { name => 'find_clients', arguments => { search_path => 'pg_temp', role => 'postgres' } }, %admin);
ok(GatewayTest::tool_error($answer_path)->{code}, 'names that are no arguments are refused');
for my $pair ([ 'sunny', 'rainy' ], [ 'rainy', 'sunny' ])
{
	my ($own, $other) = @$pair;
	my $client = $gateway->call('create_client', { name => "Of $own" }, token => $tokens{"$own:admin"});
	my $trip = $gateway->call('create_trip', { client_id => $client->{slug}, title => 'T', destination => 'Rome', start_date => '2027-05-01', end_date => '2027-05-05' }, token => $tokens{"$own:admin"});
	my %named = (token => $tokens{"$other:admin"});
	my $theirs = $gateway->modern('tools/call', { name => 'get_trip', arguments => { trip_id => "$trip->{trip_id}" } }, %named);
	my $nobodys = $gateway->modern('tools/call', { name => 'get_trip', arguments => { trip_id => '987654321' } }, %named);
	is(GatewayTest::tool_error($theirs)->{code}, GatewayTest::tool_error($nobodys)->{code}, "a trip of $own looks to $other like one that is not there");
	is(GatewayTest::tool_error($theirs)->{code}, 'not_found', '... which is said');
	is($gateway->modern('tools/call', { name => 'get_trip', arguments => { trip_id => "$trip->{trip_id}" } }, token => $tokens{"$own:admin"})->{json}{result}{isError}, undef, '... and its own agency reads it');
}
my ($state) = $db->selectrow_array("select count(*) from voygen.clients where name like 'Of %'");
is($state, 2, 'nothing but what was made is there');
is($db->selectrow_array("select to_regclass('voygen.trips') is not null"), 1, 'and nothing has been dropped');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
