-- What a proposal says: one document that every template gets. It is built from the trip's own rows and nothing else; what is not known
-- is not in it. It has one price per line, the client's: no commission, no markup, no number or key of ours, no name of a site. What the
-- prices are made of goes into the lines beside it, for the agency.

create type voygen_lib.option_total as (
  option text,
  title text,
  total numeric,
  commission numeric
);
comment on type voygen_lib.option_total is 'What one option costs the client and earns the agency.';

create type voygen_lib.proposal_content as (
  payload jsonb,
  pictures jsonb,
  lines voygen.proposal_lines[],
  totals voygen_lib.option_total[],
  currency text,
  valid_until date,
  warnings text[]
);
comment on type voygen_lib.proposal_content is 'A proposal before it is stored: the document, the pictures it wants, and what its prices are made of.';
comment on column voygen_lib.proposal_content.pictures is '[{"slot": path in the document, "url", "alt", "width", "height"}]; width and height to crop to.';
comment on column voygen_lib.proposal_content.totals is 'Cheapest first; one, without an option, when there is no choice.';

-- ---- lines

create function voygen_lib.plain_line(
  kind text, subject text, label text, amount numeric, currency text, settings jsonb
) returns voygen.proposal_lines
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    voygen_lib.agency(), null, null, null, kind, subject, label, amount, m.markup, amount + m.markup, null, 'unknown', currency, null,
    coalesce(amount is not null and currency is not null, false))::proposal_lines
  from (select voygen_lib.markup(settings, kind, amount, 'unknown', null, currency) as markup) as m
$$;
comment on function voygen_lib.plain_line(text, text, text, numeric, text, jsonb) is 'A line of what is sold at one price.';

create function voygen_lib.hotel_lines(chosen voygen_lib.chosen_hotel[], settings jsonb) returns setof voygen.proposal_lines
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    voygen_lib.agency(), null, null, voygen_lib.option_name(settings, c.slot), 'hotel', (c.hotel).hotel_key, (c.hotel).name, c.supplier_amount,
    c.markup_amount, c.amount, c.tax_amount, c.tax, c.currency, case when c.commission <= 99999999999.999 then c.commission end,
    coalesce(c.amount is not null and c.currency is not null, false))::proposal_lines
  from unnest(chosen) with ordinality as c
  order by c.ordinality
$$;
comment on function voygen_lib.hotel_lines(voygen_lib.chosen_hotel[], jsonb) is 'A line for each hotel on offer.';

create function voygen_lib.offered_flights(trip voygen.trips, flight_ids bigint[]) returns setof voygen.flights
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select f.*
  from flights as f
  where f.agency_id = trip.agency_id
    and f.trip_id = trip.trip_id
    and case
      when flight_ids is not null then f.flight_id = any (flight_ids)
      when f.status = 'proposed' then not exists (
        -- Of several ways to fly the same route none was chosen; a second way is no second flight.
        select
        from flights as o
        where o.agency_id = f.agency_id and o.trip_id = f.trip_id and o.flight_id <> f.flight_id and o.status <> 'cancelled'
          and (o.origin, o.destination) is not distinct from (f.origin, f.destination))
      else f.status in ('selected', 'booked')
    end
  order by f.depart_at nulls last, f.flight_id
$$;
comment on function voygen_lib.offered_flights(voygen.trips, bigint[]) is
'The flights of a proposal: those named, else those selected or booked and those that are the only one of their route.';

create function voygen_lib.offered_activities(trip voygen.trips) returns setof voygen.trip_activities
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select a.*
  from trip_activities as a
  where a.agency_id = trip.agency_id
    and a.trip_id = trip.trip_id
    and a.status <> 'cancelled'
  order by a.activity_date nulls last, a.start_time nulls last, a.activity_id
$$;
comment on function voygen_lib.offered_activities(voygen.trips) is 'The activities of a trip in order.';

create function voygen_lib.offered_transfers(trip voygen.trips) returns setof voygen.transfers
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select t.*
  from transfers as t
  where t.agency_id = trip.agency_id
    and t.trip_id = trip.trip_id
    and t.status <> 'cancelled'
  order by t.pickup_at nulls last, t.transfer_id
