# Who may call what: tokens, agencies, roles and scopes.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;

my $door = CallTest->new('call_identity');
my $owner = $door->owner;

sub refused
{
	my ($name, $error, $code, $message) = @_;
	is($error->{code}, $code, "$name: $code");
	like($error->{text}, $message, "$name: says why");
	return;
}

# Given a client in each agency
my $ann = $door->call('agent', 'create_client', { name => 'Ann Sunny' });
my $bob = $door->call('rainy:agent', 'create_client', { name => 'Bob Rainy' });

# Then each agency sees its own
is_deeply([map { $_->{name} } @{ $door->call('reader', 'find_clients')->{clients} }], ['Ann Sunny'], 'a reader sees the agency of the token');
is_deeply([map { $_->{name} } @{ $door->call('rainy:agent', 'find_clients')->{clients} }], ['Bob Rainy'], 'another agency sees its own');
is(scalar @{ $door->call('agent', 'find_clients', { query => 'Bob' })->{clients} }, 0, 'searching finds nothing of another agency');
is($door->call('rainy:agent', 'find_clients', { query => 'Ann' })->{total}, 0, 'nor does counting');

# A token of one agency is none in another, and every refusal looks the same
my @refusals = map { $door->fails(@$_) } (
	['agent', 'find_clients', {}, agency => $door->agency('rainy')],
	['nobody', 'find_clients', {}],
	['agent', 'find_clients', {}, agency => 4711]);
$door->add_token('sunny', 'expired', 'voygen_agent', expires_at => '2020-01-01');
$door->add_token('sunny', 'revoked', 'voygen_agent', revoked_at => '2020-01-01');
push @refusals, map { $door->fails($_, 'find_clients', {}) } qw(expired revoked);
my ($user) = $owner->selectrow_array("select voygen.create_user(?, 'gone\@sunny.example', 'Gone')", undef, $door->agency('sunny'));
$door->add_token('sunny', 'gone', 'voygen_agent', user_id => $user);
$door->call('gone', 'find_clients');
$owner->do('update voygen.users set archived_at = now() where user_id = ?', undef, $user);
push @refusals, $door->fails('gone', 'find_clients', {});
is_deeply($_, $refusals[0], 'a token that does not hold is refused in the same words') for @refusals;
refused('a foreign token', $refusals[0], 'not_allowed', qr/the token is not valid for this agency/);

# Roles
refused('a reader who writes', $door->fails('reader', 'create_client', { name => 'x' }), 'not_allowed', qr/may not call the tool create_client/);
$owner->do('alter table voygen.tokens drop constraint tokens_role_check');
for my $role (qw(voygen_owner voygen_gateway postgres voygen_jobs no_such_role))
{
	$door->add_token('sunny', "as_$role", $role);
	refused("a token of role $role", $door->fails("as_$role", 'find_clients', {}), 'not_allowed', qr/the token is not valid/);
}

# Scopes
$door->add_token('sunny', 'finder', 'voygen_agent', scopes => ['find_*', 'get_trip']);
is($door->call('finder', 'find_clients')->{total}, 1, 'a scope may end with a star');
refused('a tool out of scope', $door->fails('finder', 'create_client', { name => 'x' }), 'not_allowed', qr/may not call/);
$door->add_token('sunny', 'nothing', 'voygen_admin', scopes => []);
refused('a token without scopes', $door->fails('nothing', 'find_clients', {}), 'not_allowed', qr/may not call/);

# The door itself
refused('a tool that is not there', $door->fails('agent', 'no_such_tool', {}), 'unknown_name', qr/there is no tool no_such_tool/);
refused('a name with a quote', $door->fails('agent', q{x'); drop table voygen.trips; --}, {}), 'unknown_name', qr/there is no tool/);
refused('a helper outside the schema of tools', $door->fails('agent', 'current_agency', {}), 'unknown_name', qr/there is no tool/);
for my $role (qw(voygen_agent voygen_admin voygen_reader))
{
	$owner->do("set role $role");
	ok(!eval { $door->call_text('agent', 'find_clients', {}, db => $owner); 1 }, "$role cannot open the door");
	is($owner->state, '42501', 'for lack of privilege');
	$owner->do('reset role');
}

# The list of tools is what the role may execute
my $sql = "select voygen.tools(?, decode(?, 'hex'))";
my %list;
for my $name (qw(reader agent finder))
{
	my $digest = Digest::SHA::sha256_hex("sunny:$name");
	my ($text) = $door->gateway->selectrow_array($sql, undef, $door->agency('sunny'), $digest);
	$list{$name} = { map { $_->{name} => $_ } @{ JSON::PP->new->decode($text) } };
}
ok(!$list{reader}{create_client} && $list{agent}{create_client}, 'a writing tool is listed for agents only');
ok($list{reader}{find_clients}{annotations}{readOnlyHint}, 'a STABLE tool is hinted as reading');
ok(!$list{agent}{create_client}{annotations}{readOnlyHint}, 'a VOLATILE one is not');
is_deeply([grep { !/^(find_|get_trip$)/ } keys %{ $list{finder} }], [], 'scopes shorten the list');

# An archived agency is closed
$owner->do('update voygen.agencies set archived_at = now() where agency_id = ?', undef, $door->agency('rainy'));
refused('a closed agency', $door->fails('rainy:agent', 'find_clients', {}), 'not_allowed', qr/the token is not valid/);

# The session is as it was
is_deeply([$door->gateway->selectrow_array("select current_user, session_user, current_setting('voygen.agency_id'), current_setting('transaction_read_only')")],
	['voygen_gateway', 'voygen_gateway', '', 'off'], 'nothing is left of any caller');

done_testing;
