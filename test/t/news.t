# Who listens hears that tools or prompts have changed, and for whom; a deployment is heard once.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use VoygenTest;

my $door = CallTest->new('news');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
my $listener = $door->gateway;
$listener->do("listen $_") for qw(voygen_catalogue voygen_prompts);

# The gateway's own connection hears what was committed before it asks again
sub heard
{
	$listener->do('select 1');
	my @heard;
	while (my $news = $listener->pg_notifies) { push @heard, "$news->[0] $news->[2]" }
	return join ', ', sort @heard;
}
heard();
sub silent { my ($what, @do) = @_; $owner->do($_) for @do; return is(heard(), '', "no news: $what") }
sub tools_told { my ($what, @do) = @_; $owner->do($_) for @do; return is(heard(), 'voygen_catalogue all', $what) }

# Tools
tools_told('a new function', q(create function voygen_api.newcomer() returns voygen_api.money language sql stable set search_path = pg_catalog as 'select null::voygen_api.money'));
tools_told('its comment', q(comment on function voygen_api.newcomer() is 'Newcomer'));
tools_told('a grant', 'grant execute on function voygen_api.newcomer() to voygen_agent');
tools_told('a grant taken back', 'revoke execute on function voygen_api.newcomer() from voygen_agent');
tools_told('another volatility', 'alter function voygen_api.newcomer() volatile');
tools_told('the comment of a column of a type', q(comment on column voygen_api.money.amount is 'How much. @required @min 0'));
tools_told('a function dropped', 'drop function voygen_api.newcomer()');
tools_told('a type', q(create type voygen_api.odd as enum ('a')));
tools_told('a type altered', q(alter type voygen_api.odd add value 'b'));
tools_told('a type dropped', 'drop type voygen_api.odd');
tools_told('many changes of one transaction: once', 'begin', (map { "comment on function voygen_api.find_trips is 'Find $_'" } 1 .. 3), 'grant execute on function voygen_api.find_trips to voygen_reader', 'commit');
silent('a change undone', 'begin', q(comment on function voygen_api.find_trips is 'x'), 'rollback');
silent('a function elsewhere', q(create function public.elsewhere() returns int language sql as 'select 1'), q(comment on function public.elsewhere() is 'x'), 'drop function public.elsewhere()');
silent('a table', 'create table public.elsewhere (a int)', q(comment on table public.elsewhere is 'x'), 'grant select on public.elsewhere to voygen_reader', 'drop table public.elsewhere');
tools_told('a change in a part of a transaction', 'begin', 'savepoint a', q(comment on function voygen_api.find_trips is 'undone'), 'rollback to a', q(comment on function voygen_api.find_trips is 'done'), 'commit');
silent('nor of the part that was undone alone', 'begin', 'savepoint a', q(comment on function voygen_api.find_trips is 'undone'), 'rollback to a', 'commit');

# A deployment
{
	local $ENV{VOYGEN_DATABASE} = 'news';
	my $checkout = checkout();
	my $output = `$checkout/service/cluster/deploy 2>&1`;
	is($?, 0, 'the tools are deployed anew') or diag $output;
}
is(heard(), 'voygen_catalogue all', '... which is told once');
ok($door->call('agent', 'find_trips'), '... and the tools answer');

# Switches and tokens tell for whom
is(do { $door->call('admin', 'set_feature_flag', { flag => 'apps', enabled => JSON::PP::false }); heard() }, "voygen_catalogue $sunny", 'a switch, set by a tool');
is(do { $door->call('admin', 'set_feature_flag', { flag => 'apps', enabled => JSON::PP::false }); heard() }, '', 'the same again is no news');
is(do { $owner->do('delete from voygen.feature_flags'); heard() }, "voygen_catalogue $sunny", 'a switch taken away');
my ($token) = $owner->selectrow_array("select token_id from voygen.create_token(?, 'voygen_reader')", undef, $rainy);
is(heard(), "voygen_catalogue $rainy", 'a new token');
for my $change ("scopes = '{read}'", "expires_at = now() + interval '1 day'", "role = 'voygen_agent'")
{
	$owner->do("update voygen.tokens set $change where token_id = ?", undef, $token);
	is(heard(), "voygen_catalogue $rainy", "a token's $change");
}
is(do { $owner->do('update voygen.tokens set last_used_at = now()'); heard() }, '', 'that a token was used is no news');
is(do { $owner->selectrow_array('select voygen.revoke_token(?, ?)', undef, $rainy, $token); heard() }, "voygen_catalogue $rainy", 'a token revoked');
is(do { $owner->do('update voygen.tokens set revoked_at = now() where revoked_at is null'); heard() }, join(', ', map { "voygen_catalogue $_" } sort { "$a" cmp "$b" } $sunny, $rainy), 'tokens of both agencies: once for each');
$owner->do('update voygen.tokens set revoked_at = null where agency_id = ?', undef, $sunny);
heard();

# Prompts
is(do { $owner->do("update voygen.template_definitions set title = title || '.' where agency_id = ?", undef, $sunny); heard() }, "voygen_prompts $sunny", 'templates of an agency');
is(do { $owner->do("update voygen.instruction_sets set title = title || '.'"); heard() }, 'voygen_prompts all', 'instruction sets that all share');
is(do { $owner->do("insert into voygen.instruction_sets (name, content, agency_id) values ('own', 'x', ?)", undef, $rainy); heard() }, "voygen_prompts $rainy", '... and one of an agency');

# A tool cannot send news of its own
is($door->fails('admin', 'get_trip', { trip_id => 'x' })->{code}, 'not_found', 'calls go on');
is(heard(), '', 'and are no news');

done_testing;
