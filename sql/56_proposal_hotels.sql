-- Which hotels a proposal offers, and at what price. They are the advisor's: named in the call, else stored for the trip
-- (select_hotels), else the best of each tier of the shortlist.
--
-- Each choice has a slot: its tier (1 low, 2 medium, 3 high), or its place among the choices of its leg by price. The slots there are
-- become the options of the proposal; a leg that has none of a slot takes part with its nearest.

create type voygen_lib.choice as (
  leg_id bigint,
  hotel_id bigint,
  room_key text,
  slot integer
);
comment on type voygen_lib.choice is 'A hotel for a leg. Without a slot it gets one by its price.';

create type voygen_lib.chosen_hotel as (
  leg_id bigint,
  slot integer,
  hotel voygen.hotel_cache,
  room voygen.rooms_cache,
  supplier_amount numeric,
  markup_amount numeric,
  amount numeric,
  tax text,
  tax_amount numeric,
  currency text,
  commission numeric
);
comment on type voygen_lib.chosen_hotel is 'A hotel a proposal offers at the client''s price; without a slot it is part of every option.';

create function voygen_lib.named_choice(trip voygen.trips, named jsonb, path text) returns setof voygen_lib.choice
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted text := case jsonb_typeof(named) when 'string' then named #>> '{}' when 'object' then named ->> 'hotel_key' end;
  wanted_room text := case when jsonb_typeof(named) = 'object' then named ->> 'room_key' end;
  met hotel_cache;
begin
  if wanted is null or (jsonb_typeof(named) = 'object' and named - '{hotel_key,room_key}'::text[] <> '{}') then
    perform voygen.raise('invalid_argument', 'a hotel is named by its key', path => path,
      expected => 'the key of a hotel, or {"hotel_key": …, "room_key": …}', got => left(named::text, 100));
  end if;
  for met in
    select *
    from hotel_cache
    where agency_id = trip.agency_id and trip_id = trip.trip_id and hotel_key = wanted
    order by leg_id, hotel_id
  loop
    if wanted_room is not null and not exists (
        select from rooms_cache as r
        where r.agency_id = trip.agency_id and r.trip_id = trip.trip_id and r.hotel_id = met.hotel_id and r.room_key = wanted_room) then
      perform voygen.raise('not_found', format('hotel %s has no room %s', left(wanted, 100), left(wanted_room, 100)), path => path || '/room_key',
        expected => 'the key of a room of that hotel', got => left(wanted_room, 100));
    end if;
    if met.leg_id is null then
      perform voygen.raise('precondition_failed', format('hotel %s belongs to no leg', left(wanted, 100)), path => path,
        expected => 'a hotel of a leg', got => left(wanted, 100), hint => 'Ingest it again with its city and its days.');
    end if;
    return next (met.leg_id, met.hotel_id, wanted_room, null)::voygen_lib.choice;
  end loop;
  if not found then
    perform voygen.raise('not_found', format('hotel %s is not in trip %s', left(wanted, 100), trip.slug), path => path,
      expected => 'the key of a hotel of the trip', got => left(wanted, 100), hint => 'query_hotels and shortlist_hotels name them.');
  end if;
end
$$;
comment on function voygen_lib.named_choice(voygen.trips, jsonb, text) is 'The hotel that a call names, in each leg it is offered for.';

create function voygen_lib.named_choices(trip voygen.trips, hotels jsonb, path text) returns setof voygen_lib.choice
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if jsonb_typeof(hotels) <> 'array' or jsonb_array_length(hotels) not between 1 and 60 then
    perform voygen.raise('invalid_argument', 'hotels is no list of hotels', path => path, expected => 'a list of 1 to 60 keys of hotels',
      got => case when jsonb_typeof(hotels) = 'array' then jsonb_array_length(hotels) || ' hotels' else jsonb_typeof(hotels) end);
  end if;
  return query
    select distinct on (c.hotel_id) c.leg_id, c.hotel_id, c.room_key, c.slot
    from jsonb_array_elements(hotels) with ordinality as e(value, place)
    cross join lateral voygen_lib.named_choice(trip, e.value, path || '/' || e.place - 1) as c
    order by c.hotel_id, e.place;
end
$$;
comment on function voygen_lib.named_choices(voygen.trips, jsonb, text) is 'The hotels that a call names, each once.';

create function voygen_lib.stored_choices(trip voygen.trips) returns setof voygen_lib.choice
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select h.leg_id, h.hotel_id, c.room_key, null::integer
  from hotel_choices as c
  join hotel_cache as h on h.agency_id = c.agency_id and h.trip_id = c.trip_id and h.hotel_id = c.hotel_id
  where c.agency_id = trip.agency_id
    and c.trip_id = trip.trip_id
    and h.leg_id is not null
$$;
comment on function voygen_lib.stored_choices(voygen.trips) is 'The hotels an advisor chose for the trip.';

