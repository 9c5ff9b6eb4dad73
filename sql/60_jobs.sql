-- Long work: what a tool tagged @job begins, and looking after it. The table of jobs is the owner's, so these run with his
-- rights; whose jobs a caller sees is decided in one place, voygen_lib.sees_job.

create type voygen_api.job_status as enum ('queued', 'running', 'input_required', 'done', 'failed', 'cancelled');
comment on type voygen_api.job_status is 'Where a job stands; done, failed and cancelled are the ends.';

create type voygen_api.job_started as (
  job_id bigint,
  status voygen_api.job_status
);
comment on type voygen_api.job_started is 'A job that goes on: get_job tells how far it is and, in the end, its result.';
comment on column voygen_api.job_started.job_id is 'For get_job, cancel_job and answer_job. @required @format id';
comment on column voygen_api.job_started.status is '@required';

-- ---- who sees which

create type voygen_lib.job_viewer as (
  every boolean,
  user_id bigint,
  token_id bigint,
  login text
);
comment on type voygen_lib.job_viewer is 'Who asks for jobs: every job of the agency, or those of a person, of a token without a person, of a login.';

create function voygen_lib.job_viewer() returns voygen_lib.job_viewer
language plpgsql stable parallel restricted security definer -- the number of a token is nobody's to ask for
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  asking record;
  token bigint := voygen.caller_token();
begin
  select * into asking from voygen.caller();
  return (
    -- a token has one of three roles, none of which is a member of another; a login may be a member of several
    case when token is not null then asking.role = 'voygen_admin' else voygen.login_may(asking.role, 'voygen_admin') end,
    asking.user_id,
    case when asking.user_id is null then token end,
    case when token is null then asking.role end)::voygen_lib.job_viewer;
end
$$;
comment on function voygen_lib.job_viewer() is 'The caller as one who asks for jobs.';

create function voygen_lib.sees_job(viewer voygen_lib.job_viewer, job voygen.job) returns boolean
language sql immutable parallel safe
begin atomic
  select viewer.every or coalesce(job.user_id = viewer.user_id or job.token_id = viewer.token_id or job.login = viewer.login, false);
end;
comment on function voygen_lib.sees_job(voygen_lib.job_viewer, voygen.job) is
'An administrator sees the jobs of the agency, everybody else his own. What somebody does not see does not exist for him.';

create function voygen_lib.find_job(job_id bigint) returns voygen.job
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency bigint := voygen_lib.agency();
  one voygen.job;
begin
  select * into one from voygen.job as j where j.agency_id = agency and j.job_id = find_job.job_id for update;
  return voygen_lib.require_job(one, find_job.job_id);
end
$$;
revoke execute on function voygen_lib.find_job(bigint) from public;
comment on function voygen_lib.find_job(bigint) is 'A job the caller sees, held for a change. For functions with the owner''s rights.';

create function voygen_lib.require_job(one voygen.job, job_id bigint) returns voygen.job
language plpgsql stable parallel restricted
as $$
declare
  viewer voygen_lib.job_viewer := voygen_lib.job_viewer(); -- as a variable, so that sees_job is folded into the condition
begin
  if one.job_id is null or not voygen_lib.sees_job(viewer, one) then
    perform voygen.raise('not_found', format('there is no job %s of yours', require_job.job_id), path => '/job_id',
      expected => 'the number of a job of yours', got => require_job.job_id::text, hint => 'list_jobs lists them.');
  end if;
  return one;
end
$$;
comment on function voygen_lib.require_job(voygen.job, bigint) is 'The job, unless it is none or one the caller does not see.';

-- ---- beginning one

create function voygen_lib.start_job(tool text, arguments jsonb) returns voygen_api.job_started
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  -- Whoever has so many waiting has a fault in his program.
  most constant integer := 1000;
  agency bigint := voygen_lib.agency();
  asking record;
  token bigint := voygen.caller_token();
  as_role text;
  made voygen_api.job_started;
