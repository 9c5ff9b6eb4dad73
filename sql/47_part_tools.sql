-- Finding legs, activities and bookings: what each answers. How they are found is the same for all, in 46_find_parts.sql.

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
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.leg_list is 'Legs found, best match first.';
comment on column voygen_api.leg_list.total is 'How many legs fit; at least so many when total_is_capped.';
comment on column voygen_api.leg_list.total_is_capped is 'So many fit that only hundreds of them were looked at.';
comment on column voygen_api.leg_list.suggestions is 'When nothing fits: the cities nearest to what was asked.';

create function voygen_api.find_legs(
  query text default null,
  filters voygen_api.leg_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.leg_list
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  asked voygen_api.leg_filters := find_legs.filters;
  page voygen_lib.found_page := voygen_lib.find_parts('leg', find_legs.query, (
    voygen_lib.trip_at(asked.trip_id, '/filters/trip_id'), voygen_lib.client_at(asked.client, '/filters/client'), asked.archived,
    asked.arrives_after, asked.arrives_before, null, null, null)::voygen_lib.part_filters, find_legs."limit", find_legs.cursor);
begin
  return (
    array(
      select (
        l.leg_id, l.trip_id, trip.slug, trip.client, l.seq::integer, l.city, l.region,
        l.country, l.arrive_date, l.depart_date, l.depart_date - l.arrive_date, l.notes, found.score)::voygen_api.leg_match
      from unnest(page.rows) as found
      join trip_legs as l on l.agency_id = agency and l.leg_id = found.id
      cross join lateral voygen_lib.trip_shown(agency, l.trip_id) as trip
      order by found.score desc, found.id desc),
    page.total, page.total_is_capped, page.truncated, page.suggestions)::voygen_api.leg_list;
end
$$;
comment on function voygen_api.find_legs is
'Find legs
Finds the stays of all trips by words of city, region, country, notes, trip and client, best match first; misspelt names are found too. Without words every leg fits, newest first. When very many fit, hundreds of them are looked at. When nothing fits, suggestions has the nearest cities.
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
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.activity_list is 'Activities found, best match first.';
comment on column voygen_api.activity_list.total is 'How many activities fit; at least so many when total_is_capped.';
comment on column voygen_api.activity_list.total_is_capped is 'So many fit that only hundreds of them were looked at.';
comment on column voygen_api.activity_list.suggestions is 'When nothing fits: the titles nearest to what was asked.';

create function voygen_api.find_activities(
  query text default null,
  filters voygen_api.activity_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.activity_list
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  asked voygen_api.activity_filters := find_activities.filters;
  page voygen_lib.found_page := voygen_lib.find_parts('activity', find_activities.query, (
    voygen_lib.trip_at(asked.trip_id, '/filters/trip_id'), voygen_lib.client_at(asked.client, '/filters/client'), asked.archived,
    asked.date_after, asked.date_before, asked.status, null, voygen_lib.require_site(asked.site, '/filters/site'))::voygen_lib.part_filters, find_activities."limit", find_activities.cursor);
begin
  return (
    array(
      select (
        a.activity_id, a.trip_id, trip.slug, trip.client, a.leg_id, a.site, a.product_code,
        a.title, a.activity_date, a.start_time, a.duration_minutes,
        case
          when a.price_amount is not null
          then (voygen_lib.exact(a.price_amount, a.currency), a.currency, a.price_basis, 'unknown')::voygen_api.price
        end,
        a.status, a.url, a.notes, found.score)::voygen_api.activity_match
      from unnest(page.rows) as found
      join trip_activities as a on a.agency_id = agency and a.activity_id = found.id
      cross join lateral voygen_lib.trip_shown(agency, a.trip_id) as trip
      order by found.score desc, found.id desc),
    page.total, page.total_is_capped, page.truncated, page.suggestions)::voygen_api.activity_list;
end
$$;
comment on function voygen_api.find_activities is
'Find activities
Finds the activities of all trips by words of title, product code, notes, destination, trip and client, best match first; misspelt names are found too. Without words every activity fits, newest first. When very many fit, hundreds of them are looked at. When nothing fits, suggestions has the nearest titles.
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
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.booking_list is 'Bookings found, best match first.';
comment on column voygen_api.booking_list.total is 'How many bookings fit; at least so many when total_is_capped.';
comment on column voygen_api.booking_list.total_is_capped is 'So many fit that only hundreds of them were looked at.';
comment on column voygen_api.booking_list.suggestions is 'When nothing fits: the references and suppliers nearest to what was asked.';

create function voygen_api.find_bookings(
  query text default null,
  filters voygen_api.booking_filters default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.booking_list
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  agency bigint := voygen_lib.agency();
  asked voygen_api.booking_filters := find_bookings.filters;
  page voygen_lib.found_page := voygen_lib.find_parts('booking', find_bookings.query, (
    voygen_lib.trip_at(asked.trip_id, '/filters/trip_id'), voygen_lib.client_at(asked.client, '/filters/client'), asked.archived,
    asked.booked_after, asked.booked_before, asked.status, asked.kind, voygen_lib.require_site(asked.site, '/filters/site'))::voygen_lib.part_filters, find_bookings."limit", find_bookings.cursor);
begin
  return (
    array(
      select (
        b.booking_id, b.trip_id, trip.slug, trip.client, b.leg_id, b.kind, b.site, b.supplier,
        b.reference, b.hotel_key, b.status, voygen_lib.money_of(b.price_amount, b.currency), b.booked_on, b.check_in, b.check_out,
        voygen_lib.exact(b.commission_amount, b.currency), b.commission_source, b.notes, found.score)::voygen_api.booking_match
      from unnest(page.rows) as found
      join bookings as b on b.agency_id = agency and b.booking_id = found.id
      cross join lateral voygen_lib.trip_shown(agency, b.trip_id) as trip
      order by found.score desc, found.id desc),
    page.total, page.total_is_capped, page.truncated, array_remove(page.suggestions, ''))::voygen_api.booking_list;
end
$$;
comment on function voygen_api.find_bookings is
'Find bookings
Finds the bookings of all trips by words of reference, supplier, hotel, kind, site, notes, destination, trip and client, best match first; misspelt names are found too. Without words every booking fits, newest first. When very many fit, hundreds of them are looked at. When nothing fits, suggestions has the nearest references and suppliers.
@param query Words. @example QX7A2B
@param filters Which bookings to consider.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"filters": {"site": "navitrip", "status": "booked"}}';
