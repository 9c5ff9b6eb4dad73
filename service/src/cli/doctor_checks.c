/*
 * doctor_checks.c - what the doctor looks at, one statement each.
 */
#include "cli/doctor_checks.h"

#include <stddef.h>

/* A mark older than this has been missed by several runs of the refresh job. */
#define OLD_MARK "interval '15 minutes'"

static const char server_sql[] =
	"select current_setting('server_version_num')::integer >= 150000,"
	" format('PostgreSQL %s, database %s', current_setting('server_version'), current_database())";

static const char extension_sql[] =
	"select coalesce(e.extversion = voygen.library_version() and e.extversion = $1, false),"
	" format('extension %s, library %s, program %s', coalesce(e.extversion, 'not installed'),"
	"   voygen.library_version(), $1)"
	" from (select 1) one left join pg_catalog.pg_extension e on e.extname = 'voygen'";

static const char preload_sql[] =
	"select bool_and(wanted = any (loaded)),"
	" format('shared_preload_libraries = %s%s', current_setting('shared_preload_libraries'),"
	"   coalesce('; missing: ' || string_agg(wanted, ', ') filter (where wanted <> all (loaded)), ''))"
	" from (values ('voygen'), ('pg_cron')) needed (wanted),"
	"   (select regexp_split_to_array(current_setting('shared_preload_libraries'), '[ ,\"]+') as loaded) here";

/* The plan of the checkout beside what sqitch wrote down in the database. A change after a tag may stand twice. */
static const char migrations_sql[] =
	"with planned as ("
	"   select split_part(line, ' ', 1) as change, place"
	"   from regexp_split_to_table($1, '\\n') with ordinality as lines(line, place)"
	"   where line ~ '^[a-z]'),"
	" deployed as (select change, committed_at from sqitch.changes where project = 'voygen')"
	" select count(*) filter (where d.change is null or p.change is null) = 0,"
	"   format('%s of %s deployed, the last is %s%s%s', count(d.change) filter (where p.change is not null),"
	"     count(p.change), coalesce((select change from deployed order by committed_at desc limit 1), 'none'),"
	"     coalesce('; not deployed: ' || string_agg(p.change, ', ' order by p.place) filter (where d.change is null), ''),"
	"     coalesce('; not in this program''s plan: ' || string_agg(d.change, ', ') filter (where p.change is null), ''))"
	" from planned p full join deployed d using (change)";

static const char roles_sql[] =
	"select r.rolname is not null and not (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls"
	"     or r.rolreplication) and r.rolcanlogin = wanted.login,"
	" case when r.rolname is null then format('role %s is missing', wanted.name)"
	"   when r.rolcanlogin <> wanted.login then format('role %s %s log in', wanted.name,"
	"     case when r.rolcanlogin then 'may' else 'may not' end)"
	"   when r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls or r.rolreplication"
	"   then format('role %s has rights no role of Voygen needs (superuser, createrole, createdb, bypassrls or"
	" replication)', wanted.name)"
	"   else '6 roles, none with rights over the server' end"
	" from (values ('voygen_owner', false), ('voygen_admin', false), ('voygen_agent', false), ('voygen_reader', false),"
	"   ('voygen_gateway', true), ('voygen_jobs', true)) wanted (name, login)"
	" left join pg_catalog.pg_roles r on r.rolname = wanted.name";

static const char queue_sql[] = "select coalesce(max(now() - marked_at) < " OLD_MARK ", true),"
								" case when count(*) = 0 then 'no trip waits for a refresh'"
								"   else format('%s marks wait, the oldest for %s s', count(*),"
								"     round(extract(epoch from max(now() - marked_at)))) end"
								" from voygen.facts_dirty";

static const char failed_sql[] =
	"select false, format('trip %s of agency %s was set aside after %s attempts: %s (SQLSTATE %s)', trip_id, agency_id,"
	"   attempts, reason, sqlstate)"
	" from voygen.facts_failed"
	" union all"
	" select true, 'no trip set aside' where not exists (select from voygen.facts_failed)";