$$;
comment on function voygen_lib.offered_transfers(voygen.trips) is 'The transfers of a trip in order.';

create function voygen_lib.travellers(trip voygen.trips) returns integer
language sql immutable parallel safe
begin atomic
  select coalesce(trip.traveler_count::integer, nullif(pg_catalog.cardinality(trip.traveler_names), 0));
end;
comment on function voygen_lib.travellers(voygen.trips) is 'How many travel; null when nobody said.';

create function voygen_lib.activity_amount(activity voygen.trip_activities, travellers integer) returns numeric
language sql immutable parallel safe
begin atomic
  select case activity.price_basis
    when 'per_person' then activity.price_amount * travellers
    when 'per_group' then activity.price_amount
    when 'total' then activity.price_amount
  end;
end;
comment on function voygen_lib.activity_amount(voygen.trip_activities, integer) is 'What an activity costs the party; null when its basis or the party is not known.';

create function voygen_lib.proposal_lines(
  trip voygen.trips, chosen voygen_lib.chosen_hotel[], flight_ids bigint[], settings jsonb
) returns voygen.proposal_lines[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with priced as (
    select 1 as part, row_number() over () as sort, l as line
    from voygen_lib.hotel_lines(chosen, settings) as l
    union all
    select 2, f.ordinality, l
    from voygen_lib.offered_flights(trip, flight_ids) with ordinality as f
    cross join lateral voygen_lib.plain_line('air', f.flight_id::text, concat_ws(' ', 'Flight', f.origin || '–' || f.destination, f.carrier),
      f.price_amount, f.currency, settings) as l
    union all
    select 3, t.ordinality, l
    from voygen_lib.offered_transfers(trip) with ordinality as t
    cross join lateral voygen_lib.plain_line('transfer', t.transfer_id::text, concat_ws(' ', 'Transfer', t.from_place || '–' || t.to_place),
      t.price_amount, t.currency, settings) as l
    where t.status in ('selected', 'booked')
    union all
    select 4, row_number() over (), l
    from voygen_lib.offered_activities(trip) as a
    cross join lateral voygen_lib.plain_line('activity', a.activity_id::text, a.title,
      voygen_lib.activity_amount(a, voygen_lib.travellers(trip)), a.currency, settings) as l
    where a.status in ('selected', 'booked')
  )
  select coalesce(
    array_agg((
        (n.line).agency_id, null, n.place, (n.line).option, (n.line).kind, (n.line).subject, (n.line).label, (n.line).supplier_amount,
        (n.line).markup_amount, (n.line).amount, (n.line).tax_amount, (n.line).tax_basis, (n.line).currency, (n.line).commission_amount,
        coalesce((n.line).counted and (n.line).currency = trip.currency, false))::proposal_lines
      order by n.place),
    '{}')
  from (select line, row_number() over (order by part, sort)::integer as place from priced) as n
$$;
comment on function voygen_lib.proposal_lines(voygen.trips, voygen_lib.chosen_hotel[], bigint[], jsonb) is
'What a proposal costs, line by line. A line without a price, or in another currency than the trip''s, is no part of the total.';

create function voygen_lib.option_totals(lines voygen.proposal_lines[]) returns voygen_lib.option_total[]
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with offered as (
    select distinct l.option from unnest(lines) as l where l.option is not null
    union all
    select null where not exists (select from unnest(lines) as l where l.option is not null)
  ),
  summed as (
    select o.option,
      sum(l.amount) filter (where l.counted) as total,
      sum(coalesce(l.commission_amount, 0) + coalesce(l.markup_amount, 0))
        filter (where l.counted and (l.commission_amount is not null or l.markup_amount > 0)) as commission
    from offered as o
    left join unnest(lines) as l on l.option is null or l.option = o.option
    group by o.option
  )
  select coalesce(array_agg((s.option, s.option, s.total, s.commission)::voygen_lib.option_total order by s.total nulls last, s.option), '{}')
  from summed as s
$$;
comment on function voygen_lib.option_totals(voygen.proposal_lines[]) is
'Each option with what the client pays for it and what it earns, cheapest first.';

-- ---- parts of the document

create function voygen_lib.hotel_part(chosen voygen_lib.chosen_hotel, zone text, settings jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_build_object(
    'name', (chosen.hotel).name,
    'option', voygen_lib.option_name(settings, chosen.slot),
    'stars', trim_scale((chosen.hotel).star_rating),
    'review_score', trim_scale((chosen.hotel).review_score),
    'review_out_of', case when (chosen.hotel).review_score is not null then 10 end,
    'review_count', case when (chosen.hotel).review_score is not null then (chosen.hotel).review_count end,
    'address', (chosen.hotel).address,
    'area', nullif((chosen.hotel).region, (chosen.hotel).city),
    'room', (chosen.room).name,
    'nights', (chosen.hotel).nights,
    'check_in', (chosen.hotel).check_in,
    'check_out', (chosen.hotel).check_out,
    'nightly_amount', voygen_lib.amount_text(voygen_lib.rounded(chosen.amount / (chosen.hotel).nights, chosen.currency), chosen.currency),
    'total_amount', voygen_lib.amount_text(chosen.amount, chosen.currency),
    'currency', chosen.currency,
    'basis', case
      when chosen.amount is not null
      then concat_ws(', ',
        (chosen.hotel).nights || case when (chosen.hotel).nights = 1 then ' night' else ' nights' end,
        (chosen.hotel).guests || case when (chosen.hotel).guests = 1 then ' guest' else ' guests' end)
    end,
    'taxes', case when chosen.amount is not null then chosen.tax end,
    'tax_amount', voygen_lib.amount_text(chosen.tax_amount, chosen.currency),
    'refundable', coalesce((chosen.room).refundable, (chosen.hotel).refundable),
    'refundable_until', (coalesce((chosen.room).cancellation_deadline, (chosen.hotel).free_cancellation_until) at time zone coalesce(zone, 'UTC'))::date,
    'amenities', to_jsonb((chosen.hotel).amenities[:5]),
    'picture_url', (chosen.hotel).images[1])
$$;
comment on function voygen_lib.hotel_part(voygen_lib.chosen_hotel, text, jsonb) is 'A hotel as a document shows it.';

create function voygen_lib.legs_part(trip voygen.trips, chosen voygen_lib.chosen_hotel[], zone text, settings jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'city', l.city, 'country', l.country, 'start_date', l.arrive_date, 'end_date', l.depart_date,
      'nights', nullif(l.depart_date - l.arrive_date, 0),
      'hotels', (
        select jsonb_agg(voygen_lib.hotel_part(c, zone, settings) - case when c.currency = trip.currency then 'currency' else '' end
          order by c.slot nulls first, c.amount)
        from unnest(chosen) as c
        where c.leg_id = l.leg_id))
    order by l.seq, l.leg_id)
  from trip_legs as l
  where l.agency_id = trip.agency_id
    and l.trip_id = trip.trip_id
$$;
comment on function voygen_lib.legs_part(voygen.trips, voygen_lib.chosen_hotel[], text, jsonb) is 'The legs of the journey with their hotels.';

create function voygen_lib.flights_part(flights voygen.flights[]) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'carrier', f.carrier, 'number', f.flight_number, 'from', f.origin, 'to', f.destination,
      'from_name', start.city, 'to_name', goal.city,
      'depart_date', to_char(f.depart_at at time zone start.zone, 'YYYY-MM-DD'), 'depart_time', to_char(f.depart_at at time zone start.zone, 'HH24:MI'),
      'arrive_date', to_char(f.arrive_at at time zone goal.zone, 'YYYY-MM-DD'), 'arrive_time', to_char(f.arrive_at at time zone goal.zone, 'HH24:MI'),
      'duration_minutes', (extract(epoch from f.arrive_at - f.depart_at) / 60)::integer,
      'cabin', f.cabin,
      'stops', nullif(cardinality(regexp_split_to_array(btrim(f.flight_number), '\s+')) - 1, 0))
    order by f.ordinality)
  from unnest(flights) with ordinality as f
  left join voygen_lib.airports() as start on start.code = f.origin
  left join voygen_lib.airports() as goal on goal.code = f.destination
  where f.origin is not null
    and f.destination is not null
