-- What a trip earns: what is booked, and what it could earn leg by leg.

create type voygen_api.leg_commission as (
  leg_id bigint,
  leg text,
  booked numeric,
  potential numeric,
  best_hotel text,
  best_room text
);
comment on type voygen_api.leg_commission is 'Commission of one leg; leg_id is null for bookings that belong to none.';
comment on column voygen_api.leg_commission.potential is 'The best available commission of the leg; null when none is known.';

create type voygen_api.site_commission as (
  site text,
  booked numeric,
  potential numeric
);
comment on type voygen_api.site_commission is 'Commission of one site; site is null for bookings that name none.';
comment on column voygen_api.site_commission.potential is 'Of the legs whose best offer is this site''s.';

create type voygen_api.currency_commission as (
  currency text,
  booked numeric,
  booked_total numeric
);
comment on type voygen_api.currency_commission is 'Bookings in another currency than the trip''s: listed beside, never added.';

create type voygen_api.trip_commission as (
  trip_id bigint,
  slug text,
  currency text,
  booked numeric,
  booked_total numeric,
  potential numeric,
  by_leg voygen_api.leg_commission[],
  by_site voygen_api.site_commission[],
  other_currencies voygen_api.currency_commission[],
  warnings text[]
);
comment on type voygen_api.trip_commission is 'What a trip earns, in its currency. The parts add up to the whole.';
comment on column voygen_api.trip_commission.booked is 'Commission expected for the bookings that are not cancelled.';
comment on column voygen_api.trip_commission.booked_total is 'What the client pays for them.';
comment on column voygen_api.trip_commission.potential is 'Sum over the legs of the best available commission; null when it was not asked for or no leg has one.';

create function voygen_lib.best_of_legs(trip voygen.trips) returns setof voygen_lib.quoted
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select distinct on (q.leg_id) q.*
  from voygen_lib.best_offers(array[trip.trip_id], array(
    select h.hotel_id
    from hotel_cache as h
    where h.agency_id = trip.agency_id
      and h.trip_id = trip.trip_id
      and h.leg_id is not null
      and h.availability_status = 'available'
      and h.currency = trip.currency)) as q
  join hotel_cache as h on h.agency_id = trip.agency_id and h.trip_id = trip.trip_id and h.hotel_id = q.hotel_id
  order by q.leg_id, q.commission desc, voygen_lib.stay_total(h) nulls last, q.hotel_key collate "C", q.hotel_id
$$;
comment on function voygen_lib.best_of_legs(voygen.trips) is
'Of each leg the offer with the highest commission, then the lowest total of its hotel, then the first key.';

