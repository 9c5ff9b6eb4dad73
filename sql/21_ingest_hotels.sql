-- Taking in the hotels of a search.

create function voygen_lib.write_hotels(
  trip voygen.trips, site text, hotels jsonb, session_id text, check_in date, check_out date, leg_id bigint
) returns voygen_api.ingest_result
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many items a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  with fault_of_field as materialized (
    select *
    from voygen.item_faults(hotels, voygen_lib.hotel_fields())
  ),
  item as materialized (
    select i.*,
      coalesce(
        voygen_lib.hotel_fault(i),
        -- A check that is still to come would count as fresh for ever. Clocks may differ a little.
        case when i.checked_at > now() + interval '1 hour' then array['/checked_at', 'lies in the future'] end) as fault
    from voygen_lib.hotel_items(
      site, hotels, (select coalesce(array_agg(index), '{}') from fault_of_field), check_in, check_out) as i
  ),
  place as materialized (
    select distinct_of.*,
      coalesce(
        write_hotels.leg_id,
        voygen_lib.leg_for(trip.agency_id, trip.trip_id, distinct_of.city, distinct_of.check_in, distinct_of.check_out)) as leg
    from (select distinct city, check_in, check_out from item where fault is null) as distinct_of
  ),
  placed as materialized (
    select item.*,
      place.leg,
      l.arrive_date as leg_arrive,
      l.depart_date as leg_depart,
      -- What was found for a leg and names no days is for the days of the leg.
      item.check_in is null and item.check_out is null
        and coalesce(item.nights, l.depart_date - l.arrive_date) = l.depart_date - l.arrive_date
        and l.depart_date > l.arrive_date as whole_leg,
      min(item.index) over (partition by item.hotel_key, place.leg) as first_index,
      row_number() over (partition by item.hotel_key order by item.index) as turn
    from item
    join place
      on coalesce(place.city, '') = coalesce(item.city, '')
      and coalesce(place.check_in, '-infinity') = coalesce(item.check_in, '-infinity')
      and coalesce(place.check_out, '-infinity') = coalesce(item.check_out, '-infinity')
    left join voygen.trip_legs as l
      on l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
      and l.leg_id = place.leg
    where item.fault is null
  ),
  too_dear as materialized (
    select index
    from placed
    where price_amount * case price_basis
        when 'per_night' then case when whole_leg then leg_depart - leg_arrive else nights end
        when 'per_person' then coalesce(guests, trip.traveler_count)
      end > voygen_lib.highest_amount()
  ),
  stored as materialized (
    select h.hotel_id, h.hotel_key, h.leg_id, h as row
    from hotel_cache as h
    where h.agency_id = trip.agency_id
      and h.trip_id = trip.trip_id
      and h.site = write_hotels.site
  ),
  met as (
    -- The row of this leg; else one that had no leg when it was found, which now gets one.
    select placed.*,
      coalesce(here.hotel_id, loose.hotel_id) as hotel_id,
      coalesce(here.row, loose.row) as old
    from placed
    left join stored as here on here.hotel_key = placed.hotel_key and here.leg_id is not distinct from placed.leg
    left join stored as loose on here.hotel_id is null and placed.turn = 1 and loose.hotel_key = placed.hotel_key and loose.leg_id is null
    where placed.index = placed.first_index
      and placed.index not in (select index from too_dear)
  ),
  wanted as materialized (
    -- What an offer is (name, place, stars, reviews, pictures) is kept where this search does not say;
    -- what it costs and whether it can be had is as this search says, for the last known price is no price.
    select
      index, hotel_id, old,
      leg, hotel_key, site_id,
      coalesce(giata_id, (old).giata_id) as giata_id,
      name,
      coalesce(chain, (old).chain) as chain,
      coalesce(supplier, (old).supplier) as supplier,
      coalesce(city, (old).city) as city,
      coalesce(region, (old).region) as region,
      coalesce(country, (old).country) as country,
      coalesce(address, (old).address) as address,
      coalesce(lat, (old).lat) as lat,
      coalesce(lng, (old).lng) as lng,
      coalesce(distance_to_center, (old).distance_to_center) as distance_to_center,
      coalesce(star_rating, (old).star_rating) as star_rating,
      coalesce(round(review_given * (10 / review_scale), 2), (old).review_score) as review_score,
      coalesce(review_count, (old).review_count) as review_count,
      price_amount, currency, price_basis, price_tax, total_amount, total_tax, tax_amount,
      case when whole_leg then leg_arrive else check_in end as check_in,
      case when whole_leg then leg_depart else check_out end as check_out,
      case when whole_leg then leg_depart - leg_arrive else nights end as nights,
      coalesce(guests, trip.traveler_count) as guests,
      case available when true then 'available' when false then 'sold_out' else coalesce((old).availability_status, 'not_checked') end as availability_status,
      case
        when available is null then coalesce(checked_at, (old).checked_at)
        when checked_at is not null then checked_at
        -- Seen again soon after, nothing new is known; later the price is good for another day.
        when (old).availability_status = case when available then 'available' else 'sold_out' end
          and (old).checked_at > now() - interval '1 hour' then (old).checked_at
        else now()
      end as checked_at,
      refundable, free_cancellation_until, commission_amount, commission_percent, product_type, rate_type,
      coalesce(amenities, (old).amenities, '{}') as amenities,
      coalesce(images, (old).images, '{}') as images,
      coalesce(raw_json, (old).raw_json) as raw_json,
      coalesce(provenance, (old).provenance) as provenance
    from met
  ),
  changed as materialized (
    select *
    from wanted
    where hotel_id is null
      or (
        leg, site_id, giata_id, name, chain, supplier, city, region, country, address, lat, lng, distance_to_center, star_rating,
        review_score, review_count, price_amount, currency, price_basis, price_tax, total_amount, total_tax, tax_amount,
        check_in, check_out, nights, guests, availability_status, checked_at, refundable, free_cancellation_until,
        commission_amount, commission_percent, product_type, rate_type, amenities, images, raw_json, provenance)
      is distinct from (
        (old).leg_id, (old).site_id, (old).giata_id, (old).name, (old).chain, (old).supplier, (old).city, (old).region,
        (old).country, (old).address, (old).lat, (old).lng, (old).distance_to_center, (old).star_rating, (old).review_score,
        (old).review_count, (old).price_amount, (old).currency::text, (old).price_basis, (old).price_tax, (old).total_amount,
        (old).total_tax, (old).tax_amount, (old).check_in, (old).check_out, (old).nights, (old).guests,
        (old).availability_status, (old).checked_at, (old).refundable, (old).free_cancellation_until, (old).commission_amount,
        (old).commission_percent, (old).product_type, (old).rate_type, (old).amenities, (old).images, (old).raw_json,
        (old).provenance)
  ),
  updated as (
    update hotel_cache as h
    set leg_id = c.leg, site_id = c.site_id, giata_id = c.giata_id, session_id = write_hotels.session_id, name = c.name,
      chain = c.chain, supplier = c.supplier, city = c.city, region = c.region, country = c.country, address = c.address,
      lat = c.lat, lng = c.lng, distance_to_center = c.distance_to_center, star_rating = c.star_rating,
      review_score = c.review_score, review_count = c.review_count, price_amount = c.price_amount, currency = c.currency,
      price_basis = c.price_basis, price_tax = c.price_tax, total_amount = c.total_amount, total_tax = c.total_tax,
      tax_amount = c.tax_amount, check_in = c.check_in, check_out = c.check_out, nights = c.nights, guests = c.guests,
      availability_status = c.availability_status, checked_at = c.checked_at, refundable = c.refundable,
      free_cancellation_until = c.free_cancellation_until, commission_amount = c.commission_amount,
      commission_percent = c.commission_percent, product_type = c.product_type, rate_type = c.rate_type,
      amenities = c.amenities, images = c.images, raw_json = c.raw_json, provenance = c.provenance, updated_at = now()
    from changed as c
    where h.agency_id = trip.agency_id
      and h.trip_id = trip.trip_id
      and h.hotel_id = c.hotel_id
    returning h.hotel_id
  ),
  inserted as (
    insert into hotel_cache (
      agency_id, trip_id, leg_id, site, hotel_key, site_id, giata_id, session_id, name, chain, supplier, city, region, country,
      address, lat, lng, distance_to_center, star_rating, review_score, review_count, price_amount, currency, price_basis,
      price_tax, total_amount, total_tax, tax_amount, check_in, check_out, nights, guests, availability_status, checked_at,
      refundable, free_cancellation_until, commission_amount, commission_percent, product_type, rate_type, amenities, images,
      raw_json, provenance)
    select
      trip.agency_id, trip.trip_id, leg, write_hotels.site, hotel_key, site_id, giata_id, write_hotels.session_id, name, chain,
      supplier, city, region, country, address, lat, lng, distance_to_center, star_rating, review_score, review_count,
      price_amount, currency, price_basis, price_tax, total_amount, total_tax, tax_amount, check_in, check_out, nights, guests,
      availability_status, checked_at, refundable, free_cancellation_until, commission_amount, commission_percent,
      product_type, rate_type, amenities, images, raw_json, provenance
    from changed
    where hotel_id is null
    order by index
    returning hotel_id
  ),
  rejected as (
    select *
    from fault_of_field
    union all
    select index, fault[1], fault[2]
    from item
    where fault is not null
    union all
    select index, '/lead_price/amount', format('comes to more than %s for the whole stay', voygen_lib.highest_amount())
    from too_dear
    union all
    select index, case when site_id is null then '/name' else '/site_id' end,
      format('is the same hotel as item %s of this call', first_index)
    from placed
    where index <> first_index
  )
  select (
    (select count(*) from inserted),
    (select count(*) from updated),
    (select count(*) from wanted) - (select count(*) from changed),
    coalesce((select array_agg((index, path, message)::voygen_api.rejection order by index) from rejected), '{}'))::voygen_api.ingest_result
