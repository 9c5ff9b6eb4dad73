# The doctor names the exact object that is missing, altered or unexpected, whatever its kind.
# Alone on the test cluster: it damages roles.

use strict;
use warnings;
use File::Temp;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;

my $program = checkout() . '/build/voygen';
my $name = 'doctor';

# What the doctor says of a database, and its exit status.
sub ask_doctor
{
	my ($database) = @_;
	local $ENV{VOYGEN_DATABASE_URL} = database_url($database);
	my $said = `$program doctor 2>&1`;
	return ($? >> 8, $said);
}

sub problem { my ($problem, $kind, $identity) = @_; return qr/\b$problem: $kind \Q$identity\E(?:$| \(|\s)/m }

# Does damages, each [what, SQL, what the doctor names], in one database and asks the doctor once.
sub damaged
{
	my (@damages) = @_;
	my $db = fresh_database($name);
	$db->do('set client_min_messages = error');
	my %done;
	for my $damage (@damages)
	{
		my ($what, $sql) = @$damage;
		$done{$what} = eval { $db->do($_) for ref $sql ? @$sql : $sql; 1 } ? '' : $@;
	}
	$db->disconnect;
	my ($status, $said) = ask_doctor($name);
	is($status, 1, 'the doctor fails');
	for my $damage (@damages)
	{
		my ($what, undef, @named) = @$damage;
		subtest $what => sub {
			is($done{$what}, '', 'done');
			like($said, $_, 'named') for @named;
		};
	}
	return;
}

# Damages that can be told apart go into one database: none of a group names what another names, and each is in the first
# group that takes it, so those of one object keep their order.
sub grouped
{
	my (@groups, @named);
	for my $damage (@_)
	{
		my (undef, undef, @patterns) = @$damage;
		my @subjects = map { s/\A\(\?\^m?:\\b\w+: //r } @patterns;
		my $at = 0;
		$at++ while grep { $named[$at]{$_} } @subjects;
		$named[$at]{$_} = 1 for @subjects;
		push @{ $groups[$at] }, $damage;
	}
	return @groups;
}

subtest 'the inventory is the one that is checked in' => sub {
	my $written = File::Temp->new;
	system(checkout() . '/migrations/make_inventory', $written->filename) == 0 or die "make_inventory failed\n";
	my $difference = `diff @{[ checkout() ]}/migrations/inventory.txt @{[ $written->filename ]} | cut -c 1-300 | head -n 40`;
	is($difference, '', 'make inventory changes nothing') or diag 'run make inventory and commit migrations/inventory.txt';
};

subtest 'a sound database' => sub {
	my $db = fresh_database($name);
	$db->do("select voygen.create_agency('one', 'One')");
	my (undef, $said) = ask_doctor($name);
	like($said, qr/all \d+ objects are as they should be/, 'is said to be sound, with agencies in it too');
};

my @damages = (
	[ 'a table dropped', "drop table voygen.client_questions", problem('missing', 'table', 'voygen.client_questions'), problem('missing', 'column', 'voygen.client_questions.question') ],
	[ 'a table added', "create table voygen.notes (id bigint)", problem('unexpected', 'table', 'voygen.notes') ],
	[ 'a column dropped', "alter table voygen.trips drop column notes", problem('missing', 'column', 'voygen.trips.notes') ],
	[ 'a column\'s type changed', "alter table voygen.client_questions alter column question type varchar(10)", problem('altered', 'column', 'voygen.client_questions.question') ],
	[ 'a default changed', "alter table voygen.trips alter column status set default 'proposed'", problem('altered', 'column', 'voygen.trips.status') ],
	[ 'a column made nullable', "alter table voygen.trips alter column title drop not null", problem('altered', 'column', 'voygen.trips.title') ],
	[ 'a column\'s storage changed', "alter table voygen.trip_facts alter column facts set compression pglz", problem('altered', 'column', 'voygen.trip_facts.facts') ],
	[ 'a table\'s option changed', "alter table voygen.trip_facts reset (toast_tuple_target)", problem('altered', 'table', 'voygen.trip_facts') ],
	[ 'an index dropped', "drop index voygen.idx_trips_status", problem('missing', 'index', 'voygen.idx_trips_status') ],
	[ 'an index made anew otherwise', [ "drop index voygen.idx_trips_status", "create index idx_trips_status on voygen.trips (status)" ], problem('altered', 'index', 'voygen.idx_trips_status') ],
	[ 'an index gone invalid', "update pg_index set indisvalid = false where indexrelid = 'voygen.idx_trips_status'::regclass", problem('altered', 'index', 'voygen.idx_trips_status') ],
	[ 'a constraint dropped', "alter table voygen.trips drop constraint trips_dates_check", problem('missing', 'constraint', 'voygen.trips.trips_dates_check') ],
	[ 'a constraint changed', [ "alter table voygen.trips drop constraint trips_dates_check", "alter table voygen.trips add constraint trips_dates_check check (end_date > start_date)" ],
		problem('altered', 'constraint', 'voygen.trips.trips_dates_check') ],
	[ 'a foreign key dropped', "alter table voygen.trips drop constraint trips_agency_id_client_id_fkey", problem('missing', 'constraint', 'voygen.trips.trips_agency_id_client_id_fkey') ],
	[ 'foreign keys switched off', "alter table voygen.trip_legs disable trigger all", problem('altered', 'constraint', 'voygen.trip_legs.trip_legs_agency_id_trip_id_fkey') ],
	[ 'a trigger dropped', "drop trigger mark_update on voygen.rooms_cache", problem('missing', 'trigger', 'voygen.rooms_cache.mark_update') ],
	[ 'a trigger disabled', "alter table voygen.audit disable trigger append_only", problem('altered', 'trigger', 'voygen.audit.append_only') ],
	[ 'a function dropped', "drop function voygen.revoke_token(bigint, bigint)", problem('missing', 'function', 'voygen.revoke_token(agency bigint, token_id bigint)') ],
	[ 'a function\'s body changed', "create or replace function voygen.retention_days(settings jsonb, subject text) returns integer language sql immutable set search_path = pg_catalog, pg_temp as 'select 1'",
		problem('altered', 'function', 'voygen.retention_days(settings jsonb, subject text)') ],
	[ 'a function\'s search_path dropped', "alter function voygen.create_agency(text, text, text) reset all", problem('altered', 'function', 'voygen.create_agency(slug text, name text, currency text)') ],
	[ 'a function\'s rights changed', "alter function voygen.create_agency(text, text, text) security invoker", problem('altered', 'function', 'voygen.create_agency(slug text, name text, currency text)') ],
	[ 'a procedure dropped', "drop procedure voygen.volumes_job()", problem('missing', 'procedure', 'voygen.volumes_job()') ],
	[ 'a view added', "create view voygen.peek as select * from voygen.trips", problem('unexpected', 'view', 'voygen.peek') ],
	[ 'a type added', "create type voygen.mood as enum ('good', 'bad')", problem('unexpected', 'type', 'voygen.mood') ],
	[ 'a rule added', "create rule hush as on delete to voygen.trips do instead nothing", problem('unexpected', 'rule', 'voygen.trips.hush') ],
	[ 'a sequence altered', "alter sequence voygen.ids_shared increment by 2", problem('altered', 'sequence', 'voygen.ids_shared') ],
	[ 'a policy dropped', "drop policy agency on voygen.bookings", problem('missing', 'policy', 'voygen.bookings.agency') ],
	[ 'a policy changed', "alter policy agency on voygen.bookings using (true)", problem('altered', 'policy', 'voygen.bookings.agency') ],
	[ 'row security switched off', "alter table voygen.bookings disable row level security", problem('altered', 'table', 'voygen.bookings') ],
	[ 'an owner changed', "alter table voygen.bookings owner to postgres", problem('altered', 'table', 'voygen.bookings') ],
	[ 'a grant taken', "revoke insert on voygen.bookings from voygen_agent", problem('altered', 'grant', 'table voygen.bookings to voygen_agent') ],
	[ 'a grant given', "grant select on voygen.audit to voygen_reader", problem('unexpected', 'grant', 'table voygen.audit to voygen_reader') ],
	[ 'a column granted', "grant select (digest) on voygen.tokens to voygen_admin", problem('unexpected', 'grant', 'column voygen.tokens.digest to voygen_admin') ],
	[ 'a function granted to all', "grant execute on function voygen.create_agency(text, text, text) to public",
		problem('unexpected', 'grant', 'function voygen.create_agency(slug text, name text, currency text) to PUBLIC') ],
	[ 'the schema opened', "grant create on schema voygen to voygen_agent", problem('altered', 'grant', 'schema voygen to voygen_agent') ],
	[ 'a default grant dropped', "alter default privileges for role voygen_owner grant execute on functions to public", problem('missing', 'default grant', 'role voygen_owner, functions') ],
	[ 'a system function opened', "grant execute on function pg_notify(text, text) to public", problem('altered', 'system function', 'pg_notify(text,text)') ],
	[ 'a comment dropped', "comment on table voygen.trips is null", problem('missing', 'comment', 'table voygen.trips') ],
	[ 'a tag taken out of a tool\'s comment', "do \$\$
		begin
		  execute format('comment on function %s is %L', 'voygen_api.ingest_hotels'::regproc::regprocedure, replace(obj_description('voygen_api.ingest_hotels'::regproc), '\@param', 'param'));
		end \$\$", qr/altered: comment function voygen_api\.ingest_hotels\(/ ],
	[ 'a tool dropped', "do \$\$ begin execute format('drop function %s', 'voygen_api.create_client'::regproc::regprocedure); end \$\$", qr/missing: function voygen_api\.create_client\(/ ],
	[ 'a column of a tool\'s type added', "alter type voygen_api.hotel_option add attribute extra text cascade", problem('unexpected', 'type column', 'voygen_api.hotel_option.extra') ],
	[ 'seldom objects made', [
			"create table public.heir () inherits (voygen.followups)", "create statistics voygen.together on status, title from voygen.trips", "create cast (voygen_api.tier_mode as integer) with inout",
			"create operator voygen.=== (leftarg = integer, rightarg = integer, function = int4eq)", "create text search configuration voygen.plainly (copy = simple)" ],
		problem('unexpected', 'heir', 'public.heir of voygen.followups'), problem('unexpected', 'statistics', 'voygen.together'), qr/unexpected: cast \(voygen_api\.tier_mode AS integer\)/,
		problem('unexpected', 'operator', 'voygen.===(integer,integer)'), problem('unexpected', 'text search configuration', 'voygen.plainly') ],
);
damaged(@$_) for grouped(@damages);

# Those that take other objects with them, or need whole ones.
my @wide_damages = (
	[ 'seldom settings changed', [
			"alter table voygen.trips replica identity full", "alter table voygen.bookings set (toast.autovacuum_enabled = false)", "alter table voygen.clients cluster on clients_pkey",
			"alter table voygen.trips alter column title set statistics 500", "alter table voygen.trips alter column notes set (n_distinct = 5)",
			"alter function voygen.retention_days(jsonb, text) cost 100000", "alter sequence voygen.ids_shared owned by voygen.trips.trip_id", "comment on extension voygen is 'mine'" ],
		problem('unexpected', 'table setting', 'voygen.trips'), problem('unexpected', 'table setting', 'voygen.bookings'), problem('unexpected', 'index setting', 'voygen.clients_pkey'),
		problem('unexpected', 'column setting', 'voygen.trips.title'), problem('unexpected', 'column setting', 'voygen.trips.notes'),
		problem('unexpected', 'function setting', 'voygen.retention_days(settings jsonb, subject text)'), problem('unexpected', 'sequence owner', 'voygen.ids_shared'), problem('altered', 'comment', 'extension voygen') ],
	[ 'what lies around opened', [
			"alter database $name set row_security = off", "grant create on database $name to voygen_agent", "grant create on schema public to public",
			"alter default privileges for role postgres grant select on tables to voygen_reader", "drop extension pg_trgm cascade" ],
		problem('unexpected', 'setting', 'database'), problem('unexpected', 'grant', 'database to voygen_agent'), problem('unexpected', 'grant', 'schema public to PUBLIC'),
		problem('unexpected', 'default grant', 'role superuser, tables to voygen_reader'), problem('missing', 'extension', 'pg_trgm') ],
	[ 'the API dropped', "drop schema voygen_api cascade", problem('missing', 'schema', 'voygen_api') ],
);
damaged($_) for @wide_damages;

# Roles belong to the whole cluster: what is done to them is undone.
my @role_damages = (
	[ 'a role that passes row security by', "alter role voygen_agent bypassrls", "alter role voygen_agent nobypassrls", problem('altered', 'role', 'voygen_agent') ],
	[ 'a role that may log in', "alter role voygen_owner login", "alter role voygen_owner nologin", problem('altered', 'role', 'voygen_owner') ],
	[ 'a role in the owner', "grant voygen_owner to voygen_gateway", "revoke voygen_owner from voygen_gateway", problem('unexpected', 'membership', 'voygen_gateway in voygen_owner') ],
	[ 'the jobs not in the owner', "revoke voygen_owner from voygen_jobs", "grant voygen_owner to voygen_jobs", problem('missing', 'membership', 'voygen_jobs in voygen_owner') ],
	[ 'a stranger in the jobs', "do \$\$ begin create role doctor_stranger; grant voygen_jobs to doctor_stranger; end \$\$", "drop role doctor_stranger", problem('unexpected', 'membership', 'doctor_stranger in voygen_jobs') ],
	[ 'a role that ends', "alter role voygen_gateway valid until '2001-01-01'", "alter role voygen_gateway valid until 'infinity'", problem('unexpected', 'role validity', 'voygen_gateway') ],
	[ 'a password for the jobs', "alter role voygen_jobs password 'secret'", "alter role voygen_jobs password null", problem('unexpected', 'password', 'voygen_jobs') ],
	[ 'a setting of a role', "alter role voygen_agent set voygen.agency_id = '1'", "alter role voygen_agent reset voygen.agency_id", problem('unexpected', 'setting', 'role voygen_agent') ],
	[ 'a parameter granted', "grant set on parameter voygen.agency_id to voygen_agent", "revoke set on parameter voygen.agency_id from voygen_agent", problem('unexpected', 'parameter grant', 'voygen.agency_id to voygen_agent') ],
);
damaged(map { [ @$_[ 0, 1, 3 ] ] } @role_damages);
my $server = connect_to('postgres');
$server->do($_->[2]) for @role_damages;

subtest 'a job' => sub {
	my $db = fresh_database('voygen');
	psql('voygen', 'select 1', '-1', '-f', checkout() . '/sql/jobs.sql');
	my (undef, $said) = ask_doctor('voygen');
	like($said, qr/all \d+ objects are as they should be/, 'as scheduled');
	$db->do("select cron.unschedule(jobid) from cron.job where jobname = 'voygen_retention'");
	$db->do("select cron.alter_job(jobid, schedule => '* * 1 1 *') from cron.job where jobname = 'voygen_volumes'");
	$db->do("select cron.alter_job(jobid, active => false) from cron.job where jobname = 'voygen_refresh'");
	(undef, $said) = ask_doctor('voygen');
	like($said, problem('missing', 'job', 'voygen_retention'), 'dropped');
	like($said, problem('altered', 'job', 'voygen_volumes'), 'at another time');
	like($said, problem('altered', 'job', 'voygen_refresh'), 'switched off');
};

done_testing();
