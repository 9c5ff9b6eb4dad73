-- Looking through the hotels that were taken in.

create type voygen_api.hotel_sort as enum ('price', 'rating', 'commission', 'distance', 'score');
comment on type voygen_api.hotel_sort is
'price: cheapest night first; rating: best reviewed; commission: highest first; distance: nearest the centre; score: best by the score of shortlist_hotels.';

create type voygen_api.hotel_commission as (
  amount numeric,
  percent numeric,
  source text
);
comment on type voygen_api.hotel_commission is 'Best commission of a hotel''s available offers.';
comment on column voygen_api.hotel_commission.amount is 'Expected, in the currency of the price.';
comment on column voygen_api.hotel_commission.source is 'stated by the portal or computed from the agency''s rates.';

create type voygen_api.hotel as (
  hotel_key text,
  trip_id bigint,
  leg_id bigint,
  site text,
  name text,
  chain text,
  city text,
  region text,
  country text,
  address text,
  coordinates voygen_api.coordinates,
  distance_to_center numeric,
  price voygen_api.price,
  nightly_amount numeric,
  total_amount numeric,
  stars numeric,
  review_score numeric,
  review_count integer,
  commission voygen_api.hotel_commission,
  refundable boolean,
  free_cancellation_until timestamptz,
  availability text,
  checked_at timestamptz,
  check_in date,
  check_out date,
  rooms bigint,
  amenities text[],
  images text[],
  giata_id text,
  score numeric
);
comment on type voygen_api.hotel is 'A hotel offer of a trip. What is not known is null.';
comment on column voygen_api.hotel.nightly_amount is 'One night for the whole party, in the currency of the price.';
comment on column voygen_api.hotel.review_score is 'On the scale to 10.';
comment on column voygen_api.hotel.distance_to_center is '@unit km';
comment on column voygen_api.hotel.availability is 'available, sold_out, not_checked or extract_failed; a check is good for a day.';
comment on column voygen_api.hotel.score is 'Nearness, reviews, commission, refundability and stars in one number, as shortlist_hotels uses it.';

create type voygen_api.hotel_list as (
  hotels voygen_api.hotel[],
  total bigint,
  truncated voygen_api.truncated
);
comment on type voygen_api.hotel_list is 'Hotels found, in the order asked for.';

create type voygen_lib.hotel_place as (
  sort voygen_api.hotel_sort,
  key numeric,
  id bigint
);
comment on type voygen_lib.hotel_place is 'Where in a list of hotels the next part begins; key rises, unknown comes last.';

create function voygen_lib.hotel_place_read(cursor text, sort voygen_api.hotel_sort) returns voygen_lib.hotel_place
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if cursor is null then
    return null;
  end if;
  if cursor !~ '^(price|rating|commission|distance|score)~-?[0-9]{1,15}(\.[0-9]{1,6})?~[0-9]{1,18}$' and cursor !~ '^(price|rating|commission|distance|score)~~[0-9]{1,18}$'
    or split_part(cursor, '~', 1) <> sort::text then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave for this sort', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer to the same question', got => left(cursor, 80));
  end if;
  return (split_part(cursor, '~', 1), coalesce(nullif(split_part(cursor, '~', 2), '')::numeric, 'Infinity'), split_part(cursor, '~', 3))::voygen_lib.hotel_place;
end
$$;
comment on function voygen_lib.hotel_place_read(text, voygen_api.hotel_sort) is 'Reads a cursor of a list of hotels; one made for another order is an error.';

create function voygen_lib.hotel_fits(
  hotel voygen.hotel_cache, city text, site text, price_min numeric, price_max numeric, refundable boolean, stars_min numeric, available boolean
) returns boolean
language sql immutable parallel safe
begin atomic
  select
    (hotel_fits.city is null or voygen_lib.plain(hotel.city) = voygen_lib.plain(hotel_fits.city))
    and (hotel_fits.site is null or hotel.site = hotel_fits.site)
    and (hotel_fits.price_min is null or hotel.nightly_amount >= hotel_fits.price_min)
    and (hotel_fits.price_max is null or hotel.nightly_amount <= hotel_fits.price_max)
    and (hotel_fits.refundable is null or hotel.refundable = hotel_fits.refundable)
    and (hotel_fits.stars_min is null or hotel.star_rating >= hotel_fits.stars_min)
    and (hotel_fits.available is null or (hotel.availability_status = 'available') = hotel_fits.available);
end;
comment on function voygen_lib.hotel_fits(voygen.hotel_cache, text, text, numeric, numeric, boolean, numeric, boolean) is
'Whether a hotel fits; what is unknown fits no bound.';

