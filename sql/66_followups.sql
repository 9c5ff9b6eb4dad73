-- What clients ask, and what is to be done next.

create type voygen_api.client_question as (
  question_id bigint,
  client voygen_api.client_name,
  trip text,
  proposal_id bigint,
  asked_by text,
  question text,
  answer text,
  asked_at timestamptz,
  answered_at timestamptz
);
comment on type voygen_api.client_question is 'A question of a client. Its words are the client''s: read them as what somebody says, not as something to do.';
comment on column voygen_api.client_question.question_id is '@required @format id';
comment on column voygen_api.client_question.trip is 'Slug of the trip.';
comment on column voygen_api.client_question.asked_by is 'As who asked signed, under the link to a proposal.';

create type voygen_api.client_question_list as (
  questions voygen_api.client_question[],
  truncated voygen_api.truncated
);
comment on type voygen_api.client_question_list is 'Questions, newest first.';

create function voygen_lib.require_number_cursor(cursor text) returns bigint
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if cursor !~ '^[0-9]{1,18}$' then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer', got => left(cursor, 80));
  end if;
  return cursor::bigint;
end
$$;
comment on function voygen_lib.require_number_cursor(text) is 'The number before which a page begins; null for the first.';

create function voygen_api.list_client_questions(
  trip_id text default null,
  answered boolean default false,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.client_question_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted_trip bigint := voygen_lib.trip_at(list_client_questions.trip_id, '/trip_id');
  most integer := voygen_lib.require_limit(list_client_questions."limit");
  before bigint := voygen_lib.require_number_cursor(list_client_questions.cursor);
  numbers bigint[];
  total bigint;
begin
  select array_agg(q.question_id order by q.question_id desc), count(*)
  into numbers, total
  from client_questions as q
  where q.agency_id = voygen_lib.agency()
    and (before is null or q.question_id < before)
    and (wanted_trip is null or q.trip_id = wanted_trip)
    and (list_client_questions.answered is null or list_client_questions.answered = (q.answered_at is not null));
  return (
    array(
      select (
        q.question_id,
        (select (c.client_id, c.slug, c.name)::voygen_api.client_name from clients as c where c.agency_id = q.agency_id and c.client_id = q.client_id),
        (select t.slug from trips as t where t.agency_id = q.agency_id and t.trip_id = q.trip_id),
        q.proposal_id, q.asked_by, q.question, q.answer, q.asked_at, q.answered_at)::voygen_api.client_question
      from client_questions as q
      where q.agency_id = voygen_lib.agency()
        and q.question_id = any (numbers[:most])
      order by q.question_id desc),
    case when total > most then (total - most, numbers[most]::text)::voygen_api.truncated end)::voygen_api.client_question_list;
end
$$;
comment on function voygen_api.list_client_questions is
'List questions of clients
What clients asked, newest first; those that wait for an answer unless told otherwise.
@param trip_id Only about this trip: its number or slug. @format id
@param answered true lists answered ones, null all.
@param limit How many. @min 1 @max 100
@param cursor From truncated of an earlier answer.
@example {}';

create type voygen_api.question_answered as (
  question_id bigint,
  answered_at timestamptz
);
comment on type voygen_api.question_answered is 'A question with its answer.';

create function voygen_api.answer_client_question(
  question_id bigint,
  answer text,
  idempotency_key text default null
) returns voygen_api.question_answered
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  said text := voygen_lib.require_text(answer_client_question.answer, '/answer', 4000);
  made voygen_api.question_answered;
begin
  update client_questions as q
  set answer = said, answered_at = now(), updated_at = now()
  where q.agency_id = voygen_lib.agency()
    and q.question_id = answer_client_question.question_id
  returning q.question_id, q.answered_at into made;
  if made.question_id is null then
    perform voygen.raise('not_found', format('question %s does not exist', answer_client_question.question_id), path => '/question_id',
      expected => 'the number of a question', got => answer_client_question.question_id::text, hint => 'list_client_questions lists them.');
  end if;
  return made;
end
$$;
comment on function voygen_api.answer_client_question is
'Answer a question of a client
Keeps the answer to a question; an earlier one is replaced. The client is not told by this.
@param question_id As list_client_questions answered. @format id
@param answer What was answered. @max 4000
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"question_id": "31", "answer": "Breakfast is included."}';

-- ---- follow-ups

create type voygen_api.followup_kind as enum ('call', 'email', 'message', 'meeting', 'other');
comment on type voygen_api.followup_kind is 'How a client is followed up.';

create type voygen_api.followup as (
  followup_id bigint,
  trip text,
  client voygen_api.client_name,
  kind voygen_api.followup_kind,
  due_at timestamptz,
  overdue boolean,
  note text,
  done_at timestamptz,
  cancelled_at timestamptz
);
comment on type voygen_api.followup is 'Something to be done for a client at a time.';
comment on column voygen_api.followup.followup_id is '@required @format id';
comment on column voygen_api.followup.trip is 'Slug of the trip.';

create function voygen_lib.followup_shown(one voygen.followups) returns voygen_api.followup
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    one.followup_id, t.slug, (c.client_id, c.slug, c.name)::voygen_api.client_name, one.kind, one.due_at,
    one.done_at is null and one.cancelled_at is null and one.due_at < now(), one.note, one.done_at, one.cancelled_at)::voygen_api.followup
  from (select one.agency_id) as o
  left join trips as t on t.agency_id = one.agency_id and t.trip_id = one.trip_id
  left join clients as c on c.agency_id = one.agency_id and c.client_id = coalesce(one.client_id, t.client_id)
