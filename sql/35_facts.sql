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
    select * into done from voygen.refresh_facts(agency, array[wanted], coalesce(refresh_trip_facts.force, false));
  else
    select * into done from voygen.refresh_facts(agency, null, coalesce(refresh_trip_facts.force, false));
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

-- ---- reading

create type voygen_api.trip_availability as enum ('available', 'sold_out', 'not_checked', 'extract_failed');
comment on type voygen_api.trip_availability is 'Whether a trip has hotels that can be booked, as far as is known.';

create type voygen_api.facts_filters as (
  status voygen_api.trip_status,
  destination text,
  client text,
  starts_after date,
  starts_before date,
  price_min numeric,
  price_max numeric,
  availability voygen_api.trip_availability
);
comment on type voygen_api.facts_filters is 'Which trips to answer.';
comment on column voygen_api.facts_filters.destination is 'Part of the destination; case does not count.';
comment on column voygen_api.facts_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.facts_filters.starts_after is 'First day on this day or later.';
comment on column voygen_api.facts_filters.starts_before is 'First day on this day or earlier.';
comment on column voygen_api.facts_filters.price_min is 'Lead price, in the trip''s own currency, at least. @min 0';
comment on column voygen_api.facts_filters.price_max is 'Lead price, in the trip''s own currency, at most. @min 0';

create type voygen_api.trip_facts as (
  trip_id bigint,
  slug text,
  facts jsonb,
  lead_price_min numeric,
  total_commission_potential numeric,
  currency text,
  availability_status text,
  last_availability_check timestamptz,
  refreshed_at timestamptz
);
comment on type voygen_api.trip_facts is 'The facts of a trip, as of now.';
comment on column voygen_api.trip_facts.lead_price_min is 'Lowest nightly amount of an available hotel in the trip''s currency.';
comment on column voygen_api.trip_facts.total_commission_potential is 'Sum over legs of the best available commission.';
comment on column voygen_api.trip_facts.refreshed_at is 'When these facts were built.';

create type voygen_api.facts_list as (
  trips voygen_api.trip_facts[],
  total bigint,
  total_is_capped boolean,
  truncated voygen_api.truncated
);
comment on type voygen_api.facts_list is 'Facts of trips, newest trip first.';
comment on column voygen_api.facts_list.total is 'How many trips fit, counted up to 10,000.';

create function voygen_lib.facts_fields(fields text[]) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  known constant text[] := array['slug', 'title', 'status', 'destination', 'currency', 'start_date', 'end_date', 'nights',
    'traveler_count', 'traveler_names', 'budget', 'client', 'legs', 'hotels', 'activities', 'flights', 'transfers', 'bookings',
    'booked', 'other_currencies', 'availability', 'lead_price_min', 'total_commission_potential'];
  field text;
  place integer := 0;
begin
  foreach field in array coalesce(fields, '{}') loop
    if field <> all (known) or field is null then
      perform voygen.raise('unknown_name', format('facts have no field %s', coalesce(left(field, 80), 'null')),
        path => format('/return_fields/%s', place), expected => array_to_string(known, ', '), got => left(field, 80));
    end if;
    place := place + 1;
  end loop;
  return fields;
end
$$;
comment on function voygen_lib.facts_fields(text[]) is 'The fields asked for; a name that facts do not have is an error.';

