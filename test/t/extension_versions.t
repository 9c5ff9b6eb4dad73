# Every earlier version of the extension leads to the newest one, and a database that stays at an earlier one is served by
# the new library as before. pg_upgrade needs a second major version of the server; what it would carry over, the schema,
# is compared here between an upgraded and a fresh database instead.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;
use VoygenMigration;

my $checkout = checkout();

# The last change of the schema that was there when version 1.0 was released.
my $schema_of_1_0 = 'calls';

# Versions with a script of their own, and the newest, from the files.
my @whole = sort map { m{/voygen--([0-9.]+)\.sql$} ? $1 : () } glob("$checkout/extension/upgrade/voygen--*.sql");
my ($newest) = map { /^default_version *= *'(.+)'/ ? $1 : () } split /\n/, slurp("$checkout/extension/voygen.control");

sub slurp { my ($path) = @_; open my $file, '<', $path or die "$path: $!\n"; local $/; return scalar <$file> }

# ---- the extension alone ----

# What a database has of the extension: each member with all that can be said of it, types named and not numbered.
sub members
{
	my ($db) = @_;
	$db->do("set search_path = ''");
	return $db->selectall_hashref(q{
		select i.type || ' ' || i.identity as name,
		       obj_description(d.objid, d.classid::regclass::name) as comment,
		       coalesce(p.proacl, c.relacl, t.typacl)::text as rights,
		       pg_get_userbyid(coalesce(p.proowner, c.relowner, t.typowner)) as owner,
		       case when p.prokind in ('f', 'p', 'w') then pg_get_functiondef(p.oid) end as function,
		       concat_ws(' ', p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prokind, p.provolatile,
		                 p.proparallel, p.proisstrict, p.procost, p.prorows, p.prosecdef, p.proleakproof, p.proconfig, p.prosupport,
		                 p.prosrc, p.probin) as routine,
		       (select concat_ws(' ', a.aggkind, a.aggtransfn, a.aggtranstype::regtype, a.aggtransspace, a.aggfinalfn, a.aggfinalmodify,
		                         a.agginitval, a.aggcombinefn, a.aggserialfn, a.aggdeserialfn, a.aggmtransfn, a.aggsortop)
		        from pg_aggregate a where a.aggfnoid = p.oid) as aggregate,
		       case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end as view,
		       c.reloptions::text as options,
		       (select string_agg(concat_ws(' ', attnum, attname, format_type(atttypid, atttypmod), attnotnull, attacl,
		                                    col_description(attrelid, attnum)), E'\n' order by attnum)
		        from pg_attribute where attrelid in (c.oid, t.typrelid) and attnum > 0 and not attisdropped) as columns,
		       (select n.initprivs::text from pg_init_privs n where n.classoid = d.classid and n.objoid = d.objid and n.objsubid = 0) as first_rights
		from pg_depend d
		cross join lateral pg_identify_object(d.classid, d.objid, 0) i
		left join pg_proc p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
		left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
		left join pg_type t on d.classid = 'pg_type'::regclass and t.oid = d.objid
		where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
		  and d.refobjid = (select oid from pg_extension where extname = 'voygen')}, 'name');
}

sub bare_extension
{
	my ($database, $version) = @_;
	my $db = empty_database($database);
	$db->do('create schema voygen');
	$db->do("create extension voygen with schema voygen version '$version'");
	return $db;
}

# The versions on the way to the newest, as the server finds it.
sub way
{
	my ($db, $from) = @_;
	my ($path) = $db->selectrow_array("select path from pg_extension_update_paths('voygen') where source = ? and target = ?", undef, $from, $newest);
	return split /--/, $path // '';
}

ok(scalar @whole, "there are released versions: @whole");
my %fresh = map { $_ => members(bare_extension('versions_fresh', $_)) } @whole, $newest;
cmp_ok(scalar keys %{ $fresh{$newest} }, '>', 40, "a fresh $newest has all its objects");
for my $from (@whole)
{
	my $db = bare_extension('versions_walk', $from);
	my (undef, @way) = way($db, $from);
	is($way[-1], $newest, "a way leads from $from to $newest");
	for my $to (@way)
	{
		$db->do("alter extension voygen update to '$to'");
		next if !$fresh{$to};
		is_deeply(members($db), $fresh{$to}, "$from updated to $to equals a fresh $to, object by object");
	}
}

# ---- a database of 1.0, with the new library ----

