# Every way out of a tool, tried from inside by a tool that runs any SQL it is given; and the session afterwards.
# Alone on the test cluster: it changes settings of the gateway's login.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;
use VoygenTest;

my $door = CallTest->new('call_escape');
my $owner = $door->owner;

# Given two tools that run anything, one that says it only reads; the work is done by a volatile function, so that the
# language's own check for functions that only read is not what stops them
$owner->do(<<'SQL');
create function public.run(statement text) returns text[]
language plpgsql volatile as $$
declare
  line text;
  lines text[] := '{}';
begin
  if statement ~* '^(select|show|fetch|explain)' then
    for line in execute statement loop
      lines := lines || line;
    end loop;
  elsif statement ~* 'returning' then
    execute statement into line;
    lines := array_remove(array[line], null);
  else
    execute statement;
  end if;
  return lines;
end $$;
create type voygen_api.anything as (rows text[]);
SQL
for my $tool (['read_anything', 'stable'], ['do_anything', 'volatile'])
{
	$owner->do(<<"SQL");
create function voygen_api.$tool->[0](statement text) returns voygen_api.anything
language plpgsql $tool->[1] as \$\$
begin
  return row(public.run(statement));
end \$\$;
comment on function voygen_api.$tool->[0](text) is 'Run anything
\@param statement SQL.';
SQL
}
my $ann = $door->call('agent', 'create_client', { name => 'Ann' });
$door->call('rainy:agent', 'create_client', { name => 'Bob' });
$door->call('rainy:agent', 'create_client', { name => 'Bob the Second' });
my ($bob) = $owner->selectrow_array("select client_id from voygen.clients where name = 'Bob the Second'");
$owner->do('analyze voygen.clients');
# a function that tells whom it sees, so cheap that a planner would ask it first
$owner->do(<<'SQL');
create function public.tell(name text) returns boolean language plpgsql immutable cost 0.0000001 as $$
begin
  if name like 'Bob%' then
    raise exception 'saw %', name;
  end if;
  return true;
end $$;
SQL
my $neighbour = $door->connect_gateway;
$neighbour->do("select 'neighbours secret'");

sub session
{
	my ($db) = @_;
	return {
		settings => $db->selectall_hashref('select name, setting from pg_settings', 'name'),
		users => [$db->selectrow_array('select current_user, session_user')],
		agency => $db->selectrow_array("select current_setting('voygen.agency_id', true)"),
		locks => $db->selectrow_array("select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'"),
		cursors => $db->selectrow_array("select count(*) from pg_cursors where is_holdable"),
		prepared => $db->selectrow_array("select count(*) from pg_prepared_statements where name like 'escape%'"),
		listening => $db->selectcol_arrayref('select pg_listening_channels()'),
		temporary => $db->selectrow_array("select count(*) from pg_class where relpersistence = 't'"),
	};
}

my $gateway = $door->gateway;
$gateway->do("select voygen.similarity('a', 'b')"); # its library brings settings of its own
my $before = session($gateway);
my $rows = q{select (select count(*) from voygen.clients), (select count(*) from voygen.agencies), (select count(*) from pg_largeobject_metadata),
	(select count(*) from pg_class), (select count(*) from pg_proc), (select count(*) from pg_roles)};
my @database = $owner->selectrow_array($rows);

# closed($tool, $sql, $code): the statement fails, as one of our errors.
sub closed
{
	my ($tool, $sql, $code) = @_;
	my $error = $door->fails('admin', $tool, { statement => $sql });
	# what the language or the server itself refuses in a function comes as an internal error
	like($error->{code}, $code eq "not_allowed" ? qr{^(not_allowed|internal)$} : qr{^$code$}, "$tool: $sql") or diag($error->{text});
	return;
}

my @never = (
	'reset role', 'set role postgres', 'set role voygen_owner', 'set role voygen_gateway', 'set session authorization postgres',
	'reset session authorization', 'set local voygen.agency_id = 2', 'set voygen.agency_id = 2', 'reset all', 'discard all',
	'set local statement_timeout = 0', 'set transaction read write', 'begin', 'commit', 'rollback', 'savepoint a',
	'listen escape', 'notify escape', 'unlisten *', 'prepare escape as select 1', 'deallocate all',
	'create temp table escape (a int)', 'create table voygen.escape (a int)', 'create function pg_temp.f() returns int language sql as $$select 1$$',
	'create schema escape', "copy (select 1) to program 'id'", "copy (select 1) to '/tmp/escape'", 'create extension dblink', 'load \'plpgsql\'',
	"do 'begin end'", 'drop table voygen.clients', 'truncate voygen.clients', 'alter role voygen_reader superuser', 'grant voygen_owner to voygen_reader',
	'create role escape', 'vacuum', 'checkpoint', 'alter system set fsync = off', 'security label on table voygen.clients is \'x\'',
	'comment on table voygen.clients is \'x\'', 'refresh materialized view x', 'import foreign schema x from server y into z',
	'alter function voygen_api.read_anything(text) security definer', 'create trigger x after insert on voygen.clients execute function x()',
	'create view voygen_api.x as select 1', 'create event trigger x on ddl_command_end execute function x()', 'prepare transaction \'x\'');
