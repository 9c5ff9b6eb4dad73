# A call that fails is in the audit like any other: once, with its code and the digest of its arguments, never with the
# arguments themselves; and nobody can fill the audit that way.

use strict;
use warnings;
use Digest::SHA qw(sha256_hex sha256);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;
use DBD::Pg qw(:pg_types);
use VoygenProgram;
use VoygenTest;

my $door = CallTest->new('call_failures');
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my $voygen = VoygenProgram->new('call_failures');
my ($ann) = $owner->selectrow_array("select voygen.create_user(?, 'ann\@sunny.example', 'Ann', 'agent')", undef, $sunny);
my ($token) = $owner->selectrow_array("select token from voygen.create_token(?, 'voygen_agent', ?)", undef, $sunny, $ann);
$voygen->{token} = $token;

sub failures { return $owner->selectall_arrayref("select tool, outcome, role, user_id, args, duration_us, agency_id from voygen.audit where outcome <> 'ok' order by audit_id", { Slice => {} }) }
my $seen = 0;
sub new_failures { my $all = failures(); my @new = @$all[$seen .. $#$all]; $seen = @$all; return @new }

# Each code that a call can be made to end with
my %calls = (
	invalid_argument => ['create_client', '{"name": 5}'],
	unknown_name => ['create_cleint', '{}'],
	not_found => ['get_trip', '{"trip_id": "no-such-trip"}'],
	not_allowed => ['configure_commission_rates', '{"rates": []}'],
);
for my $code (sort keys %calls)
{
	my ($tool, $arguments) = @{ $calls{$code} };
	my $run = $voygen->run('call', $tool, $arguments);
	is($run->{status}, 1, "$code: the call fails");
	like($run->{err}, qr/"$code"/, "$code: and says so");
	my @rows = new_failures();
	is(scalar @rows, 1, "$code: one row is left");
	is_deeply([@{ $rows[0] }{qw(tool outcome role user_id agency_id)}], [$tool, $code, 'voygen_agent', $ann, $sunny], "$code: who, what, and how it ended");
	is($rows[0]{args}, sprintf('{"(sha256)": "%s"}', sha256_hex($arguments)), "$code: the digest of its arguments");
	cmp_ok($rows[0]{duration_us}, '>', 0, "$code: its time");
}

# A secret among the arguments, a name longer than any, and a call that works
$voygen->run('call', 'create_client', '{"name": "Hidden Person", "phone": 5, "email": "hidden@person.example"}');
unlike(join('', map { $_->{args} } new_failures()), qr/hidden/i, 'arguments stay out');
$voygen->run('call', 'x' x 500, '{}');
is((new_failures())[0]{tool}, 'x' x 63, 'a name that is none is cut');
is($voygen->run('call', 'find_clients', '{}')->{status}, 0, 'a call that works');
is_deeply([new_failures()], [], 'has not failed');

# Tokens that open nothing
my %statement = (code => 'not_allowed', tool => 'find_clients', digest => sha256($token), arguments => sha256('{}'), agency => $sunny, duration => 1);
sub record
{
	my ($db, %with) = (@_);
	my %value = (%statement, %with);
	my $statement = $db->prepare('select voygen.record_failure($1, $2, $3, $4, $5, $6)');
	$statement->bind_param(1, $value{agency});
	$statement->bind_param(2, $value{digest}, { pg_type => PG_BYTEA });
	$statement->bind_param($_->[0], $value{ $_->[1] }) for [3, 'tool'], [4, 'code'], [6, 'duration'];
	$statement->bind_param(5, $value{arguments}, { pg_type => PG_BYTEA });
	$statement->execute;
	return $statement->fetchrow_array;
}
my $gateway = $door->gateway;
ok(!record($gateway, digest => sha256('nobody')), 'a token nobody has leaves nothing');
ok(!record($gateway, agency => $door->agency('rainy')), 'nor does one of another agency');
ok(!record($gateway, $_ => undef), "nor a call without $_") for qw(agency digest);
is_deeply([new_failures()], [], 'nothing at all');
ok(record($gateway, code => 'no such code', arguments => undef, tool => undef, duration => -5), 'what the program does not know');
my ($odd) = new_failures();
is_deeply([@$odd{qw(tool outcome args duration_us)}], ['', 'internal', '{}', 0], 'is written as far as it goes');
ok(record($gateway, arguments => 'x' x 10_000), 'a digest that is none');
cmp_ok(length((new_failures())[0]{args}), '<', 100, 'is cut');
$owner->do('update voygen.tokens set revoked_at = now() where user_id = ?', undef, $ann);
$voygen->run('call', 'find_clients', '{}');
is_deeply([map { "$_->{outcome} $_->{user_id}" } new_failures()], ["not_allowed $ann"], 'an attempt with a revoked token is kept');

# A flood
record($gateway) for 1 .. 100;
is(scalar @{ failures() }, 60, 'sixty of a minute are kept');
like(failures()->[59]{args}, qr/"\(left out\)": "further failures within the minute"/, 'the last says that more are not');
unlike(failures()->[58]{args}, qr/left out/, 'and only the last');
ok(record($gateway, digest => sha256('sunny:reader')), 'another caller is not shut out');
ok(record($gateway, digest => sha256('rainy:agent'), agency => $door->agency('rainy')), 'nor another agency');
$owner->do("set session_replication_role = replica");
$owner->do("update voygen.audit set at = at - interval '61 seconds'");
ok(record($gateway), 'a minute later it goes on');

# The way there is the gateway's alone, and a session without the program needs none of it
for my $role (qw(voygen_reader voygen_agent voygen_admin))
{
	$owner->do("set role $role");
	ok(!eval { record($owner); 1 }, "$role records no failure by hand");
	like($owner->errstr, qr/permission denied/, "$role may not");
	$owner->do('reset role');
}
my $before = @{ failures() };
is($door->fails('agent', 'get_trip', { trip_id => 'nowhere' })->{code}, 'not_found', 'a call of another program fails');
is(scalar @{ failures() }, $before, 'and is not recorded unless that program does');

# A database from before still answers
$owner->do('drop function voygen.record_failure(bigint, bytea, text, text, bytea, bigint)');
$voygen->{token} = $voygen->new_token('sunny', 'agent');
like($voygen->run('call', 'get_trip', '{"trip_id": "nowhere"}')->{err}, qr/"not_found"/, 'without the function the failure is told all the same');

done_testing;