# The migrations as they were: the same changes, but for the version of the extension.
sub deploy_1_0
{
	my ($database) = @_;
	my $folder = tempdir('voygen-versions-XXXX', TMPDIR => 1, CLEANUP => 1);
	system('cp', '-r', "$checkout/migrations", $folder) == 0 or die "copying the migrations failed\n";
	my $foundation = "$folder/migrations/deploy/foundation.sql";
	my $text = slurp($foundation);
	$text =~ s/^create extension voygen with schema voygen;$/create extension voygen with schema voygen version '1.0';/m or die "foundation.sql creates no extension\n";
	open my $file, '>', $foundation or die "$foundation: $!\n";
	print {$file} $text;
	close $file;
	local $ENV{PGDATABASE} = $database;
	my $output = `$folder/migrations/migrate deploy --to $schema_of_1_0 2>&1`;
	die "deploying 1.0 failed:\n$output" if $?;
	return;
}

sub run_file
{
	my ($database, $file, @options) = @_;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $database, @options, '-f', "$checkout/$file") == 0 or die "$file failed\n";
	return;
}

sub fill
{
	my ($database) = @_;
	run_file($database, 'test/facts_model/odd_trips.sql', '-v', 'trips=25');
	run_file($database, 'test/facts_model.sql');
	my $db = connect_to($database);
	$db->do("set timezone = 'UTC'");
	my ($agency) = $db->selectrow_array("select agency_id from voygen.agencies where slug = 'odd-one'");
	$db->do("set voygen.agency_id = '$agency'");
	return ($db, $agency);
}

sub refresh_all
{
	my ($db, $agency) = @_;
	for (1 .. 20)
	{
		$db->do('select * from voygen.refresh_facts(voygen.current_agency())');
		return if !($db->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $agency))[0];
	}
	die "the queue does not empty\n";
}

