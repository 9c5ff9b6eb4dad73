-- Finding clients and trips by words, best match first. A query that fits nothing answers with what is nearest.

create function voygen_lib.fitting_clients(words text[], considered bigint[]) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select voygen_lib.fitting(words, coalesce(array_agg(client_id), '{}'), array_agg(voygen_lib.plain(concat_ws(' ', name, slug, email, phone))))
  from clients
  where agency_id = voygen_lib.agency()
    and client_id = any (considered)
$$;
comment on function voygen_lib.fitting_clients(text[], bigint[]) is 'Of these clients those the words fit.';

create function voygen_lib.trips_said(considered bigint[]) returns table (trip_id bigint, plain text)
language plpgsql stable parallel safe -- a function in SQL is planned at every call
set search_path = pg_catalog, voygen, pg_temp
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  return query
  select t.trip_id, voygen_lib.plain(
    concat_ws(' ', c.name, t.destination, l.cities, t.title, t.slug, array_to_string(t.traveler_names, ' '), extract(year from t.start_date)))
  from trips as t
  join clients as c on c.agency_id = t.agency_id and c.client_id = t.client_id
  left join lateral (
    select string_agg(city, ' ') as cities
    from trip_legs as s
    where s.agency_id = t.agency_id
      and s.trip_id = t.trip_id
  ) as l on true
  where t.agency_id = voygen_lib.agency()
    and t.trip_id = any (considered);
end
$$;
comment on function voygen_lib.trips_said(bigint[]) is 'All that is said of these trips, in plain form.';

create function voygen_lib.fitting_trips(words text[], considered bigint[]) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select voygen_lib.fitting(words, coalesce(array_agg(trip_id), '{}'), array_agg(plain))
  from voygen_lib.trips_said(considered)
$$;
comment on function voygen_lib.fitting_trips(text[], bigint[]) is 'Of these trips those the words fit.';

create function voygen_api.find_clients(
  query text default null,
  filters voygen_api.client_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.client_list
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_column
declare
  most integer := voygen_lib.require_limit(find_clients."limit");
  after voygen_lib.place := voygen_lib.place_read(find_clients.cursor);
  words text[] := voygen_lib.search_words(find_clients.query);
  pool voygen_lib.considered;
  counted_before bigint := 0;
  considered bigint[];
  fitting bigint[];
  answer voygen_api.client_list;
begin
  pool := voygen_lib.clients_considered(words, find_clients.filters, find_clients.query,
    case when cardinality(words) = 0 then after.id end);
  considered := pool.ids;
  if cardinality(words) = 0 and after is not null then
    counted_before := cardinality(voygen_lib.clients_where('c.client_id >= ($4)[1]', voygen_lib.agency(), find_clients.filters, array[after.id], voygen_lib.most_counted()));
  end if;
  fitting := case when cardinality(words) = 0 then considered[:most] else voygen_lib.fitting_clients(words, considered) end;
  -- The client that was named is there, whatever its words are.
  fitting := fitting || array(
    select c.client_id
    from clients as c
    where c.agency_id = voygen_lib.agency()
      and c.client_id = any (considered)
      and lower(btrim(find_clients.query)) in (c.slug, c.client_id::text, lower(c.email)));

  with scored as materialized (
    select c.*,
      case
        when cardinality(words) > 0
        then voygen_lib.weight(
          words, array[voygen_lib.plain(c.name), voygen_lib.plain(concat_ws(' ', c.slug, c.email, c.phone))], array[2.0, 1.0])
        else 0
      end + case when lower(btrim(find_clients.query)) in (c.slug, c.client_id::text, lower(c.email)) then 10 else 0 end as score
    from clients as c
    where c.agency_id = voygen_lib.agency()
      and c.client_id = any (fitting)
  ),
  page as (
    select *
    from scored
    where after is null
      or (score, client_id) < (after.score, after.id)
    order by score desc, client_id desc
    limit most
  ),
  counted as (
    select
      case when cardinality(words) = 0 then counted_before + cardinality(considered) else (select count(*) from scored) end as total,
      case
        when cardinality(words) = 0 then cardinality(considered)
        else (select count(*) from scored where after is null or (score, client_id) < (after.score, after.id))
      end as ahead
  )
  select
    coalesce(
      (select array_agg((
          client_id, slug, name, email, phone, tier, preferences, notes,
          (select count(*) from trips as t where t.agency_id = page.agency_id and t.client_id = page.client_id and t.archived_at is null),
          archived_at)::voygen_api.client
        order by score desc, client_id desc)
      from page),
      '{}'),
    counted.total,
    not pool.complete,
    case
      when counted.ahead > most then (
        counted.ahead - most,
        (select voygen_lib.place_text(score, client_id) from page order by score, client_id limit 1))::voygen_api.truncated
    end,
    case
      when counted.total = 0 then array(
        select c.name
        from clients as c
        where c.agency_id = voygen_lib.agency()
          and c.client_id = any (considered)
        order by voygen_lib.likeness_whole(voygen_lib.plain(find_clients.query), voygen_lib.plain(c.name)) desc, c.client_id
        limit 5)
      else '{}'
    end
  into answer
  from counted;
  return answer;
end
$$;
comment on function voygen_api.find_clients is
'Find clients
Finds clients by words of name, slug, e-mail or telephone, best match first; misspelt names are found too. Without words every client fits, newest first. When very many fit, hundreds of them are compared. When nothing fits, suggestions has the nearest names.
@param query Words, a slug, a number or an address. @example Clent
@param filters Which clients to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"query": "Demo Client"}';

