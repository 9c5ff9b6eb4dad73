-- Taking in the tours and tickets of a search.

create type voygen_api.tour_option as (
  product_code text,
  title text,
  city text,
  activity_date date,
  duration_minutes integer,
  price voygen_api.activity_price,
  rating numeric,
  review_scale integer,
  review_count integer,
  images text[],
  url text,
  raw_json jsonb
);
comment on type voygen_api.tour_option is 'A tour or ticket as a site offers it. What is not known is left out; nothing is guessed.';
comment on column voygen_api.tour_option.product_code is 'The number it has on the site. Without one it is known by its title.';
comment on column voygen_api.tour_option.title is '@required';
comment on column voygen_api.tour_option.rating is 'On the scale of review_scale; kept on the scale to 10.';
comment on column voygen_api.tour_option.review_scale is '5 or 10; 10 when absent.';
comment on column voygen_api.tour_option.raw_json is 'The offer as the site gave it. @format any';

create function voygen_lib.tour_fields() returns jsonb
language sql immutable parallel safe
begin atomic
  select '[
    {"path": "product_code", "kind": "text", "low": 1, "high": 300},
    {"path": "title", "kind": "text", "low": 1, "high": 500, "required": true},
    {"path": "city", "kind": "text", "high": 200},
    {"path": "activity_date", "kind": "date"},
    {"path": "duration_minutes", "kind": "whole", "low": 1, "high": 525600},
    {"path": "price", "kind": "object"},
    {"path": "price/currency", "kind": "currency"},
    {"path": "price/amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "price/currency"},
    {"path": "price/basis", "kind": "text", "words": ["per_person", "per_group", "total"]},
    {"path": "rating", "kind": "number", "low": 0, "high": 10},
    {"path": "review_scale", "kind": "whole", "low": 5, "high": 10},
    {"path": "review_count", "kind": "whole", "low": 0, "high": 2000000000},
    {"path": "images", "kind": "list"},
    {"path": "url", "kind": "text", "high": 2000},
    {"path": "raw_json", "kind": "any"}
  ]'::jsonb;
end;
comment on function voygen_lib.tour_fields() is 'What the fields of a TourOption may hold, for voygen.item_faults.';

create type voygen_lib.tour_item as (
  index integer,
  key text,
  product_code text,
  title text,
  city text,
  activity_date date,
  duration_minutes integer,
  price_amount numeric,
  currency text,
  price_basis text,
  rating_given numeric,
  review_scale integer,
  review_count integer,
  images text[],
  url text,
  raw_json jsonb
);
comment on type voygen_lib.tour_item is 'A TourOption whose fields have their types. key is what tells it from others of its site and day.';

create function voygen_lib.tour_key(product_code text, title text) returns text
language sql immutable parallel safe
begin atomic
  select coalesce('#' || product_code, '=' || voygen_lib.plain(title));
end;
comment on function voygen_lib.tour_key(text, text) is 'What tells an activity from others of its site and day: its code, else its title.';