$$;
comment on function voygen_lib.write_hotels(voygen.trips, text, jsonb, text, date, date, bigint) is
'Checks, compares and writes the hotels of a call in one statement. The trip is locked, so that two calls cannot insert the same hotel.';

create function voygen_api.ingest_hotels(
  trip_id text,
  site text,
  hotels jsonb,
  session_id text default null,
  check_in date default null,
  check_out date default null,
  leg_id bigint default null,
  idempotency_key text default null
) returns voygen_api.ingest_result
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip voygen.trips;
begin
  perform voygen_lib.require_items(ingest_hotels.hotels, '/hotels');
  trip := voygen_lib.lock_trip(ingest_hotels.trip_id);
  if ingest_hotels.check_out <= ingest_hotels.check_in then
    perform voygen.raise('invalid_argument', 'check_out is not after check_in', path => '/check_out',
      expected => format('a day after %s', ingest_hotels.check_in), got => ingest_hotels.check_out::text);
  end if;
  return voygen_lib.write_hotels(
    trip, voygen_lib.require_site(ingest_hotels.site), ingest_hotels.hotels, ingest_hotels.session_id, ingest_hotels.check_in,
    ingest_hotels.check_out, voygen_lib.require_leg(trip, ingest_hotels.leg_id));
end
$$;
comment on function voygen_api.ingest_hotels is
'Take in hotels
Takes the hotels a site offers for a trip. Good items are kept, bad ones are named with what is wrong; the same call again changes nothing. Each hotel is put to the leg its city and dates fit; when none or several fit, to none. Without dates it is for the days of its leg, without guests for the travelers of the trip.
@param trip_id Number or slug of the trip. @format id
@param site Where they were found: navitrip, trisept, vax, viator, web or a site of the agency''s own. @example navitrip
@param hotels The hotels, each a HotelOption. @items hotel_option @max_items 20000
@param session_id The extraction they come from.
@param check_in First day of the stay asked for; an item''s own wins.
@param check_out Last day of the stay asked for; an item''s own wins.
@param leg_id The leg they are for, when the caller knows it.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "site": "navitrip", "check_in": "2026-10-12", "check_out": "2026-10-19", "hotels": [{"site_id": "1427902", "name": "Eden Quay Lodge", "city": "Dublin", "lead_price": {"amount": 7125.32, "currency": "USD", "basis": "per_stay", "tax": "excluded"}, "available": true, "stated_commission": {"amount": 1166.95, "percent": 16.4}}]}';
