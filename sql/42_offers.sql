-- Offers: what hotels and rooms are sold at, put so that commission can be worked out, and the agency's own rates.
-- What counts as an offer, its amount and its tax are as extension/README.md says for the facts.

create function voygen_lib.rate_of(rate voygen.commission_rates) returns jsonb
language sql immutable parallel safe
begin atomic
  select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'id', rate.rate_id, 'kind', rate.kind,
    'value', case when rate.kind in ('percent', 'net_markup', 'override_percent') then rate.commission_percent else rate.fixed_amount end,
    'site', rate.site, 'supplier', rate.supplier, 'chain', rate.chain, 'property', rate.property,
    'product_type', rate.accommodation_type, 'rate_type', rate.rate_type, 'refundable', rate.refundable,
    'prepaid', rate.prepaid, 'min_nights', rate.min_nights, 'stay_from', rate.stay_from, 'stay_until', rate.stay_until,
    'effective_from', rate.effective_from, 'effective_until', rate.effective_until, 'weekdays', rate.weekdays,
    'currency', rate.currency, 'advisor', rate.advisor, 'priority', rate.priority,
    'tiers', case when rate.kind = 'tier_percent' then rate.tiers end, 'mode', rate.tier_mode, 'window', rate.tier_window,
    'measure', rate.tier_measure, 'cap', rate.max_commission_amount, 'floor', rate.min_commission_amount,
    'first_nights', rate.first_nights));
end;
comment on function voygen_lib.rate_of(voygen.commission_rates) is 'A rate of the agency in the words of the tools.';

create function voygen_lib.rates() returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(jsonb_agg(voygen_lib.rate_of(r) order by r.rate_id), '[]')
  from commission_rates as r
  where r.agency_id = current_agency()
    and r.is_active
$$;
comment on function voygen_lib.rates() is 'The rates of the agency that are in use, in the words of the tools.';

create function voygen_lib.rules() returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    jsonb_agg(
      jsonb_strip_nulls(jsonb_build_object('id', r.rule_id, 'priority', r.priority, 'effective_from', r.effective_from, 'effective_until', r.effective_until))
        || jsonb_build_object('conditions', r.conditions, 'actions', r.actions)
      order by r.rule_id),
    '[]')
  from commission_rules as r
  where r.agency_id = current_agency()
    and r.is_active
$$;
comment on function voygen_lib.rules() is 'The rules of the agency that are in use, in the words of the tools.';

create function voygen_lib.volume(site text, day date) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_object_agg(v.window_kind, jsonb_build_object('amount', v.amount, 'room_nights', v.room_nights, 'bookings', v.bookings))
  from commission_volumes as v
  where v.agency_id = current_agency()
    and v.site = volume.site
    and v.window_start = date_trunc(v.window_kind, volume.day::timestamp)::date
$$;
comment on function voygen_lib.volume(text, date) is 'What was booked with a site in the month, quarter and year of a day; null when nothing was.';

create function voygen_lib.stay_total(hotel voygen.hotel_cache) returns numeric
language sql immutable parallel safe
begin atomic
  select coalesce(
    hotel.total_amount,
    case
      when hotel.currency is null then null
      when hotel.price_basis = 'per_stay' then hotel.price_amount
      when hotel.price_basis = 'per_night' then hotel.price_amount * hotel.nights
      when hotel.price_basis = 'per_person' then hotel.price_amount * hotel.guests
    end);
end;
comment on function voygen_lib.stay_total(voygen.hotel_cache) is 'Price of the whole stay: as stated, else from the price by its basis; null when a part is unknown.';

create type voygen_lib.offer as (
  trip_id bigint,
  leg_id bigint,
  hotel_id bigint,
  hotel_key text,
  room_key text,
  site text,
  hotel_name text,
  room_name text,
  amount numeric,
  currency text,
  refundable boolean,
  available boolean,
  product jsonb
);
comment on type voygen_lib.offer is 'A room, or a hotel that lists none, at its price.';
comment on column voygen_lib.offer.amount is 'The whole stay.';
comment on column voygen_lib.offer.product is 'The offer in the words of quote_commission.';

