# Attacks by those who have a session of their own: the gateway's login beside its calls, and an agency's console login
# with temporary objects, settings and all that a person may type.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Digest::SHA qw(sha256_hex);
use Test::More;
use CallTest;
use VoygenTest;

my $door = CallTest->new('attack_sessions');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
$door->call('agent', 'create_client', { name => 'Ann' });
$door->call('rainy:agent', 'create_client', { name => 'Bob' });
$owner->do('analyze');
my $console = "attack_console_$$";
$owner->do("create role $console login in role voygen_admin");
$owner->do("alter role $console in database attack_sessions set voygen.agency_id = '$sunny'");
END { $owner->do("drop owned by $console"), $owner->do("drop role $console") if $owner && $console }

sub refused
{
	my ($db, $sql, $why) = @_;
	my $done = eval { $db->do($sql); 1 };
	ok(!$done, $sql);
	like($db->errstr // '', $why // qr/permission denied|must be (?:owner|superuser|member)|must have admin option|only temporary tables|cannot be (?:set|changed)|not allowed|row-level security|agency \d+ does not exist/, '... is refused') if !$done;
	return;
}

# ---- the gateway's login ----

my $gateway = $door->connect_gateway;
refused($gateway, $_) for (
	(map { "select * from voygen.$_" } qw(agencies clients tokens audit idempotency_keys trip_facts)), (map { "set role voygen_$_" } qw(owner admin agent reader jobs)), 'set role postgres', 'set session authorization postgres',
	"set voygen.agency_id = '$sunny'", "set voygen.call_timeout = '1h'", "alter role voygen_gateway set voygen.agency_id = '$sunny'", 'alter role voygen_gateway superuser', 'grant voygen_owner to voygen_gateway',
	"select voygen.create_token($sunny, 'voygen_admin')", "select voygen.create_agency('x', 'X')", 'select voygen.hold_calls()', 'call voygen.refresh_job()', "select voygen_api.find_clients()", "copy (select 1) to program 'id'",
	"copy (select 1) to '/tmp/attack'", "select lo_import('/etc/passwd')", "select pg_read_file('/etc/passwd')", 'create table public.attack (a integer)', 'create schema attack', 'create function public.f() returns integer language sql as $$select 1$$',
	'do $$ begin execute \'set role voygen_owner\'; end $$', "create extension dblink", 'drop function voygen.call(bigint, bytea, text, text)', "comment on function voygen.tools(bigint, bytea) is 'x'", "load '/tmp/attack.so'",
	'create temp table probe (agency_id bigint, client_id bigint, foreign key (agency_id, client_id) references voygen.clients)');

# A forged table of tokens, forged operators and functions before everything else
my $forged = sha256_hex('forged');
$gateway->do($_) for (
	'create temp table tokens (agency_id bigint, digest bytea, role text, user_id bigint, scopes text[], revoked_at timestamptz, expires_at timestamptz)',
	"insert into pg_temp.tokens (agency_id, digest, role) values ($sunny, '\\x$forged', 'voygen_admin')",
	'create temp table agencies (agency_id bigint, archived_at timestamptz)', "insert into pg_temp.agencies values ($sunny)",
	'create function pg_temp.yes(bytea, bytea) returns boolean language sql immutable as $$select true$$',
	'create operator pg_temp.= (leftarg = bytea, rightarg = bytea, function = pg_temp.yes)',
	'create function pg_temp.clock_timestamp() returns timestamptz language sql as $$select null::timestamptz$$',
	'set search_path = pg_temp, voygen, pg_catalog');
for my $call ("voygen.call($sunny, '\\x$forged', 'find_clients', '{}'::text)", "voygen.tools($sunny, '\\x$forged')")
{
	ok(!eval { $gateway->selectrow_array("select $call"); 1 }, "a forged token opens nothing: $call");
	is(CallTest::error_of($gateway)->{code}, 'not_allowed', '... and is told so');
}
is_deeply([map { $_->{name} } @{ $door->call('agent', 'find_clients', {}, db => $gateway)->{clients} }], ['Ann'], 'the true one still does');
is($door->call('agent', 'create_client', { name => 'Cy' }, db => $gateway)->{slug}, 'client-cy', '... and writes where it should');

# Odd settings of the session change no answer
my $plain = $door->connect_gateway;
$plain->do('set client_min_messages = error');
my $expected = $door->call_text('agent', 'find_trips', {}, db => $plain);
my $quote = { offer => { currency => 'USD', check_in => '2026-02-03', components => [{ kind => 'room', amount => '296.00', tax => 'included', tax_amount => '11.03' }] }, rates => [{ value => 30 }] };
my $answer = $door->call_text('agent', 'quote_commission', $quote, db => $plain);
my $clients = $door->call_text('agent', 'find_clients', { query => 'Ann' }, db => $plain);
for my $setting ("datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'", "timezone = 'Pacific/Kiritimati'", 'extra_float_digits = -15', "bytea_output = 'escape'", 'quote_all_identifiers = on', 'transform_null_equals = on',
	'array_nulls = off', "default_text_search_config = 'pg_catalog.german'", 'standard_conforming_strings = off', "backslash_quote = 'off'", "xmloption = 'document'", "plpgsql.extra_errors = 'all'", "search_path = ''",
	'default_transaction_isolation = serializable', 'enable_indexscan = off', "plan_cache_mode = 'force_generic_plan'", 'pg_trgm.similarity_threshold = 1', "lc_monetary = 'C'", "default_transaction_deferrable = on")
{
	my $db = $door->connect_gateway;
	$db->do('set client_min_messages = error');
	$db->do("set $setting");
	is_deeply([map { my $call = $_; eval { $door->call_text('agent', @$call, db => $db) } // $db->errstr } ['find_trips', {}], ['quote_commission', $quote], ['find_clients', { query => 'Ann' }]], [$expected, $answer, $clients], "set $setting changes no answer");
	$db->disconnect;
}

{
	my $db = $door->connect_gateway;
	$db->do('set row_security = off');
	is($door->fails('agent', 'find_trips', {}, db => $db)->{code}, 'not_allowed', 'set row_security = off opens nothing');
}

# A call that fails inside a block that goes on, and calls of two agencies in one transaction
my $digest = sub { my ($who) = @_; return "sha256('$who')" };
$plain->do(<<"SQL");
do \$\$
begin
  perform voygen.call($sunny, @{[ $digest->('sunny:agent') ]}, 'get_trip', '{"trip_id": "nowhere"}'::text);
exception when others then
  if coalesce(current_setting('voygen.agency_id', true), '') <> '' or current_user <> 'voygen_gateway' then
    raise exception 'left as % of agency %', current_user, current_setting('voygen.agency_id', true);
  end if;
  perform set_config('attack.seen', sqlstate, false);
end \$\$
SQL
is($plain->selectrow_array("select current_setting('attack.seen')"), 'VG003', 'after a call that failed the session is its own again');
ok(!eval { $plain->do('select * from voygen.clients'); 1 }, '... and reads nothing');
$plain->begin_work;
$plain->do('savepoint a');
$door->call('agent', 'create_client', { name => 'Undone' }, db => $plain);
$plain->do('rollback to a');
my @seen = map { my $who = $_; join ' ', map { $_->{name} } @{ $door->call($who, 'find_clients', {}, db => $plain)->{clients} } } 'agent', 'rainy:agent', 'agent';
$plain->do("declare pair cursor for select voygen.call($sunny, @{[ $digest->('sunny:agent') ]}, 'find_clients', '{}'::text) union all select voygen.call($rainy, @{[ $digest->('rainy:agent') ]}, 'find_clients', '{}'::text)");
my ($one) = $plain->selectrow_array('fetch pair');
is($plain->selectrow_array("select coalesce(current_setting('voygen.agency_id', true), '')"), '', 'between two rows of a cursor no agency is set');
my ($two) = $plain->selectrow_array('fetch pair');
$plain->commit;
is($seen[0], $seen[2], 'two agencies in one transaction');
unlike($seen[0], qr/Bob|Undone/, '... the first sees itself');
is($seen[1], 'Bob', '... and the second itself');
unlike($one, qr/Bob/, '... one row for the one');
like($two, qr/Bob/, '... one for the other');
is(scalar(() = $two =~ /"slug"/g), 1, '... with its own alone');

# ---- a console of an agency ----

# The socket lets in whom pg_ident.conf names; this login is taken on by a superuser, with its setting.
my $me = connect_to('attack_sessions');
$me->do("set voygen.agency_id = '$sunny'");
$me->do("set session authorization $console");
is_deeply($me->selectcol_arrayref('select name from voygen.clients order by 1'), ['Ann', 'Cy'], 'a console sees its agency');
refused($me, $_) for ("set voygen.agency_id = '$rainy'", "select set_config('voygen.agency_id', '$rainy', false)", "alter role $console set voygen.agency_id = '$rainy'",
	"alter database attack_sessions set voygen.agency_id = '$rainy'", 'set role voygen_owner', 'select * from voygen.tokens', 'select digest from voygen.tokens', "select voygen.create_token($rainy, 'voygen_agent')",
	"insert into voygen.clients (agency_id, slug, name) values ($rainy, 'x', 'X')", "create trigger t before insert on voygen.clients for each row execute function pg_temp.f()", 'alter table voygen.clients disable row level security',
	'create policy p on voygen.clients using (true)', "create rule r as on select to voygen.clients do instead select 1", 'alter table voygen.clients owner to current_user', 'truncate voygen.clients',
	"select voygen.call($rainy, sha256('rainy:agent'), 'find_clients', '{}'::text)", "select voygen.tools($rainy, sha256('rainy:agent'))", "select voygen.record_failure($rainy, sha256('rainy:agent'), 'x', 'internal', '', 1)");
refused($me, 'create temp table probe (agency_id bigint, client_id bigint, foreign key (agency_id, client_id) references voygen.clients)');
refused($me, "create table public.probe (agency_id bigint, client_id bigint, foreign key (agency_id, client_id) references voygen.clients)");
$me->do('create function pg_temp.tell(name text) returns boolean language plpgsql immutable cost 0.0000001 as $$ begin if name = \'Bob\' then raise exception \'saw %\', name; end if; return true; end $$');
refused($me, 'alter function pg_temp.tell(text) leakproof', qr/only superuser can define a leakproof function/);
for my $sql ('select name from voygen.clients where pg_temp.tell(name) order by 1', "select name from voygen.clients where name <> 'x' and pg_temp.tell(name) or pg_temp.tell(name) order by 1",
	'select max(name) filter (where pg_temp.tell(name)) from voygen.clients', "select c.name from voygen.clients c join (values ('Ann'), ('Bob'), ('Cy')) v(name) on pg_temp.tell(c.name) and v.name = c.name order by 1")
{
	my $rows = eval { $me->selectcol_arrayref($sql) };
	ok($rows && !grep({ /Bob/ } @$rows), "a function of one's own sees nobody else: $sql") or diag($me->errstr);
}
is_deeply($me->selectcol_arrayref("select most_common_vals::text || histogram_bounds::text from pg_stats where schemaname = 'voygen' and tablename in ('clients', 'trips', 'tokens', 'audit')"), [], 'statistics are closed');
is_deeply($me->selectcol_arrayref("insert into voygen.clients (slug, name) values ('bob', 'Own Bob') on conflict (agency_id, slug) do update set name = excluded.name returning name"), ['Own Bob'], 'the slug of another agency is free');
is_deeply($me->selectcol_arrayref("select name from voygen.clients where slug = 'bob'"), ['Own Bob'], '... and its own');

# Forged tables in front of what the owner's functions read
$me->do("create temp table $_ as select * from voygen.$_ limit 0") for qw(trips clients trip_facts agencies bookings);
$me->do("create temp table $_ (agency_id bigint, trip_id bigint, started_at timestamptz, finished_at timestamptz, marked_at timestamptz)") for qw(facts_dirty facts_runs);
$me->do("insert into pg_temp.trips (agency_id, trip_id, slug, client_id, title, destination, currency) values ($sunny, 1, 'forged', 1, 'Forged', 'X', 'USD')");
$me->do('set search_path = pg_temp, voygen_api, voygen');
is($me->selectrow_array('select (get_facts_stats()).trips'), 0, 'the owner\'s functions count the true trips');
is($me->selectrow_array('select (voygen_api.find_trips()).total'), 0, 'so do the tools');
refused($me, "select voygen.resolve_trip('forged')", qr/forged/);
refused($me, 'call voygen_lib.refresh_volumes()', qr/./);
$me->disconnect;

is_deeply($owner->selectcol_arrayref('select agency_id || name from voygen.clients order by 1'), [sort "${sunny}Ann", "${sunny}Cy", "${sunny}Own Bob", "${rainy}Bob"], 'nothing else came of it');
done_testing;