$$;
comment on function voygen_lib.flights_part(voygen.flights[]) is 'Flights by the clocks of their airports; of an airport that is not known there are no times.';

create function voygen_lib.transfers_part(trip voygen.trips, zone text) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object('kind', t.kind, 'from', t.from_place, 'to', t.to_place,
      'date', to_char(t.pickup_at at time zone zone, 'YYYY-MM-DD'), 'time', to_char(t.pickup_at at time zone zone, 'HH24:MI'))
    order by t.ordinality)
  from voygen_lib.offered_transfers(trip) with ordinality as t
$$;
comment on function voygen_lib.transfers_part(voygen.trips, text) is 'Ground transport by the clock of the trip''s zone, where that is known.';

create function voygen_lib.activity_part(activity voygen.trip_activities, trip voygen.trips, settings jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_build_object(
    'title', activity.title,
    'date', activity.activity_date,
    'time', to_char(activity.start_time, 'HH24:MI'),
    'city', (
      select l.city from trip_legs as l
      where l.agency_id = trip.agency_id and l.trip_id = trip.trip_id and l.leg_id = activity.leg_id),
    'duration_minutes', nullif(activity.duration_minutes, 0),
    'amount', case when activity.price_basis is not null and activity.price_amount > 0 then voygen_lib.amount_text(price.client, activity.currency) end,
    'currency', case when activity.price_basis is not null and activity.price_amount > 0 then nullif(activity.currency, trip.currency) end,
    'basis', case
      when activity.price_amount > 0
      then case activity.price_basis when 'per_person' then 'per person' when 'per_group' then 'per group' when 'total' then 'in total' end
    end,
    'free', case when activity.price_amount = 0 then true end,
    'rating', trim_scale(activity.rating),
    'review_count', case when activity.rating is not null then activity.review_count end,
    'text', case when activity.status = 'proposed' then 'A suggestion; not in the total.' end,
    'picture_url', activity.images[1])
  from (
    select activity.price_amount
      + voygen_lib.markup(settings, 'activity', activity.price_amount, 'unknown', null, activity.currency) as client
  ) as price
$$;
comment on function voygen_lib.activity_part(voygen.trip_activities, voygen.trips, jsonb) is 'An activity as a document shows it.';

create function voygen_lib.activities_part(trip voygen.trips, settings jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(voygen_lib.activity_part(a.activity, trip, settings) order by a.place)
  from (select a as activity, row_number() over () as place from voygen_lib.offered_activities(trip) as a) as a
$$;
comment on function voygen_lib.activities_part(voygen.trips, jsonb) is 'The activities of a trip.';

create function voygen_lib.day_items(trip voygen.trips, day date) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object('time', to_char(a.start_time, 'HH24:MI'), 'title', a.title, 'duration_minutes', nullif(a.duration_minutes, 0),
      'included', case when voygen_lib.activity_amount(a, voygen_lib.travellers(trip)) is not null and a.currency = trip.currency then true end)
    order by a.start_time nulls last, a.activity_id)
  from trip_activities as a
  where a.agency_id = trip.agency_id
    and a.trip_id = trip.trip_id
    and a.activity_date = day
    and a.status in ('selected', 'booked')
$$;
comment on function voygen_lib.day_items(voygen.trips, date) is 'What was chosen for a day.';

create function voygen_lib.days_part(trip voygen.trips) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'date', d.day,
      'title', case
        when d.day = trip.end_date then 'Departure'
        when place.arrive_date = d.day then 'Arrival in ' || place.city
        else coalesce(place.city, trip.destination)
      end,
      'city', place.city,
      'items', voygen_lib.day_items(trip, d.day))
    order by d.day)
  from (
    select (trip.start_date + n) as day
    from generate_series(0, least(trip.end_date - trip.start_date, 120)) as n
  ) as d
  left join lateral (
    select l.city, l.arrive_date
    from trip_legs as l
    where l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
      and d.day between l.arrive_date and l.depart_date
    order by l.arrive_date desc, l.seq desc
    limit 1
  ) as place on true
  where exists (
    select
    from trip_activities as a
    where a.agency_id = trip.agency_id and a.trip_id = trip.trip_id and a.activity_date is not null and a.status in ('selected', 'booked'))