for my $tool (qw(read_anything do_anything))
{
	closed($tool, $_, 'not_allowed') for @never;

	# functions that would outlast the call, or leave the database
	closed($tool, "select $_", 'not_allowed') for (
		"pg_notify('escape', 'x')", 'pg_advisory_lock(1)', 'pg_try_advisory_lock(1)', 'pg_advisory_lock_shared(1, 2)', 'pg_advisory_unlock_all()',
		'lo_create(0)', "lo_from_bytea(0, 'x')", "lo_import('/etc/passwd')", "pg_read_file('/etc/passwd')", "pg_ls_dir('/')", "pg_read_binary_file('/etc/passwd')",
		'pg_terminate_backend(pg_backend_pid())', 'pg_cancel_backend(pg_backend_pid())', 'pg_reload_conf()', 'pg_export_snapshot()', 'setseed(0.5)',
		"pg_logical_emit_message(true, 'a', 'b')", "pg_logical_emit_message(false, 'a', 'b')",
		"set_config('voygen.agency_id', '2', false)", "set_config('voygen.agency_id', '2', true)", "set_config('voygen.call_timeout', '1h', false)",
		'rolpassword from pg_authid', 'digest from voygen.tokens', '1 from voygen.idempotency_keys', '1 from pg_largeobject',
		'voygen.create_agency(\'x\', \'X\')', "voygen.tools(2, '\\x00')");
	closed($tool, "select $_", 'not_allowed') for map { "voygen.call($_, sha256('rainy:agent'), 'find_clients', '{}')" } $door->agency('rainy'), $door->agency('sunny');

	# these parameters of the role cannot be set inside a call; a statement with a quote in the middle is data
	closed($tool, "select set_config('role', 'postgres', false)", 'not_allowed');
	closed($tool, "select set_config('role', 'none', true)", 'not_allowed');
	closed($tool, "select set_config('session_authorization', 'postgres', false)", 'not_allowed');
	is_deeply($door->call('admin', $tool, { statement => 'select current_setting(\'voygen.agency_id\')' })->{rows}, [$door->agency('sunny')], "$tool: works for its agency");
	is_deeply($door->call('admin', $tool, { statement => 'select count(*) from pg_extension where extname = \'dblink\'' })->{rows}, ['0'], 'there is no dblink');
	is_deeply($door->call('admin', $tool, { statement => 'select name from voygen.clients' })->{rows}, ['Ann'], "$tool: sees its agency");
	is_deeply($door->call('admin', $tool, { statement => 'select query from pg_stat_activity where usename = \'postgres\' and query <> \'<insufficient privilege>\'' })->{rows}, [], "$tool: sees no other session's statements");
	$door->call('admin', $tool, { statement => "declare escape cursor for select 1" });
	closed($tool, 'declare escape cursor with hold for select 1', 'not_allowed');
	is(session($gateway)->{cursors}, 0, 'no cursor outlives its call');

	# what reaches for the server, its files, its log, its standbys
	closed($tool, "select $_", 'not_allowed') for (
		"pg_stat_file('/etc/passwd')", "pg_ls_logdir()", "pg_ls_waldir()", "pg_ls_tmpdir()", "pg_current_logfile()", "current_setting('data_directory')", 'pg_hba_file_rules()', 'pg_show_all_file_settings()',
		"pg_create_physical_replication_slot('escape')", "pg_create_logical_replication_slot('escape', 'pgoutput')", "pg_replication_origin_create('escape')", 'pg_switch_wal()', 'pg_promote()',
		"pg_create_restore_point('escape')", "pg_backup_start('escape')", 'pg_stat_reset()', 'pg_rotate_logfile()', 'pg_log_backend_memory_contexts(pg_backend_pid())', 'lo_get(1)', "lo_put(1, 0, 'x')",
		"lo_export(1, '/tmp/escape')", "pg_import_system_collations('voygen')", "pg_nextoid('voygen.clients', 'agency_id', 'voygen.clients_pkey')", "set_config('session_replication_role', 'replica', true)",
		"set_config('voygen.escape', 'x', false)", "set_config('log_statement', 'all', false)", "set_config('session_preload_libraries', 'x', false)");

	# what the owner's functions would do for others
	closed($tool, $_, 'not_allowed') for (
		'call voygen.disable_marking()', 'call voygen.retention_job()', 'call voygen.refresh_job()', 'call voygen.count_volumes(2)', 'select voygen.hold_calls()', 'select * from voygen.refresh_facts(2)',
		"select voygen.record_failure(1, '\\x00', 'x', 'internal', '\\x00', 1)", 'select voygen.load_starter_data(2)', 'select lastval()', "select currval('voygen.ids_2')", "select setval('voygen.ids_1', 1)",
		"select nextval('voygen.ids_2')", 'select last_value from voygen.ids_2', "select pg_sequence_last_value('voygen.ids_2')", 'copy voygen.clients to stdout', "copy voygen.clients from '/etc/passwd'",
		'explain analyze delete from voygen.agencies', "select query_to_xml('delete from voygen.agencies', true, true, '')", "select * from ts_stat('select null::tsvector from voygen.idempotency_keys')");

	# what other agencies have, by other doors than a plain select
	for my $sql (
		"select name from voygen.clients where public.tell(name)", "select name from voygen.clients where 1 / (ascii(name) - ascii('B')) is not null", "select name from voygen.clients where ctid = any ('{\"(0,1)\",\"(0,2)\",\"(0,3)\"}'::tid[])",
		'select name from voygen.clients tablesample system (100)', "select name from voygen.clients where client_id = $bob or public.tell(name)", "select name from only voygen.clients where name ~ '.*' and public.tell(name)",
		"select (xpath('//name/text()', query_to_xml('select name from voygen.clients', true, false, '')))[1]::text")
	{
		is_deeply($door->call('admin', $tool, { statement => $sql })->{rows}, ['Ann'], "$tool: $sql sees its agency alone");
	}
	for my $sql (
		"select most_common_vals::text from pg_stats where schemaname = 'voygen' and tablename = 'clients'", "select * from pg_stats_ext where schemaname = 'voygen'", "select query from pg_stat_activity where query like '%neighbours%secret' and pid <> pg_backend_pid()",
		'select * from pg_prepared_statements where statement like \'%neighbour%\'', "select last_value from pg_sequences where schemaname = 'voygen' and last_value is not null",
		"select usename from pg_stat_activity where query ~ 'client' and pid <> pg_backend_pid()")
	{
		is_deeply($door->call('admin', $tool, { statement => $sql })->{rows}, [], "$tool: $sql shows nothing");
	}
	closed($tool, 'select * from pg_statistic', 'not_allowed');
	unlike($door->fails('admin', $tool, { statement => 'select name::integer from voygen.clients' })->{text}, qr/Bob/, "$tool: a cast that fails names nobody else");

	# locks of the transaction end with the call; marks left in the session are gone
	$door->call('admin', $tool, { statement => "select pg_advisory_xact_lock(7), set_config('escape.mark', 'left by sunny', false), voygen.set_limit(0.9::real)" });
	is($gateway->selectrow_array("select coalesce(current_setting('escape.mark', true), '')"), '', "$tool: a setting of its own leaves no mark");
	is_deeply($door->call('rainy:admin', $tool, { statement => "select current_setting('escape.mark', true)" })->{rows}[0] || undef, undef, "$tool: nor for another agency");

	# settings a tool may change are its own affair, and gone afterwards
	$door->call('admin', $tool, { statement => "select set_config('work_mem', '1GB', false), set_config('search_path', 'pg_temp', false), set_config('row_security', 'off', false), set_config('statement_timeout', '1', false)" });
	is_deeply(session($gateway), $before, "$tool: the session is the one before");
}

