-- The other side of P-7 and P-8 row by row: the function a PL/pgSQL author would write, over the same prepared tables.
create or replace function bench.commission(site text, supplier text, chain text, hotel_key text, product_type text, rate_type text,
                                            refundable boolean, nights integer, check_in date, currency text, advisor text,
                                            base numeric, stated_amount numeric, stated_percent numeric, mask integer)
returns numeric
language plpgsql
stable
as $$
declare
  rate bench.rate_plan;
  extra record;
  pattern bench.rule_pattern;
  result numeric;
  stated numeric := coalesce(stated_amount, base * stated_percent / 100);
begin
  select p.*
  into pattern
  from bench.rule_pattern p
  where p.mask = commission.mask;
  if pattern.exclude or pattern.require_refundable and refundable is not true then
    return null;
  end if;
  select r.*
  into rate
  from bench.rate_plan r
  where r.site = commission.site
    and (r.supplier is null or r.supplier = commission.supplier)
    and (r.chain is null or r.chain = commission.chain)
    and (r.property is null or r.property = commission.hotel_key)
    and (r.product_type is null or r.product_type = commission.product_type)
    and (r.rate_type is null or r.rate_type = commission.rate_type)
    and (r.refundable is null or r.refundable = commission.refundable)
    and (r.min_nights is null or commission.nights >= r.min_nights)
    and (r.stay_from is null or commission.check_in >= r.stay_from)
    and (r.stay_until is null or commission.check_in <= r.stay_until)
    and (r.weekdays is null or extract(isodow from commission.check_in)::smallint = any (r.weekdays))
    and (r.currency is null or r.currency = commission.currency)
    and (r.advisor is null or r.advisor = commission.advisor)
  order by r.rank
  limit 1;
  if rate.percent is not null then
    result := base * rate.percent / 100;
  elsif rate.per_night is not null then
    result := rate.per_night * least(nights, coalesce(rate.first_nights, nights));
  elsif rate.fixed is not null then
    result := rate.fixed;
  elsif rate.froms is not null then
    result := 0;
    for i in 1 .. cardinality(rate.froms) loop
      result := result + greatest(least(rate.volume + base, rate.untils[i]) - greatest(rate.volume, rate.froms[i]), 0) * rate.percents[i] / 100;
    end loop;
  end if;
  if rate.per_night is null and rate.fixed is null and rate.first_nights < nights then
    result := result * rate.first_nights / nights;
  end if;
  for extra in
    select x.percent, x.fixed
    from bench.extra_plan x
    where x.site = commission.site
      and (x.supplier is null or x.supplier = commission.supplier)
      and (x.chain is null or x.chain = commission.chain)
      and (x.property is null or x.property = commission.hotel_key)
      and (x.product_type is null or x.product_type = commission.product_type)
      and (x.rate_type is null or x.rate_type = commission.rate_type)
      and (x.refundable is null or x.refundable = commission.refundable)
      and (x.min_nights is null or commission.nights >= x.min_nights)
      and (x.stay_from is null or commission.check_in >= x.stay_from)
      and (x.stay_until is null or commission.check_in <= x.stay_until)
      and (x.weekdays is null or extract(isodow from commission.check_in)::smallint = any (x.weekdays))
      and (x.currency is null or x.currency = commission.currency)
      and (x.advisor is null or x.advisor = commission.advisor)
  loop
    result := result + base * extra.percent / 100 + extra.fixed;
  end loop;
  result := greatest(least(result, rate.cap), rate.floor) * pattern.multiplier + pattern.bonus;
  result := round(greatest(coalesce(stated, result), 0), 2);
  if pattern.min_percent is not null and coalesce(result < round(pattern.min_percent * base / 100, 2), true) then
    return null;
  end if;
  return result;
end
$$;
