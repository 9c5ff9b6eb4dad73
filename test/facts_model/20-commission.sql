-- The expected commission of one offer, from rates, volumes and rules; exact until the one rounding at its end.

do $$
begin
  if to_regtype('facts_model.offer') is null then
    create type facts_model.offer as (
      agency_id bigint,
      hotel_id bigint,
      room_key text,
      site text,
      supplier text,
      chain text,
      property text,
      product_type text,
      rate_type text,
      refundable boolean,
      prepaid boolean,
      currency text,
      nights integer,
      rooms integer,
      check_in date,
      booked_on date,
      advisor text,
      amount numeric,
      base numeric,
      eligible boolean,
      stated_amount numeric,
      stated_percent numeric,
      trip_budget numeric,
      trip_start date,
      client_tier text,
      destination text);
    create type facts_model.score as (
      commission numeric,
      source text,
      rate_id bigint);
  end if;
end
$$;

-- A key of a rate that is not given holds for every offer; an unknown fact of the offer matches no given key.
create or replace function facts_model.rate_matches(r voygen.commission_rates, o facts_model.offer)
returns boolean
language sql
immutable
as $$
  select coalesce(r.is_active, false)
    and (r.effective_from is null or r.effective_from <= o.booked_on)
    and (r.effective_until is null or r.effective_until >= o.booked_on)
    and (r.site is null or coalesce(r.site = o.site, false))
    and (r.supplier is null or coalesce(r.supplier = o.supplier, false))
    and (r.chain is null or coalesce(r.chain = o.chain, false))
    and (r.property is null or coalesce(r.property = o.property, false))
    and (r.accommodation_type is null or coalesce(r.accommodation_type = o.product_type, false))
    and (r.rate_type is null or coalesce(r.rate_type = o.rate_type, false))
    and (r.refundable is null or coalesce(r.refundable = o.refundable, false))
    and (r.prepaid is null or coalesce(r.prepaid = o.prepaid, false))
    and (r.min_nights is null or coalesce(o.nights >= r.min_nights, false))
    and (r.stay_from is null or coalesce(o.check_in >= r.stay_from, false))
    and (r.stay_until is null or coalesce(o.check_in <= r.stay_until, false))
    and (r.weekdays is null or coalesce(extract(isodow from o.check_in)::smallint = any (r.weekdays), false))
    and (r.currency is null or coalesce(r.currency::text = o.currency, false))
    and (r.advisor is null or coalesce(r.advisor = o.advisor, false))
$$;

create or replace function facts_model.rate_keys(r voygen.commission_rates)
returns integer
language sql
immutable
as $$
  select num_nonnulls(r.site, r.supplier, r.chain, r.property, r.accommodation_type, r.rate_type, r.refundable,
                      r.prepaid, r.min_nights, coalesce(r.stay_from, r.stay_until), r.weekdays, r.currency, r.advisor)
$$;

-- The volume of a tier rate's window that holds the booking date; no row is volume 0.
create or replace function facts_model.volume(r voygen.commission_rates, o facts_model.offer)
returns numeric
language sql
stable
as $$
  select coalesce((
    select case r.tier_measure
             when 'room_nights' then v.room_nights::numeric
             when 'bookings' then v.bookings::numeric
             else v.amount
           end
    from voygen.commission_volumes v
    where v.agency_id = o.agency_id
      and v.site = o.site
      and v.window_kind = r.tier_window
      and v.window_start = date_trunc(r.tier_window, o.booked_on::timestamp)::date), 0)
$$;

-- Percent earned by a tier rate, as a ratio (num / den percent of the base).
create or replace function facts_model.tier_percent(r voygen.commission_rates, o facts_model.offer,
                                                    out num numeric, out den numeric)
language plpgsql
stable
as $$
declare
  before_offer numeric := facts_model.volume(r, o);
  own numeric;
begin
  den := 1;
  if coalesce(r.tier_mode, 'whole') = 'whole' then
    select coalesce((
      select (t ->> 'value')::numeric
      from jsonb_array_elements(r.tiers) t
      where (t ->> 'from')::numeric <= before_offer
      order by (t ->> 'from')::numeric desc
      limit 1), 0)
    into num;
    return;
  end if;
  own := case r.tier_measure
           when 'room_nights' then o.nights * o.rooms
           when 'bookings' then 1
           else o.base
         end;
  if own is null then
    return;
  end if;
  if own = 0 then
    num := 0;
    return;
  end if;
  den := own;
  select coalesce(sum(greatest(least(before_offer + own, upper_end) - greatest(before_offer, lower_end), 0) * value), 0)
  from (select (t ->> 'from')::numeric as lower_end, (t ->> 'value')::numeric as value,
               coalesce(lead((t ->> 'from')::numeric) over (order by (t ->> 'from')::numeric),
                        'infinity'::numeric) as upper_end
        from jsonb_array_elements(r.tiers) t) steps
  into num;
end
$$;

-- What a rate yields for an offer, as a ratio; null when a needed amount is unknown.
create or replace function facts_model.rate_yield(r voygen.commission_rates, o facts_model.offer,
                                                  out num numeric, out den numeric)
language plpgsql
stable
as $$
declare
  counted_nights integer := least(o.nights, r.first_nights);
