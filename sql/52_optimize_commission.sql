-- The choice of one offer per leg that earns most, within what the client wants.

create type voygen_api.chosen_offer as (
  leg_id bigint,
  leg text,
  hotel_key text,
  hotel text,
  room text,
  site text,
  price numeric,
  commission numeric,
  refundable boolean,
  cheapest_price numeric,
  cheapest_commission numeric,
  reason text
);
comment on type voygen_api.chosen_offer is 'The offer chosen for a leg.';
comment on column voygen_api.chosen_offer.leg is 'City of the leg.';
comment on column voygen_api.chosen_offer.room is 'Key of the room, when the hotel lists rooms.';
comment on column voygen_api.chosen_offer.price is 'The whole stay.';
comment on column voygen_api.chosen_offer.cheapest_price is 'Of the cheapest eligible offer of the leg.';

create type voygen_api.price_and_commission as (
  total_price numeric,
  total_commission numeric
);
comment on type voygen_api.price_and_commission is 'Sums over the legs.';

create type voygen_api.best_choice as (
  trip_id bigint,
  slug text,
  currency text,
  selection voygen_api.chosen_offer[],
  total_price numeric,
  total_commission numeric,
  baseline voygen_api.price_and_commission,
  gain numeric,
  gain_percent numeric,
  client_cost_delta numeric,
  warnings text[]
);
comment on type voygen_api.best_choice is 'The choice with the greatest expected commission, beside the cheapest.';
comment on column voygen_api.best_choice.baseline is 'The cheapest eligible offer of each leg.';
comment on column voygen_api.best_choice.gain is 'Commission of the choice less that of the baseline.';
comment on column voygen_api.best_choice.gain_percent is 'Gain of the baseline''s commission; null when that is nothing.';
comment on column voygen_api.best_choice.client_cost_delta is 'What the choice costs the client more than the baseline.';

create function voygen_lib.eligible_offers(
  trip voygen.trips, require_refundable boolean, min_stars numeric, prefer_sites text[]
) returns setof voygen_lib.quoted
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
  with hotel as materialized (
    select h.hotel_id
    from hotel_cache as h
    where h.agency_id = trip.agency_id
      and h.trip_id = trip.trip_id
      and h.leg_id is not null
      and h.availability_status = 'available'
      and h.currency = trip.currency
      and (min_stars is null or h.star_rating >= min_stars)
  ),
  offer as materialized (
    select q.*, bool_or(q.site = any (prefer_sites)) over (partition by q.leg_id) as leg_has_preferred
    from voygen_lib.quoted_offers(array[trip.trip_id], (select coalesce(array_agg(hotel_id), '{}') from hotel), true) as q
    where q.eligible
      and q.amount is not null
      and (not coalesce(require_refundable, false) or q.refundable)
  )
  select
    trip_id, leg_id, hotel_id, hotel_key, room_key, site, hotel_name, room_name, amount, currency, refundable, available, base, commission,
    percent, source, rate_id, eligible, reason, preferred, quote
  from offer
  -- Preferred sites are a wish: where a leg has none of theirs, the others stand.
  where not coalesce(leg_has_preferred, false)
    or site = any (prefer_sites)
$$;
comment on function voygen_lib.eligible_offers(voygen.trips, boolean, numeric, text[]) is
'The offers of a trip that may be chosen: available, priced, in its currency, not ruled out by a rule or by what is asked.';

create function voygen_lib.choice_reason(chosen voygen_lib.quoted, cheapest voygen_lib.quoted, offers bigint) returns text
language sql immutable parallel safe
begin atomic
  select pg_catalog.concat_ws('; ',
    case
      when offers = 1 then 'the only eligible offer of the leg'
      when (chosen.hotel_id, chosen.room_key) is not distinct from (cheapest.hotel_id, cheapest.room_key)
        then pg_catalog.format('the cheapest of %s eligible offers earns most within the limits', offers)
      else pg_catalog.format('earns %s against %s of the cheapest (%s), for %s more', coalesce(chosen.commission, 0), coalesce(cheapest.commission, 0),
        cheapest.hotel_key, chosen.amount - cheapest.amount)
    end,
    case chosen.source
      when 'stated' then 'commission as the portal states it'
      when 'computed' then pg_catalog.format('commission by rate %s', chosen.rate_id)
      else 'commission unknown, counted as nothing'
    end,
    case when chosen.preferred then 'a rule prefers its site' end);