create function voygen_lib.shortlist_choices(trip voygen.trips) returns setof voygen_lib.choice
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with short as materialized (
    select s.tiers
    from voygen_api.shortlist_hotels(trip.trip_id::text, per_tier => 1) as s
  ),
  pick as (
    select p.leg_id, p.hotel_key, 1 as slot from short, unnest((short.tiers).low) as p
    union all
    select p.leg_id, p.hotel_key, 2 from short, unnest((short.tiers).medium) as p
    union all
    select p.leg_id, p.hotel_key, 3 from short, unnest((short.tiers).high) as p
  )
  select p.leg_id, h.hotel_id, null::text, p.slot
  from pick as p
  join hotel_cache as h
    on h.agency_id = trip.agency_id and h.trip_id = trip.trip_id and h.hotel_key = p.hotel_key and h.leg_id = p.leg_id
$$;
comment on function voygen_lib.shortlist_choices(voygen.trips) is 'The best hotel of each tier and leg.';

create function voygen_lib.choices(trip voygen.trips, hotels jsonb) returns setof voygen_lib.choice
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if hotels is not null then
    return query select * from voygen_lib.named_choices(trip, hotels, '/options/hotels');
    return;
  end if;
  return query select * from voygen_lib.stored_choices(trip);
  if not found then
    return query select * from voygen_lib.shortlist_choices(trip);
  end if;
end
$$;
comment on function voygen_lib.choices(voygen.trips, jsonb) is 'The hotels of a proposal: those named, else those stored, else those of the shortlist.';

create function voygen_lib.priced_choices(trip voygen.trips, choices voygen_lib.choice[]) returns setof voygen_lib.chosen_hotel
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made
set jit = off
as $$
  with chosen as materialized (
    select c.leg_id, c.slot, h, case
      when c.room_key is not null then (
        select r from rooms_cache as r
        where r.agency_id = trip.agency_id and r.trip_id = trip.trip_id and r.hotel_id = h.hotel_id and r.room_key = c.room_key)
      -- The hotel states no price of its own: that of its cheapest room.
      when voygen_lib.stay_total(h) is null then (
        select r from rooms_cache as r
        where r.agency_id = trip.agency_id and r.trip_id = trip.trip_id and r.hotel_id = h.hotel_id and r.availability_status = 'available'
          and coalesce(r.currency, h.currency) = h.currency
        order by coalesce(r.total_amount, r.nightly_amount * h.nights), r.room_key collate "C"
        limit 1)
    end as r
    from unnest(choices) as c
    join hotel_cache as h on h.agency_id = trip.agency_id and h.trip_id = trip.trip_id and h.hotel_id = c.hotel_id
  ),
  priced as (
    select leg_id, slot, h, r,
      case when (r).room_id is null then voygen_lib.stay_total(h) else coalesce((r).total_amount, (r).nightly_amount * (h).nights) end as amount,
      case when (r).room_id is not null then (r).tax_basis when (h).total_amount is null then (h).price_tax else (h).total_tax end as tax,
      case when (r).room_id is null then (h).tax_amount else (r).tax_amount end as tax_amount,
      coalesce((r).currency, (h).currency)::text as currency
    from chosen
  ),
  quoted as materialized (
    select q.hotel_id, q.room_key, q.commission, q.amount
    from voygen_lib.quoted_offers(array[trip.trip_id], (select coalesce(array_agg((h).hotel_id), '{}') from chosen)) as q
  )
  select
    p.leg_id, p.slot, p.h, p.r, p.amount, m.markup, p.amount + m.markup, p.tax, p.tax_amount, p.currency,
    (
      select q.commission
      from quoted as q
      where q.hotel_id = (p.h).hotel_id
      order by q.room_key is distinct from (p.r).room_key, q.amount, q.room_key collate "C"
      limit 1)
  from priced as p
  cross join lateral (
    select voygen_lib.markup(voygen_lib.proposal_settings(), 'hotel', p.amount, p.tax, p.tax_amount, p.currency) as markup
  ) as m
$$;
comment on function voygen_lib.priced_choices(voygen.trips, voygen_lib.choice[]) is
'Hotels at the price of the whole stay that the client pays, with the commission the agency expects.';