create type voygen_api.client_name as (
  client_id bigint,
  slug text,
  name text
);
comment on type voygen_api.client_name is 'Whom a trip is for.';

create type voygen_api.trip_match as (
  trip_id bigint,
  slug text,
  title text,
  destination text,
  client voygen_api.client_name,
  start_date date,
  end_date date,
  status text,
  traveler_count integer,
  archived_at timestamptz,
  score numeric
);
comment on type voygen_api.trip_match is 'A trip that was found.';
comment on column voygen_api.trip_match.score is 'How well it fits the words; 0 when none were given.';

create type voygen_api.trip_list as (
  trips voygen_api.trip_match[],
  total bigint,
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.trip_list is 'Trips found, best match first.';
comment on column voygen_api.trip_list.total is 'How many trips fit; at least so many when total_is_capped.';
comment on column voygen_api.trip_list.total_is_capped is 'So many fit that only hundreds of them were looked at.';
comment on column voygen_api.trip_list.suggestions is 'When nothing fits: the slugs nearest to what was asked.';

create function voygen_api.find_trips(
  query text default null,
  filters voygen_api.trip_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.trip_list
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_column
declare
  most integer := voygen_lib.require_limit(find_trips."limit");
  after voygen_lib.place := voygen_lib.place_read(find_trips.cursor);
  words text[] := voygen_lib.search_words(find_trips.query);
  wanted_client bigint;
  pool voygen_lib.considered;
  counted_before bigint := 0;
  considered bigint[];
  fitting bigint[];
  answer voygen_api.trip_list;
begin
  wanted_client := voygen_lib.client_at((find_trips.filters).client, '/filters/client');

  pool := voygen_lib.trips_considered(words, find_trips.filters, wanted_client, find_trips.query,
    case when cardinality(words) = 0 then after.id end);
  considered := pool.ids;
  if cardinality(words) = 0 and after is not null then
    counted_before := cardinality(voygen_lib.trips_where('t.trip_id >= ($4)[1]', voygen_lib.agency(), find_trips.filters, wanted_client, array[after.id], voygen_lib.most_counted()));
  end if;
  fitting := case when cardinality(words) = 0 then considered[:most] else voygen_lib.fitting_trips(words, considered) end;
  -- The trip that was named is there, whatever its words are.
  fitting := fitting || array(
    select t.trip_id
    from trips as t
    where t.agency_id = voygen_lib.agency()
      and t.trip_id = any (considered)
      and lower(btrim(find_trips.query)) in (t.slug, t.trip_id::text));

  with scored as materialized (
    select t.*, c.name as client_name, c.slug as client_slug,
      case
        when cardinality(words) > 0
        then voygen_lib.weight(
          words,
          array[
            voygen_lib.plain(c.name),
            voygen_lib.plain(t.destination || ' ' || coalesce(
              (select string_agg(l.city, ' ') from trip_legs as l where l.agency_id = t.agency_id and l.trip_id = t.trip_id), '')),
            voygen_lib.plain(t.title),
            voygen_lib.plain(concat_ws(' ', t.slug, array_to_string(t.traveler_names, ' '), extract(year from t.start_date)))],
          array[2.0, 1.5, 1.0, 0.9])
        else 0
      end + case when lower(btrim(find_trips.query)) in (t.slug, t.trip_id::text) then 10 else 0 end as score
    from trips as t
    join clients as c on c.agency_id = t.agency_id and c.client_id = t.client_id
    where t.agency_id = voygen_lib.agency()
      and t.trip_id = any (fitting)
  ),
  page as (
    select *
    from scored
    where after is null
      or (score, trip_id) < (after.score, after.id)
    order by score desc, trip_id desc
    limit most
  ),
  counted as (
    select
      case when cardinality(words) = 0 then counted_before + cardinality(considered) else (select count(*) from scored) end as total,
      case
        when cardinality(words) = 0 then cardinality(considered)
        else (select count(*) from scored where after is null or (score, trip_id) < (after.score, after.id))
      end as ahead
  )
  select
    coalesce(
      (select array_agg((
          trip_id, slug, title, destination, (client_id, client_slug, client_name)::voygen_api.client_name,
          start_date, end_date, status, traveler_count::integer, archived_at, score)::voygen_api.trip_match
        order by score desc, trip_id desc)
      from page),
      '{}'),
    counted.total,
    not pool.complete,
    case
      when counted.ahead > most then (
        counted.ahead - most,
        (select voygen_lib.place_text(score, trip_id) from page order by score, trip_id limit 1))::voygen_api.truncated
    end,
    case
      when counted.total = 0 then array(
        select t.slug
        from trips as t
        join clients as c on c.agency_id = t.agency_id and c.client_id = t.client_id
        where t.agency_id = voygen_lib.agency()
          and t.trip_id = any (considered)
        order by voygen_lib.likeness_whole(voygen_lib.plain(find_trips.query), voygen_lib.plain(c.name || ' ' || t.destination)) desc, t.trip_id desc
        limit 5)
      else '{}'
    end
  into answer
  from counted;
  return answer;
end
$$;
comment on function voygen_api.find_trips is
'Find trips
Finds trips by words of client, destination, cities, title, travelers, slug or year, best match first; misspelt names are found too. Without words every trip fits, newest first. When very many fit, hundreds of them are compared. When nothing fits, suggestions has the nearest slugs.
@param query Words, a slug or a number. @example Clent Dublin
@param filters Which trips to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"query": "Client Dublin", "filters": {"status": "planning"}}';