create function voygen_lib.commission_warnings(trip voygen.trips, best voygen_lib.quoted[], with_potential boolean) returns text[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select format('booking %s (%s) has no known commission', b.booking_id, concat_ws(' ', b.kind, b.supplier, b.hotel_key))
    from bookings as b
    where b.agency_id = trip.agency_id
      and b.trip_id = trip.trip_id
      and b.status <> 'cancelled'
      and b.commission_amount is null
    order by b.booking_id)
  || array(
    select format('booking %s has no leg', b.booking_id)
    from bookings as b
    where b.agency_id = trip.agency_id
      and b.trip_id = trip.trip_id
      and b.status <> 'cancelled'
      and b.kind = 'hotel'
      and b.leg_id is null
    order by b.booking_id)
  || array(
    select format('bookings in %s are listed beside and not added', b.currency)
    from bookings as b
    where b.agency_id = trip.agency_id
      and b.trip_id = trip.trip_id
      and b.status <> 'cancelled'
      and b.currency <> trip.currency
    group by b.currency
    order by b.currency)
  || array(
    select format('leg %s (%s) has no available offer with a known commission', l.leg_id, l.city)
    from trip_legs as l
    where with_potential
      and l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
      and not exists (select from unnest(best) as q where q.leg_id = l.leg_id)
    order by l.seq, l.leg_id)
  || array(
    select format('%s: the portal states a commission that is %s %% off the agency''s rates', q.hotel_key, q.quote #>> '{variance,percent}')
    from unnest(best) as q
    where (q.quote #>> '{variance,alert}')::boolean
    order by q.hotel_key)
$$;
comment on function voygen_lib.commission_warnings(voygen.trips, voygen_lib.quoted[], boolean) is 'What a reader of a trip''s commission should know.';

create function voygen_api.calculate_trip_commission(
  trip_id text,
  include_potential boolean default true,
  idempotency_key text default null
) returns voygen_api.trip_commission
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.trip_row(calculate_trip_commission.trip_id);
  with_potential boolean := coalesce(calculate_trip_commission.include_potential, true);
  best voygen_lib.quoted[] := '{}';
  answer voygen_api.trip_commission;
begin
  if with_potential then
    best := array(select q from voygen_lib.best_of_legs(trip) as q);
  end if;

  with booked as materialized (
    select leg_id, site, currency, coalesce(commission_amount, 0) as commission, coalesce(price_amount, 0) as price
    from bookings
    where agency_id = trip.agency_id
      and trip_id = trip.trip_id
      and status <> 'cancelled'
  ),
  own as materialized (
    select *
    from booked
    where currency is null
      or currency = trip.currency
  ),
  offer as materialized (
    select q.leg_id, q.site, q.commission, q.hotel_key, q.room_key
    from unnest(best) as q
  ),
  leg as (
    select l.leg_id, l.city, l.seq
    from trip_legs as l
    where l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
    union all
    select null, null, null
    where exists (select from own where own.leg_id is null)
  ),
  site as (
    select site from own
    union
    select site from offer
  )
  select
    trip.trip_id, trip.slug, trip.currency,
    voygen_lib.exact((select coalesce(sum(commission), 0) from own), trip.currency),
    voygen_lib.exact((select coalesce(sum(price), 0) from own), trip.currency),
    voygen_lib.exact((select sum(commission) from offer), trip.currency),
    coalesce(
      (select array_agg((
          leg.leg_id, leg.city,
          voygen_lib.exact((select coalesce(sum(own.commission), 0) from own where own.leg_id is not distinct from leg.leg_id), trip.currency),
          voygen_lib.exact(offer.commission, trip.currency), offer.hotel_key, offer.room_key)::voygen_api.leg_commission
        order by leg.seq nulls last, leg.leg_id)
       from leg
       left join offer on offer.leg_id = leg.leg_id),
      '{}'),
    coalesce(
      (select array_agg((
          site.site,
          voygen_lib.exact((select coalesce(sum(own.commission), 0) from own where own.site is not distinct from site.site), trip.currency),
          case
            when with_potential
            then voygen_lib.exact((select coalesce(sum(offer.commission), 0) from offer where offer.site = site.site), trip.currency)
          end)::voygen_api.site_commission
        order by site.site)
       from site),
      '{}'),
    coalesce(
      (select array_agg((o.currency, voygen_lib.exact(o.commission, o.currency), voygen_lib.exact(o.price, o.currency))::voygen_api.currency_commission order by o.currency)
       from (select currency, sum(commission) as commission, sum(price) as price from booked where currency <> trip.currency group by currency) as o),
      '{}'),
    voygen_lib.commission_warnings(trip, best, with_potential)
  into answer;
  insert into commission_audit (agency_id, trip_id, commission, currency, reason, trace, inputs)
  values (
    trip.agency_id, trip.trip_id, voygen_lib.kept_amount(answer.booked), trip.currency, 'calculate_trip_commission', to_jsonb(answer),
    jsonb_build_object('trip_id', trip.trip_id, 'include_potential', with_potential));
  return answer;
end
$$;
comment on function voygen_api.calculate_trip_commission is
'Add up a trip''s commission
Answers what the bookings of a trip earn and what its legs could earn at best, by leg and by site, with what to look at. Amounts of another currency are listed beside. The calculation is kept in the audit.
@param trip_id Number or slug of the trip. @format id
@param include_potential false leaves out what could be earned.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@page ui://voygen/commission
@example {"trip_id": "demo-client-dublin-october-2026"}';