create function voygen_lib.tour_items(activities jsonb, skipped integer[]) returns setof voygen_lib.tour_item
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select
    index,
    voygen_lib.tour_key(btrim(o ->> 'product_code'), btrim(o ->> 'title')),
    btrim(o ->> 'product_code'),
    btrim(o ->> 'title'),
    nullif(btrim(o ->> 'city'), ''),
    (o ->> 'activity_date')::date,
    voygen_lib.number(o -> 'duration_minutes')::integer,
    voygen_lib.number(o #> '{price,amount}'),
    o #>> '{price,currency}',
    o #>> '{price,basis}',
    voygen_lib.number(o -> 'rating'),
    coalesce(voygen_lib.number(o -> 'review_scale')::integer, 10),
    voygen_lib.number(o -> 'review_count')::integer,
    voygen_lib.texts(o -> 'images'),
    nullif(btrim(o ->> 'url'), ''),
    nullif(o -> 'raw_json', 'null')
  from (
    select (place - 1)::integer as index, o
    from jsonb_array_elements(activities) with ordinality as one(o, place)
  ) as option
  where index not in (select unnest(skipped))
$$;
comment on function voygen_lib.tour_items(jsonb, integer[]) is
'The tours of a call as typed rows, but for those skipped because a field of theirs is at fault.';

create function voygen_lib.tour_fault(item voygen_lib.tour_item) returns text[]
language sql immutable parallel safe
begin atomic
  select case
    when item.review_scale not in (5, 10) then array['/review_scale', pg_catalog.format('expected 5 or 10, got %s', item.review_scale)]
    when item.rating_given > item.review_scale then
      array['/rating', pg_catalog.format('expected 0 to %s, got %s', item.review_scale, item.rating_given)]
  end;
end;
comment on function voygen_lib.tour_fault(voygen_lib.tour_item) is 'What is wrong with a tour as a whole: path and message, or null.';

create function voygen_lib.write_tours(trip voygen.trips, site text, activities jsonb) returns voygen_api.ingest_result
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many items a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  with fault_of_field as materialized (
    select *
    from voygen.item_faults(activities, voygen_lib.tour_fields())
  ),
  item as materialized (
    select i.*, voygen_lib.tour_fault(i) as fault
    from voygen_lib.tour_items(activities, (select coalesce(array_agg(index), '{}') from fault_of_field)) as i
  ),
  good as materialized (
    select item.*, min(index) over (partition by key, activity_date) as first_index
    from item
    where fault is null
  ),
  place as materialized (
    select c.city, c.activity_date, voygen_lib.leg_for(trip.agency_id, trip.trip_id, c.city, c.activity_date, c.activity_date) as leg
    from (select distinct city, activity_date from good) as c
  ),
  wanted as materialized (
    -- What an advisor made of an activity (its leg, status, time and notes) stays; the offer itself is as this search says.
    select distinct on (good.index)
      good.index, stored.activity_id, good.product_code, good.title, good.activity_date,
      coalesce(stored.leg_id, place.leg) as leg,
      coalesce(good.duration_minutes, stored.duration_minutes) as duration_minutes,
      good.price_amount, good.currency, good.price_basis,
      coalesce(round(good.rating_given * (10 / good.review_scale), 2), stored.rating) as rating,
      coalesce(good.review_count, stored.review_count) as review_count,
      coalesce(good.images, stored.images, '{}') as images,
      coalesce(good.url, stored.url) as url,
      coalesce(good.raw_json, stored.raw_json) as raw_json,
      (stored.leg_id, stored.title, stored.duration_minutes, stored.price_amount, stored.currency::text, stored.price_basis, stored.rating,
        stored.review_count, stored.images, stored.url, stored.raw_json) as was
    from good
    join place on coalesce(place.city, '') = coalesce(good.city, '')
      and coalesce(place.activity_date, '-infinity') = coalesce(good.activity_date, '-infinity')
    left join trip_activities as stored
      on stored.agency_id = trip.agency_id
      and stored.trip_id = trip.trip_id
      and stored.site = write_tours.site
      and voygen_lib.tour_key(stored.product_code, stored.title) = good.key
      and stored.activity_date is not distinct from good.activity_date
    where good.index = good.first_index
    order by good.index, stored.activity_id
  ),
  changed as materialized (
    select *
    from wanted
    where activity_id is null
      or (leg, title, duration_minutes, price_amount, currency, price_basis, rating, review_count, images, url, raw_json)
        is distinct from was
  ),
  updated as (
    update trip_activities as a
    set leg_id = c.leg, title = c.title, duration_minutes = c.duration_minutes, price_amount = c.price_amount, currency = c.currency,
      price_basis = c.price_basis, rating = c.rating, review_count = c.review_count, images = c.images, url = c.url,
      raw_json = c.raw_json, updated_at = now()
    from changed as c
    where a.agency_id = trip.agency_id
      and a.trip_id = trip.trip_id
      and a.activity_id = c.activity_id
    returning a.activity_id
  ),
  inserted as (
    insert into trip_activities (
      agency_id, trip_id, leg_id, site, product_code, title, activity_date, duration_minutes, price_amount, currency, price_basis,
      rating, review_count, images, url, raw_json)
    select
      trip.agency_id, trip.trip_id, leg, write_tours.site, product_code, title, activity_date, duration_minutes, price_amount,
      currency, price_basis, rating, review_count, images, url, raw_json
    from changed
    where activity_id is null
    order by index
    returning activity_id
  ),
  rejected as (
    select *
    from fault_of_field
    union all
    select index, fault[1], fault[2]
    from item
    where fault is not null
    union all
    select index, case when product_code is null then '/title' else '/product_code' end,
      format('is the same activity as item %s of this call', first_index)
    from good
    where index <> first_index
  )
  select (
    (select count(*) from inserted),
    (select count(*) from updated),
    (select count(*) from wanted) - (select count(*) from changed),
    coalesce((select array_agg((index, path, message)::voygen_api.rejection order by index) from rejected), '{}'))::voygen_api.ingest_result
$$;
comment on function voygen_lib.write_tours(voygen.trips, text, jsonb) is 'Checks, compares and writes the tours of a call in one statement. The trip is locked meanwhile.';

create function voygen_api.ingest_activities(
  trip_id text,
  site text,
  activities jsonb,
  idempotency_key text default null
) returns voygen_api.ingest_result
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen_lib.require_items(ingest_activities.activities, '/activities');
  return voygen_lib.write_tours(
    voygen_lib.lock_trip(ingest_activities.trip_id), voygen_lib.require_site(ingest_activities.site), ingest_activities.activities);
end
$$;
comment on function voygen_api.ingest_activities is
'Take in activities
Takes the tours and tickets a site offers for a trip. Good items are kept, bad ones are named with what is wrong; the same call again changes nothing, and what an advisor made of an activity stays.
@param trip_id Number or slug of the trip. @format id
@param site Where they were found. @example viator
@param activities The activities, each a TourOption. @items tour_option @max_items 20000
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "site": "viator", "activities": [{"product_code": "5010SYDNEY", "title": "Cliffs of Moher day trip", "city": "Dublin", "price": {"amount": 75, "currency": "EUR", "basis": "per_person"}, "rating": 4.7, "review_scale": 5}]}';