end;
comment on function voygen_lib.choice_reason(voygen_lib.quoted, voygen_lib.quoted, bigint) is 'Why an offer was chosen for its leg.';

create function voygen_lib.audit_choice(chosen voygen_lib.quoted, agency bigint, asked jsonb) returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  insert into commission_audit (agency_id, trip_id, hotel_key, room_key, rate_id, base, commission, currency, source, reason, trace, inputs)
  values (
    agency, chosen.trip_id, chosen.hotel_key, chosen.room_key, chosen.rate_id, voygen_lib.kept_amount(chosen.base),
    voygen_lib.kept_amount(chosen.commission), chosen.currency, chosen.source, 'optimize_commission', chosen.quote -> 'trace',
    voygen_lib.kept_inputs(asked))
$$;
comment on function voygen_lib.audit_choice(voygen_lib.quoted, bigint, jsonb) is 'Keeps how the commission of a chosen offer came about.';

create function voygen_api.optimize_commission(
  trip_id text,
  budget numeric default null,
  require_refundable boolean default false,
  min_stars numeric default null,
  max_premium_percent numeric default null,
  prefer_sites text[] default null,
  cancel_probability numeric default 0,
  idempotency_key text default null
) returns voygen_api.best_choice
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.trip_row(optimize_commission.trip_id);
  offers voygen_lib.quoted[];
  legs jsonb;
  leg_rows trip_legs[];
  found_choice jsonb;
  asked jsonb := jsonb_strip_nulls(jsonb_build_object(
    'trip_id', trip.trip_id, 'budget', optimize_commission.budget, 'require_refundable', optimize_commission.require_refundable,
    'min_stars', optimize_commission.min_stars, 'max_premium_percent', optimize_commission.max_premium_percent,
    'prefer_sites', optimize_commission.prefer_sites, 'cancel_probability', optimize_commission.cancel_probability));
  answer voygen_api.best_choice;