$$;
comment on function voygen_lib.days_part(voygen.trips) is 'Day by day, once something was chosen for a day; what is only proposed fixes no day.';

create function voygen_lib.line_taxes(lines voygen.proposal_lines[]) returns text
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case
    when count(*) = 0 then null
    when bool_and(l.tax_basis = 'included') then 'included'
    when bool_or(l.tax_basis = 'excluded') then 'excluded'
    else 'unknown'
  end
  from unnest(lines) as l
  where l.counted
$$;
comment on function voygen_lib.line_taxes(voygen.proposal_lines[]) is 'Taxes of a total: included only when every line has them, excluded when any has not.';

create function voygen_lib.line_tax_amount(lines voygen.proposal_lines[], taxes text) returns numeric
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case when count(*) = count(l.tax_amount) and taxes <> 'unknown' then sum(l.tax_amount) end
  from unnest(lines) as l
  where l.counted
    and l.tax_basis = taxes
    and not exists (select from unnest(lines) as o where o.option is not null)
$$;
comment on function voygen_lib.line_tax_amount(voygen.proposal_lines[], text) is 'The taxes of a total, or those on top of it; null unless every one is known.';

create function voygen_lib.not_in_total(lines voygen.proposal_lines[]) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'label', o.label, 'amount', voygen_lib.amount_text(o.amount, o.currency), 'currency', case when o.amount is not null then o.currency end)
    order by o.label, o.currency, o.amount)
  from (select distinct l.label, l.amount, l.currency from unnest(lines) as l where not l.counted) as o
