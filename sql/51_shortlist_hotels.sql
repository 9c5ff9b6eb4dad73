-- L/M/H of a trip: the hotels of each leg cut into tiers by the price of a night, and the best of each tier.

create type voygen_api.shortlisted as (
  hotel_key text,
  site text,
  name text,
  leg_id bigint,
  tier text,
  nightly_amount numeric,
  total_amount numeric,
  currency text,
  stars numeric,
  review_score numeric,
  distance_to_center numeric,
  refundable boolean,
  commission voygen_api.hotel_commission,
  also_at text[],
  score numeric,
  reason text
);
comment on type voygen_api.shortlisted is 'A hotel of the shortlist.';
comment on column voygen_api.shortlisted.nightly_amount is 'One night for the whole party.';
comment on column voygen_api.shortlisted.distance_to_center is '@unit km';
comment on column voygen_api.shortlisted.also_at is 'Keys of dearer listings of the same house.';
comment on column voygen_api.shortlisted.score is 'Nearness, reviews, commission, refundability and stars in one number.';

create type voygen_api.tiers as (
  low voygen_api.shortlisted[],
  medium voygen_api.shortlisted[],
  high voygen_api.shortlisted[]
);
comment on type voygen_api.tiers is 'The picks of each tier, best first.';

create type voygen_api.leg_tiers as (
  leg_id bigint,
  city text,
  hotels bigint,
  low bigint,
  medium bigint,
  high bigint,
  cuts numeric[],
  method text,
  note text
);
comment on type voygen_api.leg_tiers is 'How the hotels of one leg were cut.';
comment on column voygen_api.leg_tiers.hotels is 'Houses with a price, listed twice or not.';

create type voygen_api.shortlist as (
  trip_id bigint,
  slug text,
  currency text,
  tiers voygen_api.tiers,
  cuts numeric[],
  method text,
  note text,
  legs voygen_api.leg_tiers[]
);
comment on type voygen_api.shortlist is 'Low, medium and high of a trip.';
comment on column voygen_api.shortlist.cuts is 'A night below the first is low, from the second on high; null when there are none or each leg has its own.';

create function voygen_lib.find_leg(trip voygen.trips, leg text) returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  met bigint[];
begin
  if find_leg.leg is null then
    return null;
  end if;
  select array_agg(l.leg_id order by rank, l.seq, l.leg_id)
  into met
  from (
    select l.*,
      case
        when l.leg_id::text = btrim(find_leg.leg) then 1
        when l.seq::text = btrim(find_leg.leg) then 2
        when voygen_lib.plain(l.city) = voygen_lib.plain(find_leg.leg) then 3
      end as rank
    from trip_legs as l
    where l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
  ) as l
  where rank is not null;
  if met is null then
    perform voygen.raise('not_found', format('leg %s does not exist in trip %s', left(find_leg.leg, 100), trip.slug), path => '/leg',
      expected => voygen_lib.legs_expected(trip), got => left(find_leg.leg, 100));
  end if;
  return met[1];
end
$$;
comment on function voygen_lib.find_leg(voygen.trips, text) is 'A leg by its number, its place in the journey or its city.';

create type voygen_lib.house as (
  leg_id bigint,
  hotel_id bigint,
  hotel voygen.hotel_cache,
  also_at text[]
);
comment on type voygen_lib.house is 'A house of a leg at its cheapest listing.';

create function voygen_lib.houses(trip voygen.trips, leg_id bigint) returns setof voygen_lib.house
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with listing as (
    select h, coalesce(h.same_as, 'hotel ' || h.hotel_id) as house
    from hotel_cache as h
    where h.agency_id = trip.agency_id
      and h.trip_id = trip.trip_id
      and h.leg_id is not null
      and (houses.leg_id is null or h.leg_id = houses.leg_id)
      and h.availability_status = 'available'
      and h.currency = trip.currency
      and h.nightly_amount is not null
  ),
  ranked as (
    select h, house,
      row_number() over (partition by (h).leg_id, house order by (h).nightly_amount, (h).hotel_id) as rank,
      array_agg((h).hotel_key) over (
        partition by (h).leg_id, house
        order by (h).nightly_amount, (h).hotel_id
        rows between unbounded preceding and unbounded following) as keys
    from listing
  )
  select (h).leg_id, (h).hotel_id, h, keys[2:]
  from ranked
  where rank = 1
  order by (h).leg_id, (h).hotel_id
$$;
comment on function voygen_lib.houses(voygen.trips, bigint) is
'The houses of a trip that can be had at a price in its currency. Listings of a leg with equal same_as are one house.';

create function voygen_api.shortlist_hotels(
  trip_id text,
  leg text default null,
  method voygen_api.segment_method default 'auto',
  cuts numeric[] default null,
  per_tier integer default 3
) returns voygen_api.shortlist
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set enable_nestloop = off -- how many rows a list holds is not known when the plan is made; the guess of a few costs minutes
set jit = off
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.trip_row(shortlist_hotels.trip_id);
  wanted_leg bigint := voygen_lib.find_leg(trip, shortlist_hotels.leg);
  positions numeric[] := voygen_lib.require_cuts(shortlist_hotels.cuts);
  wanted_method text := coalesce(shortlist_hotels.method, 'auto')::text;
  per integer := coalesce(voygen_lib.require_whole(shortlist_hotels.per_tier, '/per_tier', 1, 100), 3);
  answer voygen_api.shortlist;
