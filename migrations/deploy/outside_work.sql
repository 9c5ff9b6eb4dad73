-- Deploy voygen:outside_work to pg
-- Work of a job that no database can do: documents, pictures. A step asks for it by setting job.outside; whoever holds the job has it
-- done and hands it back; the next step finds the answer. A step that asks is answered 'outside' instead of 'running'.
begin;
set local role voygen_owner;

alter table voygen.job add column outside jsonb;
alter table voygen.job add column outside_answer jsonb;
comment on column voygen.job.outside is 'What a step wants to have done outside of the database; its kind says what.';
comment on column voygen.job.outside_answer is 'What came of that; its larger parts are in job_parts.';

create table voygen.job_parts (
  agency_id bigint not null default voygen.current_agency(),
  job_id bigint not null,
  place integer not null check (place > 0),
  content bytea not null,
  primary key (agency_id, job_id, place),
  foreign key (agency_id, job_id) references voygen.job on delete cascade
);
alter table voygen.job_parts alter column content set storage external;
comment on table voygen.job_parts is 'Bytes that were handed back to a job, until its next step takes them.';
call voygen.protect_table('voygen.job_parts');
grant select on voygen.job_parts to voygen_agent, voygen_admin;

create function voygen.forget_outside() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if new.finished_at is not null then
    new.outside := null;
    new.outside_answer := null;
  end if;
  if old.outside_answer is not null and new.outside_answer is null then
    delete from voygen.job_parts where agency_id = old.agency_id and job_id = old.job_id;
  end if;
  return new;
end
$$;
comment on function voygen.forget_outside() is 'Trigger: what was handed back to a job goes when a step has taken it, or the job has ended.';
create trigger forget_outside before update on voygen.job
  for each row
  when (old.outside is not null or old.outside_answer is not null)
  execute function voygen.forget_outside();

create or replace function voygen.end_step(agency bigint, job bigint, held bigint, stepped voygen.job, result text) returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  status text;
  waits boolean;
begin
  update voygen.job j
  set (status, state, done, total, message, input_requests, answers, result, error, attempts, run_after, worker, lease_until,
       arguments, finished_at, updated_at, outside, outside_answer) = (
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
           clock_timestamp(),
           case when s.status = 'running' then stepped.outside end,
           null::jsonb
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
  returning j.status, j.outside is not null into status, waits;
  if status is null then
    perform voygen.raise('conflict', format('job %s is not held any more; nothing of this step is kept', job));
  end if;
  return case when status = 'running' and waits then 'outside' else status end;
end
$$;
comment on function voygen.end_step(bigint, bigint, bigint, voygen.job, text) is
  'Writes down what a step left, in its transaction, and answers the status: running, outside (running, once what it asks for '
  'was done), input_required, done, or cancelled. Fails, and with it the step, when the job is not held under this run any more. Called '
  'by voygen.work_job.';

create function voygen.outside_request(agency_id bigint, job_id bigint, run bigint) returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select j.outside::text
  from voygen.job as j
  where j.agency_id = outside_request.agency_id
    and j.job_id = outside_request.job_id
    and j.run = outside_request.run
    and j.status = 'running'
    and j.outside_answer is null
    and not j.cancel_requested
$$;
comment on function voygen.outside_request(bigint, bigint, bigint) is
  'What a job held under this run wants to have done, as JSON; null when it wants nothing, has it already, is to be cancelled or is not '
  'held any more.';

create function voygen.outside_answer(agency_id bigint, job_id bigint, run bigint, answer text, parts bytea[]) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  held voygen.job;
begin
  select *
  into held
  from voygen.job as j
  where j.agency_id = outside_answer.agency_id
    and j.job_id = outside_answer.job_id
    and j.run = outside_answer.run
    and j.status = 'running'
    and j.outside is not null
  for update;
  if not found then
    perform voygen.raise('conflict', format('job %s is not held any more, or waits for nothing', outside_answer.job_id));
  end if;
  if held.outside_answer is not null then
    return false;
  end if;
  if jsonb_typeof(outside_answer.answer::jsonb) <> 'object' then
    perform voygen.raise('invalid_argument', 'the answer is no object', path => '/answer', expected => 'a JSON object');
  end if;
  insert into voygen.job_parts (agency_id, job_id, place, content)
  select held.agency_id, held.job_id, p.place, p.content
  from unnest(outside_answer.parts) with ordinality as p(content, place);
  update voygen.job as j
  set outside_answer = outside_answer.answer::jsonb,
      lease_until = clock_timestamp() + voygen.job_lease(),
      updated_at = clock_timestamp()
  where j.agency_id = held.agency_id
    and j.job_id = held.job_id;
  return true;
end
$$;
comment on function voygen.outside_answer(bigint, bigint, bigint, text, bytea[]) is
  'Hands back what a job held under this run asked for: a JSON object and the larger parts it speaks of, by their place from 1. Twice is as '
  'once (false: it was there). What could not be done is told with voygen.leave_job.';

grant execute on function voygen.outside_request(bigint, bigint, bigint), voygen.outside_answer(bigint, bigint, bigint, text, bytea[])
  to voygen_gateway;

-- ---- retention

create or replace function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
begin atomic
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365, "jobs": 30,
            "proposal_drafts": 180}'::jsonb->>subject)::integer
  end;
end;
comment on function voygen.retention_days(jsonb, text) is
  'Days an agency keeps rows of a kind: its setting retention.<kind>, else the default (audit 730, commission_audit '
  '2555, idempotency_keys 30, facts_history 1095, facts_runs 30, template_processings 180, extraction_sessions 180, '
  'chain_executions 365, jobs 30, proposal_drafts 180); null in the settings keeps them for ever.';

create procedure voygen.retain_proposals(agency bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  days integer := voygen.retention_days((select a.settings from voygen.agencies a where a.agency_id = agency), 'proposal_drafts');
begin
  delete from voygen.proposals p
  where p.agency_id = agency
    and voygen.proposal_open(p.status)
    and p.updated_at < now() - make_interval(days => days)
    and exists (select from voygen.proposals n where n.agency_id = p.agency_id and n.trip_id = p.trip_id and n.version > p.version);
  -- A picture is stored before the proposal that uses it; a day later one is there or will not come.
  delete from voygen.pictures c
  where c.agency_id = agency
    and c.created_at < now() - interval '1 day'
    and not exists (select from voygen.proposal_images i where i.agency_id = c.agency_id and i.content_hash = c.digest);
end
$$;
comment on procedure voygen.retain_proposals(bigint) is
  'Deletes drafts of proposals that a later version has taken the place of, once the agency no longer keeps them, and pictures no proposal '
  'has any more.';
revoke execute on procedure voygen.retain_proposals(bigint) from public;

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
      call voygen.retain_proposals(agency);
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

commit;