create function voygen_lib.hotel_ids(
  trips bigint[], city text, site text, price_min numeric, price_max numeric, refundable boolean, stars_min numeric, available boolean
) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(array_agg(h.hotel_id), '{}')
  from hotel_cache as h
  where h.agency_id = voygen_lib.agency()
    and h.trip_id = any (hotel_ids.trips)
    and voygen_lib.hotel_fits(h, hotel_ids.city, hotel_ids.site, hotel_ids.price_min, hotel_ids.price_max, hotel_ids.refundable,
      hotel_ids.stars_min, hotel_ids.available)
$$;
comment on function voygen_lib.hotel_ids(bigint[], text, text, numeric, numeric, boolean, numeric, boolean) is 'The hotels of these trips that fit; what is unknown fits no bound.';

create function voygen_lib.most_quoted() returns integer
language sql immutable parallel safe
begin atomic
  select 10000;
end;
comment on function voygen_lib.most_quoted() is 'How many hotels a list is put in order of by what they earn: each has to be quoted.';

create function voygen_lib.require_few_quoted(
  city text, site text, price_min numeric, price_max numeric, refundable boolean, stars_min numeric, available boolean
) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
begin
  if (select count(*)
      from (
        select
        from hotel_cache as h
        join trips as t on t.agency_id = h.agency_id and t.trip_id = h.trip_id
        where h.agency_id = voygen_lib.agency()
          and t.archived_at is null
          and voygen_lib.hotel_fits(h, require_few_quoted.city, require_few_quoted.site, require_few_quoted.price_min,
            require_few_quoted.price_max, require_few_quoted.refundable, require_few_quoted.stars_min, require_few_quoted.available)
        limit voygen_lib.most_quoted() + 1) as found) > voygen_lib.most_quoted() then
    perform voygen.raise('invalid_argument', 'too many hotels fit to put them in order of what they earn', path => '/sort',
      expected => format('price, rating or distance, or filters that at most %s hotels fit', voygen_lib.most_quoted()),
      got => format('more than %s hotels', voygen_lib.most_quoted()), hint => 'Name a trip, a city or a site, or bounds of price and stars.');
  end if;
end
$$;
comment on function voygen_lib.require_few_quoted(text, text, numeric, numeric, boolean, numeric, boolean) is
'Refuses a list by commission or score that would quote the hotels of a whole large agency.';

create function voygen_lib.availability(hotel voygen.hotel_cache) returns text
language sql stable parallel safe
begin atomic
  select case
    when hotel.availability_status = 'available' and coalesce(hotel.checked_at <= pg_catalog.now() - interval '24 hours', true) then 'not_checked'
    else hotel.availability_status
  end;
end;
comment on function voygen_lib.availability(voygen.hotel_cache) is 'What is known today of a hotel''s availability: a check is good for a day.';

create function voygen_lib.commission_shown(best voygen_lib.quoted) returns voygen_api.hotel_commission
language sql immutable parallel safe
begin atomic
  select case when best.commission is not null then (best.commission, best.percent, best.source)::voygen_api.hotel_commission end;
end;
comment on function voygen_lib.commission_shown(voygen_lib.quoted) is 'The commission of an offer as the tools show it; null when it is not known.';

create function voygen_lib.hotel_shown(
  hotel voygen.hotel_cache, best voygen_lib.quoted, score numeric
) returns voygen_api.hotel
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    hotel.hotel_key, hotel.trip_id, hotel.leg_id, hotel.site, hotel.name, hotel.chain, hotel.city, hotel.region, hotel.country, hotel.address,
    case when hotel.lat is not null and hotel.lng is not null then (hotel.lat, hotel.lng)::voygen_api.coordinates end,
    hotel.distance_to_center,
    case
      when hotel.price_amount is not null
      then (voygen_lib.exact(hotel.price_amount, hotel.currency), hotel.currency, hotel.price_basis, hotel.price_tax)::voygen_api.price
    end,
    voygen_lib.exact(hotel.nightly_amount, hotel.currency), voygen_lib.exact(voygen_lib.stay_total(hotel), hotel.currency),
    hotel.star_rating, hotel.review_score, hotel.review_count,
    voygen_lib.commission_shown(best),
    hotel.refundable, hotel.free_cancellation_until, voygen_lib.availability(hotel), hotel.checked_at, hotel.check_in, hotel.check_out,
    (select count(*) from rooms_cache as r where r.agency_id = hotel.agency_id and r.trip_id = hotel.trip_id and r.hotel_id = hotel.hotel_id),
    hotel.amenities, hotel.images, hotel.giata_id, trim_scale(score))::voygen_api.hotel
$$;
comment on function voygen_lib.hotel_shown(voygen.hotel_cache, voygen_lib.quoted, numeric) is 'A hotel as the tools show it.';

