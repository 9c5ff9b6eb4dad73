-- Taking in the rooms and rates of a hotel that was taken in before.

create type voygen_api.room_option as (
  room_id text,
  name text,
  nightly_rate numeric,
  total_price numeric,
  taxes_included boolean,
  tax_amount numeric,
  resort_fee numeric,
  currency text,
  max_occupancy integer,
  bed_types text[],
  rate_type text,
  refundable boolean,
  cancellation_deadline timestamptz,
  cancellation_fee numeric,
  commission_eligible boolean,
  commission_percent numeric,
  commission_amount numeric,
  available boolean,
  raw_json jsonb
);
comment on type voygen_api.room_option is 'A room at one rate, as a site offers it. What is not known is left out; nothing is guessed.';
comment on column voygen_api.room_option.room_id is 'The number it has on the site. Without one it is known by its name, rate type and whether it is refundable.';
comment on column voygen_api.room_option.name is '@required';
comment on column voygen_api.room_option.nightly_rate is 'One night, in currency. @min 0';
comment on column voygen_api.room_option.total_price is 'The whole stay, in currency. @min 0';
comment on column voygen_api.room_option.taxes_included is 'Absent: unknown.';
comment on column voygen_api.room_option.tax_amount is 'Taxes of the stay. @min 0';
comment on column voygen_api.room_option.resort_fee is 'Paid at the house, outside the price. @min 0';
comment on column voygen_api.room_option.currency is 'ISO 4217 code; needed beside any amount. @example USD';
comment on column voygen_api.room_option.commission_percent is 'As the portal states it; 30 is 30 %. @min 0 @max 100';
comment on column voygen_api.room_option.commission_amount is 'As the portal states it, for the stay. @min 0';
comment on column voygen_api.room_option.available is 'Absent: available, for a site lists what it sells.';
comment on column voygen_api.room_option.raw_json is 'The rate as the site gave it. @format any';

