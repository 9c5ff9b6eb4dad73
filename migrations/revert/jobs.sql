-- Revert voygen:jobs from pg
revoke execute on function voygen.work_job(bigint, bigint, bigint) from voygen_gateway;
set role voygen_owner;
call voygen.detach_tables('voygen.job');

begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop function voygen.refresh_marked(bigint, bigint);
drop function voygen.next_marked_agency(bigint);
drop function voygen.note_refresh(bigint, timestamptz, bigint, bigint, bigint, text);
drop function voygen.keep_jobs(text);
drop function voygen.leave_job(bigint, bigint, bigint, jsonb);
drop function voygen.end_step(bigint, bigint, bigint, voygen.job, text);
drop function voygen.take_job(text);
drop function voygen.end_attempt(voygen.job, jsonb, boolean);
drop function voygen.job_lease();
drop function voygen.login_may(text, text);

create or replace procedure voygen.retention_job()
language plpgsql
as $$
declare
  agency bigint;
  failures text[] := '{}';
begin
  for agency in
    select a.agency_id
    from voygen.agencies a
    order by a.agency_id
  loop
    begin
      call voygen.retain_agency(agency);
    exception
      when others then
        failures := failures || format('agency %s: %s', agency, sqlerrm);
    end;
    commit;
  end loop;
  call voygen.retain_marks();
  commit;
  if to_regclass('cron.job_run_details') is not null then
    delete from cron.job_run_details
    where end_time < now() - interval '7 days';
    commit;
  end if;
  if failures <> '{}' then
    raise exception 'what % agencies no longer keep was not deleted; %', cardinality(failures), failures[1];
  end if;
end
$$;

drop procedure voygen.retain_jobs(bigint);

create or replace function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365}'::jsonb->>subject)::integer
  end
$$;
comment on function voygen.retention_days(jsonb, text) is
  'Days an agency keeps rows of a kind: its setting retention.<kind>, else the default (audit 730, commission_audit '
  '2555, idempotency_keys 30, facts_history 1095, facts_runs 30, template_processings 180, extraction_sessions 180, '
  'chain_executions 365); null in the settings keeps them for ever.';

drop table voygen.job;

commit;