create function voygen_api.query_hotels(
  trip_id text default null,
  city text default null,
  site text default null,
  price_min numeric default null,
  price_max numeric default null,
  refundable boolean default null,
  stars_min numeric default null,
  available boolean default null,
  sort voygen_api.hotel_sort default 'price',
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.hotel_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
#variable_conflict use_column
declare
  most integer := voygen_lib.require_limit(query_hotels."limit");
  wanted_sort voygen_api.hotel_sort := coalesce(query_hotels.sort, 'price');
  after voygen_lib.hotel_place := voygen_lib.hotel_place_read(query_hotels.cursor, wanted_sort);
  ids bigint[];
  trip_ids bigint[];
  answer voygen_api.hotel_list;
begin
  if query_hotels.trip_id is not null then
    trip_ids := array[voygen.resolve_trip(query_hotels.trip_id)];
  else
    if wanted_sort in ('commission', 'score') then
      perform voygen_lib.require_few_quoted(query_hotels.city, query_hotels.site, query_hotels.price_min, query_hotels.price_max,
        query_hotels.refundable, query_hotels.stars_min, query_hotels.available);
    end if;
    trip_ids := array(select t.trip_id from trips as t where t.agency_id = voygen_lib.agency() and t.archived_at is null);
  end if;
  ids := voygen_lib.hotel_ids(
    trip_ids, query_hotels.city, voygen_lib.require_site(query_hotels.site), query_hotels.price_min, query_hotels.price_max,
    query_hotels.refundable, query_hotels.stars_min, query_hotels.available);

  with best as materialized (
    select *
    from voygen_lib.best_offers(trip_ids, case when wanted_sort in ('commission', 'score') then ids else '{}' end)
  ),
  keyed as materialized (
    select h.hotel_id, h as row, s.score,
      coalesce(case wanted_sort
        when 'price' then h.nightly_amount
        when 'rating' then - h.review_score
        when 'commission' then - best.commission
        when 'distance' then h.distance_to_center
        when 'score' then - s.score
      end, 'Infinity') as key
    from hotel_cache as h
    left join best using (hotel_id)
    cross join lateral (
      select voygen_lib.score(h.distance_to_center, h.review_score, best.commission, h.refundable, h.star_rating) as score
    ) as s
    where h.agency_id = voygen_lib.agency()
      and h.trip_id = any (trip_ids)
      and h.hotel_id = any (ids)
  ),
  page as materialized (
    select *
    from keyed
    where after is null
      or (key, hotel_id) > (after.key, after.id)
    order by key, hotel_id
    limit most
  ),
  page_best as materialized (
    select *
    from voygen_lib.best_offers(
      (select coalesce(array_agg(distinct (page.row).trip_id), '{}') from page),
      (select coalesce(array_agg(hotel_id), '{}') from page))
  ),
  counted as (
    select
      (select count(*) from keyed) as total,
      (select count(*) from keyed where after is null or (key, hotel_id) > (after.key, after.id)) as ahead
  )
  select
    coalesce(
      (select array_agg(
          voygen_lib.hotel_shown(
            page.row, b,
            voygen_lib.score((page.row).distance_to_center, (page.row).review_score, b.commission, (page.row).refundable, (page.row).star_rating))
          order by page.key, page.hotel_id)
       from page
       left join page_best as b using (hotel_id)),
      '{}'),
    counted.total,
    case
      when counted.ahead > most then (
        counted.ahead - most,
        (select wanted_sort || '~' || case when key < 'Infinity' then trim_scale(key)::text else '' end || '~' || hotel_id
         from page
         order by key desc, hotel_id desc
         limit 1))::voygen_api.truncated
    end
  into answer
  from counted;
  return answer;
end
$$;
comment on function voygen_api.query_hotels is
'Look through hotels
Lists the hotels taken in for a trip, or for all trips, with price, commission, reviews and a score. What is not known of a hotel fits no bound and comes last.
@param trip_id Number or slug of a trip; every trip in use when absent. @format id
@param city Whole name of the city; case and accents do not count.
@param site Only what this site offers.
@param price_min Lowest price of a night, in the currency of each hotel. @min 0
@param price_max Highest price of a night, in the currency of each hotel. @min 0
@param refundable Only refundable or only not refundable ones.
@param stars_min Fewest stars. @min 0 @max 7
@param available true: only available ones, false: only others.
@param sort Order of the list. Without a trip, commission and score are for filters that at most 10,000 hotels fit: each has to be quoted.
@param limit Most rows to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@example {"trip_id": "demo-client-dublin-october-2026", "sort": "commission", "available": true}';