begin
  if (select count(*) from (select from voygen.job as j where j.agency_id = agency and j.finished_at is null limit most) as waiting) >= most then
    perform voygen.raise('rate_limited', format('%s jobs of the agency have not ended', most), hint => 'Wait for some of them, or cancel them.');
  end if;
  select * into asking from voygen.caller();
  as_role := asking.role;
  if token is null then
    select r.name
    into as_role
    from unnest(array['voygen_admin', 'voygen_agent', 'voygen_reader']) with ordinality as r(name, place)
    where voygen.login_may(asking.role, r.name)
    order by r.place
    limit 1;
  end if;
  if as_role is null then
    perform voygen.raise('not_allowed', format('%s can take no role that works for an agency', asking.role),
      hint => 'Grant it voygen_admin, voygen_agent or voygen_reader.');
  end if;
  insert into voygen.job (agency_id, tool, arguments, shown_arguments, user_id, role, token_id, login)
  values (
    agency, start_job.tool, start_job.arguments, redact_arguments(start_job.tool, start_job.arguments), asking.user_id, as_role, token,
    case when token is null then asking.role end)
  returning job_id, status
  into made;
  return made;
end
$$;
comment on function voygen_lib.start_job(text, jsonb) is
'Begins a job of the tool for the caller, who will have it done with the rights he has then. The arguments are those of the tool, checked.';

-- ---- asking whoever began it

create function voygen_lib.yes_or_no(message text) returns jsonb
language sql immutable parallel safe
begin atomic
  select pg_catalog.jsonb_build_object(
    'message', message,
    'schema', '{"type": "object", "properties": {"confirm": {"type": "boolean", "title": "Go on?"}}, "required": ["confirm"]}'::jsonb);
end;
comment on function voygen_lib.yes_or_no(text) is 'A question of a job that is answered with {"confirm": true} or false.';

create function voygen_lib.said_yes(answers jsonb, question text) returns boolean
language sql immutable parallel safe
begin atomic
  select case
    when answers -> question -> 'confirm' = 'true' then true
    when answers -> question in ('null', '{"confirm": false}') then false
  end;
end;
comment on function voygen_lib.said_yes(jsonb, text) is 'What was answered to a yes_or_no: true, false (declined, too), or null for nothing that answers it.';

-- ---- work outside of the database

create function voygen_lib.outside_part(job voygen.job, place integer) returns bytea
language sql stable parallel safe
begin atomic
  select p.content
  from voygen.job_parts as p
  where p.agency_id = job.agency_id
    and p.job_id = job.job_id
    and p.place = outside_part.place;
end;
comment on function voygen_lib.outside_part(voygen.job, integer) is
'A larger part of what was handed back to a job (job.outside_answer says which there are), for the step that finds it.';

-- ---- looking at them

create type voygen_api.job_progress as (
  done bigint,
  total bigint,
  message text
);
comment on type voygen_api.job_progress is 'How far a job is.';

create type voygen_api.job_error as (
  code text,
  message text,
  path text,
  expected text,
  got text,
  hint text
);
comment on type voygen_api.job_error is 'What an attempt ended with.';

create type voygen_api.job_requester as (
  user_id bigint,
  name text,
  role text
);
comment on type voygen_api.job_requester is 'Who asked for a job; without a name when the token names no person.';

create type voygen_api.job_line as (
  job_id bigint,
  tool text,
  status voygen_api.job_status,
  progress voygen_api.job_progress,
  cancel_requested boolean,
  requested_by voygen_api.job_requester,
  error voygen_api.job_error,
  created_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz
);
comment on type voygen_api.job_line is 'A job in a list.';
comment on column voygen_api.job_line.job_id is '@required @format id';
comment on column voygen_api.job_line.error is 'What it failed with; of a job that goes on, what its last attempt failed with.';

create type voygen_api.job as (
  job_id bigint,
  tool text,
  arguments jsonb,
  status voygen_api.job_status,
  progress voygen_api.job_progress,
  cancel_requested boolean,
  input_requests jsonb,
  result json,
  error voygen_api.job_error,
  attempts integer,
  max_attempts integer,
  next_attempt_at timestamptz,
  requested_by voygen_api.job_requester,
  created_at timestamptz,
  started_at timestamptz,
  finished_at timestamptz,
  updated_at timestamptz,
  kept_until timestamptz
);
comment on type voygen_api.job is 'A job: how far it is, and what came of it.';
comment on column voygen_api.job.job_id is '@required @format id';
comment on column voygen_api.job.arguments is 'What it was begun with; secrets are left out.';
comment on column voygen_api.job.input_requests is
'While its status is input_required: what it waits to be told, by name, each with message and schema (JSON Schema of the answer). answer_job answers.';
comment on column voygen_api.job.result is 'Once it is done: what the tool''s description promises.';
comment on column voygen_api.job.error is 'What it failed with; while it goes on, what its last attempt failed with.';
comment on column voygen_api.job.attempts is 'How often the step at hand was begun.';
comment on column voygen_api.job.next_attempt_at is 'While it is queued after an attempt that failed: when it is tried again.';
comment on column voygen_api.job.kept_until is 'When it is forgotten; null while it goes on, or when it is kept for ever.';