create function voygen_lib.offers(trip_ids bigint[], hotel_ids bigint[]) returns setof voygen_lib.offer
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  -- Every table is asked by its own key, trip by trip, so that the size of the agency does not matter.
  with trip as materialized (
    select t.*
    from trips as t
    where t.agency_id = current_agency()
      and t.trip_id = any (trip_ids)
  ),
  client as materialized (
    select c.client_id, c.tier
    from clients as c
    where c.agency_id = current_agency()
      and c.client_id = any (array(select client_id from trip))
  ),
  hotel as materialized (
    select h.*,
      voygen_lib.stay_total(h) as stay_total,
      t.advisor_id, t.destination, t.start_date, c.tier as client_tier,
      case when t.budget_currency = t.currency then t.budget_amount end as trip_budget
    from hotel_cache as h
    join trip as t on t.trip_id = h.trip_id
    left join client as c on c.client_id = t.client_id
    where h.agency_id = current_agency()
      and h.trip_id = any (trip_ids)
      and h.hotel_id = any (hotel_ids)
      and currency_exponent(h.currency) is not null
  ),
  volume as materialized (
    select site, voygen_lib.volume(site, voygen_lib.today()) as volume
    from (select distinct site from hotel) as s
  ),
  room as materialized (
    select r.*
    from rooms_cache as r
    join hotel on r.trip_id = hotel.trip_id and r.hotel_id = hotel.hotel_id
    where r.agency_id = current_agency()
      and r.trip_id = any (trip_ids)
      and r.availability_status = 'available'
  ),
  offered as (
    select h.hotel_id as of_hotel, r.room_key, r.name as room_name,
      coalesce(r.total_amount, r.nightly_amount * h.nights) as amount, r.tax_basis as tax, r.tax_amount as tax_amount,
      coalesce(r.rate_type, h.rate_type) as rate_type, coalesce(r.refundable, h.refundable) as refundable,
      case when r.commission_eligible is false then 0 else r.commission_amount end as stated_amount,
      r.commission_percent as stated_percent
    from hotel as h
    join room as r on r.hotel_id = h.hotel_id
    where coalesce(r.currency, h.currency) = h.currency
    union all
    select h.hotel_id, null, null, h.stay_total, case when h.total_amount is null then h.price_tax else h.total_tax end, h.tax_amount,
      h.rate_type, h.refundable, h.commission_amount, h.commission_percent
    from hotel as h
    where not exists (select from room as r where r.hotel_id = h.hotel_id)
  )
  select
    h.trip_id, h.leg_id, h.hotel_id, h.hotel_key, o.room_key, h.site, h.name, o.room_name,
    voygen_lib.exact(o.amount, h.currency), h.currency::text, o.refundable, h.availability_status = 'available',
    jsonb_strip_nulls(jsonb_build_object(
      'site', h.site, 'supplier', h.supplier, 'chain', h.chain, 'property', h.hotel_key, 'product_type', h.product_type,
      'rate_type', o.rate_type, 'refundable', o.refundable, 'currency', h.currency, 'nights', h.nights, 'check_in', h.check_in,
      'advisor', h.advisor_id::text, 'trip_budget', h.trip_budget, 'client_tier', h.client_tier, 'destination', h.destination,
      'travel_start', h.start_date, 'volume', volume.volume,
      'stated', case
        when num_nonnulls(o.stated_amount, o.stated_percent) > 0
        then jsonb_build_object('amount', voygen_lib.exact(o.stated_amount, h.currency), 'percent', o.stated_percent)
      end,
      'components', case
        when o.amount is not null
        then jsonb_build_array(jsonb_build_object(
          'kind', 'room', 'amount', voygen_lib.exact(o.amount, h.currency), 'tax', o.tax,
          'tax_amount', voygen_lib.exact(o.tax_amount, h.currency)))
      end))
  from offered as o
  join hotel as h on h.hotel_id = o.of_hotel
  join volume on volume.site = h.site
