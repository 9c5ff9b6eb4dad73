-- Deploy voygen:jobs to pg
-- Long work. A row is a job: what is to be done, for whom, how far it is, what came of it. Tools begin, show, answer and
-- cancel jobs (sql/60_jobs.sql); what follows is the side of those who do them.
--
--   queued -> running -> done | failed | cancelled
--     ^          |  \-> input_required -> queued
--     \----------/   given back, tried again, or its worker was lost
begin;
set local role voygen_owner;

create table voygen.job (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  job_id bigint not null default voygen.next_id(),
  tool text not null check (tool <> ''),
  arguments jsonb not null default '{}' check (jsonb_typeof(arguments) = 'object'),
  shown_arguments jsonb not null default '{}',
  user_id bigint,
  role text not null check (role in ('voygen_admin', 'voygen_agent', 'voygen_reader')),
  token_id bigint,
  login text,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'input_required', 'done', 'failed', 'cancelled')),
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 5 check (max_attempts between 1 and 100),
  run_after timestamptz not null default now(),
  run bigint not null default 0,
  worker text,
  lease_until timestamptz,
  state jsonb,
  done bigint check (done >= 0),
  total bigint check (total >= 0),
  message text,
  cancel_requested boolean not null default false,
  input_requests jsonb check (jsonb_typeof(input_requests) = 'object'),
  answers jsonb check (jsonb_typeof(answers) = 'object'),
  result text,
  error jsonb check (jsonb_typeof(error) = 'object'),
  ttl interval check (ttl >= interval '0'),
  created_at timestamptz not null default now(),
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz not null default now(),
  primary key (agency_id, job_id),
  foreign key (agency_id, token_id) references voygen.tokens,
  constraint job_requester_check check (num_nonnulls(token_id, login) = 1),
  constraint job_held_check check ((status = 'running') = (worker is not null) and (status = 'running') = (lease_until is not null)),
  constraint job_finished_check check ((status in ('done', 'failed', 'cancelled')) = (finished_at is not null)),
  constraint job_result_check check ((status = 'done') = (result is not null)),
  constraint job_failed_check check (status <> 'failed' or error is not null),
  constraint job_questions_check check ((status = 'input_required') = (input_requests is not null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create index idx_job_queued on voygen.job (run_after) where status = 'queued';
create index idx_job_running on voygen.job (lease_until) where status = 'running';
create index idx_job_finished on voygen.job (agency_id, finished_at) where finished_at is not null;
create index idx_job_unfinished on voygen.job (agency_id, job_id) where finished_at is null;
comment on table voygen.job is
  'Long work: one row for each call of a tool that answers with a job. Done in steps, each one transaction, by whoever '
  'takes it (voygen.take_job), with the rights of whoever asked for it.';
comment on column voygen.job.arguments is
  'As they were given; what they hold of secrets is forgotten when the job has ended.';
comment on column voygen.job.shown_arguments is 'The arguments with what is marked @redact left out.';
comment on column voygen.job.role is 'Role that asked; the work runs as it.';
comment on column voygen.job.token_id is
  'Token that asked. It must hold, and its scopes name the tool, at every step.';
comment on column voygen.job.login is
  'Login of the session that asked without a token; it must still be able to take the role.';
comment on column voygen.job.attempts is 'How often the step at hand was begun; a step that was finished starts the count anew.';
comment on column voygen.job.run_after is 'Not before this moment; later after each attempt that failed.';
comment on column voygen.job.run is 'Counts how often the job was taken: whoever holds an earlier run holds the job no more.';
comment on column voygen.job.lease_until is 'When the job goes back to the queue unless its worker says that it is alive.';
comment on column voygen.job.state is 'What the work wants to find again at its next step.';
comment on column voygen.job.done is 'How much of total is done; message says it in words.';
comment on column voygen.job.input_requests is
  'What the job waits to be told, by name: {"message": what to ask, "schema": JSON Schema of the answer}.';
comment on column voygen.job.answers is 'What it was told, by the names of the questions; null: declined.';
comment on column voygen.job.result is 'JSON text of the type the tool''s @job tag names.';
comment on column voygen.job.error is 'What the last attempt ended with: {code, message, path, expected, got, hint}.';
comment on column voygen.job.ttl is 'How long the row is kept after its end; null: as long as the agency keeps jobs.';

call voygen.protect_table('voygen.job');
grant select (agency_id, job_id, tool, shown_arguments, user_id, role, token_id, login, status, attempts, max_attempts, run_after,
    worker, done, total, message, cancel_requested, input_requests, result, error, ttl, created_at, started_at, finished_at,
    updated_at)
  on voygen.job to voygen_admin;

create trigger tell_insert after insert on voygen.job
  for each row execute function voygen.job_changed();
create trigger tell_update after update on voygen.job
  for each row
  -- One by one: a comparison of rows is dumped in another form than it was written in.
  when (old.status is distinct from new.status or old.done is distinct from new.done or old.total is distinct from new.total
    or old.message is distinct from new.message or old.cancel_requested is distinct from new.cancel_requested)
  execute function voygen.job_changed();

-- ---- who asked

create function voygen.login_may(login text, role text) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
    from pg_roles r
    where r.rolname = login
      and (pg_has_role(r.oid, role::name, 'member') or pg_has_role(r.oid, 'voygen_owner', 'member')))
$$;
comment on function voygen.login_may(text, text) is
  'Whether a login can take a role of the tools; the owner and superusers can take each.';

-- ---- doing jobs: for the login of the program in front

create function voygen.job_lease() returns interval
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select current_setting('voygen.job_lease')::interval
$$;
comment on function voygen.job_lease() is 'How long a job is held without a sign of life of its worker (setting voygen.job_lease).';

create function voygen.end_attempt(subject voygen.job, error jsonb, again boolean) returns text
language sql
volatile
set search_path = pg_catalog, pg_temp
as $$
  with ending as (
    select case
      when subject.cancel_requested then 'cancelled'
      when again and subject.attempts < subject.max_attempts then 'queued'
      else 'failed'
    end as status
  )
  update voygen.job j
  set status = e.status,
      -- A second, then twice as long each time, five minutes at most; not quite the same for all that failed together.
      run_after = clock_timestamp() + least(2 ^ (subject.attempts - 1), 300) * (0.75 + random() / 2) * interval '1 second',
      worker = null,
      lease_until = null,
      error = end_attempt.error,
      arguments = case when e.status = 'queued' then j.arguments else j.shown_arguments end,
      finished_at = case when e.status <> 'queued' then clock_timestamp() end,
      updated_at = clock_timestamp()
  from ending e
  where j.agency_id = subject.agency_id
    and j.job_id = subject.job_id
  returning j.status
$$;
comment on function voygen.end_attempt(voygen.job, jsonb, boolean) is
  'After an attempt that failed: the job is tried again later, unless it shall not be, was tried often enough or is to be '
  'cancelled. The caller holds the row.';

create function voygen.take_job(worker text) returns table (agency_id bigint, job_id bigint, run bigint, tool text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  lost voygen.job;
begin
  for lost in
    select j.*
    from voygen.job j
    where j.status = 'running'
      and j.lease_until < clock_timestamp()
    order by j.lease_until
    limit 100
    for update skip locked
  loop
    perform voygen.end_attempt(lost,
      jsonb_build_object('code', 'unavailable', 'message', 'whoever did the job gave no sign of life any more'), true);
  end loop;
  return query
  with first as materialized (
    select j.agency_id, j.job_id
    from voygen.job j
    where j.status = 'queued'
      and j.run_after <= clock_timestamp()
    order by j.run_after, j.agency_id, j.job_id
    limit 1
    for update skip locked
  )
  update voygen.job j
  set status = 'running',
      run = j.run + 1,
      attempts = j.attempts + 1,
      worker = take_job.worker,
      lease_until = clock_timestamp() + voygen.job_lease(),
      started_at = coalesce(j.started_at, clock_timestamp()),
      updated_at = clock_timestamp()
  from first f
  where j.agency_id = f.agency_id
    and j.job_id = f.job_id
  returning j.agency_id, j.job_id, j.run, j.tool;
end
$$;
comment on function voygen.take_job(text) is
  'Takes the job that has waited longest, for a worker of that name; no row when there is none. Jobs whose worker gave no '
  'sign of life go back to the queue first. Any number of workers may ask: none waits, no two get the same.';

create function voygen.end_step(agency bigint, job bigint, held bigint, stepped voygen.job, result text) returns text
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

create function voygen.leave_job(agency_id bigint, job_id bigint, run bigint, error jsonb default null) returns text
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
  from voygen.job j
  where j.agency_id = leave_job.agency_id
    and j.job_id = leave_job.job_id
    and j.run = leave_job.run
    and j.status = 'running'
  for update;
  if not found then
    return null;
  end if;
  if leave_job.error is not null then
    return voygen.end_attempt(held, leave_job.error,
      leave_job.error ->> 'code' in ('unavailable', 'timeout', 'rate_limited', 'internal'));
  end if;
  update voygen.job j
  set status = case when held.cancel_requested then 'cancelled' else 'queued' end,
      attempts = greatest(held.attempts - 1, 0),
      run_after = clock_timestamp(),
      worker = null,
      lease_until = null,
      arguments = case when held.cancel_requested then held.shown_arguments else held.arguments end,
      finished_at = case when held.cancel_requested then clock_timestamp() end,
      updated_at = clock_timestamp()
  where j.agency_id = held.agency_id
    and j.job_id = held.job_id;
  return case when held.cancel_requested then 'cancelled' else 'queued' end;
end
$$;
comment on function voygen.leave_job(bigint, bigint, bigint, jsonb) is
  'Lets go of a job: with the error its step ended with, which counts as an attempt and is tried again where that can '
  'help, or without one, as it is. Answers the status, null when the job was not held any more.';

create function voygen.keep_jobs(worker text) returns table (agency_id bigint, job_id bigint, run bigint, cancel_requested boolean)
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  update voygen.job j
  set lease_until = clock_timestamp() + voygen.job_lease()
  where j.status = 'running'
    and j.worker = keep_jobs.worker
  returning j.agency_id, j.job_id, j.run, j.cancel_requested
$$;
comment on function voygen.keep_jobs(text) is
  'Sign of life of a worker, at least every third of voygen.job_lease: holds its jobs on, and says which those are and which '
  'of them shall be cancelled.';

-- ---- facts: the refresher of the program in front

create function voygen.note_refresh(agency bigint, began timestamptz, refreshed bigint, unchanged bigint, failed bigint, error text) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A refresher that is never more than a moment behind would leave a row each time: a minute of work is one.
  update voygen.facts_runs r
  set refreshed = r.refreshed + note_refresh.refreshed,
      unchanged = r.unchanged + note_refresh.unchanged,
      failed = r.failed + note_refresh.failed,
      finished_at = clock_timestamp()
  where note_refresh.error is null
    and r.run_id = (
      select l.run_id
      from voygen.facts_runs l
      where l.agency_id = agency
      order by l.started_at desc
      limit 1)
    and r.error is null
    and r.started_at > began - interval '1 minute';
  if not found then
    insert into voygen.facts_runs (agency_id, started_at, finished_at, refreshed, unchanged, failed, error)
    values (agency, began, clock_timestamp(), note_refresh.refreshed, note_refresh.unchanged, note_refresh.failed, note_refresh.error);
  end if;
end
$$;
comment on function voygen.note_refresh(bigint, timestamptz, bigint, bigint, bigint, text) is
  'Keeps what a refresh did, a minute of them in one row of facts_runs.';

create function voygen.next_marked_agency(after bigint) returns bigint
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  agency bigint := after;
  around boolean := false;
begin
  loop
    select m.agency_id
    into agency
    from voygen.facts_dirty m
    where m.agency_id > agency
    order by m.agency_id
    limit 1;
    if agency is null then
      exit when around;
      around := true;
      agency := -1;
      continue;
    end if;
    exit when around and agency > after;
    -- What failed as a whole is not tried again at once.
    if not exists (
        select
        from voygen.facts_runs r
        where r.agency_id = agency
          and r.started_at > clock_timestamp() - interval '10 seconds'
          and r.error is not null) then
      return agency;
    end if;
  end loop;
  return null;
end
$$;
comment on function voygen.next_marked_agency(bigint) is
  'The next agency after this one, in a circle, that has marked trips and whose last refresh did not fail just now.';

create function voygen.refresh_marked(
  after bigint default 0, most bigint default 500,
  out agency_id bigint, out worked boolean, out busy boolean, out refreshed bigint, out failed bigint, out error text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  began timestamptz := clock_timestamp();
  done record;
begin
  worked := false;
  busy := not pg_try_advisory_xact_lock(hashtext('voygen.refresh_marked'));
  if busy then
    return;
  end if;
  agency_id := voygen.next_marked_agency(after);
  if agency_id is null then
    return;
  end if;
  begin
    select f.refreshed, f.unchanged, f.failed into done from voygen.refresh_and_tell(agency_id, max_trips => most) f;
    refreshed := done.refreshed;
    failed := done.failed;
    worked := done.refreshed + done.unchanged + done.failed > 0;
  exception
    when others then
      error := sqlerrm;
  end;
  if error is not null then
    perform voygen.note_refresh(agency_id, began, 0, 0, 0, error);
  elsif worked then
    perform voygen.note_refresh(agency_id, began, done.refreshed, done.unchanged, done.failed, null);
  end if;
end
$$;
comment on function voygen.refresh_marked(bigint, bigint) is
  'Refreshes marked trips of the next agency after this one, in a circle, a portion at most. busy: another refresher is at '
  'work in this database. agency_id null: nothing is marked. worked: come again at once; else nothing could be done just now.';

grant execute on function voygen.take_job(text), voygen.leave_job(bigint, bigint, bigint, jsonb), voygen.keep_jobs(text),
  voygen.refresh_marked(bigint, bigint) to voygen_gateway;

-- ---- retention

create or replace function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365, "jobs": 30}'::jsonb->>subject)::integer
  end
$$;
comment on function voygen.retention_days(jsonb, text) is
  'Days an agency keeps rows of a kind: its setting retention.<kind>, else the default (audit 730, commission_audit '
  '2555, idempotency_keys 30, facts_history 1095, facts_runs 30, template_processings 180, extraction_sessions 180, '
  'chain_executions 365, jobs 30); null in the settings keeps them for ever.';

create procedure voygen.retain_jobs(agency bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  days integer := voygen.retention_days((select a.settings from voygen.agencies a where a.agency_id = agency), 'jobs');
begin
  -- A question nobody answered for so long is answered by nobody.
  update voygen.job
  set status = 'cancelled',
      message = 'nobody answered',
      input_requests = null,
      state = null,
      arguments = shown_arguments,
      finished_at = now(),
      updated_at = now()
  where agency_id = agency
    and status = 'input_required'
    and updated_at < now() - make_interval(days => days);
  delete from voygen.job
  where agency_id = agency
    and finished_at < now() - coalesce(ttl, make_interval(days => days));
end
$$;
comment on procedure voygen.retain_jobs(bigint) is
  'Deletes the jobs an agency no longer keeps, and cancels those that waited as long for an answer.';
revoke execute on procedure voygen.retain_jobs(bigint) from public;

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

-- The function of the extension, which is not the owner's to grant.
reset role;
grant execute on function voygen.work_job(bigint, bigint, bigint) to voygen_gateway;

commit;
