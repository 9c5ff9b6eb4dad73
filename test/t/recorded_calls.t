# One row of the audit per call: the program in front tells of many calls in one statement; what writes is not told twice; what
# is marked as a secret, and what a call was refused for, is left out; nobody can write a row for another.

use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use CallTest;

my $door = CallTest->new('recorded_calls');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
my ($ann) = $owner->selectrow_array("select voygen.create_user(?, 'ann\@sunny.example', 'Ann', 'agent')", undef, $sunny);
$door->add_token('sunny', 'ann', 'voygen_agent', user_id => $ann);
$door->add_token('sunny', 'gone', 'voygen_reader', revoked_at => '2026-01-01');

# Each call is [agency, who, tool, arguments, outcome, microseconds, when]
sub record
{
	my ($db, @calls) = @_;
	my @lists = map { my $place = $_; [map { $_->[$place] } @calls] } 0 .. 6;
	$lists[1] = [map { defined ? '\x' . sha256_hex($_) : undef } @{ $lists[1] }];
	$lists[3] = [map { defined ? '\x' . unpack('H*', $_) : undef } @{ $lists[3] }];
	return ($db->selectrow_array('select voygen.record_calls(?::bigint[], ?::bytea[], ?::text[], ?::bytea[], ?::text[], ?::bigint[], ?::timestamptz[])', undef, @lists))[0];
}
my %seen;
sub new_rows
{
	my $rows = $owner->selectall_arrayref("select audit_id, agency_id, tool, outcome, role, user_id, args, duration_us, at, now() - at as age from voygen.audit order by agency_id, audit_id", { Slice => {} });
	$rows = [grep { !$seen{"$_->{agency_id} $_->{audit_id}"}++ } @$rows];
	$_->{args} = $json->decode($_->{args}) for grep { defined $_->{args} } @$rows;
	return @$rows;
}
my $gateway = $door->gateway;

# A batch of both agencies, of every kind
is(record($gateway,
	[$sunny, 'sunny:ann', 'find_clients', '{"query": "Ann"}', 'ok', 1234, undef],
	[$sunny, 'sunny:reader', 'mcp.read_resource', '{"uri": "voygen://trip/x"}', 'not_found', 55, undef],
	[$sunny, 'sunny:ann', 'create_client', '{"name": "Bob"}', 'ok', 99, undef],
	[$sunny, 'sunny:ann', 'create_client', '{"name": 5, "secret": "Hidden"}', 'invalid_argument', 98, undef],
	[$rainy, 'rainy:agent', 'find_trips', undef, 'ok', 7, undef],
	[$sunny, 'sunny:gone', 'find_trips', '{}', 'not_allowed', 3, undef]), 5, 'five of six are recorded');
my @rows = new_rows();
is_deeply([map { [@$_{qw(agency_id tool outcome role user_id duration_us args)}] } @rows], [
	[$sunny, 'find_clients', 'ok', 'voygen_agent', $ann, 1234, { query => 'Ann' }],
	[$sunny, 'mcp.read_resource', 'not_found', 'voygen_reader', undef, 55, { '(sha256)' => sha256_hex('{"uri": "voygen://trip/x"}') }],
	[$sunny, 'create_client', 'invalid_argument', 'voygen_agent', $ann, 98, { '(sha256)' => sha256_hex('{"name": 5, "secret": "Hidden"}') }],
	[$sunny, 'find_trips', 'not_allowed', 'voygen_reader', undef, 3, { '(sha256)' => sha256_hex('{}') }],
	[$rainy, 'find_trips', 'ok', 'voygen_agent', undef, 7, undef]], 'who, what, how it ended; a call that wrote is left to its own row') or diag explain \@rows;

# A writing call leaves one row, whoever tells of it
$door->call('ann', 'create_client', { name => 'Bob' });
record($gateway, [$sunny, 'sunny:ann', 'create_client', '{"name": "Bob"}', 'ok', 99, undef]);
is_deeply([map { $_->{tool} } new_rows()], ['create_client'], 'one row for a call that wrote');

# Secrets
$owner->do(q(create type voygen_api.safe as (code text, inside text)));
$owner->do(q(comment on column voygen_api.safe.code is 'Opens it. @redact'));
$owner->do(q(create function voygen_api.open_safe(place text, safe voygen_api.safe, safes voygen_api.safe[] default null, pin text default null)
	returns voygen_api.safe language sql stable set search_path = pg_catalog as 'select safe'));
$owner->do(q(comment on function voygen_api.open_safe is E'Open a safe\n@param place Where.\n@param safe Which.\n@param safes More.\n@param pin Yours. @redact'));
$owner->do('grant execute on function voygen_api.open_safe to voygen_agent');
my $secret = '{"place": "cellar", "safe": {"code": "Tell-Nobody", "inside": "gold"}, "safes": [{"code": "Tell-Nobody"}], "pin": "Tell-Nobody"}';
ok($door->call_text('agent', 'open_safe', $secret), 'a tool that takes secrets');
record($gateway, [$sunny, 'sunny:agent', 'open_safe', $secret, 'ok', 1, undef], [$sunny, 'sunny:agent', 'open_safe', $secret, 'timeout', 1, undef]);
@rows = new_rows();
is_deeply($rows[0]{args}, { place => 'cellar', safe => { code => '(redacted)', inside => 'gold' }, safes => [{ code => '(redacted)' }], pin => '(redacted)' }, 'what is marked is left out, the rest is there');
unlike($json->encode(\@rows), qr/Tell-Nobody/, 'in none of the rows');

