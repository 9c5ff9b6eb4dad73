-- The other side of P-1 and P-2: facts of the trips $1 (bigint[]) as of $2, in one statement. Byte for byte the document of
-- the engine. json and one cast measured faster than jsonb, rows
-- faster than json_build_object. @offers@ is offers.sql.
with batch as materialized (
  select t.*, c.slug as client_slug, c.name as client_name, c.tier as client_tier,
         case when t.budget_currency = t.currency then t.budget_amount end as trip_budget
  from voygen.trips t
  left join voygen.clients c on c.agency_id = t.agency_id and c.client_id = t.client_id
  where t.agency_id = @agency@
    and t.trip_id = any ($1)
), hotels as materialized (
  select h.*
  from voygen.hotel_cache h
  where h.agency_id = @agency@
    and h.trip_id = any ($1)
), rooms as materialized (
  select r.trip_id, r.hotel_id, r.room_id, r.room_key, r.nightly_amount, r.total_amount, r.tax_basis, r.tax_amount, r.currency,
         r.rate_type, r.refundable, r.commission_eligible, r.commission_percent, r.commission_amount, r.availability_status
  from voygen.rooms_cache r
  where r.agency_id = @agency@
    and r.trip_id = any ($1)
), legs as materialized (
  select l.*
  from voygen.trip_legs l
  where l.agency_id = @agency@
    and l.trip_id = any ($1)
), @offers@,
best as (
  select distinct on (trip_id, hotel_id) trip_id, hotel_id, commission, source, rate_id, room_key
  from scored
  where commission is not null
  order by trip_id, hotel_id, commission desc, amount nulls last, room_key collate "C"
), room_counts as (
  select trip_id, hotel_id, count(*) as rooms
  from rooms
  group by trip_id, hotel_id
), h as materialized (
  select h.trip_id, h.hotel_id, h.leg_id, l.seq, h.hotel_key, h.site, h.name, h.currency, h.star_rating, h.review_score,
         h.refundable, h.checked_at, h.nightly_amount, h.currency = t.currency as own_currency,
         h.availability_status = 'available' as offered,
         case when h.availability_status = 'available' and (h.checked_at is null or h.checked_at <= $2 - interval '24 hours')
              then 'not_checked' else h.availability_status end as state,
         coalesce(h.total_amount, case h.price_basis when 'per_stay' then h.price_amount
                                                     when 'per_night' then h.price_amount * h.nights
                                                     when 'per_person' then h.price_amount * h.guests end) as total,
         coalesce(h.same_as, h.hotel_id::text) as identity,
         coalesce(c.rooms, 0) as rooms, b.commission, b.rate_id, b.room_key as best_room,
         b.source
  from hotels h
  join batch t on t.trip_id = h.trip_id
  left join legs l on l.trip_id = h.trip_id and l.leg_id = h.leg_id
  left join room_counts c on c.trip_id = h.trip_id and c.hotel_id = h.hotel_id
  left join best b on b.trip_id = h.trip_id and b.hotel_id = h.hotel_id
), distinct_hotels as (
  select trip_id, leg_id, identity, min(nightly_amount) as nightly
  from h
  where offered and own_currency and leg_id is not null and nightly_amount is not null
  group by trip_id, leg_id, identity
), prices as (
  select trip_id, leg_id, array_agg(nightly order by nightly) as prices, count(*)::integer as n
  from distinct_hotels
  group by trip_id, leg_id
), cuts as materialized (
  select p.trip_id, p.leg_id, p.prices[1] as lead_price,
         case when n >= 9 then 'percentile' when n >= 3 then 'rank' else 'few' end as method,
         case when n >= 9 then pct.low when n >= 3 then thirds.low end as low_below,
         case when n >= 9 then pct.high when n >= 3 then thirds.high end as high_from
  from prices p
  cross join lateral (
    select a.low_cut * 0.01 * (n - 1) as lo, a.high_cut * 0.01 * (n - 1) as hi
    from voygen.agencies a
    where a.agency_id = @agency@) at
  cross join lateral (
    select prices[floor(lo)::integer + 1] + (lo - floor(lo)) * (prices[ceil(lo)::integer + 1] - prices[floor(lo)::integer + 1]) as low,
           prices[floor(hi)::integer + 1] + (hi - floor(hi)) * (prices[ceil(hi)::integer + 1] - prices[floor(hi)::integer + 1]) as high) pct
  left join lateral (
    select min(p) filter (where middle * 3 >= n) as low, min(p) filter (where middle * 3 >= 2 * n) as high
    from (select p, (min(i) + max(i) - 2) / 2.0 as middle
          from unnest(prices) with ordinality x (p, i)
          group by p) runs) thirds on n between 3 and 8
), tiers as materialized (
  select d.trip_id, d.leg_id, d.identity,
         case when c.method = 'few' then 'medium' when d.nightly >= c.high_from then 'high'
              when d.nightly < c.low_below then 'low' else 'medium' end as tier
  from distinct_hotels d
  join cuts c using (trip_id, leg_id)
), tier_counts as (
  select trip_id, leg_id, count(*) filter (where tier = 'low') as low, count(*) filter (where tier = 'medium') as medium,
         count(*) filter (where tier = 'high') as high
  from tiers
  group by trip_id, leg_id
), leg_best as materialized (
  select distinct on (trip_id, leg_id, currency) trip_id, leg_id, currency, own_currency, commission, hotel_key
  from h
  where leg_id is not null and commission is not null
  order by trip_id, leg_id, currency, commission desc, total nulls last, hotel_key collate "C", hotel_id
), leg_counts as (
  select trip_id, leg_id, count(*) as hotels, count(*) filter (where offered) as available
  from h
  where leg_id is not null
  group by trip_id, leg_id
), leg_docs as (
  select l.trip_id,
         json_agg(json_build_object(
           'id', l.leg_id, 'seq', l.seq, 'city', l.city, 'country', l.country, 'arrive', l.arrive_date, 'depart', l.depart_date,
           'nights', l.depart_date - l.arrive_date, 'hotels', coalesce(n.hotels, 0), 'available', coalesce(n.available, 0),
           'lead_price', round(c.lead_price, 2), 'best_commission', round(b.commission, 2), 'best_hotel', b.hotel_key,
           'tiers', json_build_object(
             'method', coalesce(c.method, 'few'), 'low_below', round(c.low_below, greatest(2, min_scale(c.low_below))),
             'high_from', round(c.high_from, greatest(2, min_scale(c.high_from))),
             'low', coalesce(tc.low, 0), 'medium', coalesce(tc.medium, 0), 'high', coalesce(tc.high, 0)))
           order by l.seq, l.leg_id) as doc,
         sum(b.commission) as commission
  from legs l
  left join leg_counts n using (trip_id, leg_id)
  left join cuts c using (trip_id, leg_id)
  left join tier_counts tc using (trip_id, leg_id)
  left join leg_best b on b.trip_id = l.trip_id and b.leg_id = l.leg_id and b.own_currency
  group by l.trip_id
), hotel_docs as (
  select h.trip_id,
         json_agg(
           (select d
            from (select h.hotel_key as key, h.site, h.name, h.leg_id as leg, round(h.nightly_amount, 2) as nightly,
                         round(h.total, 2) as total, h.currency, h.star_rating as stars, h.review_score as review, h.refundable,
                         h.state, x.tier, h.rooms, round(h.commission, 2) as commission, h.source as commission_source,
                         h.rate_id, h.best_room) d)
           order by h.seq nulls last, h.nightly_amount nulls last, h.hotel_key collate "C", h.hotel_id) as doc,
         count(*) filter (where h.state = 'available') as available,
         count(*) filter (where h.state = 'sold_out') as sold_out,
         count(*) filter (where h.state = 'not_checked') as not_checked,
         count(*) filter (where h.state = 'extract_failed') as extract_failed,
         max(h.checked_at) as checked_at,
         min(h.checked_at + interval '24 hours') filter (where h.state = 'available') as runs_out,
         min(h.nightly_amount) filter (where h.offered and h.own_currency) as lead_price
  from h
  left join tiers x on x.trip_id = h.trip_id and x.leg_id = h.leg_id and x.identity = h.identity
                       and h.offered and h.own_currency and h.nightly_amount is not null
  group by h.trip_id
), activity_docs as (
  select x.trip_id,
         json_agg(
           (select d
            from (select x.activity_id as id, x.activity_date as date, x.title, round(x.price_amount, 2) as price, x.currency,
                         x.status) d)
           order by x.activity_date nulls last, x.activity_id) as doc
  from voygen.trip_activities x
  where x.agency_id = @agency@ and x.trip_id = any ($1)
  group by x.trip_id
), flight_docs as (
  select x.trip_id, json_agg(json_build_object('id', x.flight_id, 'from', x.origin, 'to', x.destination,
                             'depart', to_char(x.depart_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                             'price', round(x.price_amount, 2), 'currency', x.currency, 'status', x.status)
                             order by x.depart_at nulls last, x.flight_id) as doc
  from voygen.flights x
  where x.agency_id = @agency@ and x.trip_id = any ($1)
  group by x.trip_id
), transfer_docs as (
  select x.trip_id, json_agg(json_build_object('id', x.transfer_id, 'kind', x.kind,
                             'at', to_char(x.pickup_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                             'price', round(x.price_amount, 2), 'currency', x.currency, 'status', x.status)
                             order by x.pickup_at nulls last, x.transfer_id) as doc
  from voygen.transfers x
  where x.agency_id = @agency@ and x.trip_id = any ($1)
  group by x.trip_id
), booking_docs as (
  select x.trip_id, json_agg(json_build_object('id', x.booking_id, 'kind', x.kind, 'site', x.site, 'status', x.status,
                             'price', round(x.price_amount, 2), 'currency', x.currency,
                             'commission', round(x.commission_amount, 2)) order by x.booking_id) as doc,
         sum(x.price_amount) filter (where x.status <> 'cancelled' and x.currency = t.currency) as total,
         sum(x.commission_amount) filter (where x.status <> 'cancelled' and x.currency = t.currency) as commission
  from voygen.bookings x
  join batch t on t.trip_id = x.trip_id
  where x.agency_id = @agency@ and x.trip_id = any ($1)
  group by x.trip_id
), other_docs as (
  select o.trip_id, json_agg(json_build_object('currency', o.currency, 'lead_price', round(o.lead_price, 2),
                             'commission', round(c.commission, 2), 'booked_total', round(b.total, 2),
                             'booked_commission', round(b.commission, 2)) order by o.currency) as doc
  from (select trip_id, currency, min(nightly_amount) as lead_price
        from h
        where offered and not own_currency
        group by trip_id, currency) o
  left join (select trip_id, currency, sum(commission) as commission
             from leg_best
             where not own_currency
             group by trip_id, currency) c using (trip_id, currency)
  left join (select x.trip_id, x.currency, sum(x.price_amount) as total, sum(x.commission_amount) as commission
             from voygen.bookings x
             join batch t on t.trip_id = x.trip_id and t.currency <> x.currency
             where x.agency_id = @agency@ and x.status <> 'cancelled'
             group by x.trip_id, x.currency) b using (trip_id, currency)
  group by o.trip_id
), turn as materialized (
  select min(at) as at
  from (select effective_from::timestamp at time zone 'UTC' as at from voygen.commission_rates where agency_id = @agency@ and is_active
        union all
        select (effective_until + 1)::timestamp at time zone 'UTC' from voygen.commission_rates where agency_id = @agency@ and is_active
        union all
        select effective_from::timestamp at time zone 'UTC' from voygen.commission_rules where agency_id = @agency@ and is_active
        union all
        select (effective_until + 1)::timestamp at time zone 'UTC' from voygen.commission_rules where agency_id = @agency@ and is_active
        union all
        select (date_trunc('month', $2 at time zone 'UTC') + interval '1 month') at time zone 'UTC'
        where exists (select 1 from voygen.commission_rates where agency_id = @agency@ and is_active and kind = 'tier_percent')) x
  where at > $2
)
select t.trip_id,
       json_build_object(
         'slug', t.slug, 'title', t.title, 'status', t.status, 'destination', t.destination, 'currency', t.currency,
         'start_date', t.start_date, 'end_date', t.end_date, 'nights', t.end_date - t.start_date,
         'traveler_count', t.traveler_count, 'traveler_names', t.traveler_names,
         'budget', case when t.budget_amount is not null then
                     json_build_object('amount', round(t.budget_amount, 2), 'currency', t.budget_currency) end,
         'client', json_build_object('id', t.client_id, 'slug', t.client_slug, 'name', t.client_name, 'tier', t.client_tier),
         'legs', coalesce(l.doc, '[]'), 'hotels', coalesce(h.doc, '[]'), 'activities', coalesce(a.doc, '[]'),
         'flights', coalesce(f.doc, '[]'), 'transfers', coalesce(tr.doc, '[]'), 'bookings', coalesce(b.doc, '[]'),
         'booked', json_build_object('total', round(b.total, 2), 'commission', round(b.commission, 2)),
         'other_currencies', coalesce(o.doc, '[]'),
         'availability', json_build_object(
           'status', s.status, 'available', coalesce(h.available, 0), 'sold_out', coalesce(h.sold_out, 0),
           'not_checked', coalesce(h.not_checked, 0), 'extract_failed', coalesce(h.extract_failed, 0),
           'checked_at', to_char(h.checked_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
         'lead_price_min', round(h.lead_price, 2),
         'total_commission_potential', round(l.commission, 2))::jsonb as facts,
       round(h.lead_price, 2) as lead_price_min, round(l.commission, 2) as total_commission_potential, t.currency,
       s.status as availability_status, h.checked_at as last_availability_check, t.end_date - t.start_date as nights,
       t.traveler_count::integer as traveler_count, least(h.runs_out, turn.at) as valid_until
from batch t
cross join turn
left join leg_docs l using (trip_id)
left join hotel_docs h using (trip_id)
left join activity_docs a using (trip_id)
left join flight_docs f using (trip_id)
left join transfer_docs tr using (trip_id)
left join booking_docs b using (trip_id)
left join other_docs o using (trip_id)
cross join lateral (
  select case when h.available > 0 then 'available'
              when h.not_checked > 0 or h.trip_id is null then 'not_checked'
              when h.extract_failed > 0 then 'extract_failed'
              else 'sold_out' end as status) s