begin
  perform voygen_lib.require_amount(optimize_commission.budget, trip.currency, '/budget');
  if optimize_commission.max_premium_percent < 0 then
    perform voygen.raise('invalid_argument', 'max_premium_percent is negative', path => '/max_premium_percent', expected => '0 or more',
      got => optimize_commission.max_premium_percent::text);
  end if;
  if optimize_commission.cancel_probability not between 0 and 1 then
    perform voygen.raise('invalid_argument', 'cancel_probability is out of range', path => '/cancel_probability', expected => '0 to 1',
      got => optimize_commission.cancel_probability::text);
  end if;
  perform voygen_lib.require_site(one.site, '/prefer_sites/' || one.place - 1)
  from unnest(optimize_commission.prefer_sites) with ordinality as one(site, place);

  select coalesce(array_agg(q order by q.hotel_key collate "C", q.room_key collate "C" nulls first, q.hotel_id), '{}')
  into offers
  from voygen_lib.eligible_offers(
    trip, optimize_commission.require_refundable, optimize_commission.min_stars, optimize_commission.prefer_sites) as q;
  select
    coalesce(array_agg(l order by l.seq, l.leg_id), '{}'),
    coalesce(jsonb_agg(coalesce(o.offers, '[]') order by l.seq, l.leg_id), '[]')
  into leg_rows, legs
  from trip_legs as l
  left join (
    select q.leg_id,
      jsonb_agg(jsonb_build_object(
          'price', q.amount, 'commission', coalesce(q.commission, 0), 'refundable', coalesce(q.refundable, false),
          'key', q.hotel_key || ' ' || coalesce(q.room_key, '') || ' ' || q.site, 'at', q.place)
        order by q.place) as offers
    from unnest(offers) with ordinality as q(
      trip_id, leg_id, hotel_id, hotel_key, room_key, site, hotel_name, room_name, amount, currency, refundable, available, base, commission,
      percent, source, rate_id, eligible, reason, preferred, quote, place)
    group by q.leg_id
  ) as o on o.leg_id = l.leg_id
  where l.agency_id = trip.agency_id
    and l.trip_id = trip.trip_id;

  found_choice := optimize_offers(legs, trip.currency, jsonb_strip_nulls(jsonb_build_object(
    'budget', optimize_commission.budget, 'max_premium_percent', optimize_commission.max_premium_percent,
    'cancel_probability', coalesce(optimize_commission.cancel_probability, 0))));
  if not (found_choice -> 'feasible')::boolean then
    perform voygen.raise('precondition_failed', format('the cheapest offers cost %s %s, more than the budget', found_choice #>> '{baseline,price}', trip.currency),
      path => '/budget', expected => format('at least %s', found_choice #>> '{baseline,price}'), got => optimize_commission.budget::text,
      hint => 'Raise the budget or loosen the other limits.');
  end if;

  with leg as materialized (
    select one.row, one.place,
      legs -> (one.place - 1)::integer as leg_offers,
      offers[(legs #>> array[(one.place - 1)::text, found_choice #>> array['choice', (one.place - 1)::text], 'at'])::integer] as chosen,
      offers[(legs #>> array[(one.place - 1)::text, found_choice #>> array['cheapest', (one.place - 1)::text], 'at'])::integer] as cheapest
    from (select row, place from unnest(leg_rows) with ordinality as u(agency_id, trip_id, leg_id, seq, city, region, country, arrive_date, depart_date, notes, created_at, updated_at, place)
      cross join lateral (select leg_rows[place::integer] as row) as r) as one
  ),
  audited as (
    select count(voygen_lib.audit_choice(chosen, trip.agency_id, asked)) as n
    from leg
    where (chosen).hotel_id is not null
  )
  select
    trip.trip_id, trip.slug, trip.currency,
    coalesce(
      array_agg((
          (row).leg_id, (row).city, (chosen).hotel_key, (chosen).hotel_name, (chosen).room_key, (chosen).site, (chosen).amount,
          (chosen).commission, (chosen).refundable, (cheapest).amount, (cheapest).commission,
          voygen_lib.choice_reason(chosen, cheapest, jsonb_array_length(leg_offers)))::voygen_api.chosen_offer
        order by place) filter (where (chosen).hotel_id is not null),
      '{}'),
    (found_choice #>> '{best,price}')::numeric, (found_choice #>> '{best,commission}')::numeric,
    ((found_choice #>> '{baseline,price}')::numeric, (found_choice #>> '{baseline,commission}')::numeric)::voygen_api.price_and_commission,
    (found_choice #>> '{best,commission}')::numeric - (found_choice #>> '{baseline,commission}')::numeric,
    case
      when (found_choice #>> '{baseline,commission}')::numeric > 0
      then trim_scale(round(
        ((found_choice #>> '{best,commission}')::numeric - (found_choice #>> '{baseline,commission}')::numeric) * 100
          / (found_choice #>> '{baseline,commission}')::numeric, 2))
    end,
    (found_choice #>> '{best,price}')::numeric - (found_choice #>> '{baseline,price}')::numeric,
    coalesce(
      array_agg(format('leg %s (%s) has no eligible offer and is left out', (row).leg_id, (row).city) order by place)
        filter (where (chosen).hotel_id is null),
      '{}')
      || case when cardinality(leg_rows) = 0 then array['the trip has no leg'] else '{}' end
  into answer
  from leg
  cross join audited;
  return answer;
end
$$;
comment on function voygen_api.optimize_commission is
'Choose the offers that earn most
Chooses one offer per leg so that the agency''s expected commission is greatest, within the client''s limits, and says what that gains over the cheapest eligible offers and what it costs the client. The choice is exact. The calculation is kept in the audit.
@param trip_id Number or slug of the trip. @format id
@param budget Most that all stays together may cost, in the trip''s currency. @min 0
@param require_refundable Only offers known to be refundable.
@param min_stars Fewest stars; hotels whose stars are not known are left out. @min 0 @max 7
@param max_premium_percent How much dearer than the cheapest eligible offer of its leg an offer may be. @min 0
@param prefer_sites Where a leg has offers of these sites, only those.
@param cancel_probability Chance that a refundable stay is cancelled: its commission counts that much less. @min 0 @max 1
@param idempotency_key The same key with the same arguments runs once and answers the same.
@example {"trip_id": "demo-client-dublin-october-2026", "max_premium_percent": 3}';
