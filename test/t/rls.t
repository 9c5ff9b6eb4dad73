# No agency sees, changes or learns of another's rows, whatever role it works with.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;
use VoygenMigration;

my $name = 'rls';
my $db = fresh_database($name);
my ($first, $second) = map { fill_agency($db, $_) } qw(first second);
my @tables = @{ $db->selectcol_arrayref("
	select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'agency_id'
	where c.relnamespace = 'voygen'::regnamespace and c.relkind in ('r', 'p') order by 1") };

# Runs a statement as a role of an agency; answers its rows, or the error.
sub as_role
{
	my ($role, $agency, $sql, @values) = @_;
	my ($rows, $error);
	$db->begin_work;
	$db->do("set local voygen.agency_id = '$agency'") if defined $agency;
	$db->do("set local role $role");
	eval { $rows = $db->selectall_arrayref($sql, undef, @values); 1 } or $error = $db->errstr;
	$db->rollback;
	return ($rows, $error);
}

subtest 'every table of an agency is under row security' => sub {
	for my $table (@tables)
	{
		my ($on, $policies) = $db->selectrow_array("select relrowsecurity, (select count(*) from pg_policy where polrelid = c.oid) from pg_class c where c.oid = 'voygen.$table'::regclass");
		ok($on && $policies, $table);
	}
	my $bare = $db->selectcol_arrayref("
		select c.relname from pg_class c where c.relnamespace = 'voygen'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity order by 1");
	is_deeply($bare, [ 'adopted', 'starter_data' ], 'the tables without agencies are the owner\'s alone');
	my $open = $db->selectcol_arrayref("select relname from pg_class where relname in ('adopted', 'starter_data') and relacl is not null");
	is_deeply($open, [], 'and granted to nobody');
	my $views = $db->selectcol_arrayref("
		select c.oid::regclass::text from pg_class c
		where c.relnamespace::regnamespace::text in ('voygen', 'voygen_api', 'voygen_lib') and c.relkind in ('v', 'm')
		  and not coalesce('security_invoker=true' = any (c.reloptions) or 'security_invoker=on' = any (c.reloptions), false)");
	is_deeply($views, [], 'every view looks with the caller\'s rights');
};

subtest 'keys and main indexes begin with the agency' => sub {
	my $odd = $db->selectcol_arrayref("
		select i.indexrelid::regclass::text
		from pg_index i
		join pg_class c on c.oid = i.indrelid
		join pg_attribute a on a.attrelid = i.indrelid and a.attname = 'agency_id'
		where c.relnamespace = 'voygen'::regnamespace and (i.indisprimary or i.indisunique) and i.indkey[0] <> a.attnum
		order by 1");
	is_deeply($odd, [ 'voygen.agencies_slug_key', 'voygen.facts_runs_pkey', 'voygen.idx_tokens_identity', 'voygen.instruction_sets_pkey' ], 'all but four that serve every agency');
	my $loose = $db->selectcol_arrayref("
		select c.conrelid::regclass || '.' || c.conname
		from pg_constraint c
		join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'agency_id'
		where c.contype = 'f' and c.connamespace = 'voygen'::regnamespace and c.conkey[1] <> a.attnum");
	is_deeply($loose, [], 'no foreign key leads from one agency to another');
};

subtest 'nobody sees rows of another agency' => sub {
	for my $role (qw(voygen_reader voygen_agent voygen_admin))
	{
		for my $table (@tables)
		{
			my ($own) = as_role($role, $first, "select count(*) from voygen.$table where agency_id = $first");
			next unless $own;    # no right to read the table at all
			my ($foreign) = as_role($role, $first, "select count(*) from voygen.$table where agency_id is distinct from $first");
			my $shared = $table eq 'instruction_sets' ? $db->selectrow_array("select count(*) from voygen.instruction_sets where agency_id is null") : 0;
			is($foreign->[0][0], $shared, "$role, $table");
			my ($none) = as_role($role, undef, "select count(*) from voygen.$table where agency_id is not null");
			is($none->[0][0], 0, "$role without an agency, $table");
		}
	}
};

subtest 'nobody writes rows of another agency' => sub {
	for my $role (qw(voygen_agent voygen_admin))
	{
		my ($trip) = $db->selectrow_array("select trip_id from voygen.trips where agency_id = $second");
		my ($rows) = as_role($role, $first, "update voygen.trips set notes = 'x' where agency_id = $second returning 1");
		is_deeply($rows, [], "$role changes none");
		($rows) = as_role($role, $first, "delete from voygen.trips where agency_id = $second returning 1");
		is_deeply($rows, [], "$role deletes none");
		my (undef, $error) = as_role($role, $first, "insert into voygen.clients (agency_id, client_id, slug, name) values ($second, 99, 's', 'n') returning 1");
		like($error, qr/violates row-level security policy/, "$role adds none");
		(undef, $error) = as_role($role, $first, "update voygen.clients set agency_id = $second returning 1");
		like($error, qr/violates row-level security policy/, "$role gives none away");
		(undef, $error) = as_role($role, $first, "set voygen.agency_id = '$second'");
		like($error, qr/permission denied to set parameter/, "$role cannot take another agency");
		(undef, $error) = as_role($role, $first, "select set_config('voygen.agency_id', '$second', true)");
		like($error, qr/permission denied to set parameter/, "$role cannot by a function either");
		(undef, $error) = as_role($role, $first, "truncate voygen.trips cascade");
		like($error, qr/permission denied/, "$role empties no table");
		(undef, $error) = as_role($role, $first, "copy voygen.trips to '/tmp/x'");
		ok($error, "$role copies to no file");
	}
};

subtest 'what is another\'s is not told from what is nowhere' => sub {
	my ($foreign) = $db->selectrow_array("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination)
		select agency_id, 424242, 'far', client_id, 't', 'd' from voygen.clients where agency_id = $second limit 1 returning trip_id");
	my $absent = 434343;
	my %try = (
		'a leg' => "insert into voygen.trip_legs (trip_id, seq, city) values (%d, 1, 'x') returning 1",
		'a hotel' => "insert into voygen.hotel_cache (trip_id, site, hotel_key, name) values (%d, 'navitrip', 'k', 'n') returning 1",
		'a booking' => "insert into voygen.bookings (trip_id, kind) values (%d, 'hotel') returning 1",
		'a proposal' => "insert into voygen.proposals (trip_id) values (%d) returning 1",
	);
	for my $what (sort keys %try)
	{
		my @said = map {
			my $id = $_;
			my (undef, $error) = as_role('voygen_agent', $first, sprintf($try{$what}, $id));
			$error =~ s/\b$id\b/ID/g;
			$error
		} ($foreign, $absent);
		is($said[0], $said[1], "$what: the same words");
	}
	my @said = map { my (undef, $error) = as_role('voygen_admin', $first, "select voygen.create_user($_, 'x\@y.example', 'X')"); $error =~ s/agency \d+/agency N/r } ($second, 9999);
	is($said[0], $said[1], 'a user of another agency: the same words');
	like($said[0], qr/agency N does not exist/, 'and they name what is missing');
	my ($rows) = as_role('voygen_reader', $first, "select 1 from voygen.trips where trip_id = $foreign");
	is_deeply($rows, [], 'a query finds neither');
};

subtest 'names and numbers of agencies do not touch' => sub {
	for my $agency ($first, $second)
	{
		$db->do("insert into voygen.clients (agency_id, client_id, slug, name) values ($agency, 777, 'same-slug', 'Same')");
	}
	pass('the same slug and number in two agencies');
	my @ids = map { my ($rows) = as_role('voygen_agent', $first, "select voygen.next_id()"); as_role('voygen_agent', $second, "select voygen.next_id() from generate_series(1, 1000)"); $rows->[0][0] } 1, 2;
	is($ids[1], $ids[0] + 1, 'a thousand ids of one agency leave no gap in those of the other');
	my (undef, $error) = as_role('voygen_agent', $first, "select last_value from voygen.ids_$second");
	like($error, qr/permission denied/, 'nobody looks into the other\'s numbers');
	(undef, $error) = as_role('voygen_agent', $first, "select nextval('voygen.ids_$second')");
	like($error, qr/permission denied/, 'or draws from them');
	for my $role (qw(voygen_reader voygen_agent voygen_admin))
	{
		for my $shared ('select mark_id from voygen.facts_dirty', 'select run_id from voygen.facts_runs', "select nextval('voygen.facts_dirty_mark_id')")
		{
			(undef, $error) = as_role($role, $first, $shared);
			like($error, qr/permission denied/, "$role sees no number that all agencies share: $shared");
		}
		my ($seen) = as_role($role, $first, "select last_value from pg_sequences where schemaname = 'voygen' and sequencename !~ '^ids_' and last_value is not null");
		is_deeply($seen, [], "$role sees where none of their sequences is");
	}
};

subtest 'what stays hidden within an agency' => sub {
	for my $role (qw(voygen_reader voygen_agent voygen_admin))
	{
		my (undef, $error) = as_role($role, $first, "select digest from voygen.tokens");
		like($error, qr/permission denied/, "$role reads no token");
		(undef, $error) = as_role($role, $first, "select * from voygen.idempotency_keys");
		like($error, qr/permission denied/, "$role reads no idempotency key");
	}
	for my $role (qw(voygen_reader voygen_agent))
	{
		my (undef, $error) = as_role($role, $first, "select * from voygen.audit");
		like($error, qr/permission denied/, "$role reads no audit");
		(undef, $error) = as_role($role, $first, "update voygen.commission_rates set priority = 1");
		like($error, qr/permission denied/, "$role changes no rate");
		(undef, $error) = as_role($role, $first, "insert into voygen.users (email, name) values ('a\@b', 'x')");
		like($error, qr/permission denied/, "$role adds no user");
	}
	my (undef, $error) = as_role('voygen_reader', $first, "select share_digest from voygen.proposals");
	like($error, qr/permission denied/, 'a reader reads no key of a shared proposal');
	my $written = $db->selectcol_arrayref("
		select c.oid::regclass || ' ' || a.privilege_type from pg_class c, aclexplode(c.relacl) a
		where c.relnamespace = 'voygen'::regnamespace and a.grantee = 'voygen_reader'::regrole and a.privilege_type <> 'SELECT'");
	is_deeply($written, [], 'a reader may write nothing');
	my $gateway = $db->selectcol_arrayref("
		select c.oid::regclass::text from pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a where a.grantee = 'voygen_gateway'::regrole
		union all select c.oid::regclass::text from pg_class c where c.relowner = 'voygen_gateway'::regrole");
	is_deeply($gateway, [], 'the gateway owns no table and reads none');
	my $members = $db->selectcol_arrayref("select member::regrole::text from pg_auth_members where roleid in ('voygen_owner'::regrole, 'voygen_admin'::regrole)");
	is_deeply($members, [ 'voygen_jobs' ], 'only the jobs stand in for the owner');
};

subtest 'records of what happened are added to, never changed' => sub {
	for my $table (qw(audit commission_audit))
	{
		for my $role (qw(voygen_owner voygen_admin voygen_agent))
		{
			for my $change ("update voygen.$table set agency_id = agency_id", "delete from voygen.$table", "truncate voygen.$table")
			{
				my (undef, $error) = as_role($role, $first, $change);
				like($error, qr/permission denied|rows of voygen.$table are never changed/, "$role: $change");
			}
		}
		my $kept = eval { $db->begin_work; $db->do("delete from voygen.$table"); 1 };
		$db->rollback;
		ok(!$kept, "a superuser does not by accident: $table");
	}
};

subtest 'system functions that outlast a call or reach beyond the agency are closed' => sub {
	for my $call ("pg_notify('c', 'x')", "pg_advisory_lock(1)", "pg_advisory_lock(1, 1)", "pg_advisory_lock_shared(1)", "pg_try_advisory_lock(1)",
		"pg_try_advisory_lock(1, 1)", "pg_try_advisory_lock_shared(1)", "lo_create(0)", "lo_creat(-1)", "lo_from_bytea(0, '')", "lo_unlink(1)", "lo_open(1, 1)",
		"pg_read_file('/etc/passwd')", "pg_ls_dir('.')", "lo_import('/etc/passwd')", "pg_reload_conf()")
	{
		for my $role (qw(voygen_reader voygen_agent voygen_admin voygen_gateway))
		{
			my (undef, $error) = as_role($role, $first, "select $call");
			like($error // '', qr/permission denied/, "$role: $call");
		}
	}
	my ($rows, $error) = as_role('voygen_agent', $first, "select pg_advisory_xact_lock(1)");
	is($error, undef, 'locks that end with the transaction stay open');
};

done_testing();