# Arguments that are no JSON, no object, of no tool, too long, or not told
my $long = '{"query": "' . 'x' x 40000 . '"}';
is(record($gateway, map { [$sunny, 'sunny:reader', @$_, 'ok', 1, undef] } ['find_clients', "\x00\xff{"], ['find_clients', '[1]'], ['no_such_tool', '{"a": 1}'], ['find_clients', $long], ['find_clients', ''], ['find_clients', undef]), 6, 'whatever the arguments are, the call is recorded');
@rows = new_rows();
is($rows[$_]{args}{'(sha256)'}, sha256_hex(("\x00\xff{", '[1]', '{"a": 1}', $long, '')[$_]), '... by their digest') for 0 .. 4;
is($rows[3]{args}{'(bytes)'}, length $long, '... and length');
is($rows[5]{args}, undef, '... or not at all');

# Who shows no token of the agency leaves nothing
is(record($gateway, [$sunny, 'rainy:agent', 'find_clients', '{}', 'ok', 1, undef], [$rainy, 'sunny:agent', 'find_clients', '{}', 'ok', 1, undef], [4711, 'sunny:agent', 'find_clients', '{}', 'ok', 1, undef],
	[$sunny, 'nobody', 'find_clients', '{}', 'ok', 1, undef], [$sunny, undef, 'find_clients', '{}', 'ok', 1, undef], [undef, 'sunny:agent', 'find_clients', '{}', 'ok', 1, undef]), 0, 'a token of another agency, of none, or none at all');
is_deeply([new_rows()], [], '... leaves no row');
is(record($gateway), 0, 'no calls, no rows');

# Odd values
record($gateway, [$sunny, 'sunny:reader', 'x' x 500, '{}', "it's odd", -5, '2001-01-01'], [$sunny, 'sunny:reader', undef, '{}', undef, undef, '2999-01-01']);
@rows = new_rows();
is_deeply([@{ $rows[0] }{qw(tool outcome duration_us)}], ['x' x 63, 'internal', 0], 'a name is cut, a code nobody knows is internal, a time is not negative');
like($rows[0]{age}, qr/^01:00:0/, 'a clock that is wrong is believed within the hour');
is_deeply([@{ $rows[1] }{qw(tool outcome duration_us)}], ['', 'internal', undef], 'what is not told is not known');
unlike($rows[1]{age}, qr/^-00:00:0[1-9]/, '... and no row is of the time to come');

# When a token was used last
like($owner->selectrow_array("select now() - last_used_at from voygen.tokens where digest = sha256('sunny:ann')"), qr/^00:00:/, 'a token says when it was used');
is($owner->selectrow_array("select last_used_at from voygen.tokens where digest = sha256('rainy:admin')"), undef, '... and one that was not, does not');

# An agency may do without the rows of reading calls
$door->call('admin', 'set_feature_flag', { flag => 'audit_reads', enabled => JSON::PP::false });
new_rows();
record($gateway, [$sunny, 'sunny:reader', 'find_clients', '{}', 'ok', 1, undef], [$sunny, 'sunny:reader', 'find_clients', '{}', 'timeout', 1, undef], [$rainy, 'rainy:reader', 'find_clients', '{}', 'ok', 1, undef]);
is_deeply([map { [@$_{qw(agency_id outcome)}] } new_rows()], [[$sunny, 'timeout'], [$rainy, 'ok']], 'reading calls that went well are left out for the agency that wants it so');

# Only the program in front tells
for my $role (qw(reader agent admin))
{
	$owner->do("set role voygen_$role");
	ok(!eval { record($owner, [$sunny, 'sunny:reader', 'find_clients', '{}', 'ok', 1, undef]) } && $owner->state eq '42501', "voygen_$role records no calls");
	ok(!eval { $owner->selectrow_array("select voygen.recorded_arguments('find_clients', '{}')") } && $owner->state eq '42501', '... and asks for no redaction');
	$owner->do('reset role');
}
is_deeply($owner->selectrow_arrayref("select count(*), count(distinct audit_id) from voygen.audit where agency_id = $sunny")->[0], $owner->selectrow_arrayref("select count(distinct audit_id) from voygen.audit where agency_id = $sunny")->[0], 'numbers are not given twice');

# A thousand calls in one statement
my @many = map { [$_ % 2 ? ($sunny, 'sunny:agent') : ($rainy, 'rainy:agent'), 'find_trips', qq({"query": "trip $_"}), 'ok', $_, undef] } 1 .. 1000;
record($gateway, @many[0 .. 9]);
my $began = time;
is(record($gateway, @many), 500, 'a thousand calls in one statement, half of them of an agency that keeps no reading ones');
note(sprintf 'one statement of 1000 calls: %.1f ms', 1000 * (time - $began));

done_testing;
