-- Trip facts: reading them fresh, refreshing, marking, verifying. These run with the owner's rights, because reading
-- facts uses indexes that row security would close; the current agency is the first condition of every query.

create type voygen_api.facts_refresh as (
  refreshed bigint,
  unchanged bigint,
  failed bigint,
  remaining bigint
);
comment on type voygen_api.facts_refresh is 'What a refresh did.';
comment on column voygen_api.facts_refresh.refreshed is 'Trips whose facts changed.';
comment on column voygen_api.facts_refresh.unchanged is 'Trips whose facts were right already.';
comment on column voygen_api.facts_refresh.failed is 'Trips whose facts could not be built; get_facts_stats says why.';
comment on column voygen_api.facts_refresh.remaining is 'Trips still marked, for instance because another session is working on them.';

create function voygen_lib.dirty_trips(agency bigint) returns table (trip_id bigint)
language sql stable
set search_path = pg_catalog, voygen, pg_temp
as $$
  select t.trip_id
  from trips t
  where t.agency_id = agency
    and exists (select from facts_dirty m where m.agency_id = agency and m.trip_id = 0)
  union
  select t.trip_id
  from facts_dirty m
  join trips t on t.agency_id = m.agency_id and t.trip_id between m.trip_id and coalesce(m.trip_until, m.trip_id)
  where m.agency_id = agency
    and m.trip_id > 0
  union
  select t.trip_id
  from facts_dirty m
  join trips t on t.agency_id = m.agency_id and t.client_id = - m.trip_id
  where m.agency_id = agency
    and m.trip_id < 0
$$;
comment on function voygen_lib.dirty_trips(bigint) is 'Trips that a mark stands for: one trip, a range, a client or the whole agency.';

create function voygen_api.refresh_trip_facts(
  trip_id text default null,
  force boolean default false,
  idempotency_key text default null
) returns voygen_api.facts_refresh
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  begun timestamptz := clock_timestamp();
  wanted bigint;
  done record;
begin
  if refresh_trip_facts.trip_id is not null then
    wanted := voygen.resolve_trip(refresh_trip_facts.trip_id);
    select * into done from voygen.refresh_and_tell(agency, array[wanted], coalesce(refresh_trip_facts.force, false));
  else
    select * into done from voygen.refresh_and_tell(agency, null, coalesce(refresh_trip_facts.force, false));
  end if;
  if done.refreshed + done.failed > 0 then
    insert into facts_runs (agency_id, started_at, finished_at, refreshed, unchanged, failed)
    values (agency, begun, clock_timestamp(), done.refreshed, done.unchanged, done.failed);
  end if;
  return (done.refreshed, done.unchanged, done.failed,
    case when wanted is not null then done.skipped else (select count(*) from voygen_lib.dirty_trips(agency)) end
  )::voygen_api.facts_refresh;
end
$$;
comment on function voygen_api.refresh_trip_facts is
'Refresh trip facts
Builds the facts of one trip, or of every trip that changed since its facts were built. Readers get fresh facts without this; it is for those who want them stored now.
@param trip_id Number or slug; without it, all trips that changed. @format id
@param force true builds trips that are fresh, too.
@param idempotency_key A repeated call with the same key answers as the first did.
@idempotent
@example {"trip_id": "dublin-2027"}';

create type voygen_api.facts_marked as (
  marked bigint
);
comment on type voygen_api.facts_marked is 'How many trips were marked.';

create function voygen_api.mark_facts_dirty(
  trip_ids text[],
  reason text default null,
  idempotency_key text default null
) returns voygen_api.facts_marked
language plpgsql volatile parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  wanted bigint[];
begin
  wanted := array(select distinct unnest(voygen_lib.trips_at(mark_facts_dirty.trip_ids, '/trip_ids')));
  insert into facts_dirty (agency_id, trip_id, reason)
  select agency, t, coalesce(nullif(btrim(left(mark_facts_dirty.reason, 200)), ''), 'asked for')
  from unnest(wanted) as t;
  return row(cardinality(wanted)::bigint)::voygen_api.facts_marked;
