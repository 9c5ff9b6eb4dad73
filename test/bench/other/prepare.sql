-- The other side's small tables: rates and rules typed, ranked and indexed once, as a careful SQL author would keep
-- them. Rebuilt for the current agency and a booking day by bench.prepare(). Nothing in C of ours is used.
create schema if not exists bench;

drop table if exists bench.rate_plan, bench.extra_plan, bench.rule_plan, bench.rule_pattern cascade;

-- Base rates that hold on the day, spread over the sites they can meet. Precedence does not depend on the offer, so it
-- is a rank here: the first match in rank order is the rate. Whole tiers are settled by the day's volume.
create table bench.rate_plan (
  site text not null,
  rank integer not null,
  rate_id bigint not null,
  supplier text, chain text, property text, product_type text, rate_type text, refundable boolean, min_nights integer,
  stay_from date, stay_until date, weekdays smallint[], currency char(3), advisor text,
  percent numeric,       -- of the base
  fixed numeric,         -- per stay
  per_night numeric,
  first_nights integer,
  volume numeric, froms numeric[], untils numeric[], percents numeric[],   -- marginal tiers by amount
  cap numeric, floor numeric,
  primary key (site, rank)
);

create table bench.extra_plan (
  site text not null,
  rate_id bigint not null,
  supplier text, chain text, property text, product_type text, rate_type text, refundable boolean, min_nights integer,
  stay_from date, stay_until date, weekdays smallint[], currency char(3), advisor text,
  percent numeric not null,
  fixed numeric not null,
  primary key (site, rate_id)
);

create table bench.rule_plan (
  bit integer primary key,
  budget_min numeric, budget_max numeric, client_tiers text[], destination text, travel_start date, travel_end date,
  min_nights integer, sites text[], refundable boolean
);

-- What each set of rules that hold does together: commission x multiplier + bonus, and who is out.
create table bench.rule_pattern (
  mask integer primary key,
  multiplier numeric not null,
  bonus numeric not null,
  min_percent numeric,
  require_refundable boolean not null,
  exclude boolean not null
);

create or replace procedure bench.prepare(day date)
language plpgsql
as $$
declare
  agency constant bigint := voygen.current_agency();
  rules voygen.commission_rules[];
