-- Revert voygen:outside_work from pg
set role voygen_owner;
call voygen.detach_tables('voygen.job_parts');

begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop function voygen.outside_answer(bigint, bigint, bigint, text, bytea[]);
drop function voygen.outside_request(bigint, bigint, bigint);

create or replace function voygen.end_step(agency bigint, job bigint, held bigint, stepped voygen.job, result text) returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  status text;
begin
  update voygen.job j
  set (status, state, done, total, message, input_requests, answers, result, error, attempts, run_after, worker, lease_until,
       arguments, finished_at, updated_at) = (
    select s.status,
           case when s.goes_on then stepped.state end,
           stepped.done,
           stepped.total,
           stepped.message,
           case when s.status = 'input_required' then stepped.input_requests end,
           stepped.answers,
           end_step.result,
           null::jsonb,
           case when s.status = 'running' then 1 else 0 end,
           clock_timestamp(),
           case when s.status = 'running' then j.worker end,
           case when s.status = 'running' then clock_timestamp() + voygen.job_lease() end,
           case when s.goes_on then j.arguments else j.shown_arguments end,
           case when not s.goes_on then clock_timestamp() end,
           clock_timestamp()
    from (
      select n.status, n.status in ('running', 'input_required') as goes_on
      from (
        select case
          when end_step.result is not null then 'done'
          when j.cancel_requested then 'cancelled'
          when stepped.input_requests <> '{}' then 'input_required'
          else 'running'
        end as status) n) s)
  where j.agency_id = agency
    and j.job_id = job
    and j.run = held
    and j.status = 'running'
  returning j.status into status;
  if status is null then
    perform voygen.raise('conflict', format('job %s is not held any more; nothing of this step is kept', job));
  end if;
  return status;
end
$$;
comment on function voygen.end_step(bigint, bigint, bigint, voygen.job, text) is
  'Writes down what a step left, in its transaction, and answers the status: running, input_required, done, or cancelled. '
  'Fails, and with it the step, when the job is not held under this run any more. Called by voygen.work_job.';

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
      call voygen.retain_jobs(agency);
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

drop procedure voygen.retain_proposals(bigint);

create or replace function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
begin atomic
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365, "jobs": 30}'::jsonb->>subject)::integer
  end;
end;
comment on function voygen.retention_days(jsonb, text) is
  'Days an agency keeps rows of a kind: its setting retention.<kind>, else the default (audit 730, commission_audit '
  '2555, idempotency_keys 30, facts_history 1095, facts_runs 30, template_processings 180, extraction_sessions 180, '
  'chain_executions 365, jobs 30); null in the settings keeps them for ever.';

drop trigger forget_outside on voygen.job;
drop function voygen.forget_outside();
drop table voygen.job_parts;
alter table voygen.job drop column outside_answer;
alter table voygen.job drop column outside;

commit;