-- In PL/pgSQL, which keeps its plans: a function in SQL that cannot be folded into the statement is planned anew in every
-- call. Without a path of their own, whose setting is a tenth of a call: they stand under get_job's.
create function voygen_lib.job_requester(job voygen.job) returns voygen_api.job_requester
language plpgsql stable parallel safe
as $$
declare
  person text;
begin
  if job.user_id is not null then
    select u.name into person from voygen.users as u where u.agency_id = job.agency_id and u.user_id = job.user_id;
  end if;
  return (job.user_id, coalesce(person, job.login), job.role)::voygen_api.job_requester;
end
$$;
comment on function voygen_lib.job_requester(voygen.job) is 'Who asked for a job.';

create function voygen_lib.job_shown(job voygen.job) returns voygen_api.job
language plpgsql stable parallel safe
as $$
declare
  kept interval := job.ttl;
  settings jsonb;
begin
  if job.finished_at is not null and kept is null then
    select a.settings into settings from voygen.agencies as a where a.agency_id = job.agency_id;
    kept := make_interval(days => voygen.retention_days(settings, 'jobs'));
  end if;
  return (
    job.job_id, job.tool, job.shown_arguments, job.status::voygen_api.job_status,
    (job.done, job.total, job.message)::voygen_api.job_progress, job.cancel_requested, job.input_requests, job.result::json,
    jsonb_populate_record(null::voygen_api.job_error, job.error), job.attempts, job.max_attempts,
    case when job.status = 'queued' and job.error is not null then job.run_after end, voygen_lib.job_requester(job),
    job.created_at, job.started_at, job.finished_at, job.updated_at,
    job.finished_at + kept)::voygen_api.job;
end
$$;
comment on function voygen_lib.job_shown(voygen.job) is 'A job as get_job shows it.';

create function voygen_api.get_job(
  job_id bigint
) returns voygen_api.job
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency bigint := voygen_lib.agency();
  one voygen.job;
begin
  select * into one from voygen.job as j where j.agency_id = agency and j.job_id = get_job.job_id;
  return voygen_lib.job_shown(voygen_lib.require_job(one, get_job.job_id));
end
$$;
comment on function voygen_api.get_job is
'Get a job
How far long work is, what it waits for, and in the end its result or what it failed with. Administrators see every job of the agency, everybody else his own.
@param job_id As the tool that began it answered. @format id
@example {"job_id": "1042"}';

create type voygen_api.job_list as (
  jobs voygen_api.job_line[],
  truncated voygen_api.truncated
);
comment on type voygen_api.job_list is 'Jobs, newest first.';

