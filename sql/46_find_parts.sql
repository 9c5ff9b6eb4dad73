-- Finding legs, activities and bookings of any trip by words, best match first, the way find_trips finds trips.

create type voygen_lib.candidate as (
  id bigint,
  name text,
  plain_name text,
  plain_rest text
);
comment on type voygen_lib.candidate is 'A row that words are looked for in: what it is called, and what else is said of it.';

create type voygen_lib.found as (
  id bigint,
  score numeric
);
comment on type voygen_lib.found is 'A row that words were found in.';

create type voygen_lib.found_page as (
  rows voygen_lib.found[],
  total bigint,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_lib.found_page is 'A page of what was found, best match first.';

create function voygen_lib.find_among(candidates voygen_lib.candidate[], query text, most integer, cursor text) returns voygen_lib.found_page
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  after voygen_lib.place := voygen_lib.place_read(find_among.cursor);
  words text[] := voygen_lib.search_words(find_among.query);
  fit bigint[];
  page voygen_lib.found_page;
begin
  if cardinality(words) > 0 then
    fit := voygen_lib.fitting(words, array(select c.id from unnest(candidates) as c order by c.id),
      array(select c.plain_name || ' ' || c.plain_rest from unnest(candidates) as c order by c.id));
  end if;
  with scored as materialized (
    select c.id, voygen_lib.weight(words, array[c.plain_name, c.plain_rest], array[2.0, 1.0]) as score
    from unnest(candidates) as c
    where fit is null
      or c.id in (select unnest(fit))
  ),
  ahead as materialized (
    select id, score
    from scored
    where after is null
      or (score, id) < (after.score, after.id)
  ),
  chosen as (
    select id, score
    from ahead
    order by score desc, id desc
    limit most
  )
  select
    coalesce((select array_agg((id, score)::voygen_lib.found order by score desc, id desc) from chosen), '{}'),
    (select count(*) from scored),
    case
      when (select count(*) from ahead) > most then (
        (select count(*) from ahead) - most,
        (select voygen_lib.place_text(score, id) from chosen order by score, id limit 1))::voygen_api.truncated
    end,
    case
      when not exists (select from scored) then array(
        select f.name
        from unnest(candidates) as f
        group by f.name
        order by max(voygen_lib.likeness_whole(voygen_lib.plain(find_among.query), f.plain_name)) desc nulls last, f.name
        limit 5)
      else '{}'
    end
  into page;
  return page;
end
$$;
comment on function voygen_lib.find_among(voygen_lib.candidate[], text, integer, text) is
'The page of candidates that words fit best; when they fit none, the names nearest to them.';

-- Legs

create type voygen_api.leg_match as (
  leg_id bigint,
  trip_id bigint,
  trip text,
  client voygen_api.client_name,
  seq integer,
  city text,
  region text,
  country text,
  arrive_date date,
  depart_date date,
  nights integer,
  notes text,
  score numeric
);
comment on type voygen_api.leg_match is 'A leg that was found.';
comment on column voygen_api.leg_match.trip is 'Slug of its trip.';
comment on column voygen_api.leg_match.score is 'How well it fits the words; 0 when none were given.';

create type voygen_api.leg_filters as (
  trip_id text,
  client text,
  arrives_after date,
  arrives_before date,
  archived boolean
);
comment on type voygen_api.leg_filters is 'Which legs to consider.';
comment on column voygen_api.leg_filters.trip_id is 'Number or slug of a trip. @format id';
comment on column voygen_api.leg_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.leg_filters.arrives_after is 'Arrival on this day or later.';
comment on column voygen_api.leg_filters.arrives_before is 'Arrival on this day or earlier.';
comment on column voygen_api.leg_filters.archived is 'true: only those of archived trips, false or absent: only of those in use.';

create type voygen_api.leg_list as (
  legs voygen_api.leg_match[],
  total bigint,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.leg_list is 'Legs found, best match first.';
comment on column voygen_api.leg_list.suggestions is 'When nothing fits: the cities nearest to what was asked.';

create function voygen_api.find_legs(
  query text default null,
  filters voygen_api.leg_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.leg_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  most integer := voygen_lib.require_limit(find_legs."limit");
  wanted_trip bigint := voygen_lib.trip_at((find_legs.filters).trip_id, '/filters/trip_id');
  wanted_client bigint := voygen_lib.client_at((find_legs.filters).client, '/filters/client');
  page voygen_lib.found_page;
begin
  page := voygen_lib.find_among(
    array(
      select (l.leg_id, l.city, voygen_lib.plain(l.city),
        voygen_lib.plain(concat_ws(' ', l.region, l.country, l.notes, t.slug, t.title, c.name)))::voygen_lib.candidate
      from trip_legs as l
      join trips as t using (agency_id, trip_id)
      join clients as c using (agency_id, client_id)
      where l.agency_id = agency
        and (t.archived_at is not null) = coalesce((find_legs.filters).archived, false)
        and (wanted_trip is null or l.trip_id = wanted_trip)
        and (wanted_client is null or t.client_id = wanted_client)
        and ((find_legs.filters).arrives_after is null or l.arrive_date >= (find_legs.filters).arrives_after)
        and ((find_legs.filters).arrives_before is null or l.arrive_date <= (find_legs.filters).arrives_before)),
    find_legs.query, most, find_legs.cursor);
  return (
    array(
      select (
        l.leg_id, l.trip_id, t.slug, (c.client_id, c.slug, c.name)::voygen_api.client_name, l.seq::integer, l.city, l.region,
        l.country, l.arrive_date, l.depart_date, l.depart_date - l.arrive_date, l.notes, found.score)::voygen_api.leg_match
      from unnest(page.rows) as found
      join trip_legs as l on l.agency_id = agency and l.leg_id = found.id
      join trips as t on t.agency_id = agency and t.trip_id = l.trip_id
      join clients as c on c.agency_id = agency and c.client_id = t.client_id
      order by found.score desc, found.id desc),
    page.total, page.truncated, page.suggestions)::voygen_api.leg_list;
end
$$;
comment on function voygen_api.find_legs is
'Find legs
Finds the stays of all trips by words of city, region, country, notes, trip and client, best match first; misspelt names are found too. Without words every leg fits, newest first. When nothing fits, suggestions has the nearest cities.
@param query Words. @example Rome
@param filters Which legs to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"query": "Rome", "filters": {"arrives_after": "2026-09-01"}}';

-- Activities

create type voygen_api.activity_match as (
  activity_id bigint,
  trip_id bigint,
  trip text,
  client voygen_api.client_name,
  leg_id bigint,
  site text,
  product_code text,
  title text,
  activity_date date,
  start_time time,
  duration_minutes integer,
  price voygen_api.price,
  status text,
  url text,
  notes text,
  score numeric
);
comment on type voygen_api.activity_match is 'An activity that was found.';
comment on column voygen_api.activity_match.trip is 'Slug of its trip.';
comment on column voygen_api.activity_match.score is 'How well it fits the words; 0 when none were given.';

create type voygen_api.activity_filters as (
  trip_id text,
  client text,
  status voygen_api.activity_status,
  site text,
  date_after date,
  date_before date,
  archived boolean
);
comment on type voygen_api.activity_filters is 'Which activities to consider.';
comment on column voygen_api.activity_filters.trip_id is 'Number or slug of a trip. @format id';
comment on column voygen_api.activity_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.activity_filters.site is 'Where it was found, for example viator.';
comment on column voygen_api.activity_filters.date_after is 'On this day or later.';
comment on column voygen_api.activity_filters.date_before is 'On this day or earlier.';
comment on column voygen_api.activity_filters.archived is 'true: only those of archived trips, false or absent: only of those in use.';

create type voygen_api.activity_list as (
  activities voygen_api.activity_match[],
  total bigint,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.activity_list is 'Activities found, best match first.';
comment on column voygen_api.activity_list.suggestions is 'When nothing fits: the titles nearest to what was asked.';

create function voygen_api.find_activities(
  query text default null,
  filters voygen_api.activity_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.activity_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  most integer := voygen_lib.require_limit(find_activities."limit");
  wanted_trip bigint := voygen_lib.trip_at((find_activities.filters).trip_id, '/filters/trip_id');
  wanted_client bigint := voygen_lib.client_at((find_activities.filters).client, '/filters/client');
  wanted_site text := voygen_lib.require_site((find_activities.filters).site, '/filters/site');
  page voygen_lib.found_page;
begin
  page := voygen_lib.find_among(
    array(
      select (a.activity_id, a.title, voygen_lib.plain(a.title),
        voygen_lib.plain(concat_ws(' ', a.product_code, a.notes, t.destination, t.slug, t.title, c.name)))::voygen_lib.candidate
      from trip_activities as a
      join trips as t using (agency_id, trip_id)
      join clients as c using (agency_id, client_id)
      where a.agency_id = agency
        and (t.archived_at is not null) = coalesce((find_activities.filters).archived, false)
        and (wanted_trip is null or a.trip_id = wanted_trip)
        and (wanted_client is null or t.client_id = wanted_client)
        and (wanted_site is null or a.site = wanted_site)
        and ((find_activities.filters).status is null or a.status = (find_activities.filters).status::text)
        and ((find_activities.filters).date_after is null or a.activity_date >= (find_activities.filters).date_after)
        and ((find_activities.filters).date_before is null or a.activity_date <= (find_activities.filters).date_before)),
    find_activities.query, most, find_activities.cursor);
  return (
    array(
      select (
        a.activity_id, a.trip_id, t.slug, (c.client_id, c.slug, c.name)::voygen_api.client_name, a.leg_id, a.site, a.product_code,
        a.title, a.activity_date, a.start_time, a.duration_minutes,
        case
          when a.price_amount is not null
          then (voygen_lib.exact(a.price_amount, a.currency), a.currency, a.price_basis, 'unknown')::voygen_api.price
        end,
        a.status, a.url, a.notes, found.score)::voygen_api.activity_match
      from unnest(page.rows) as found
      join trip_activities as a on a.agency_id = agency and a.activity_id = found.id
      join trips as t on t.agency_id = agency and t.trip_id = a.trip_id
      join clients as c on c.agency_id = agency and c.client_id = t.client_id
      order by found.score desc, found.id desc),
    page.total, page.truncated, page.suggestions)::voygen_api.activity_list;
end
$$;
comment on function voygen_api.find_activities is
'Find activities
Finds the activities of all trips by words of title, product code, notes, destination, trip and client, best match first; misspelt names are found too. Without words every activity fits, newest first. When nothing fits, suggestions has the nearest titles.
@param query Words. @example Guinness
@param filters Which activities to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"query": "Guinness", "filters": {"status": "proposed"}}';

-- Bookings

create type voygen_api.booking_match as (
  booking_id bigint,
  trip_id bigint,
  trip text,
  client voygen_api.client_name,
  leg_id bigint,
  kind text,
  site text,
  supplier text,
  reference text,
  hotel_key text,
  status text,
  price voygen_api.money,
  booked_on date,
  check_in date,
  check_out date,
  commission_amount numeric,
  commission_source text,
  notes text,
  score numeric
);
comment on type voygen_api.booking_match is 'A booking that was found; get_trip shows all of it.';
comment on column voygen_api.booking_match.trip is 'Slug of its trip.';
comment on column voygen_api.booking_match.commission_amount is 'Expected, in the currency of the price.';
comment on column voygen_api.booking_match.score is 'How well it fits the words; 0 when none were given.';

create type voygen_api.booking_filters as (
  trip_id text,
  client text,
  status voygen_api.booking_status,
  kind voygen_api.booking_kind,
  site text,
  booked_after date,
  booked_before date,
  archived boolean
);
comment on type voygen_api.booking_filters is 'Which bookings to consider.';
comment on column voygen_api.booking_filters.trip_id is 'Number or slug of a trip. @format id';
comment on column voygen_api.booking_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.booking_filters.site is 'Where it was booked. @example navitrip';
comment on column voygen_api.booking_filters.booked_after is 'Booked on this day or later.';
comment on column voygen_api.booking_filters.booked_before is 'Booked on this day or earlier.';
comment on column voygen_api.booking_filters.archived is 'true: only those of archived trips, false or absent: only of those in use.';

create type voygen_api.booking_list as (
  bookings voygen_api.booking_match[],
  total bigint,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.booking_list is 'Bookings found, best match first.';
comment on column voygen_api.booking_list.suggestions is 'When nothing fits: the references and suppliers nearest to what was asked.';

create function voygen_api.find_bookings(
  query text default null,
  filters voygen_api.booking_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.booking_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  most integer := voygen_lib.require_limit(find_bookings."limit");
  wanted_trip bigint := voygen_lib.trip_at((find_bookings.filters).trip_id, '/filters/trip_id');
  wanted_client bigint := voygen_lib.client_at((find_bookings.filters).client, '/filters/client');
  wanted_site text := voygen_lib.require_site((find_bookings.filters).site, '/filters/site');
  page voygen_lib.found_page;
begin
  page := voygen_lib.find_among(
    array(
      select (b.booking_id, concat_ws(' ', b.reference, b.supplier), voygen_lib.plain(concat_ws(' ', b.reference, b.supplier)),
        voygen_lib.plain(concat_ws(' ', b.hotel_key, b.kind, b.site, b.notes, t.destination, t.slug, t.title, c.name)))::voygen_lib.candidate
      from bookings as b
      join trips as t using (agency_id, trip_id)
      join clients as c using (agency_id, client_id)
      where b.agency_id = agency
        and (t.archived_at is not null) = coalesce((find_bookings.filters).archived, false)
        and (wanted_trip is null or b.trip_id = wanted_trip)
        and (wanted_client is null or t.client_id = wanted_client)
        and (wanted_site is null or b.site = wanted_site)
        and ((find_bookings.filters).status is null or b.status = (find_bookings.filters).status::text)
        and ((find_bookings.filters).kind is null or b.kind = (find_bookings.filters).kind::text)
        and ((find_bookings.filters).booked_after is null or b.booked_on >= (find_bookings.filters).booked_after)
        and ((find_bookings.filters).booked_before is null or b.booked_on <= (find_bookings.filters).booked_before)),
    find_bookings.query, most, find_bookings.cursor);
  return (
    array(
      select (
        b.booking_id, b.trip_id, t.slug, (c.client_id, c.slug, c.name)::voygen_api.client_name, b.leg_id, b.kind, b.site, b.supplier,
        b.reference, b.hotel_key, b.status, voygen_lib.money_of(b.price_amount, b.currency), b.booked_on, b.check_in, b.check_out,
        voygen_lib.exact(b.commission_amount, b.currency), b.commission_source, b.notes, found.score)::voygen_api.booking_match
      from unnest(page.rows) as found
      join bookings as b on b.agency_id = agency and b.booking_id = found.id
      join trips as t on t.agency_id = agency and t.trip_id = b.trip_id
      join clients as c on c.agency_id = agency and c.client_id = t.client_id
      order by found.score desc, found.id desc),
    page.total, page.truncated, array_remove(page.suggestions, ''))::voygen_api.booking_list;
end
$$;
comment on function voygen_api.find_bookings is
'Find bookings
Finds the bookings of all trips by words of reference, supplier, hotel, kind, site, notes, destination, trip and client, best match first; misspelt names are found too. Without words every booking fits, newest first. When nothing fits, suggestions has the nearest references and suppliers.
@param query Words. @example QX7A2B
@param filters Which bookings to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"filters": {"site": "navitrip", "status": "booked"}}';
