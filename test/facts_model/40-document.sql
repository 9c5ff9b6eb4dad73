-- The document and the typed columns.

create or replace function facts_model.one_trip(agency bigint, trip bigint, as_of timestamptz)
returns table (facts jsonb, lead_price_min numeric, total_commission_potential numeric, currency text,
               availability_status text, last_availability_check timestamptz, nights integer, traveler_count integer,
               valid_until timestamptz)
language sql
stable
as $$
  with t as (
    select *
    from voygen.trips
    where agency_id = agency and trip_id = trip
  ), a as (
    select * from voygen.agencies where agency_id = agency
  ), scored as (
    select o.hotel_id, o.room_key, o.amount, s.*
    from facts_model.offers(agency, trip, as_of) o
    cross join a
    cross join lateral facts_model.score(o, a.rounding) s
  ), best as (
    select distinct on (hotel_id) *
    from scored
    where commission is not null
    order by hotel_id, commission desc, amount nulls last, room_key collate "C"
  ), h as (
    select h.*, l.seq as leg_seq,
           h.availability_status = 'available' as offered,
           case when h.availability_status = 'available'
                     and (h.checked_at is null or h.checked_at <= as_of - interval '24 hours') then 'not_checked'
                else h.availability_status end as state,
           facts_model.stay_total(h) as stay_total,
           coalesce(h.same_as, 'id:' || h.hotel_id) as identity,
           (select count(*) from voygen.rooms_cache r
            where r.agency_id = agency and r.trip_id = trip and r.hotel_id = h.hotel_id) as rooms,
           b.commission, b.source as commission_source, b.rate_id, b.room_key as best_room
    from voygen.hotel_cache h
    left join voygen.trip_legs l on (l.agency_id, l.trip_id, l.leg_id) = (h.agency_id, h.trip_id, h.leg_id)
    left join best b using (hotel_id)
    where h.agency_id = agency and h.trip_id = trip
  ), distinct_hotels as (
    select h.leg_id, h.identity, min(h.nightly_amount) as nightly
    from h cross join t
    where h.offered and h.leg_id is not null and h.nightly_amount is not null and h.currency = t.currency
    group by h.leg_id, h.identity
  ), cuts as (
    select l.leg_id, c.*
    from voygen.trip_legs l
    cross join a
    cross join lateral facts_model.cuts(
      (select array_agg(d.nightly order by d.nightly) from distinct_hotels d where d.leg_id = l.leg_id),
      a.low_cut, a.high_cut) c
    where l.agency_id = agency and l.trip_id = trip
  ), tiers as (
    select d.*, facts_model.tier(d.nightly, c.method, c.low_below, c.high_from) as tier
    from distinct_hotels d
    join cuts c using (leg_id)
  ), leg_best as (
    select distinct on (h.leg_id, h.currency) h.leg_id, h.currency, h.commission, h.hotel_key
    from h
    where h.leg_id is not null and h.commission is not null
    order by h.leg_id, h.currency, h.commission desc, h.stay_total nulls last, h.hotel_key collate "C", h.hotel_id
  ), legs as (
    select l.leg_id, l.seq, b.commission as best_commission,
           jsonb_build_object(
             'id', l.leg_id, 'seq', l.seq, 'city', l.city, 'country', l.country, 'arrive', l.arrive_date,
             'depart', l.depart_date, 'nights', l.depart_date - l.arrive_date,
             'hotels', (select count(*) from h where h.leg_id = l.leg_id),
             'available', (select count(*) from h where h.leg_id = l.leg_id and h.offered),
             'lead_price', facts_model.amount((select min(d.nightly) from distinct_hotels d where d.leg_id = l.leg_id),
                                              t.currency),
             'best_commission', facts_model.amount(b.commission, t.currency),
             'best_hotel', b.hotel_key,
             'tiers', jsonb_build_object(
               'method', c.method,
               'low_below', facts_model.exact(c.low_below, t.currency),
               'high_from', facts_model.exact(c.high_from, t.currency),
               'low', (select count(*) from tiers x where x.leg_id = l.leg_id and x.tier = 'low'),
               'medium', (select count(*) from tiers x where x.leg_id = l.leg_id and x.tier = 'medium'),
               'high', (select count(*) from tiers x where x.leg_id = l.leg_id and x.tier = 'high'))) as doc
    from voygen.trip_legs l
    cross join t
    join cuts c using (leg_id)
    left join leg_best b on b.leg_id = l.leg_id and b.currency = t.currency
    where l.agency_id = agency and l.trip_id = trip
  ), hotels as (
    select coalesce(jsonb_agg(jsonb_build_object(
             'key', h.hotel_key, 'site', h.site, 'name', h.name, 'leg', h.leg_id,
             'nightly', facts_model.amount(h.nightly_amount, h.currency),
             'total', facts_model.amount(h.stay_total, h.currency),
             'currency', h.currency, 'stars', h.star_rating, 'review', h.review_score, 'refundable', h.refundable,
             'state', h.state, 'tier', x.tier, 'rooms', h.rooms,
             'commission', facts_model.amount(h.commission, h.currency),
             'commission_source', h.commission_source, 'rate_id', h.rate_id, 'best_room', h.best_room)
             order by h.leg_seq nulls last, h.nightly_amount nulls last, h.hotel_key collate "C", h.hotel_id), '[]') as doc,
           count(*) filter (where h.state = 'available') as available,
           count(*) filter (where h.state = 'sold_out') as sold_out,
           count(*) filter (where h.state = 'not_checked') as not_checked,
           count(*) filter (where h.state = 'extract_failed') as extract_failed,
           max(h.checked_at) as checked_at,
           min(h.checked_at + interval '24 hours') filter (where h.state = 'available') as runs_out,
           min(h.nightly_amount) filter (where h.offered and h.currency = t.currency) as lead_price
    from h
    cross join t
    left join tiers x on x.leg_id = h.leg_id and x.identity = h.identity
                         and h.offered and h.nightly_amount is not null and h.currency = t.currency
  ), availability as (
    select case
             when available > 0 then 'available'
             when not_checked > 0 or available + sold_out + not_checked + extract_failed = 0 then 'not_checked'
             when extract_failed > 0 then 'extract_failed'
             else 'sold_out'
           end as status
    from hotels
  ), booked as (
    select b.*
    from voygen.bookings b
    where b.agency_id = agency and b.trip_id = trip and b.status is distinct from 'cancelled'
  ), other as (
    select c.currency,
           jsonb_build_object(
             'currency', c.currency,
             'lead_price', facts_model.amount((select min(h.nightly_amount) from h
                                               where h.offered and h.currency = c.currency), c.currency),
             'commission', facts_model.amount((select sum(b.commission) from leg_best b where b.currency = c.currency),
                                              c.currency),
             'booked_total', facts_model.amount((select sum(b.price_amount) from booked b
                                                 where b.currency = c.currency), c.currency),
             'booked_commission', facts_model.amount((select sum(b.commission_amount) from booked b
                                                      where b.currency = c.currency), c.currency)) as doc
    from (select h.currency from h where h.offered
          union
          select b.currency from booked b) c
    cross join t
    where c.currency <> t.currency
  ), totals as (
    select (select sum(best_commission) from legs) as commission
  )
  select
    jsonb_build_object(
      'slug', t.slug, 'title', t.title, 'status', t.status, 'destination', t.destination, 'currency', t.currency,
      'start_date', t.start_date, 'end_date', t.end_date, 'nights', t.end_date - t.start_date,
      'traveler_count', t.traveler_count, 'traveler_names', to_jsonb(t.traveler_names),
      'budget', case when t.budget_amount is not null then
                  jsonb_build_object('amount', facts_model.amount(t.budget_amount, t.budget_currency),
                                     'currency', t.budget_currency) end,
      'client', (select jsonb_build_object('id', c.client_id, 'slug', c.slug, 'name', c.name, 'tier', c.tier)
                 from voygen.clients c
                 where c.agency_id = agency and c.client_id = t.client_id),
      'legs', (select coalesce(jsonb_agg(doc order by seq, leg_id), '[]') from legs),
      'hotels', hotels.doc,
      'activities', (select coalesce(jsonb_agg(jsonb_build_object(
                              'id', x.activity_id, 'date', x.activity_date, 'title', x.title,
                              'price', facts_model.amount(x.price_amount, x.currency), 'currency', x.currency,
                              'status', x.status) order by x.activity_date nulls last, x.activity_id), '[]')
                     from voygen.trip_activities x
                     where x.agency_id = agency and x.trip_id = trip),
      'flights', (select coalesce(jsonb_agg(jsonb_build_object(
                           'id', x.flight_id, 'from', x.origin, 'to', x.destination,
                           'depart', facts_model.instant(x.depart_at),
                           'price', facts_model.amount(x.price_amount, x.currency), 'currency', x.currency,
                           'status', x.status) order by x.depart_at nulls last, x.flight_id), '[]')
                  from voygen.flights x
                  where x.agency_id = agency and x.trip_id = trip),
      'transfers', (select coalesce(jsonb_agg(jsonb_build_object(
                             'id', x.transfer_id, 'kind', x.kind, 'at', facts_model.instant(x.pickup_at),
                             'price', facts_model.amount(x.price_amount, x.currency), 'currency', x.currency,
                             'status', x.status) order by x.pickup_at nulls last, x.transfer_id), '[]')
                    from voygen.transfers x
                    where x.agency_id = agency and x.trip_id = trip),
      'bookings', (select coalesce(jsonb_agg(jsonb_build_object(
                            'id', x.booking_id, 'kind', x.kind, 'site', x.site, 'status', x.status,
                            'price', facts_model.amount(x.price_amount, x.currency), 'currency', x.currency,
                            'commission', facts_model.amount(x.commission_amount, x.currency))
                            order by x.booking_id), '[]')
                   from voygen.bookings x
                   where x.agency_id = agency and x.trip_id = trip),
      'booked', jsonb_build_object(
        'total', facts_model.amount((select sum(b.price_amount) from booked b where b.currency = t.currency), t.currency),
        'commission', facts_model.amount((select sum(b.commission_amount) from booked b where b.currency = t.currency),
                                         t.currency)),
      'other_currencies', (select coalesce(jsonb_agg(doc order by o.currency), '[]') from other o),
      'availability', jsonb_build_object(
        'status', availability.status, 'available', hotels.available, 'sold_out', hotels.sold_out,
        'not_checked', hotels.not_checked, 'extract_failed', hotels.extract_failed,
        'checked_at', facts_model.instant(hotels.checked_at)),
      'lead_price_min', facts_model.amount(hotels.lead_price, t.currency),
      'total_commission_potential', facts_model.amount(totals.commission, t.currency)),
    facts_model.amount(hotels.lead_price, t.currency),
    facts_model.amount(totals.commission, t.currency),
    t.currency::text,
    availability.status,
    hotels.checked_at,
    t.end_date - t.start_date,
    t.traveler_count::integer,
    least(hotels.runs_out, facts_model.next_turn(agency, as_of))
  from t
  cross join hotels
  cross join availability
  cross join totals
$$;

create or replace function facts_model.trip_facts(agency bigint, trip bigint default null, as_of timestamptz default now())
returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric, currency text,
               availability_status text, last_availability_check timestamptz, nights integer, traveler_count integer,
               valid_until timestamptz)
language sql
stable
as $$
  select t.trip_id, f.*
  from voygen.trips t
  cross join lateral facts_model.one_trip(t.agency_id, t.trip_id, as_of) f
  where t.agency_id = agency
    and (trip is null or t.trip_id = trip)
$$;