$$;
comment on function voygen_lib.not_in_total(voygen.proposal_lines[]) is 'What the total does not hold: without a price yet, or in another currency.';

create function voygen_lib.pricing_part(
  trip voygen.trips, lines voygen.proposal_lines[], totals voygen_lib.option_total[], settings jsonb
) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_build_object(
    'lines', (
      select jsonb_agg(
        jsonb_build_object('label', l.label, 'amount', voygen_lib.amount_text(l.amount, l.currency), 'option', l.option)
        order by l.place)
      from unnest(lines) as l
      where l.counted),
    'total_amount', case when (totals[1]).option is null then voygen_lib.amount_text((totals[1]).total, trip.currency) end,
    'per_person_amount', case
      when (totals[1]).option is null
      then voygen_lib.amount_text(voygen_lib.rounded((totals[1]).total / voygen_lib.travellers(trip), trip.currency), trip.currency)
    end,
    'taxes', t.taxes,
    'tax_amount', voygen_lib.amount_text(voygen_lib.line_tax_amount(lines, t.taxes), trip.currency),
    'not_in_total', voygen_lib.not_in_total(lines),
    'included', voygen_lib.texts_setting(settings, 'included'),
    'not_included', voygen_lib.texts_setting(settings, 'not_included'))
  from (select voygen_lib.line_taxes(lines) as taxes) as t
$$;
comment on function voygen_lib.pricing_part(voygen.trips, voygen.proposal_lines[], voygen_lib.option_total[], jsonb) is 'What the client pays.';

create function voygen_lib.options_part(trip voygen.trips, totals voygen_lib.option_total[]) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'name', t.title,
      'total_amount', voygen_lib.amount_text(t.total, trip.currency),
      'per_person_amount', voygen_lib.amount_text(voygen_lib.rounded(t.total / voygen_lib.travellers(trip), trip.currency), trip.currency))
    order by t.ordinality)
  from unnest(totals) with ordinality as t
  where t.option is not null
$$;
comment on function voygen_lib.options_part(voygen.trips, voygen_lib.option_total[]) is 'The options on offer, cheapest first.';

create function voygen_lib.payments_part(trip voygen.trips) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object('kind', p.kind, 'due_on', p.due_on, 'amount', voygen_lib.amount_text(p.amount, p.currency),
      'paid_on', (p.paid_at at time zone 'UTC')::date)
    order by p.due_on, p.payment_id)
  from payment_schedule as p
  where p.agency_id = trip.agency_id
    and p.trip_id = trip.trip_id
    and p.currency = trip.currency