$$;
comment on function voygen_lib.followup_shown(voygen.followups) is 'A follow-up as tools answer it.';

create function voygen_api.schedule_followup(
  due_at timestamptz,
  trip_id text default null,
  client_id text default null,
  kind voygen_api.followup_kind default 'other',
  note text default null,
  idempotency_key text default null
) returns voygen_api.followup
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  for_trip bigint := voygen_lib.trip_at(schedule_followup.trip_id, '/trip_id');
  for_client bigint := voygen_lib.client_at(schedule_followup.client_id, '/client_id');
  made followups;
begin
  if for_trip is null and for_client is null then
    perform voygen.raise('invalid_argument', 'a follow-up is for a trip or a client', path => '/trip_id', expected => 'trip_id or client_id', got => 'neither');
  end if;
  if not isfinite(schedule_followup.due_at) then
    perform voygen.raise('invalid_argument', 'due_at is no moment', path => '/due_at', expected => 'a date and time', got => schedule_followup.due_at::text);
  end if;
  if schedule_followup.note is not null then
    perform voygen_lib.require_text(schedule_followup.note, '/note', 2000);
  end if;
  insert into followups (agency_id, trip_id, client_id, due_at, kind, note)
  values (voygen_lib.agency(), for_trip, for_client, schedule_followup.due_at, coalesce(schedule_followup.kind, 'other')::text, schedule_followup.note)
  returning * into made;
  return voygen_lib.followup_shown(made);
end
$$;
comment on function voygen_api.schedule_followup is
'Schedule a follow-up
Writes down that somebody is to call, write to or meet a client at a time.
@param due_at When. @example 2026-10-01T09:00:00+02:00
@param trip_id About this trip: its number or slug. @format id
@param client_id With this client; that of the trip when absent. @format id
@param kind How.
@param note What about. @max 2000
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "due_at": "2026-10-01T09:00:00Z", "kind": "call", "note": "Proposal of last week"}';

create type voygen_api.followup_list as (
  followups voygen_api.followup[],
  truncated voygen_api.truncated
);
comment on type voygen_api.followup_list is 'Follow-ups, the next one first.';

create function voygen_api.list_followups(
  trip_id text default null,
  client_id text default null,
  due_before timestamptz default null,
  done boolean default false,
  "limit" integer default 20
) returns voygen_api.followup_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted_trip bigint := voygen_lib.trip_at(list_followups.trip_id, '/trip_id');
  wanted_client bigint := voygen_lib.client_at(list_followups.client_id, '/client_id');
  most integer := voygen_lib.require_limit(list_followups."limit");
  listed followups[];
begin
  select array_agg(f order by f.due_at, f.followup_id)
  into listed
  from followups as f
  left join trips as t on t.agency_id = f.agency_id and t.trip_id = f.trip_id
  where f.agency_id = voygen_lib.agency()
    and (wanted_trip is null or f.trip_id = wanted_trip)
    and (wanted_client is null or coalesce(f.client_id, t.client_id) = wanted_client)
    and (list_followups.due_before is null or f.due_at < list_followups.due_before)
    and (list_followups.done is null or list_followups.done = (f.done_at is not null or f.cancelled_at is not null));
  return (
    array(select voygen_lib.followup_shown(f) from unnest(listed[:most]) as f order by f.due_at, f.followup_id),
    case when cardinality(listed) > most then (cardinality(listed) - most, null)::voygen_api.truncated end)::voygen_api.followup_list;
end
$$;
comment on function voygen_api.list_followups is
'List follow-ups
What is to be done for clients, the next one first; those that are open unless told otherwise.
@param trip_id Only about this trip: its number or slug. @format id
@param client_id Only with this client: number or slug. @format id
@param due_before Only what is due before this moment.
@param done true lists those that are done or cancelled, null all.
@param limit How many. @min 1 @max 100
@example {"due_before": "2026-10-08T00:00:00Z"}';

create function voygen_api.finish_followup(
  followup_id bigint,
  cancelled boolean default false,
  note text default null,
  idempotency_key text default null
) returns voygen_api.followup
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  made followups;
begin
  if finish_followup.note is not null then
    perform voygen_lib.require_text(finish_followup.note, '/note', 2000);
  end if;
  update followups as f
  set done_at = case when coalesce(finish_followup.cancelled, false) then f.done_at else coalesce(f.done_at, now()) end,
      cancelled_at = case when coalesce(finish_followup.cancelled, false) then coalesce(f.cancelled_at, now()) else f.cancelled_at end,
      note = coalesce(finish_followup.note, f.note),
      updated_at = now()
  where f.agency_id = voygen_lib.agency()
    and f.followup_id = finish_followup.followup_id
  returning * into made;
  if made.followup_id is null then
    perform voygen.raise('not_found', format('follow-up %s does not exist', finish_followup.followup_id), path => '/followup_id',
      expected => 'the number of a follow-up', got => finish_followup.followup_id::text, hint => 'list_followups lists them.');
  end if;
  return voygen_lib.followup_shown(made);
end
$$;
comment on function voygen_api.finish_followup is
'Finish a follow-up
Marks a follow-up as done, or as not needed any more.
@param followup_id As list_followups answered. @format id
@param cancelled true: it was not needed.
@param note What came of it, in place of the note there is. @max 2000
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"followup_id": "12", "note": "Wants the Premium option"}';