/*
 * Of an altered object the definitions are shown from shortly before the first difference, and cut: a function's comment
 * may be pages long.
 */
static const char inventory_sql[] =
	"select false, format('%s: %s %s%s', problem, kind, identity, case problem when 'altered' then"
	"   format(' (expected %s\"%s\", found %s\"%s\")', dots, substr(translate(expected_definition, E'\\n', ' '), starts, 120),"
	"     dots, substr(translate(found_definition, E'\\n', ' '), starts, 120)) end)"
	" from voygen.inventory_check($1),"
	"   lateral (select greatest(min(n) - 20, 1)::integer as starts, case when min(n) > 21 then '…' else '' end as dots"
	"     from unnest(string_to_array(expected_definition, null), string_to_array(found_definition, null))"
	"       with ordinality as letters (wanted, found, n)"
	"     where wanted is distinct from found) first_difference"
	" where $1 <> ''"
	" union all"
	" select $1 <> '', case $1 when '' then 'this program was built without migrations/inventory.txt'"
	"   else format('all %s objects are as they should be', count(*)) end from voygen.inventory()";

/*
 * The last run of each job that has ended. In the database of pg_cron the refresh runs every minute, so silence of ten
 * minutes while the server was up means that nothing is scheduled any more.
 */
static const char jobs_sql[] =
	"with ended as (select distinct on (job) job, status, finished_at from voygen.job_runs(1000)"
	"   where finished_at is not null order by job, finished_at desc)"
	" select false, format('%s failed at %s; cron.job_run_details says why', job, finished_at) from ended where status = 'failed'"
	" union all"
	" select true, 'last ' || string_agg(format('%s %s', job, to_char(finished_at, 'YYYY-MM-DD HH24:MI')), ', ') from ended"
	" where status <> 'failed' having count(*) > 0"
	" union all"
	" select quiet, case when quiet then 'no job has ended in the last ten minutes'"
	"   else 'no job has ended in the last ten minutes, although the server was up' end"
	" from (select current_setting('cron.database_name', true) is distinct from current_database()"
	"     or pg_postmaster_start_time() > now() - interval '10 minutes' as quiet) here"
	" where not exists (select from ended where finished_at > now() - interval '10 minutes')"
	" union all"
	" select false, 'pg_cron''s scheduler does not run: restart the server'"
	" where current_setting('cron.database_name', true) = current_database()"
	"   and not exists (select from pg_stat_activity where backend_type = 'pg_cron launcher')";

/* Long work: a job whose time has come is taken within a second wherever somebody does jobs. */
static const char work_sql[] =
	"select false, format('%s jobs wait to be taken, the first for %s s: `voygen serve` or `voygen work` does jobs', count(*),"
	"   extract(epoch from now() - min(run_after))::bigint)"
	" from voygen.job where status = 'queued' and run_after < now() - interval '1 minute' having count(*) > 0"
	" union all"
	" select true, format('%s jobs run, %s wait, %s wait for an answer', count(*) filter (where status = 'running'),"
	"   count(*) filter (where status = 'queued'), count(*) filter (where status = 'input_required'))"
	" from voygen.job where finished_at is null";

/* What keeps a function of voygen_api from being a tool: a type without schema, a parameter without a comment, … */
static const char tools_sql[] = "select false, format('%s: %s', tool, problem) from voygen.tool_problems()"
								" union all"
								" select true, format('%s tools', count(*)) from voygen.tool";

const struct doctor_check doctor_checks[] = {
	{"server", server_sql, NULL, false},
	{"version", extension_sql, NULL, true},
	{"preload", preload_sql, NULL, false},
	{"migrations", migrations_sql, "sqitch.plan", false},
	{"inventory", inventory_sql, "inventory.txt", false},
	{"roles", roles_sql, NULL, false},
	{"jobs", jobs_sql, NULL, false},
	{"work", work_sql, NULL, false},
	{"queue", queue_sql, NULL, false},
	{"failed", failed_sql, NULL, false},
	{"tools", tools_sql, NULL, false},
	{NULL, NULL, NULL, false},
};