end
$$;
comment on function voygen_api.mark_facts_dirty is
'Mark facts as out of date
Marks trips so that their facts are built again. Changes made through the database mark trips by themselves; this is for doubt.
@param trip_ids Numbers or slugs. @required @max_items 10000 @format id
@param reason Kept with the mark, for whoever looks at the queue.
@param idempotency_key A repeated call with the same key answers as the first did.
@idempotent
@example {"trip_ids": ["dublin-2027"], "reason": "prices looked odd"}';

-- ---- how things stand

create type voygen_api.facts_run as (
  started_at timestamptz,
  finished_at timestamptz,
  refreshed bigint,
  unchanged bigint,
  failed bigint,
  error text
);
comment on type voygen_api.facts_run is 'What a scheduled refresh did for the agency.';

create type voygen_api.facts_failure as (
  trip_id bigint,
  reason text,
  failed_at timestamptz,
  attempts integer
);
comment on type voygen_api.facts_failure is 'A trip whose facts could not be built.';

create type voygen_api.facts_stats as (
  trips bigint,
  fresh bigint,
  dirty bigint,
  failed bigint,
  marks bigint,
  oldest_mark_age_s bigint,
  last_refresh timestamptz,
  refreshed_total bigint,
  last_run voygen_api.facts_run,
  job_seen_at timestamptz,
  marking_enabled boolean,
  failures voygen_api.facts_failure[]
);
comment on type voygen_api.facts_stats is 'How fresh the facts of the agency are.';
comment on column voygen_api.facts_stats.dirty is 'Trips that changed since their facts were built, or whose facts ran out.';
comment on column voygen_api.facts_stats.oldest_mark_age_s is 'Seconds the oldest mark has waited; null when nothing waits.';
comment on column voygen_api.facts_stats.refreshed_total is 'Trips written by the refreshes, scheduled or asked for, whose records are kept.';
comment on column voygen_api.facts_stats.job_seen_at is 'When the scheduled refresh last ended, with or without work.';
comment on column voygen_api.facts_stats.failures is 'Up to twenty trips set aside, latest first.';

create function voygen_api.get_facts_stats() returns voygen_api.facts_stats
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency bigint := voygen_lib.agency();
  answer voygen_api.facts_stats;
begin
  select count(*) into answer.trips from trips t where t.agency_id = agency;
  select count(*) into answer.dirty
  from (
    select d.trip_id from voygen_lib.dirty_trips(agency) d
    union
    select f.trip_id from trip_facts f where f.agency_id = agency and f.valid_until <= now()
  ) d;
  answer.fresh := answer.trips - answer.dirty;
  select count(*), extract(epoch from clock_timestamp() - min(m.marked_at))::bigint
  into answer.marks, answer.oldest_mark_age_s
  from facts_dirty m
  where m.agency_id = agency;
  select max(f.refreshed_at) into answer.last_refresh from trip_facts f where f.agency_id = agency;
  select coalesce(sum(r.refreshed), 0) into answer.refreshed_total from facts_runs r where r.agency_id = agency;
  select (r.started_at, r.finished_at, r.refreshed, r.unchanged, r.failed, r.error)::voygen_api.facts_run
  into answer.last_run
  from facts_runs r
  where r.agency_id = agency
  order by r.started_at desc, r.run_id desc
  limit 1;
  select max(r.finished_at) into answer.job_seen_at from facts_runs r where r.agency_id is null;
  answer.marking_enabled := voygen.marking_enabled();
  select count(*) into answer.failed from facts_failed x where x.agency_id = agency;
  answer.failures := array(
    select (x.trip_id, x.reason, x.failed_at, x.attempts)::voygen_api.facts_failure
    from facts_failed x
    where x.agency_id = agency
    order by x.failed_at desc, x.trip_id
    limit 20);
  return answer;
end
$$;
comment on function voygen_api.get_facts_stats is
'Facts statistics
How many trips have fresh facts, how many wait and how long, what the last scheduled refresh did, and which trips could not be built.
@example {}';

create type voygen_api.facts_drift as (
  trip_id bigint,
  path text,
  stored text,
  expected text
);
comment on type voygen_api.facts_drift is 'A place where stored facts are not what they should be.';