# A tool that reads cannot write, whatever it does to the read-only mode
my $insert = "insert into voygen.clients (slug, name) values ('escape', 'Escape')";
for my $tool (
	$insert, "with i as ($insert returning 1) select * from i",
	'update voygen.clients set name = \'x\'', 'delete from voygen.clients', 'select * from voygen.clients for update',
	'select nextval(\'voygen.ids_shared\')', 'select voygen.next_id()', 'select txid_current()', 'insert into voygen.audit (tool, outcome) values (\'x\', \'ok\')')
{
	my $error = $door->fails('admin', 'read_anything', { statement => $tool });
	is($error->{code}, 'not_allowed', "read_anything: $tool") or diag($error->{text});
	$error = $door->fails('admin', 'read_anything', { statement => "select set_config('transaction_read_only', 'off', true), public.run(\$x\$$tool\$x\$)" });
	like($error->{code}, qr/^(not_allowed|internal)$/, "nor after switching read-only off") or diag($error->{text});
}
$owner->do("create function public.assign_xid() returns bigint language sql volatile security definer as 'select txid_current()'");
$owner->do(<<'SQL');
create function public.writable() returns void language plpgsql volatile security definer set transaction_read_only = off as $$
begin
  insert into voygen.clients (agency_id, slug, name) values (1, 'escape', 'Escape');