create function voygen_api.query_trip_facts(
  query text default null,
  trip_ids text[] default null,
  filters voygen_api.facts_filters default null,
  return_fields text[] default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.facts_list
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  most integer := voygen_lib.require_limit(query_trip_facts."limit");
  after voygen_lib.place := voygen_lib.place_read(query_trip_facts.cursor);
  fields text[] := voygen_lib.facts_fields(query_trip_facts.return_fields);
  wanted bigint[];
  wanted_client bigint;
  words tsquery;
  by_price boolean := (query_trip_facts.filters).price_min is not null or (query_trip_facts.filters).price_max is not null;
  by_facts boolean := by_price or (query_trip_facts.filters).availability is not null;
  stale bigint[] := '{}';
  answer voygen_api.facts_list;
begin
  if query_trip_facts.trip_ids is not null then
    wanted := voygen_lib.trips_at(query_trip_facts.trip_ids, '/trip_ids');
  end if;
  wanted_client := voygen_lib.client_at((query_trip_facts.filters).client, '/filters/client');
  if btrim(query_trip_facts.query) <> '' then
    words := plainto_tsquery('simple', query_trip_facts.query);
  end if;
  -- Stored prices and states are good for a filter unless the trip itself is marked or its facts ran out: such trips are
  -- built here. (Marks of a client or of the agency's rates change neither.)
  if by_facts then
    stale := array(
      select trip_id
      from (
        select m.trip_id from facts_dirty m where m.agency_id = agency and m.trip_id > 0 and m.trip_until is null
        union
        select f.trip_id from trip_facts f where f.agency_id = agency and f.valid_until <= now()
      ) s
      limit 1000);
  end if;

  with built as materialized (
    select f.trip_id, f.lead_price_min, f.availability_status
    from trip_facts_fresh(agency, stale) f
    where by_facts
  ),
  fits as materialized (
    select t.trip_id
    from trips t
    left join trip_facts f on by_facts and f.agency_id = agency and f.trip_id = t.trip_id
    left join built b on b.trip_id = t.trip_id
    where t.agency_id = agency
      and t.archived_at is null
      and (wanted is null or t.trip_id = any (wanted))
      and (words is null or t.search @@ words or t.slug = lower(btrim(query_trip_facts.query))
        or t.trip_id::text = btrim(query_trip_facts.query))
      and ((query_trip_facts.filters).status is null or t.status = (query_trip_facts.filters).status::text)
      and ((query_trip_facts.filters).destination is null
        or strpos(lower(t.destination), lower((query_trip_facts.filters).destination)) > 0)
      and (wanted_client is null or t.client_id = wanted_client)
      and ((query_trip_facts.filters).starts_after is null or t.start_date >= (query_trip_facts.filters).starts_after)
      and ((query_trip_facts.filters).starts_before is null or t.start_date <= (query_trip_facts.filters).starts_before)
      and (not by_price or case when b.trip_id is null then f.lead_price_min else b.lead_price_min end
          between coalesce((query_trip_facts.filters).price_min, 0) and coalesce((query_trip_facts.filters).price_max, 'infinity'))
      and ((query_trip_facts.filters).availability is null
        or case when b.trip_id is null then f.availability_status else b.availability_status end
           = (query_trip_facts.filters).availability::text)
      and (after is null or t.trip_id < after.id)
    order by t.trip_id desc
    limit 10001
  ),
  page as materialized (
    select f.*, t.slug
    from trip_facts_fresh(agency, array(select trip_id from fits order by trip_id desc limit most)) f
    join trips t on t.agency_id = agency and t.trip_id = f.trip_id
  ),
  counted as (
    select count(*) as total from fits
  )
  select
    coalesce(
      (select array_agg((
          trip_id, slug,
          case
            when fields is null then facts
            else (select jsonb_object_agg(field, facts -> field) from unnest(fields) as field)
          end,
          voygen_lib.exact(lead_price_min, currency), voygen_lib.exact(total_commission_potential, currency), currency,
          availability_status, last_availability_check, refreshed_at
        )::voygen_api.trip_facts order by trip_id desc)
      from page),
      '{}'),
    least(counted.total, 10000),
    counted.total > 10000,
    case
      when counted.total > most then (
        counted.total - most,
        (select voygen_lib.place_text(0, min(trip_id)) from page))::voygen_api.truncated
    end
  into answer
  from counted;
  return answer;
end
$$;
comment on function voygen_api.query_trip_facts is
'Query trip facts
Everything known of trips at once: legs, hotels with price tier and best commission, activities, bookings, lead price, commission potential, availability. Never out of date: what changed since the facts were stored is built for the answer. Newest trips first.
@param query Words of title, destination or slug; or a slug or number. @example Dublin
@param trip_ids Numbers or slugs of the trips to answer. @max_items 1000 @format id
@param filters Which trips to answer.
@param return_fields Fields of facts to answer; all when absent. @example ["legs", "lead_price_min"]
@param limit Most trips to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"query": "Dublin", "return_fields": ["legs", "hotels"]}';

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
  answer voygen_api.facts_verification;
begin
  if verify_facts.trip_ids is not null then
    wanted := voygen_lib.trips_at(verify_facts.trip_ids, '/trip_ids');
  else
    wanted := array(select f.trip_id from trip_facts f where f.agency_id = agency order by random() limit most);
  end if;
  with rebuilt as materialized (
    select * from voygen.trip_facts_rebuilt(agency, wanted)
  ),
  pairs as (
    select r.trip_id,
      jsonb_build_object('facts', s.facts, 'columns', to_jsonb(s) - 'facts' - 'agency_id' - 'trip_id' - 'refreshed_at') as was,
      jsonb_build_object('facts', r.facts, 'columns', to_jsonb(r) - 'facts' - 'trip_id' - 'refreshed_at' - 'stored') as should
    from rebuilt r
    join trip_facts s on s.agency_id = agency and s.trip_id = r.trip_id
    where not r.stored
  )
  select
    (select count(*) from rebuilt),
    cardinality(wanted) - (select count(*) from rebuilt),
    array(
      select (p.trip_id, d.path, d.stored, d.expected)::voygen_api.facts_drift
      from pairs p
      cross join lateral (
        select coalesce(w.path, s.path) as path, w.value as stored, s.value as expected
        from voygen_lib.facts_leaves(p.was) w
        full join voygen_lib.facts_leaves(p.should) s on s.path = w.path
        where w.value is distinct from s.value
      ) d
      order by p.trip_id, d.path)
  into answer;
  return answer;
end
$$;
comment on function voygen_api.verify_facts is
'Verify facts
Builds the facts of trips anew, as of the moment the stored ones were made, and names every place where they differ. Trips marked as changed are left out, unless their facts are right already: they are about to be built anyway.
@param trip_ids Numbers or slugs; without them, a sample of all trips. @max_items 10000 @format id
@param sample How many trips to check when none are named. @min 1 @max 100000
@example {"sample": 1000}';