create function voygen_lib.chosen_hotels(trip voygen.trips, hotels jsonb) returns setof voygen_lib.chosen_hotel
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  priced voygen_lib.chosen_hotel[];
begin
  priced := array(
    select (
      p.leg_id,
      coalesce(p.slot, row_number() over (partition by p.leg_id order by p.amount nulls last, (p.hotel).hotel_id)::integer),
      p.hotel, p.room, p.supplier_amount, p.markup_amount, p.amount, p.tax, p.tax_amount, p.currency, p.commission)::voygen_lib.chosen_hotel
    from voygen_lib.priced_choices(trip, array(select c from voygen_lib.choices(trip, hotels) as c)) as p);
  if exists (select from unnest(priced) as p where p.slot > 3) then
    perform voygen.raise('invalid_argument', 'more than three hotels are offered for one leg', path => '/options/hotels',
      expected => 'at most three hotels for each leg', got => (select max(p.slot) from unnest(priced) as p) || ' hotels');
  end if;
  return query
    with slot as (
      select distinct p.slot from unnest(priced) as p
    ),
    leg as (
      select distinct p.leg_id from unnest(priced) as p
    ),
    offered as (
      select leg.leg_id, slot.slot, nearest.one, count(*) over (partition by leg.leg_id, ((nearest.one).hotel).hotel_id) as times
      from leg
      cross join slot
      cross join lateral (
        select p as one
        from unnest(priced) as p
        where p.leg_id = leg.leg_id
        order by abs(p.slot - slot.slot), p.slot
        limit 1
      ) as nearest
    )
    select distinct on (o.leg_id, shown.slot)
      o.leg_id, shown.slot, (o.one).hotel, (o.one).room, (o.one).supplier_amount, (o.one).markup_amount, (o.one).amount, (o.one).tax,
      (o.one).tax_amount, (o.one).currency, (o.one).commission
    from offered as o
    cross join lateral (select case when o.times < (select count(*) from slot) then o.slot end as slot) as shown
    order by o.leg_id, shown.slot;
end
$$;
comment on function voygen_lib.chosen_hotels(voygen.trips, jsonb) is 'The hotels a proposal offers, option by option; one that is part of all options stands once.';

create function voygen_lib.option_name(settings jsonb, slot integer) returns text
language sql immutable parallel safe
begin atomic
  select coalesce(
    case when pg_catalog.jsonb_typeof(settings -> 'option_names' -> (slot - 1)) = 'string' then nullif(settings -> 'option_names' ->> (slot - 1), '') end,
    (array['Classic', 'Premium', 'Luxury'])[slot]);
end;
comment on function voygen_lib.option_name(jsonb, integer) is 'What an option is called.';

-- ---- the stored choice

create type voygen_api.hotels_selected as (
  trip_id bigint,
  hotels text[],
  changed boolean
);
comment on type voygen_api.hotels_selected is 'The hotels chosen for the proposals of a trip.';
comment on column voygen_api.hotels_selected.hotels is 'Their keys; empty when the shortlist chooses.';

create function voygen_api.select_hotels(
  trip_id text,
  hotels jsonb,
  idempotency_key text default null
) returns voygen_api.hotels_selected
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips;
  chosen voygen_lib.choice[] := '{}';
  was jsonb;
  will jsonb;
begin
  if jsonb_typeof(select_hotels.hotels) is distinct from 'array' then
    perform voygen.raise('invalid_argument', 'hotels is not a list', path => '/hotels', expected => 'a list of hotels',
      got => coalesce(jsonb_typeof(select_hotels.hotels), 'null'));
  end if;
  trip := voygen_lib.lock_trip(select_hotels.trip_id);
  if select_hotels.hotels <> '[]' then
    chosen := array(select c from voygen_lib.named_choices(trip, select_hotels.hotels, '/hotels') as c);
  end if;
  select coalesce(jsonb_agg(jsonb_build_array(c.hotel_id, c.room_key) order by c.hotel_id), '[]')
  into was
  from hotel_choices as c
  where c.agency_id = trip.agency_id and c.trip_id = trip.trip_id;
  select coalesce(jsonb_agg(jsonb_build_array(c.hotel_id, c.room_key) order by c.hotel_id), '[]') into will from unnest(chosen) as c;
  if will <> was then
    delete from hotel_choices where agency_id = trip.agency_id and trip_id = trip.trip_id;
    insert into hotel_choices (agency_id, trip_id, hotel_id, room_key)
    select trip.agency_id, trip.trip_id, c.hotel_id, c.room_key from unnest(chosen) as c;
  end if;
  return (
    trip.trip_id,
    array(
      select distinct h.hotel_key
      from hotel_choices as c
      join hotel_cache as h on h.agency_id = c.agency_id and h.trip_id = c.trip_id and h.hotel_id = c.hotel_id
      where c.agency_id = trip.agency_id and c.trip_id = trip.trip_id
      order by h.hotel_key),
    will <> was)::voygen_api.hotels_selected;
end
$$;
comment on function voygen_api.select_hotels is
'Select hotels
Stores which hotels the proposals of a trip offer, in place of those selected before: one for each leg, or two or three of a leg as options. Without a selection the shortlist chooses.
@param trip_id Number or slug of the trip. @format id
@param hotels Keys of hotels of the trip, or {"hotel_key", "room_key"} for one room; an empty list leaves the choice to the shortlist. @format any @example ["navitrip:497758"]
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-cancun-week-beach-2027", "hotels": ["navitrip:497758"]}';