$$;
comment on function voygen_lib.payments_part(voygen.trips) is 'When the client pays what.';

create function voygen_lib.steps_part(settings jsonb, with_options boolean, valid_until date) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object('title', e.value ->> 'title', 'text', voygen_lib.text_setting(e.value, 'text')) order by e.place),
    jsonb_build_array(jsonb_build_object(
      'title', case when with_options then 'Tell us which option you like' else 'Tell us what you think' end, 'due_on', valid_until)))
  from jsonb_array_elements(
    case when jsonb_typeof(settings -> 'next_steps') = 'array' then settings -> 'next_steps' else '[]' end) with ordinality as e(value, place)
  where jsonb_typeof(e.value -> 'title') = 'string'
$$;
comment on function voygen_lib.steps_part(jsonb, boolean, date) is 'What happens next: the agency''s own steps, else an answer by the last day.';

create function voygen_lib.reference(trip voygen.trips) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select upper(coalesce(
    (
      select nullif(substr(trip.slug, length(c.slug) + 2), '')
      from clients as c
      where c.agency_id = trip.agency_id and c.client_id = trip.client_id and trip.slug like replace(c.slug, '_', '\_') || '-%'),
    trip.slug))
$$;
comment on function voygen_lib.reference(voygen.trips) is 'What the client quotes on the phone: the slug without the client''s name.';

create function voygen_lib.wanted_pictures(payload jsonb) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with wanted as (
    select 1 as part, 0::bigint as place, '["agency", "logo"]'::jsonb as slot, payload #>> '{agency,picture_url}' as url, payload #>> '{agency,name}' as alt,
      480 as width, 160 as height
    union all
    select 2, l.place * 1000 + h.place, jsonb_build_array('legs', l.place - 1, 'hotels', h.place - 1, 'picture'), h.value ->> 'picture_url',
      h.value ->> 'name', 1200, 800
    from jsonb_array_elements(payload -> 'legs') with ordinality as l(value, place)
    cross join lateral jsonb_array_elements(l.value -> 'hotels') with ordinality as h(value, place)
    union all
    select 3, a.place, jsonb_build_array('activities', a.place - 1, 'picture'), a.value ->> 'picture_url', a.value ->> 'title', 600, 400
    from jsonb_array_elements(payload -> 'activities') with ordinality as a(value, place)
  )
  select coalesce(
    jsonb_agg(jsonb_build_object('slot', w.slot, 'url', w.url, 'alt', w.alt, 'width', w.width, 'height', w.height) order by w.part, w.place),
    '[]')
  from wanted as w
  where w.url ~ '^https?://'
$$;
comment on function voygen_lib.wanted_pictures(jsonb) is 'The pictures a document wants: where each belongs and to which size it is cut.';

-- ---- warnings

create function voygen_lib.content_warnings(
  trip voygen.trips, chosen voygen_lib.chosen_hotel[], flights voygen.flights[], lines voygen.proposal_lines[]
) returns text[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select format('leg %s (%s) has no hotel', l.seq, l.city)
    from trip_legs as l
    where l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
      and not exists (select from unnest(chosen) as c where c.leg_id = l.leg_id)
    order by l.seq, l.leg_id)
  || array(
    select case
      when l.amount is null then format('%s has no price that could be added', l.label)
      else format('%s is in %s and not in the total', l.label, l.currency)
    end
    from unnest(lines) as l
    where not l.counted
    order by l.place)
  || array(
    select distinct format('%s was %s when it was last checked', (c.hotel).name, replace((c.hotel).availability_status, '_', ' '))
    from unnest(chosen) as c
    where (c.hotel).availability_status <> 'available'
    order by 1)
  || array(
    select format('%s flights %s–%s are proposed and none is selected, so the proposal has none', count(*), f.origin, f.destination)
    from flights as f
    where f.agency_id = trip.agency_id
      and f.trip_id = trip.trip_id
      and f.status = 'proposed'
      and not exists (
        select from unnest(content_warnings.flights) as o where (o.origin, o.destination) is not distinct from (f.origin, f.destination))
    group by f.origin, f.destination
    order by f.origin, f.destination)
  || array(
    select distinct format('the local time at %s is not known, so times are left out', code)
    from unnest(flights) as f
    cross join lateral (values (f.origin::text), (f.destination::text)) as at(code)
    where not exists (select from voygen_lib.airports() as a where a.code = at.code)
    order by 1)
  || array(
    select format('%s activities are proposed: they are shown as suggestions and not in the total', count(*))
    from voygen_lib.offered_activities(trip) as a
    where a.status = 'proposed'
    having count(*) > 0)
  || array(
    select format('%s payments in %s are left out', count(*), p.currency)
    from payment_schedule as p
    where p.agency_id = trip.agency_id and p.trip_id = trip.trip_id and p.currency <> trip.currency
    group by p.currency
    order by p.currency)