create type voygen_api.facts_verification as (
  checked bigint,
  left_out bigint,
  drifted voygen_api.facts_drift[]
);
comment on type voygen_api.facts_verification is 'Stored facts against facts built anew.';
comment on column voygen_api.facts_verification.left_out is 'Trips not checked because they are marked as changed.';

create function voygen_lib.facts_leaves(document jsonb) returns table (path text, value text)
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  with recursive node (path, value) as (
    select '', document
    union all
    select child.path, child.value
    from node n
    cross join lateral (
      select n.path || '/' || o.key as path, o.value
      from jsonb_each(case when jsonb_typeof(n.value) = 'object' then n.value else '{}' end) o
      union all
      select n.path || '/' || (a.place - 1), a.value
      from jsonb_array_elements(case when jsonb_typeof(n.value) = 'array' then n.value else '[]' end)
        with ordinality as a(value, place)
    ) child
  )
  select n.path, n.value::text
  from node n
  where jsonb_typeof(n.value) not in ('object', 'array')
    or n.value in ('{}', '[]')
$$;
comment on function voygen_lib.facts_leaves(jsonb) is 'The single values of a document with the path of each.';

create type voygen_lib.facts_compared as (
  checked bigint,
  drifted voygen_api.facts_drift[]
);
comment on type voygen_lib.facts_compared is 'How many trips were compared with facts built anew, and where they differ.';

create function voygen_lib.facts_compared(agency bigint, trips bigint[]) returns voygen_lib.facts_compared
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  with rebuilt as materialized (
    select * from voygen.trip_facts_rebuilt(agency, trips)
  ),
  pairs as (
    select r.trip_id,
      jsonb_build_object('facts', s.facts, 'columns', to_jsonb(s) - 'facts' - 'agency_id' - 'trip_id' - 'refreshed_at') as was,
      jsonb_build_object('facts', r.facts, 'columns', to_jsonb(r) - 'facts' - 'trip_id' - 'refreshed_at' - 'stored') as should
    from rebuilt r
    join trip_facts s on s.agency_id = agency and s.trip_id = r.trip_id
    where not r.stored
  )
  select (
    (select count(*) from rebuilt),
    array(
      select (p.trip_id, d.path, d.stored, d.expected)::voygen_api.facts_drift
      from pairs p
      cross join lateral (
        select coalesce(w.path, s.path) as path, w.value as stored, s.value as expected
        from voygen_lib.facts_leaves(p.was) w
        full join voygen_lib.facts_leaves(p.should) s on s.path = w.path
        where w.value is distinct from s.value
      ) d
      order by p.trip_id, d.path))::voygen_lib.facts_compared
$$;
revoke execute on function voygen_lib.facts_compared(bigint, bigint[]) from public;
comment on function voygen_lib.facts_compared(bigint, bigint[]) is
'Stored facts of trips against facts built anew; for functions with the owner''s rights, since it takes any agency.';

create function voygen_api.verify_facts(
  trip_ids text[] default null,
  sample integer default 100
) returns voygen_api.facts_verification
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  most integer := voygen_lib.require_limit(coalesce(verify_facts.sample, 100), 100000);
  wanted bigint[];
  compared voygen_lib.facts_compared;
begin
  if verify_facts.trip_ids is not null then
    wanted := voygen_lib.trips_at(verify_facts.trip_ids, '/trip_ids');
  else
    wanted := array(select f.trip_id from trip_facts f where f.agency_id = agency order by random() limit most);
  end if;
  compared := voygen_lib.facts_compared(agency, wanted);
  return (compared.checked, cardinality(wanted) - compared.checked, compared.drifted)::voygen_api.facts_verification;
end
$$;
comment on function voygen_api.verify_facts is
'Verify facts
Builds the facts of trips anew, as of the moment the stored ones were made, and names every place where they differ. Trips marked as changed are left out, unless their facts are right already: they are about to be built anyway.
@param trip_ids Numbers or slugs; without them, a sample of all trips. @max_items 10000 @format id
@param sample How many trips to check when none are named. @min 1 @max 100000
@example {"sample": 1000}';