begin
  if r.kind in ('percent', 'net_markup', 'override_percent') then
    num := o.base * r.commission_percent;
    den := 100;
  elsif r.kind = 'tier_percent' then
    select t.num * o.base, t.den * 100
    into num, den
    from facts_model.tier_percent(r, o) t;
  elsif r.kind in ('fixed_per_stay', 'bonus_fixed') then
    num := r.fixed_amount;
    den := 1;
    return;
  elsif r.kind = 'fixed_per_night' then
    num := r.fixed_amount * case when r.first_nights is null then o.nights else counted_nights end;
    den := 1;
    if o.nights is null then
      num := null;
    end if;
    return;
  elsif r.kind = 'fixed_per_room_night' then
    num := r.fixed_amount * case when r.first_nights is null then o.nights else counted_nights end * o.rooms;
    den := 1;
    if o.nights is null then
      num := null;
    end if;
    return;
  end if;
  if r.first_nights is not null then
    if o.nights is null then
      num := null;
    elsif r.first_nights < o.nights then
      num := num * r.first_nights;
      den := den * o.nights;
    end if;
  end if;
end
$$;

-- All given conditions must hold; one whose fact is unknown does not. A destination is met as whole words in any case.
create or replace function facts_model.rule_applies(conditions jsonb, o facts_model.offer)
returns boolean
language sql
immutable
as $$
  select (conditions -> 'trip_budget' is null
          or coalesce(o.trip_budget is not null
                      and o.trip_budget >= coalesce((conditions #>> '{trip_budget,min}')::numeric, o.trip_budget)
                      and o.trip_budget <= coalesce((conditions #>> '{trip_budget,max}')::numeric, o.trip_budget), false))
    and (conditions -> 'client_tier' is null or coalesce(conditions -> 'client_tier' ? o.client_tier, false))
    and (conditions -> 'destination' is null
         or exists (select 1
                    from jsonb_array_elements_text(conditions -> 'destination') d
                    where o.destination ~* ('(^|\W)' || regexp_replace(d, '(\W)', '\\\1', 'g') || '(\W|$)')))
    and (conditions -> 'travel_dates' is null
         or coalesce(day between coalesce((conditions #>> '{travel_dates,start}')::date, day)
                             and coalesce((conditions #>> '{travel_dates,end}')::date, day), false))
    and (conditions -> 'min_nights' is null or coalesce(o.nights >= (conditions ->> 'min_nights')::integer, false))
    and (conditions -> 'site' is null or coalesce(conditions -> 'site' ? o.site, false))
    and (conditions -> 'refundable' is null or coalesce(o.refundable = (conditions ->> 'refundable')::boolean, false))
  from (select coalesce(o.check_in, o.trip_start) as day) travel
$$;

-- Expected commission of one offer. No row's worth (all null) when unknown or ineligible.
create or replace function facts_model.score(o facts_model.offer, rounding text)
returns facts_model.score
language plpgsql
stable
as $$
declare
  base_rate voygen.commission_rates;
  extra voygen.commission_rates;
  rule voygen.commission_rules;
  num numeric;
  den numeric := 1;
  more record;
  stated numeric;  -- exact
  minimum numeric; -- percent of the base
  result facts_model.score;
begin
  if o.currency is null then
    return null;
  end if;
  stated := case
              when o.eligible is false then 0
              else coalesce(o.stated_amount, o.base * o.stated_percent / 100)
            end;
  select r.*
  into base_rate
  from voygen.commission_rates r
  where r.agency_id = o.agency_id
    and r.kind not in ('override_percent', 'bonus_fixed')
    and facts_model.rate_matches(r, o)
  order by facts_model.rate_keys(r) desc, r.priority desc, r.effective_from desc nulls last, r.rate_id
  limit 1;

  if base_rate.rate_id is not null then
    select y.num, y.den
    into num, den
    from facts_model.rate_yield(base_rate, o) y;
    for extra in
      select r.*
      from voygen.commission_rates r
      where r.agency_id = o.agency_id
        and r.kind in ('override_percent', 'bonus_fixed')
        and facts_model.rate_matches(r, o)
    loop
      select y.num, y.den
      into more
      from facts_model.rate_yield(extra, o) y;
      num := num * more.den + more.num * den;
      den := den * more.den;
    end loop;
    if num > base_rate.max_commission_amount * den then
      num := base_rate.max_commission_amount;
      den := 1;
    end if;
    if num < base_rate.min_commission_amount * den then
      num := base_rate.min_commission_amount;
      den := 1;
    end if;
  end if;

  for rule in
    select r.*
    from voygen.commission_rules r
    where r.agency_id = o.agency_id
      and r.is_active
      and (r.effective_from is null or r.effective_from <= o.booked_on)
      and (r.effective_until is null or r.effective_until >= o.booked_on)
      and facts_model.rule_applies(r.conditions, o)
    order by r.priority desc, r.rule_id
  loop
    if (rule.actions ->> 'exclude')::boolean
       or (rule.actions ->> 'require_refundable')::boolean and o.refundable is not true then
      return null;
    end if;
    num := num * coalesce((rule.actions ->> 'commission_multiplier')::numeric, 1);
    num := num + coalesce((rule.actions ->> 'bonus_fixed')::numeric, 0) * den;
    if rule.actions ? 'min_commission_percent' then
      minimum := greatest(minimum, (rule.actions ->> 'min_commission_percent')::numeric);
    end if;
  end loop;

  if stated is not null then
    result := row(facts_model.round_ratio(greatest(stated, 0), 1, o.currency, rounding), 'stated', null);
  elsif num is not null then
    result := row(facts_model.round_ratio(greatest(num, 0), den, o.currency, rounding), 'computed', base_rate.rate_id);
  end if;
  -- the commission as it would be paid against what a rate of the minimum percentage would pay
  if minimum is not null
     and coalesce(result.commission < facts_model.round_ratio(o.base * minimum, 100, o.currency, rounding), true) then
    return null;
  end if;
  return result;
end
$$;
