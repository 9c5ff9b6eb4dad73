-- The offers of a trip, its price tiers, and when the calendar alone changes its facts.

create or replace function facts_model.base(amount numeric, tax_basis text, tax_amount numeric)
returns numeric
language sql
immutable
as $$
  select case
    when tax_basis = 'included' and amount < tax_amount then 0
    when tax_basis = 'included' and tax_amount is not null then amount - tax_amount
    else amount
  end
$$;

-- total_amount, else the price by its basis; that needs a known currency, as the nightly amount does
create or replace function facts_model.stay_total(h voygen.hotel_cache)
returns numeric
language sql
immutable
as $$
  select coalesce(h.total_amount,
                  case when h.currency is not null then case h.price_basis
                    when 'per_stay' then h.price_amount
                    when 'per_night' then h.price_amount * h.nights
                    when 'per_person' then h.price_amount * h.guests
                  end end)
$$;

-- Every offer of one trip: the available rooms of each offered row, or the row itself. Amounts come in as the currency
-- can be paid: a yen has no fractions, even where a row says so.
create or replace function facts_model.offers(agency bigint, trip bigint, as_of timestamptz)
returns setof facts_model.offer
language sql
stable
as $$
  with rows as (
    select h.*, t.advisor_id, t.destination, t.start_date, c.tier as client_tier,
           facts_model.stay_total(h) as stay_total,
           case when t.budget_currency = t.currency then t.budget_amount end as trip_budget
    from voygen.hotel_cache h
    join voygen.trips t on (t.agency_id, t.trip_id) = (h.agency_id, h.trip_id)
    left join voygen.clients c on (c.agency_id, c.client_id) = (t.agency_id, t.client_id)
    where h.agency_id = agency
      and h.trip_id = trip
      and h.availability_status = 'available'
  ), rooms as (
    select r.*
    from voygen.rooms_cache r
    where r.agency_id = agency
      and r.trip_id = trip
      and r.availability_status = 'available'
  )
  select h.agency_id, h.hotel_id, r.room_key, h.site, h.supplier, h.chain, h.hotel_key, h.product_type,
         coalesce(r.rate_type, h.rate_type), coalesce(r.refundable, h.refundable), null::boolean,
         coalesce(r.currency, h.currency)::text, h.nights::integer, 1, h.check_in, facts_model.day(as_of),
         h.advisor_id::text, facts_model.amount(coalesce(r.total_amount, r.nightly_amount * h.nights), h.currency),
         facts_model.base(facts_model.amount(coalesce(r.total_amount, r.nightly_amount * h.nights), h.currency), r.tax_basis,
                          facts_model.amount(r.tax_amount, h.currency)),
         r.commission_eligible, r.commission_amount, r.commission_percent, h.trip_budget, h.start_date, h.client_tier,
         h.destination
  from rows h
  join rooms r using (hotel_id)
  where coalesce(r.currency, h.currency) is not distinct from h.currency
  union all
  select h.agency_id, h.hotel_id, null, h.site, h.supplier, h.chain, h.hotel_key, h.product_type,
         h.rate_type, h.refundable, null::boolean,
         h.currency::text, h.nights::integer, 1, h.check_in, facts_model.day(as_of),
         h.advisor_id::text, facts_model.amount(h.stay_total, h.currency),
         facts_model.base(facts_model.amount(h.stay_total, h.currency),
                          case when h.total_amount is null then h.price_tax else h.total_tax end,
                          facts_model.amount(h.tax_amount, h.currency)),
         null, h.commission_amount, h.commission_percent, h.trip_budget, h.start_date, h.client_tier, h.destination
  from rows h
  where not exists (select 1 from rooms r where r.hotel_id = h.hotel_id)
$$;

-- Tier of every distinct hotel of a leg, and the cuts. prices ascending.
create or replace function facts_model.cuts(prices numeric[], low_cut numeric, high_cut numeric,
                                            out method text, out low_below numeric, out high_from numeric)
language plpgsql
immutable
as $$
declare
  n integer := coalesce(array_length(prices, 1), 0);
begin
  if n < 3 then
    method := 'few';
  elsif n < 9 then
    method := 'rank';
    -- the middle of a run of equal prices decides, so a price has one tier
    select min(p) filter (where floor(3 * middle / n) >= 1), min(p) filter (where floor(3 * middle / n) >= 2)
    into low_below, high_from
    from (select p, (min(i - 1) + max(i - 1)) / 2.0 as middle
          from unnest(prices) with ordinality as x (p, i)
          group by p) runs;
  else
    method := 'percentile';
    low_below := facts_model.percentile7(prices, low_cut);
    high_from := facts_model.percentile7(prices, high_cut);
  end if;
end
$$;

create or replace function facts_model.percentile7(prices numeric[], percent numeric)
returns numeric
language sql
immutable
as $$
  with place as (
    select (array_length(prices, 1) - 1) * percent * 0.01 as h
  )
  select prices[floor(h)::integer + 1]
         + (h - floor(h)) * (prices[least(floor(h)::integer + 2, array_length(prices, 1))] - prices[floor(h)::integer + 1])
  from place
$$;

create or replace function facts_model.tier(price numeric, method text, low_below numeric, high_from numeric)
returns text
language sql
immutable
as $$
  select case
    when price is null then null
    when method = 'few' then 'medium'
    when high_from is not null and price >= high_from then 'high'
    when low_below is null or price < low_below then 'low'
    else 'medium'
  end
$$;

-- When the facts of this agency stop to hold by the calendar alone.
create or replace function facts_model.next_turn(agency bigint, as_of timestamptz)
returns timestamptz
language sql
stable
as $$
  select min(turn)
  from (
    select facts_model.midnight(effective_from) as turn
    from voygen.commission_rates
    where agency_id = agency and is_active
    union all
    select facts_model.midnight(effective_until + 1)
    from voygen.commission_rates
    where agency_id = agency and is_active
    union all
    select facts_model.midnight(effective_from)
    from voygen.commission_rules
    where agency_id = agency and is_active
    union all
    select facts_model.midnight(effective_until + 1)
    from voygen.commission_rules
    where agency_id = agency and is_active
    union all
    select (date_trunc('month', as_of at time zone 'UTC') + interval '1 month') at time zone 'UTC'
    where exists (select 1 from voygen.commission_rates
                  where agency_id = agency and is_active and kind = 'tier_percent')
  ) turns
  where turn > as_of
$$;
