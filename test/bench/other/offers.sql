-- Fragment: the expected commission of every offer, set at a time, from the prepared small tables. @trips@, @hotels@ and
-- @rooms@ stand for the rows to work on. Amounts are rounded to cents: the benchmark's data know one currency.
offers as materialized (
  select h.trip_id, h.hotel_id, h.leg_id, r.room_id, r.room_key,
         coalesce(r.total_amount, r.nightly_amount * h.nights, h.stay_total) as amount,
         case when r.room_id is null then
           case when case when h.total_amount is null then h.price_tax else h.total_tax end = 'included'
                then h.stay_total - coalesce(h.tax_amount, 0) else h.stay_total end
         else
           coalesce(r.total_amount, r.nightly_amount * h.nights)
           - case when r.tax_basis = 'included' then coalesce(r.tax_amount, 0) else 0 end
         end as base,
         case when r.commission_eligible = false then 0
              when r.room_id is null then h.commission_amount
              else r.commission_amount end as stated_amount,
         case when r.room_id is null then h.commission_percent else r.commission_percent end as stated_percent,
         coalesce(r.refundable, h.refundable) as refundable,
         coalesce(r.rate_type, h.rate_type) as rate_type,
         h.site, h.supplier, h.chain, h.hotel_key, h.product_type, h.nights, h.check_in, h.currency, h.advisor,
         h.always | case coalesce(r.refundable, h.refundable) when true then h.when_refundable
                                                              when false then h.when_not else 0 end as mask
  from (
    select h.*, coalesce(h.total_amount, case h.price_basis when 'per_stay' then h.price_amount
                                                            when 'per_night' then h.price_amount * h.nights
                                                            when 'per_person' then h.price_amount * h.guests end) as stay_total,
           t.advisor_id::text as advisor,
           coalesce(rules.always, 0) as always, coalesce(rules.when_refundable, 0) as when_refundable,
           coalesce(rules.when_not, 0) as when_not
    from @hotels@ h
    join @trips@ t on t.trip_id = h.trip_id
    cross join lateral (
      select bit_or(1 << p.bit) filter (where p.refundable is null) as always,
             bit_or(1 << p.bit) filter (where p.refundable) as when_refundable,
             bit_or(1 << p.bit) filter (where not p.refundable) as when_not
      from bench.rule_plan p
      where (p.budget_min is null or t.trip_budget >= p.budget_min)
        and (p.budget_max is null or t.trip_budget <= p.budget_max)
        and (p.client_tiers is null or t.client_tier = any (p.client_tiers))
        and (p.sites is null or h.site = any (p.sites))
        and (p.travel_start is null or coalesce(h.check_in, t.start_date) >= p.travel_start)
        and (p.travel_end is null or coalesce(h.check_in, t.start_date) <= p.travel_end)
        and (p.min_nights is null or h.nights >= p.min_nights)
        and (p.destination is null or t.destination ~* p.destination)) rules
    where h.availability_status = 'available'
      and h.currency is not null
    offset 0
  ) h
  left join @rooms@ r
    on r.trip_id = h.trip_id
   and r.hotel_id = h.hotel_id
   and r.availability_status = 'available'
  where r.currency is null or r.currency = h.currency
), scored as (
  select o.trip_id, o.hotel_id, o.leg_id, o.room_id, o.room_key, o.amount,
         c.expected as commission,
         case when o.stated_amount is null and o.stated_percent is null then 'computed' else 'stated' end as source,
         case when o.stated_amount is null and o.stated_percent is null then rate.rate_id end as rate_id
  from offers o
  join bench.rule_pattern p on p.mask = o.mask
  left join lateral (
    select r.*
    from bench.rate_plan r
    where r.site = o.site
      and (r.supplier is null or r.supplier = o.supplier)
      and (r.chain is null or r.chain = o.chain)
      and (r.property is null or r.property = o.hotel_key)
      and (r.product_type is null or r.product_type = o.product_type)
      and (r.rate_type is null or r.rate_type = o.rate_type)
      and (r.refundable is null or r.refundable = o.refundable)
      and (r.min_nights is null or o.nights >= r.min_nights)
      and (r.stay_from is null or o.check_in >= r.stay_from)
      and (r.stay_until is null or o.check_in <= r.stay_until)
      and (r.weekdays is null or extract(isodow from o.check_in)::smallint = any (r.weekdays))
      and (r.currency is null or r.currency = o.currency)
      and (r.advisor is null or r.advisor = o.advisor)
    order by r.rank
    limit 1) rate on true
  left join lateral (
    select sum(x.percent) as percent, sum(x.fixed) as fixed
    from bench.extra_plan x
    where x.site = o.site
      and (x.supplier is null or x.supplier = o.supplier)
      and (x.chain is null or x.chain = o.chain)
      and (x.property is null or x.property = o.hotel_key)
      and (x.product_type is null or x.product_type = o.product_type)
      and (x.rate_type is null or x.rate_type = o.rate_type)
      and (x.refundable is null or x.refundable = o.refundable)
      and (x.min_nights is null or o.nights >= x.min_nights)
      and (x.stay_from is null or o.check_in >= x.stay_from)
      and (x.stay_until is null or o.check_in <= x.stay_until)
      and (x.weekdays is null or extract(isodow from o.check_in)::smallint = any (x.weekdays))
      and (x.currency is null or x.currency = o.currency)
      and (x.advisor is null or x.advisor = o.advisor)) extra on true
  cross join lateral (
    select greatest(least(
             case when rate.percent is not null then o.base * rate.percent / 100
                  when rate.per_night is not null then rate.per_night * least(o.nights, coalesce(rate.first_nights, o.nights))
                  when rate.fixed is not null then rate.fixed
                  when rate.froms is not null then (
                    select sum(greatest(least(rate.volume + o.base, u) - greatest(rate.volume, f), 0) * v) / 100
                    from unnest(rate.froms, rate.untils, rate.percents) tier (f, u, v))
             end
             * case when rate.per_night is null and rate.fixed is null and rate.first_nights < o.nights
                    then rate.first_nights::numeric / o.nights else 1 end
             + coalesce(o.base * extra.percent / 100 + extra.fixed, 0), rate.cap), rate.floor) as before_rules
  ) b
  cross join lateral (
    select case when o.stated_amount is not null then round(o.stated_amount, 2)
                when o.stated_percent is not null then round(o.base * o.stated_percent / 100, 2)
                else round(greatest(b.before_rules * p.multiplier + p.bonus, 0), 2) end as expected) c
  where not p.exclude
    and (not p.require_refundable or o.refundable)
    and (p.min_percent is null or c.expected >= round(p.min_percent * o.base / 100, 2))
)