create function voygen_lib.room_fields() returns jsonb
language sql immutable parallel safe
begin atomic
  select '[
    {"path": "room_id", "kind": "text", "low": 1, "high": 300},
    {"path": "name", "kind": "text", "low": 1, "high": 500, "required": true},
    {"path": "currency", "kind": "currency"},
    {"path": "nightly_rate", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "total_price", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "taxes_included", "kind": "boolean"},
    {"path": "tax_amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "resort_fee", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "max_occupancy", "kind": "whole", "low": 1, "high": 1000},
    {"path": "bed_types", "kind": "list"},
    {"path": "rate_type", "kind": "text", "words": ["standard", "refundable", "promo", "package", "net"]},
    {"path": "refundable", "kind": "boolean"},
    {"path": "cancellation_deadline", "kind": "instant"},
    {"path": "cancellation_fee", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "commission_eligible", "kind": "boolean"},
    {"path": "commission_percent", "kind": "number", "low": 0, "high": 100, "decimals": 4},
    {"path": "commission_amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "currency"},
    {"path": "available", "kind": "boolean"},
    {"path": "raw_json", "kind": "any"}
  ]'::jsonb;
end;
comment on function voygen_lib.room_fields() is 'What the fields of a RoomOption may hold, for voygen.item_faults.';

create type voygen_lib.room_item as (
  index integer,
  room_key text,
  name text,
  nightly_amount numeric,
  total_amount numeric,
  tax_basis text,
  tax_amount numeric,
  resort_fee_amount numeric,
  currency text,
  max_occupancy integer,
  bed_types text[],
  rate_type text,
  refundable boolean,
  cancellation_deadline timestamptz,
  cancellation_fee numeric,
  commission_eligible boolean,
  commission_percent numeric,
  commission_amount numeric,
  availability_status text,
  raw_json jsonb
);
comment on type voygen_lib.room_item is 'A RoomOption whose fields have their types, as columns of rooms_cache.';

create function voygen_lib.room_items(rooms jsonb, skipped integer[]) returns setof voygen_lib.room_item
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set timezone = 'UTC'
as $$
  select
    index,
    coalesce(btrim(o ->> 'room_id'), '=' || voygen_lib.digest(concat_ws('|', voygen_lib.plain(o ->> 'name'), o ->> 'rate_type', o ->> 'refundable'))),
    btrim(o ->> 'name'),
    voygen_lib.number(o -> 'nightly_rate'),
    voygen_lib.number(o -> 'total_price'),
    case (o ->> 'taxes_included')::boolean when true then 'included' when false then 'excluded' else 'unknown' end,
    voygen_lib.number(o -> 'tax_amount'),
    voygen_lib.number(o -> 'resort_fee'),
    o ->> 'currency',
    voygen_lib.number(o -> 'max_occupancy')::integer,
    coalesce(voygen_lib.texts(o -> 'bed_types'), '{}'),
    o ->> 'rate_type',
    (o ->> 'refundable')::boolean,
    (o ->> 'cancellation_deadline')::timestamptz,
    voygen_lib.number(o -> 'cancellation_fee'),
    (o ->> 'commission_eligible')::boolean,
    voygen_lib.number(o -> 'commission_percent'),
    voygen_lib.number(o -> 'commission_amount'),
    case when (o ->> 'available')::boolean is false then 'sold_out' else 'available' end,
    nullif(o -> 'raw_json', 'null')
  from (
    select (place - 1)::integer as index, o
    from jsonb_array_elements(rooms) with ordinality as one(o, place)
  ) as option
  where index not in (select unnest(skipped))
$$;
comment on function voygen_lib.room_items(jsonb, integer[]) is
'The rooms of a call as typed rows, but for those skipped because a field of theirs is at fault.';

create function voygen_lib.hotel_of(trip voygen.trips, site text, hotel_key text, leg_id bigint) returns voygen.hotel_cache
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted text := case
    when strpos(hotel_of.hotel_key, hotel_of.site || ':') = 1 then hotel_of.hotel_key
    else hotel_of.site || ':' || btrim(hotel_of.hotel_key)
  end;
  found_hotel hotel_cache;
  met integer;
begin
  select count(*)
  into met
  from hotel_cache as h
  where h.agency_id = trip.agency_id
    and h.trip_id = trip.trip_id
    and h.hotel_key = wanted
    and (hotel_of.leg_id is null or h.leg_id = hotel_of.leg_id);
  if met = 0 then
    perform voygen.raise('not_found', format('hotel %s does not exist in trip %s', left(wanted, 100), trip.slug), path => '/hotel_key',
      expected => 'a hotel_key of query_hotels', got => left(hotel_of.hotel_key, 100), hint => 'Take the hotel in with ingest_hotels first.');
  elsif met > 1 then
    perform voygen.raise('conflict', format('hotel %s is offered for %s legs of trip %s', left(wanted, 100), met, trip.slug), path => '/leg_id',
      expected => 'the leg the rooms are for', got => 'nothing', hint => 'Name the leg with leg_id; get_trip lists the legs.');
  end if;
  select *
  into found_hotel
  from hotel_cache as h
  where h.agency_id = trip.agency_id
    and h.trip_id = trip.trip_id
    and h.hotel_key = wanted
    and (hotel_of.leg_id is null or h.leg_id = hotel_of.leg_id);
  return found_hotel;
end
$$;
comment on function voygen_lib.hotel_of(voygen.trips, text, text, bigint) is
'The hotel of a trip with this key; the number the site gave it will do as well. One that several legs have needs the leg.';

create function voygen_lib.write_rooms(hotel voygen.hotel_cache, rooms jsonb) returns voygen_api.ingest_result
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many items a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  with fault_of_field as materialized (
    select *
    from voygen.item_faults(rooms, voygen_lib.room_fields())
  ),
  item as materialized (
    select i.*, min(i.index) over (partition by i.room_key) as first_index
    from voygen_lib.room_items(rooms, (select coalesce(array_agg(index), '{}') from fault_of_field)) as i
  ),
  too_dear as materialized (
    select index
    from item
    where index = first_index
      and nightly_amount * hotel.nights > voygen_lib.highest_amount()
  ),
  changed as materialized (
    select item.*, stored.room_id
    from item
    left join rooms_cache as stored
      on stored.agency_id = hotel.agency_id
      and stored.trip_id = hotel.trip_id
      and stored.hotel_id = hotel.hotel_id
      and stored.room_key = item.room_key
    where item.index = item.first_index
      and item.index not in (select index from too_dear)
      and (stored.room_id is null
        or (
          item.name, item.nightly_amount, item.total_amount, item.tax_basis, item.tax_amount, item.resort_fee_amount, item.currency,
          item.max_occupancy, item.bed_types, item.rate_type, item.refundable, item.cancellation_deadline, item.cancellation_fee,
          item.commission_eligible, item.commission_percent, item.commission_amount, item.availability_status,
          coalesce(item.raw_json, stored.raw_json))
        is distinct from (
          stored.name, stored.nightly_amount, stored.total_amount, stored.tax_basis, stored.tax_amount, stored.resort_fee_amount,
          stored.currency::text, stored.max_occupancy, stored.bed_types, stored.rate_type, stored.refundable,
          stored.cancellation_deadline, stored.cancellation_fee, stored.commission_eligible, stored.commission_percent,
          stored.commission_amount, stored.availability_status, stored.raw_json))
  ),
  updated as (
    update rooms_cache as r
    set name = c.name, nightly_amount = c.nightly_amount, total_amount = c.total_amount, tax_basis = c.tax_basis,
      tax_amount = c.tax_amount, resort_fee_amount = c.resort_fee_amount, currency = c.currency, max_occupancy = c.max_occupancy,
      bed_types = c.bed_types, rate_type = c.rate_type, refundable = c.refundable, cancellation_deadline = c.cancellation_deadline,
      cancellation_fee = c.cancellation_fee, commission_eligible = c.commission_eligible, commission_percent = c.commission_percent,
      commission_amount = c.commission_amount, availability_status = c.availability_status,
      raw_json = coalesce(c.raw_json, r.raw_json), updated_at = now()
    from changed as c
    where r.agency_id = hotel.agency_id
      and r.trip_id = hotel.trip_id
      and r.hotel_id = hotel.hotel_id
      and r.room_id = c.room_id
    returning r.room_id
  ),
  inserted as (
    insert into rooms_cache (
      agency_id, trip_id, hotel_id, room_key, name, nightly_amount, total_amount, tax_basis, tax_amount, resort_fee_amount, currency,
      max_occupancy, bed_types, rate_type, refundable, cancellation_deadline, cancellation_fee, commission_eligible,
      commission_percent, commission_amount, availability_status, raw_json)
    select
      hotel.agency_id, hotel.trip_id, hotel.hotel_id, room_key, name, nightly_amount, total_amount, tax_basis, tax_amount,
      resort_fee_amount, currency, max_occupancy, bed_types, rate_type, refundable, cancellation_deadline, cancellation_fee,
      commission_eligible, commission_percent, commission_amount, availability_status, raw_json
    from changed
    where room_id is null
    order by index
    returning room_id
  ),
  rejected as (
    select *
    from fault_of_field
    union all
    select index, '/nightly_rate', format('comes to more than %s for the whole stay', voygen_lib.highest_amount())
    from too_dear
    union all
    select index, '/room_id', format('is the same room as item %s of this call', first_index)
    from item
    where index <> first_index
  )
  select (
    (select count(*) from inserted),
    (select count(*) from updated),
    (select count(*) from item where index = first_index) - (select count(*) from too_dear) - (select count(*) from changed),
    coalesce((select array_agg((index, path, message)::voygen_api.rejection order by index) from rejected), '{}'))::voygen_api.ingest_result
$$;
comment on function voygen_lib.write_rooms(voygen.hotel_cache, jsonb) is 'Checks, compares and writes the rooms of a call in one statement. The trip is locked meanwhile.';

create function voygen_api.ingest_rooms(
  trip_id text,
  site text,
  hotel_key text,
  rooms jsonb,
  leg_id bigint default null,
  idempotency_key text default null
) returns voygen_api.ingest_result
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip voygen.trips;
begin
  perform voygen_lib.require_items(ingest_rooms.rooms, '/rooms');
  trip := voygen_lib.lock_trip(ingest_rooms.trip_id);
  return voygen_lib.write_rooms(
    voygen_lib.hotel_of(
      trip, voygen_lib.require_site(ingest_rooms.site), voygen_lib.require_text(ingest_rooms.hotel_key, '/hotel_key', 400),
      voygen_lib.require_leg(trip, ingest_rooms.leg_id)),
    ingest_rooms.rooms);
end
$$;
comment on function voygen_api.ingest_rooms is
'Take in rooms
Takes the rooms and rates a site offers in a hotel of a trip. Good items are kept, bad ones are named with what is wrong; the same call again changes nothing.
@param trip_id Number or slug of the trip. @format id
@param site Where they were found. @example navitrip
@param hotel_key The hotel, as query_hotels shows it, or the number the site gave it.
@param rooms The rooms, each a RoomOption. @items room_option @max_items 20000
@param leg_id The leg, when the hotel is offered for several.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "site": "navitrip", "hotel_key": "navitrip:1427902", "rooms": [{"room_id": "std", "name": "Standard double", "total_price": 7125.32, "taxes_included": false, "currency": "USD", "refundable": true}]}';