end $$;
SQL
for my $way ('select public.assign_xid()', 'select public.writable()')
{
	like($door->fails('admin', 'read_anything', { statement => $way })->{code}, qr/^(not_allowed|internal)$/, "a function of a superuser does not write for a tool that reads: $way");
}

# The same from a volatile tool with less rights than the tables' owner
is($door->fails('agent', 'do_anything', { statement => 'delete from voygen.audit' })->{code}, 'not_allowed', 'the audit cannot be cleared');
is($door->fails('agent', 'do_anything', { statement => "insert into voygen.clients (agency_id, slug, name) values ($door->{agencies}{rainy}, 'x', 'X')" })->{code},
	'not_allowed', 'no row goes into another agency');
is($door->fails('agent', 'do_anything', { statement => "update voygen.clients set agency_id = $door->{agencies}{rainy}" })->{code}, 'not_allowed', 'no row moves there');
my @foreign = map { $door->fails('agent', 'do_anything', { statement => "insert into voygen.trips (slug, client_id, title, destination) values ('x', $_, 'x', 'x')" }) } $bob, 987654321;
s/\b(?:$bob|987654321)\b/ID/g for map { $_->{text}, $_->{message} } @foreign;
is_deeply($foreign[0], $foreign[1], 'a client of another agency is refused like one that nobody has');
is_deeply($door->call('agent', 'do_anything', { statement => "insert into voygen.clients (client_id, slug, name) select $bob, 'bob', 'Own' where false returning name" })->{rows}, [], 'keys of another agency are free');
is_deeply($door->call('agent', 'do_anything', { statement => 'delete from voygen.clients where name = \'Bob\' returning name' })->{rows}, [], 'no row of it can be deleted');

# Owner-rights functions do not run what the caller's path names
is($door->fails('agent', 'do_anything', { statement => q{select voygen.find_anything from (select 1) s} })->{code}, 'internal', 'what is not there is an internal error without words');
unlike($door->fails('agent', 'do_anything', { statement => 'select secret from voygen.no_such_table' })->{text}, qr/no_such_table/, 'which does not name what it touched');

# The clock
$gateway->do('set statement_timeout = 0');
$owner->do('alter role voygen_gateway set voygen.call_timeout = 300');
my $hurried = $door->connect_gateway;
my $started = time;
is($door->fails('agent', 'do_anything', { statement => $_ }, db => $hurried)->{code}, 'timeout', "the time is up: $_")
	for ('select pg_sleep(60)', "select set_config('statement_timeout', '0', false), pg_sleep(60)");
ok(time - $started < 20, 'soon');
is($hurried->selectrow_array('select 1'), 1, 'the connection goes on');
is_deeply(session($hurried)->{users}, ['voygen_gateway', 'voygen_gateway'], 'as itself');
$hurried->do('select pg_sleep(0.5)');
pass('the clock does not run on');
$owner->do(<<'SQL');
create function voygen_api.swallow() returns voygen_api.anything
language plpgsql volatile as $$
begin
  loop
    begin
      perform pg_sleep(60);
    exception when query_canceled then
      null;
    end;
  end loop;
end $$;
comment on function voygen_api.swallow() is 'Never end';
SQL
ok(!eval { $door->call('agent', 'swallow', {}, db => $hurried); 1 }, 'a tool that swallows its cancellation ends with its connection');
$owner->do('alter role voygen_gateway reset voygen.call_timeout');

# Nothing of all that is left
is_deeply([($owner->selectrow_array($rows))[0, 1, 2, 5]], [@database[0, 1, 2, 5]], 'no row, agency, large object or role came of it');
is_deeply($owner->selectcol_arrayref('select name from voygen.clients order by name'), ['Ann', 'Bob', 'Bob the Second'], 'the clients are as they were');

done_testing;