# What 1.0 promised, each as one value that must be the same whatever the version of the catalogue.
my $offer = q('{"site": "navitrip", "currency": "USD", "components": [{"kind": "room", "amount": 296.00, "tax": "included", "tax_amount": 11.03}]}');
my $rate = q('[{"id": 1, "kind": "percent", "value": 30}]');
my @promises = (
	[ 'next_id', 'select voygen.next_id() > 0' ],
	[ 'current_agency', 'select voygen.current_agency()' ],
	[ 'nightly_amount', q(select voygen.nightly_amount(361, 'per_stay', 3, 2, 'USD')) ],
	[ 'hotel_identity', q(select voygen.hotel_identity(null, 'Grand Hotel & Spa')) ],
	[ 'price_cuts', 'select string_agg(c::text, $$;$$ order by trip_id) from (select trip_id, voygen.price_cuts(nightly_amount) c from voygen.hotel_cache group by trip_id) x' ],
	[ 'price_cuts by kmeans', q(select voygen.price_cuts(nightly_amount, 'kmeans', 25, 75) from voygen.hotel_cache) ],
	[ 'price_tier', 'select md5(string_agg(t, $$,$$ order by agency_id, hotel_id)) from (select agency_id, hotel_id, voygen.price_tier(nightly_amount) over (partition by agency_id, trip_id) t from voygen.hotel_cache) x' ],
	[ 'price_tier_of', 'select voygen.price_tier_of(120, 98.50, 214)' ],
	[ 'commission_amount', 'select sum(voygen.commission_amount(site, total_amount, currency, total_tax, tax_amount, nights => nights)) from voygen.hotel_cache where agency_id = voygen.current_agency()' ],
	[ 'commission_rows', q(select md5(string_agg(r::text, ',' order by r::text)) from voygen.commission_rows('select hotel_id as id, site, total_amount as amount, currency, nights from voygen.hotel_cache where agency_id = voygen.current_agency()') r) ],
	[ 'commission_total', 'select md5(string_agg(t::text, $$,$$ order by t::text)) from voygen.commission_total(voygen.current_agency()) t' ],
	[ 'commission_quote', "select voygen.commission_quote($offer, $rate, null, 'half_up', '2026-11-01')" ],
	[ 'currency_exponent', q(select array[voygen.currency_exponent('JPY'), voygen.currency_exponent('KWD')]::text) ],
	[ 'resolve_trip', 'select voygen.resolve_trip(slug) = trip_id from voygen.trips where agency_id = voygen.current_agency() order by trip_id limit 1' ],
	[ 'resolve_client', 'select voygen.resolve_client(slug) = client_id from voygen.clients where agency_id = voygen.current_agency() order by client_id limit 1' ],
	[ 'watched_tables', q(select bool_or(t = 'voygen.rooms_cache'::regclass) from voygen.watched_tables() t) ],
	[ 'marking_enabled', 'select voygen.marking_enabled()' ],
	[ 'tool_problems', 'select count(*) from voygen.tool_problems()' ],
);
sub promises
{
	my ($db) = @_;
	return { map { my ($name, $sql) = @$_; my ($value) = eval { $db->selectrow_array($sql) }; ($name => $@ ? "failed: $@" : $value // 'null') } @promises };
}

# Marks, refresh and fresh reads, against the recomputation.
sub facts_are_kept
{
	my ($db, $agency, $what) = @_;
	refresh_all($db, $agency);
	is_deeply($db->selectall_arrayref('select * from facts_model.drift(?)', undef, $agency), [], "$what: refreshed facts equal the recomputation");
	$db->do("update voygen.hotel_cache set price_amount = price_amount + 1 where agency_id = $agency and trip_id <= 10");
	my ($marks) = $db->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $agency);
	cmp_ok($marks, '>', 0, "$what: a change marks its trips");
	my ($read, $wrong) = $db->selectrow_array(qq{
		select count(*), count(*) filter (where f.facts::text <> m.facts::text)
		from voygen.trip_facts_fresh($agency, array(select trip_id from voygen.trips where agency_id = $agency)) f
		cross join lateral facts_model.one_trip($agency, f.trip_id, f.refreshed_at) m});
	ok($read > 10 && !$wrong, "$what: fresh reads equal the recomputation ($read read, $wrong wrong)");
	refresh_all($db, $agency);
	return is_deeply($db->selectall_arrayref('select * from facts_model.drift(?)', undef, $agency), [], "$what: and so after the next refresh");
}

empty_database('versions_old')->disconnect;
deploy_1_0('versions_old');
my ($old, $agency) = fill('versions_old');
is($old->selectrow_array(q(select extversion from pg_extension where extname = 'voygen')), '1.0', 'the database is at 1.0');
isnt($old->selectrow_array('select voygen.library_version()'), '1.0', '... and the library newer');
facts_are_kept($old, $agency, '1.0');

fresh_database('versions_new')->disconnect;
my ($new, $same_agency) = fill('versions_new');
is($same_agency, $agency, 'a fresh database has been filled alike');
facts_are_kept($new, $agency, 'fresh');
my $promised = promises($old);
is_deeply([ grep { /^failed/ } values %$promised ], [], 'every function of 1.0 can be called');
is_deeply($promised, promises($new), '... and answers as in a fresh database');

# Calls, between the new library and the new schema: a tool that reads, and one that writes, once, and into the audit.
$old->do($_) for (
	'create schema voygen_api',
	'grant usage on schema voygen_api to voygen_agent, voygen_reader',
	'create type voygen_api.counted as (trips bigint)',
	q(create function voygen_api.count_trips() returns voygen_api.counted language sql stable parallel safe set search_path = pg_catalog, voygen, pg_temp
	  as 'select row(count(*))::voygen_api.counted from voygen.trips'),
	q(comment on function voygen_api.count_trips() is E'Count trips\n\nCounts the trips of the agency.'),
	q(create function voygen_api.drop_trip(trip_id bigint, idempotency_key text default null) returns voygen_api.counted language sql volatile
	  set search_path = pg_catalog, voygen, pg_temp
	  as 'delete from voygen.trips t where t.trip_id = drop_trip.trip_id; select row(count(*))::voygen_api.counted from voygen.trips'),
	q(comment on function voygen_api.drop_trip(bigint, text) is E'Drop a trip\n\nDrops a trip.\n@param trip_id its number\n@param idempotency_key text, once'),
	q(revoke execute on all functions in schema voygen_api from public),
	q(grant execute on all functions in schema voygen_api to voygen_agent),
	q(grant execute on function voygen_api.count_trips() to voygen_reader),
	qq(insert into voygen.tokens (agency_id, digest, role) values ($agency, sha256('old'), 'voygen_agent')));
my $gateway = connect_to('versions_old', user => 'voygen_gateway');
sub call { my ($tool, $arguments) = @_; return ($gateway->selectrow_array("select voygen.call($agency, sha256('old'), '$tool', '$arguments')"))[0] }
my ($trips) = $old->selectrow_array("select count(*) from voygen.trips where agency_id = $agency");
is(call('count_trips', '{}'), qq({"trips":$trips}), 'a tool that reads is called');
is(call('drop_trip', '{"trip_id": 4, "idempotency_key": "k"}'), sprintf('{"trips":%d}', $trips - 1), 'a tool that writes is called');
is(call('drop_trip', '{"trip_id": 4, "idempotency_key": "k"}'), sprintf('{"trips":%d}', $trips - 1), '... and once only with one key');
is($old->selectrow_array('select count(*) from voygen.audit where agency_id = ? and tool = ?', undef, $agency, 'drop_trip'), 1, '... and is in the audit');
isnt($gateway->selectrow_array("select voygen.tools($agency, sha256('old'))"), '[]', 'the tools are listed');
$promised = promises($old);

# ---- the same database, upgraded by a deploy, with a session that stays ----

{
	local $ENV{VOYGEN_DATABASE} = 'versions_old';
	my $output = `$checkout/service/cluster/deploy 2>&1`;
	is($?, 0, 'the database of 1.0 is deployed to') or diag($output);
}
is($old->selectrow_array(q(select extversion from pg_extension where extname = 'voygen')), $newest, "it is at $newest");
is_deeply(promises($old), $promised, 'a session from before the upgrade gets the same answers');
facts_are_kept($old, $agency, 'a session from before the upgrade');
$old->disconnect;
$old = connect_to('versions_old');
$old->do("set voygen.agency_id = '$agency'");
facts_are_kept($old, $agency, 'upgraded');

for my $database ('versions_old', 'versions_new')
{
	psql($database, 'set client_min_messages = warning; drop schema if exists odd, facts_model cascade');
}
my $inventory = 'select kind, identity, definition from voygen.inventory() order by 1, 2, 3';
is_deeply($old->selectall_arrayref($inventory), $new->selectall_arrayref($inventory), 'its inventory is that of a fresh database');
same_dump(schema_dump('versions_old'), schema_dump('versions_new'), 'so is its schema as pg_dump sees it');

# ---- a catalogue that is newer than the library, and none at all ----

sub refused
{
	my ($sql) = @_;
	my $session = connect_to('versions_new', user => 'postgres');
	$session->do("set voygen.agency_id = '$agency'");
	return '' if eval { $session->selectall_arrayref($sql); 1 };
	return $session->state . ' ' . $session->errstr;
}

my @careful = (
	"select * from voygen.refresh_facts($agency)",
	"select * from voygen.trip_facts_fresh($agency, array[1])",
	"select * from voygen.commission_total($agency)",
	q(select * from voygen.commission_rows('select 1 as id, null::text as site, 1.0 as amount')),
);
for my $version ('1.99', '2.0', 'next')
{
	$new->do(q(update pg_extension set extversion = ? where extname = 'voygen'), undef, $version);
	for my $sql (@careful)
	{
		like(refused($sql), qr/^55000 .*extension "voygen" is \Q$version\E in this database but the library is \Q$newest\E.*HINT:\s+Install the library/s,
			"with a catalogue of $version: " . substr($sql, 0, 40) . ' is refused, saying what to do');
	}
}
$new->do(q(update pg_extension set extversion = ? where extname = 'voygen'), undef, $newest);

# ---- dropping it ----

my $drop = eval { $new->do('drop extension voygen'); 1 } ? 'dropped' : $new->state;
is($drop, '2BP01', 'the extension is not dropped while tables use it');
my ($rows) = $new->selectrow_array('select count(*) from voygen.hotel_cache');
$new->do('set client_min_messages = warning');
$new->do('drop extension voygen cascade');
is($new->selectrow_array(q(select count(*) from pg_proc where probin like '%voygen%')), 0, 'dropped with all that leans on it, it leaves no function');
is($new->selectrow_array(q(select count(*) from pg_trigger t join pg_class c on c.oid = t.tgrelid where t.tgname like 'mark\_%')), 0, '... and no trigger');
is($new->selectrow_array('select count(*) from voygen.hotel_cache'), $rows, '... but every row of the tables');
ok(eval { $new->do("update voygen.hotel_cache set name = name || '.' where agency_id = $agency"); $new->do("delete from voygen.trips where agency_id = $agency and trip_id = 3"); 1 },
	'... which can be written to') or diag $@;

my $nothing = do { my $db = empty_database('versions_walk'); $db->do('create schema voygen'); schema_dump('versions_walk') };
my $again = connect_to('versions_walk');
for (1 .. 2)
{
	$again->do('create extension voygen with schema voygen');
	$again->do('drop extension voygen');
}
same_dump(schema_dump('versions_walk'), $nothing, 'created and dropped twice it leaves nothing behind');

done_testing();