begin
  with house as materialized (
    select h.*, row_number() over (partition by h.leg_id order by h.hotel_id) as place
    from voygen_lib.houses(trip, wanted_leg) as h
  ),
  priced as (
    select leg_id, count(*) as houses, array_agg((hotel).nightly_amount order by place) as prices
    from house
    group by leg_id
  ),
  cut as materialized (
    select l.leg_id, l.seq, l.city, coalesce(priced.houses, 0) as houses, s.*
    from trip_legs as l
    left join priced on priced.leg_id = l.leg_id
    cross join lateral segment_prices(coalesce(priced.prices, '{}'), wanted_method, positions[1], positions[2]) as s
    where l.agency_id = trip.agency_id
      and l.trip_id = trip.trip_id
      and (wanted_leg is null or l.leg_id = wanted_leg)
  ),
  tiered as materialized (
    select cut.leg_id, cut.seq, one.tier, one.place
    from cut
    cross join lateral unnest(cut.tiers) with ordinality as one(tier, place)
  ),
  candidate as materialized (
    select house.*, tier.seq, tier.tier, best.commission, best, house.place - 1 as index
    from house
    join tiered as tier on tier.leg_id = house.leg_id and tier.place = house.place
    left join voygen_lib.best_offers(array[trip.trip_id], (select coalesce(array_agg(hotel_id), '{}') from house)) as best on best.hotel_id = house.hotel_id
  ),
  pick as materialized (
    select listed.leg_id, p.index, p.score, p.reason, p.place
    from (
      select
        leg_id,
        jsonb_agg(
          jsonb_strip_nulls(jsonb_build_object(
            'tier', tier, 'currency', (hotel).currency, 'price', voygen_lib.exact((hotel).nightly_amount, (hotel).currency),
            'distance', (hotel).distance_to_center, 'review', (hotel).review_score, 'commission', commission,
            'refundable', (hotel).refundable, 'stars', (hotel).star_rating, 'key', (hotel).hotel_key, 'chain', (hotel).chain,
            'place', nullif(concat_ws(', ', (hotel).city, (hotel).region), ''), 'same_as', (hotel).same_as))
          order by index) as candidates
      from candidate
      group by leg_id
    ) as listed
    cross join lateral choose_picks(listed.candidates, per) with ordinality as p(index, score, reason, place)
  ),
  shown as materialized (
    select c.tier, c.seq, c.leg_id, pick.place,
      (
        (c.hotel).hotel_key, (c.hotel).site, (c.hotel).name, c.leg_id, c.tier,
        voygen_lib.exact((c.hotel).nightly_amount, (c.hotel).currency),
        voygen_lib.exact(voygen_lib.stay_total(c.hotel), (c.hotel).currency), (c.hotel).currency, (c.hotel).star_rating,
        (c.hotel).review_score, (c.hotel).distance_to_center, (c.hotel).refundable,
        voygen_lib.commission_shown(c.best),
        c.also_at, pick.score, pick.reason)::voygen_api.shortlisted as hotel
    from pick
    join candidate as c on c.leg_id = pick.leg_id and c.index = pick.index
  )
  select
    trip.trip_id, trip.slug, trip.currency,
    (
      coalesce((select array_agg(hotel order by seq, leg_id, place) from shown where tier = 'low'), '{}'),
      coalesce((select array_agg(hotel order by seq, leg_id, place) from shown where tier = 'medium'), '{}'),
      coalesce((select array_agg(hotel order by seq, leg_id, place) from shown where tier = 'high'), '{}'))::voygen_api.tiers,
    case when count(*) = 1 and max(cut.low_below) is not null then array[max(cut.low_below), max(cut.high_from)] end,
    case when count(distinct cut.method_used) = 1 then max(cut.method_used) when count(*) = 0 then 'few' else 'per_leg' end,
    case
      when count(*) = 0 then 'The trip has no leg.'
      when sum(cut.houses) = 0 then 'No available hotel of this trip has a price in its currency.'
      when count(*) = 1 then max(voygen_lib.segment_note(cut.method_used, cut.tiers))
    end,
    coalesce(
      array_agg((
          cut.leg_id, cut.city, cut.houses,
          cardinality(array_positions(cut.tiers, 'low')), cardinality(array_positions(cut.tiers, 'medium')), cardinality(array_positions(cut.tiers, 'high')),
          case when cut.low_below is not null then array[cut.low_below, cut.high_from] end,
          cut.method_used, voygen_lib.segment_note(cut.method_used, cut.tiers))::voygen_api.leg_tiers
        order by cut.seq, cut.leg_id),
      '{}')
  into answer
  from cut;
  return answer;
end
$$;
comment on function voygen_api.shortlist_hotels is
'Shortlist hotels
Cuts the available hotels of each leg into low, medium and high by the price of a night, and picks the best of each tier by nearness, reviews, commission, refundability and stars, with variety: not two of one chain or place while others are left. A house listed twice counts once, at its cheapest.
@param trip_id Number or slug of the trip. @format id
@param leg Only this leg: its number, its place in the journey or its city. @format id
@param method How to cut.
@param cuts The percentiles of method percentile; the agency''s when absent. @max_items 2 @example [25, 75]
@param per_tier How many to pick of each tier and leg. @min 1 @max 100
@page ui://voygen/shortlist
@example {"trip_id": "demo-client-dublin-october-2026"}';