begin
  truncate bench.rate_plan, bench.extra_plan, bench.rule_plan, bench.rule_pattern;

  insert into bench.rate_plan
  select s.site,
         row_number() over (order by num_nonnulls(r.site, r.supplier, r.chain, r.property, r.accommodation_type, r.rate_type,
                                                  r.refundable, r.prepaid, r.min_nights, coalesce(r.stay_from, r.stay_until),
                                                  r.weekdays, r.currency, r.advisor) desc,
                            r.priority desc, r.effective_from desc nulls last, r.rate_id),
         r.rate_id, r.supplier, r.chain, r.property, r.accommodation_type, r.rate_type, r.refundable, r.min_nights,
         r.stay_from, r.stay_until, r.weekdays, r.currency, r.advisor,
         case when r.kind in ('percent', 'net_markup') then r.commission_percent
              when r.kind = 'tier_percent' and r.tier_mode = 'whole' then
                coalesce((select (t ->> 'value')::numeric
                          from jsonb_array_elements(r.tiers) t
                          where (t ->> 'from')::numeric <= v.volume
                          order by (t ->> 'from')::numeric desc
                          limit 1), 0) end,
         case when r.kind = 'fixed_per_stay' then r.fixed_amount end,
         case when r.kind in ('fixed_per_night', 'fixed_per_room_night') then r.fixed_amount end,
         r.first_nights,
         v.volume, steps.froms, steps.untils, steps.percents,
         r.max_commission_amount, r.min_commission_amount
  from voygen.commission_rates r
  join voygen.sites s on s.agency_id = r.agency_id and (r.site is null or r.site = s.site)
  left join lateral (
    select coalesce(max(case r.tier_measure when 'amount' then v.amount when 'room_nights' then v.room_nights else v.bookings end), 0) as volume
    from voygen.commission_volumes v
    where v.agency_id = agency and v.site = s.site and v.window_kind = r.tier_window
      and v.window_start = date_trunc(r.tier_window, day::timestamp)::date) v on true
  left join lateral (
    select array_agg(f order by f) as froms, array_agg(u order by f) as untils, array_agg(p order by f) as percents
    from (select (t ->> 'from')::numeric as f, (t ->> 'value')::numeric as p,
                 lead((t ->> 'from')::numeric, 1, 1e15) over (order by (t ->> 'from')::numeric) as u
          from jsonb_array_elements(r.tiers) t) x) steps on r.tier_mode = 'marginal' and r.tier_measure = 'amount'
  where r.agency_id = agency
    and r.is_active
    and r.kind not in ('override_percent', 'bonus_fixed')
    and r.prepaid is null
    and coalesce(r.effective_from <= day, true)
    and coalesce(r.effective_until >= day, true);

  insert into bench.extra_plan
  select s.site, r.rate_id, r.supplier, r.chain, r.property, r.accommodation_type, r.rate_type, r.refundable, r.min_nights,
         r.stay_from, r.stay_until, r.weekdays, r.currency, r.advisor,
         case when r.kind = 'override_percent' then r.commission_percent else 0 end,
         case when r.kind = 'bonus_fixed' then r.fixed_amount else 0 end
  from voygen.commission_rates r
  join voygen.sites s on s.agency_id = r.agency_id and (r.site is null or r.site = s.site)
  where r.agency_id = agency
    and r.is_active
    and r.kind in ('override_percent', 'bonus_fixed')
    and r.prepaid is null
    and coalesce(r.effective_from <= day, true)
    and coalesce(r.effective_until >= day, true);

  rules := array(
    select r
    from voygen.commission_rules r
    where r.agency_id = agency and r.is_active
      and coalesce(r.effective_from <= day, true) and coalesce(r.effective_until >= day, true)
    order by r.priority desc, r.rule_id);

  insert into bench.rule_plan
  select i - 1, (c #>> '{trip_budget,min}')::numeric, (c #>> '{trip_budget,max}')::numeric,
         array(select jsonb_array_elements_text(c -> 'client_tier')),
         '(^|\W)(' || (select string_agg(d, '|') from jsonb_array_elements_text(c -> 'destination') d) || ')(\W|$)',
         (c #>> '{travel_dates,start}')::date, (c #>> '{travel_dates,end}')::date, (c ->> 'min_nights')::integer,
         array(select jsonb_array_elements_text(c -> 'site')), (c ->> 'refundable')::boolean
  from unnest(rules) with ordinality r (agency_id, rule_id, name, c, actions, priority, is_active, f, u, ca, ua, i);
  update bench.rule_plan set client_tiers = nullif(client_tiers, '{}'), sites = nullif(sites, '{}');

  insert into bench.rule_pattern
  with recursive fold as (
    select 0 as bit, mask, 1::numeric as multiplier, 0::numeric as bonus, null::numeric as min_percent, false as require_refundable,
           false as exclude
    from generate_series(0, (1 << cardinality(rules)) - 1) mask
    union all
    select bit + 1, mask,
           case when hit then multiplier * m else multiplier end,
           case when hit then bonus * m + b else bonus end,
           case when hit then greatest(min_percent, p) else min_percent end,
           require_refundable or hit and q,
           exclude or hit and e
    from fold
    cross join lateral (
      select (mask & (1 << bit)) <> 0 as hit,
             coalesce((a ->> 'commission_multiplier')::numeric, 1) as m,
             coalesce((a ->> 'bonus_fixed')::numeric, 0) as b,
             (a ->> 'min_commission_percent')::numeric as p,
             coalesce((a ->> 'require_refundable')::boolean, false) as q,
             coalesce((a ->> 'exclude')::boolean, false) as e
      from (select rules[bit + 1].actions as a) x) y
    where bit < cardinality(rules)
  )
  select mask, multiplier, bonus, min_percent, require_refundable, exclude
  from fold
  where bit = cardinality(rules);

  analyze bench.rate_plan, bench.extra_plan, bench.rule_plan, bench.rule_pattern;
end
$$;
