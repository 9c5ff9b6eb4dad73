# Callers whom an issuer has identified: found by a digest nobody else's credentials can have, in one agency, with role, person,
# scopes, expiry and end like any token; and what a scope lets through.

use strict;
use warnings;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256 sha256_hex);
use Encode qw(encode);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use VoygenProgram;

my $door = CallTest->new('identities');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
my $voygen = VoygenProgram->new('identities');
my $issuer = 'https://login.example/realm';

# The digest as the program in front makes it, from the bytes
sub digest_of { my ($who, $whom) = map { encode('UTF-8', $_) } @_; return sha256("\0" . pack('N', length $who) . $who . $whom) }
sub agency_of
{
	my ($digest) = @_;
	my $statement = $door->gateway->prepare('select voygen.agency_of_identity(?)');
	$statement->bind_param(1, $digest, { pg_type => PG_BYTEA });
	$statement->execute;
	return ($statement->fetchrow_array)[0];
}
sub called
{
	my ($agency, $digest, $tool, $arguments) = @_;
	my $statement = $door->gateway->prepare('select voygen.call(?, ?, ?, ?)');
	$statement->bind_param(2, $digest, { pg_type => PG_BYTEA });
	$statement->bind_param(1, $agency);
	$statement->bind_param(3, $tool);
	$statement->bind_param(4, JSON::PP->new->encode($arguments // {}));
	my $answer = eval { $statement->execute; JSON::PP->new->decode(($statement->fetchrow_array)[0]) };
	return $answer // CallTest::error_of($door->gateway);
}
sub create { return ($owner->selectrow_array('select voygen.create_identity(?, ?, ?, ?, scopes => ?)', undef, @_[0 .. 3], $_[4]))[0] }
sub state_of { return eval { create(@_); 1 } ? 'done' : $owner->state }

# Digests
my @odd = ("https://l\x{e4}uft.example", "\x{c5}nne \x{1f600}");
is($owner->selectrow_array("select encode(voygen.identity_digest(?, ?), 'hex')", undef, @odd), unpack('H*', digest_of(@odd)), 'the digest is what its comment says');
my %digest;
$digest{ digest_of(@$_) }++ for ['a', 'bc'], ['ab', 'c'], ['abc', ''], ['a', "b\0c"], ["a\0", 'bc'], [$issuer, 'ann'], ['', 'abc'];
is_deeply([values %digest], [(1) x 7], 'no two pairs have the same');
is_deeply([$owner->selectrow_array("select voygen.identity_digest(null, 'x'), voygen.identity_digest('x', null)")], [undef, undef], 'half a pair has none');

# Given an identity, by SQL and by the program
my $number = create($sunny, $issuer, 'ann', 'voygen_agent');
my $ann = digest_of($issuer, 'ann');
is(agency_of($ann), $sunny, 'the gateway finds the agency by the digest');
is(called($sunny, $ann, 'create_client', { name => 'Made by Ann' })->{slug}, 'made-by-ann', '... and calls as for any token');
is(called($rainy, $ann, 'find_clients')->{code}, 'not_allowed', 'in no other agency');
is(agency_of($_), undef, 'nobody else has one') for digest_of($issuer, 'bob'), digest_of("$issuer/", 'ann'), sha256('sunny:agent'), sha256(''), '';

# Collisions: neither of its parts nor any text sent as a token is it
is(called($sunny, sha256($_), 'find_clients')->{code}, 'not_allowed', 'what is sent as a token does not open it') for 'ann', "$issuer ann", $issuer . 'ann', "\0$issuer\0ann", $ann;
is(state_of($sunny, $issuer, 'ann', 'voygen_agent'), 'VG004', 'a subject is mapped once');
is(state_of($rainy, $issuer, 'ann', 'voygen_agent'), 'VG004', '... in one agency');
is(state_of($sunny, $_->[0], $_->[1], 'voygen_agent'), 'VG001', 'both parts are needed') for ['', 'x'], [$issuer, ''], [undef, 'x'], [$issuer, undef];
is(state_of(4711, $issuer, 'new', 'voygen_agent'), 'VG003', 'an agency that is not there');
is(state_of($sunny, $issuer, 'new', $_), '23514', "no role beyond the three: $_") for qw(voygen_owner postgres voygen_gateway);
is(agency_of(digest_of($issuer, 'new')), undef, '... and nothing is left of it');
ok(!eval { $owner->do('update voygen.tokens set digest = sha256(?) where token_id = ?', undef, 'vg_1_x', $number); 1 }, 'an identity has its own digest and no other');

# Only who runs the database maps people: an agency's administrator could take another agency's
for my $role (qw(admin agent reader gateway))
{
	$owner->do("set voygen.agency_id = '$sunny'") if $role ne 'gateway';
	$owner->do("set role voygen_$role");
	is(state_of($sunny, $issuer, 'taken', 'voygen_admin'), '42501', "voygen_$role maps nobody");
	ok($role eq 'gateway' || !eval { $owner->selectrow_array('select voygen.agency_of_identity(?)', undef, 'x'); 1 }, '... and asks for no agency');
	$owner->do('reset role');
	$owner->do('reset voygen.agency_id');
}

# The end
$owner->selectrow_array('select voygen.revoke_token(?, ?)', undef, $sunny, $number);
is(called($sunny, $ann, 'find_clients')->{message}, 'the token is not valid for this agency', 'revoked, it is refused at the next call');
is(agency_of($ann), undef, '... and found no more');
ok(create($rainy, $issuer, 'ann', 'voygen_reader'), 'the subject may work for another agency now');
is(agency_of($ann), $rainy, '... which is found');
is(called($rainy, $ann, 'create_client', { name => 'x' })->{code}, 'not_allowed', '... with the role it has there');
$owner->do("update voygen.tokens set revoked_at = now() where issuer is not null");
ok(create($sunny, $issuer, 'ann', 'voygen_agent'), 'and come back');
is($owner->selectrow_array("select count(*) from voygen.tokens where agency_id = ? and issuer is not null", undef, $sunny), 1, '... in the place of the ended one');
$owner->do("update voygen.tokens set expires_at = now() - interval '1 second' where issuer is not null and revoked_at is null");
is(called($sunny, $ann, 'find_clients')->{message}, 'the token is not valid for this agency', 'expired, it is refused');

# The program
sub done { my ($what, @arguments) = @_; my $run = $voygen->run(@arguments); is($run->{status}, 0, $what) or diag $run->{err}; return $run->{out} }
sub refused { my ($what, $message, @arguments) = @_; my $run = $voygen->run(@arguments); is($run->{status}, $message =~ /^\(\?\^:missing/ ? 2 : 1, $what); like($run->{err}, $message, "$what: says why"); return }
$owner->do("select voygen.create_user(?, 'rod\@sunny.example', 'Rod', 'reader')", undef, $sunny);
my $made = done('the program maps a subject', qw(token create --agency sunny --role reader --user rod@sunny.example --expires), '30 days', '--scope', 'find_*,read', '--issuer', $issuer, '--subject', 'rod');
like($made, qr/^\d+\n$/, '... and prints its number: there is no key to keep');
chomp $made;
my $rod = digest_of($issuer, 'rod');
is(called($sunny, $rod, 'find_clients')->{total}, 1, '... who can call');
like(done('the list', qw(token list --agency sunny)), qr/^$made +voygen_reader +rod\@sunny.example +find_\*,read .*\Q$issuer\E +rod/m, '... has issuer and subject');
refused('half an identity', qr/missing/, qw(token create --agency sunny --role reader --issuer), $issuer);
refused('the same again', qr/subject rod of issuer .* has an agency already/, qw(token create --agency rainy --role reader --issuer), $issuer, '--subject', 'rod');
refused('more than the user may do', qr/would do more/, qw(token create --agency sunny --role admin --user rod@sunny.example --issuer), $issuer, '--subject', 'other');
refused('a scope that is none', qr/there is no tool fnid for the scope/, qw(token create --agency sunny --role reader --scope fnid));
is(done('it is revoked like any', qw(token revoke --agency sunny), $made), "$made\n", 'its number is printed');
is(called($sunny, $rod, 'find_clients')->{code}, 'not_allowed', '... and the next call refused');

# Scopes
my %scope = (
	reads => [['read'], [qw(find_clients get_trip list_feature_flags)], [qw(create_client set_feature_flag)]],
	writes => [['write'], [qw(create_client archive_client)], [qw(find_clients)]],
	starred => [['find_*', 'create_client'], [qw(find_clients find_trips create_client)], [qw(create_trip get_trip)]],
	all => [['*'], [qw(find_clients create_client)], []],
	none => [[], [], [qw(find_clients create_client)]],
	odd => [['READ', 'rea', 'reading', ' read', ''], [], [qw(find_clients create_client)]]);
for my $name (sort keys %scope)
{
	my ($scopes, $allowed, $refused) = @{ $scope{$name} };
	$door->add_token('sunny', $name, 'voygen_admin', scopes => $scopes);
	my ($list) = $door->gateway->selectrow_array('select voygen.tools(?, sha256(?))', undef, $sunny, "sunny:$name");
	my %listed = map { $_->{name} => 1 } @{ JSON::PP->new->decode($list) };
	for my $tool (@$allowed)
	{
		ok($listed{$tool}, "$name: $tool is listed");
		my $answer = called($sunny, sha256("sunny:$name"), $tool, { name => 'x' });
		isnt($answer->{code} // 'ok', 'not_allowed', '... and may be called');
	}
	for my $tool (@$refused)
	{
		ok(!$listed{$tool}, "$name: $tool is not listed");
		my $answer = called($sunny, sha256("sunny:$name"), $tool, {});
		is_deeply([@$answer{qw(code scope)}], ['not_allowed', $tool], '... is refused, naming the scope that is needed');
	}
}
my $by_role = called($sunny, sha256('sunny:reader'), 'create_client', {});
is_deeply([$by_role->{code}, exists $by_role->{scope}], ['not_allowed', ''], 'what the role may not is not a matter of scopes');
is(exists called($sunny, sha256('nobody'), 'find_clients')->{scope}, '', 'nor is a token nobody has');

done_testing;