$$;
comment on function voygen_lib.offers(bigint[], bigint[]) is
'The offers of hotels of trips of the current agency: their available rooms, or the hotel itself when it has none.';

create type voygen_lib.quoted as (
  trip_id bigint,
  leg_id bigint,
  hotel_id bigint,
  hotel_key text,
  room_key text,
  site text,
  hotel_name text,
  room_name text,
  amount numeric,
  currency text,
  refundable boolean,
  available boolean,
  base numeric,
  commission numeric,
  percent numeric,
  source text,
  rate_id bigint,
  eligible boolean,
  reason text,
  preferred boolean,
  quote jsonb
);
comment on type voygen_lib.quoted is 'An offer with the commission expected for it.';
comment on column voygen_lib.quoted.percent is 'As the portal states it, else what the commission is of the base.';
comment on column voygen_lib.quoted.rate_id is 'The rate of a computed commission.';
comment on column voygen_lib.quoted.reason is 'Why a rule makes it ineligible.';

create function voygen_lib.quoted_offers(trip_ids bigint[], hotel_ids bigint[], traced boolean default false) returns setof voygen_lib.quoted
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  with offer as materialized (
    select o.*, row_number() over (order by o.hotel_id, o.room_key collate "C") - 1 as index
    from voygen_lib.offers(trip_ids, hotel_ids) as o
  )
  select
    o.trip_id, o.leg_id, o.hotel_id, o.hotel_key, o.room_key, o.site, o.hotel_name, o.room_name, o.amount, o.currency, o.refundable,
    o.available, (q.quote ->> 'base')::numeric, (q.quote ->> 'expected')::numeric,
    case
      when q.quote ->> 'source' = 'stated' and o.product #> '{stated,percent}' is not null then trim_scale((o.product #>> '{stated,percent}')::numeric)
      when (q.quote ->> 'base')::numeric > 0 then trim_scale(round((q.quote ->> 'expected')::numeric * 100 / (q.quote ->> 'base')::numeric, 2))
    end,
    q.quote ->> 'source',
    case when q.quote ->> 'source' = 'computed' then (q.quote ->> 'rate_id')::bigint end,
    (q.quote ->> 'eligible')::boolean, q.quote ->> 'ineligible_reason', (q.quote ->> 'preferred')::boolean, q.quote
  from commission_quotes(
    (select coalesce(jsonb_agg(offer.product order by offer.index), '[]') from offer),
    voygen_lib.rates(), voygen_lib.rules(), voygen_lib.rounding(), traced, voygen_lib.today()) as q
  join offer as o on o.index = q.index
$$;
comment on function voygen_lib.quoted_offers(bigint[], bigint[], boolean) is 'The offers of hotels with the commission the agency expects for each.';

create function voygen_lib.best_offers(trip_ids bigint[], hotel_ids bigint[]) returns setof voygen_lib.quoted
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select distinct on (q.hotel_id) q.*
  from voygen_lib.quoted_offers(trip_ids, hotel_ids) as q
  where q.commission is not null
  order by q.hotel_id, q.commission desc, q.amount, q.room_key collate "C"
$$;
comment on function voygen_lib.best_offers(bigint[], bigint[]) is
'Of each hotel the offer with the highest commission, then the lowest amount, then the first room; hotels without a known commission are left out.';

create function voygen_lib.score(distance_to_center numeric, review_score numeric, commission numeric, refundable boolean, stars numeric) returns numeric
language sql immutable parallel safe
begin atomic
  select case when distance_to_center is not null then (10 - least(distance_to_center, 10)) * 10 else 0 end
    + coalesce(review_score * 10, 0)
    + case when commission is not null then least(pg_catalog.trunc(commission / 10, 3), 20) else 0 end
    + case when refundable then 15 else 0 end
    + coalesce(stars * 5, 0);
end;
comment on function voygen_lib.score(numeric, numeric, numeric, boolean, numeric) is
'The score by which hotels of one tier are picked; an unknown part counts nothing. The kernel picks.h has the same formula.';