$$;
comment on function voygen_lib.content_warnings(voygen.trips, voygen_lib.chosen_hotel[], voygen.flights[], voygen.proposal_lines[]) is
'What the advisor should know of a proposal before the client sees it.';

-- ---- the whole

create function voygen_lib.proposal_content(trip voygen.trips, options jsonb, version integer) returns voygen_lib.proposal_content
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  settings jsonb := voygen_lib.proposal_settings();
  zone text := voygen_lib.trip_zone(trip);
  chosen voygen_lib.chosen_hotel[] := array(select c from voygen_lib.chosen_hotels(trip, options -> 'hotels') as c);
  flight_ids bigint[] := case when options ? 'flights' then array(select f::bigint from jsonb_array_elements_text(options -> 'flights') as f) end;
  flights flights[] := array(select f from voygen_lib.offered_flights(trip, flight_ids) as f);
  last_day date := coalesce((options ->> 'valid_until')::date, voygen_lib.today() + voygen_lib.valid_days(settings));
  lines proposal_lines[] := voygen_lib.proposal_lines(trip, chosen, flight_ids, settings);
  totals voygen_lib.option_total[] := voygen_lib.option_totals(lines);
  payload jsonb;
begin
  payload := voygen_lib.known(jsonb_build_object(
    'reference', voygen_lib.reference(trip),
    'version', version,
    'status', case when options -> 'draft' = 'true' then 'draft' else 'final' end,
    'created_on', voygen_lib.today(),
    'valid_until', last_day,
    'currency', trip.currency,
    'lang', voygen_lib.text_setting(settings, 'lang'),
    'agency', voygen_lib.agency_branding(trip.advisor_id),
    'client', (select jsonb_build_object('name', c.name) from clients as c where c.agency_id = trip.agency_id and c.client_id = trip.client_id),
    'trip', jsonb_build_object(
      'title', coalesce(options ->> 'title', trip.title), 'destination', trip.destination, 'start_date', trip.start_date, 'end_date', trip.end_date,
      'nights', nullif(trip.end_date - trip.start_date, 0), 'travellers', voygen_lib.travellers(trip), 'traveller_names', to_jsonb(trip.traveler_names)),
    'intro', options ->> 'intro',
    'legs', voygen_lib.legs_part(trip, chosen, zone, settings),
    'options', voygen_lib.options_part(trip, totals),
    'flights', voygen_lib.flights_part(flights),
    'transfers', voygen_lib.transfers_part(trip, zone),
    'days', voygen_lib.days_part(trip),
    'activities', voygen_lib.activities_part(trip, settings),
    'pricing', voygen_lib.pricing_part(trip, lines, totals, settings),
    'payments', voygen_lib.payments_part(trip),
    'next_steps', voygen_lib.steps_part(settings, (totals[1]).option is not null, last_day),
    'terms', voygen_lib.text_setting(settings, 'terms'),
    'labels', voygen_lib.labels_setting(settings)));
  return (
    voygen_lib.known(payload, 'picture_url'),
    case when options -> 'images' = 'false' then '[]' else voygen_lib.wanted_pictures(payload) end,
    lines, totals, trip.currency, last_day,
    voygen_lib.settings_warnings() || voygen_lib.content_warnings(trip, chosen, flights, lines))::voygen_lib.proposal_content;
end
$$;
comment on function voygen_lib.proposal_content(voygen.trips, jsonb, integer) is
'What a proposal of a trip says, from its rows as they are. The options are those of generate_proposal, checked.';