create function voygen_api.list_jobs(
  status voygen_api.job_status[] default null,
  tool text default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.job_list
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  viewer voygen_lib.job_viewer := voygen_lib.job_viewer();
  most integer := voygen_lib.require_limit(list_jobs."limit");
  answer voygen_api.job_list;
begin
  if list_jobs.cursor !~ '^[0-9]{1,18}$' then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer', got => left(list_jobs.cursor, 80));
  end if;
  with fit as materialized (
    select j.job_id
    from voygen.job as j
    where j.agency_id = agency
      and (list_jobs.cursor is null or j.job_id < list_jobs.cursor::bigint)
      and (list_jobs.status is null or j.status = any (list_jobs.status::text[]))
      and (list_jobs.tool is null or j.tool = list_jobs.tool)
      and voygen_lib.sees_job(viewer, j)
  ),
  page as (
    select f.job_id
    from fit as f
    order by f.job_id desc
    limit most
  )
  select
    array(
      select (
        j.job_id, j.tool, j.status::voygen_api.job_status, (j.done, j.total, j.message)::voygen_api.job_progress, j.cancel_requested,
        voygen_lib.job_requester(j), jsonb_populate_record(null::voygen_api.job_error, j.error), j.created_at, j.started_at,
        j.finished_at, j.updated_at)::voygen_api.job_line
      from voygen.job as j
      where j.agency_id = agency
        and j.job_id in (select p.job_id from page as p)
      order by j.job_id desc),
    case
      when (select count(*) from fit) > most
      then ((select count(*) from fit) - most, (select min(p.job_id)::text from page as p))::voygen_api.truncated
    end
  into answer;
  return answer;
end
$$;
comment on function voygen_api.list_jobs is
'List jobs
Long work, newest first. Administrators see every job of the agency, everybody else his own.
@param status Only jobs that stand there.
@param tool Only jobs of this tool.
@param limit How many. @min 1 @max 100
@param cursor From truncated of an earlier answer.
@example {"status": ["queued", "running"]}';

-- ---- cancelling and answering

create type voygen_api.job_cancelled as (
  job_id bigint,
  status voygen_api.job_status,
  cancel_requested boolean
);
comment on type voygen_api.job_cancelled is 'What became of a request to cancel.';
comment on column voygen_api.job_cancelled.job_id is '@required @format id';
comment on column voygen_api.job_cancelled.status is 'cancelled; running while the step at hand is being stopped; done or failed when it had ended before.';

create function voygen_api.cancel_job(
  job_id bigint,
  idempotency_key text default null
) returns voygen_api.job_cancelled
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  held voygen.job := voygen_lib.find_job(cancel_job.job_id);
  at_once boolean := held.status in ('queued', 'input_required');
  answer voygen_api.job_cancelled;
begin
  if held.finished_at is not null then
    return (held.job_id, held.status, false)::voygen_api.job_cancelled;
  end if;
  update voygen.job as j
  set cancel_requested = true,
      status = case when at_once then 'cancelled' else j.status end,
      input_requests = case when not at_once then j.input_requests end,
      state = case when not at_once then j.state end,
      arguments = case when at_once then j.shown_arguments else j.arguments end,
      finished_at = case when at_once then clock_timestamp() end,
      updated_at = clock_timestamp()
  where j.agency_id = held.agency_id
    and j.job_id = held.job_id
  returning j.job_id, j.status::voygen_api.job_status, true
  into answer;
  return answer;
end
$$;
comment on function voygen_api.cancel_job is
'Cancel a job
Stops long work. What its finished steps have done stays done. One that is running is stopped within moments; one that has ended stays as it is, and the answer says so.
@param job_id As the tool that began it answered. @format id
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"job_id": "1042"}';

create function voygen_api.answer_job(
  job_id bigint,
  answers jsonb,
  idempotency_key text default null
) returns voygen_api.job_started
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  held voygen.job := voygen_lib.find_job(answer_job.job_id);
  given record;
  left_open jsonb := held.input_requests;
  made voygen_api.job_started;
begin
  if held.status <> 'input_required' then
    perform voygen.raise('precondition_failed', format('job %s asks nothing', held.job_id), path => '/job_id',
      expected => 'a job whose status is input_required', got => held.status);
  end if;
  for given in select key, value from jsonb_each(answer_job.answers) loop
    if not held.input_requests ? given.key then
      perform voygen.raise('unknown_name', format('job %s does not ask for %s', held.job_id, given.key), path => '/answers/' || given.key,
        expected => (select string_agg(q, ', ' order by q) from jsonb_object_keys(held.input_requests) as q), got => left(given.key, 80));
    end if;
    if jsonb_typeof(given.value) not in ('object', 'null') then
      perform voygen.raise('invalid_argument', format('the answer to %s is no object', given.key), path => '/answers/' || given.key,
        expected => 'an object, or null to decline', got => jsonb_typeof(given.value));
    end if;
    left_open := left_open - given.key;
  end loop;
  update voygen.job as j
  set answers = coalesce(held.answers, '{}') || answer_job.answers,
      input_requests = nullif(left_open, '{}'),
      status = case when left_open = '{}' then 'queued' else 'input_required' end,
      run_after = clock_timestamp(),
      updated_at = clock_timestamp()
  where j.agency_id = held.agency_id
    and j.job_id = held.job_id
  returning j.job_id, j.status
  into made;
  return made;
end
$$;
comment on function voygen_api.answer_job is
'Answer a job
Tells long work what it waits to know; it goes on once everything is answered.
@param job_id A job whose status is input_required. @format id
@param answers By the names of its input_requests, each an object that fits the schema there, or null to decline.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"job_id": "1042", "answers": {"apply": {"confirm": true}}}';
