-- Commission terms of the benchmark agency (variable agency): 54 rates, 10 rules, 7 volumes.
insert into voygen.commission_rates (agency_id, rate_id, kind, site, chain, accommodation_type, rate_type, refundable,
                                     min_nights, stay_from, stay_until, effective_from, effective_until, weekdays,
                                     commission_percent, fixed_amount, min_commission_amount,
                                     max_commission_amount, first_nights, priority, is_active)
select :agency, r.*
from (
  -- one for each site
  select n::bigint as rate_id, 'percent' as kind, site, null::text as chain, null::text as accommodation_type, null::text as rate_type,
         null::boolean as refundable, null::smallint as min_nights, null::date as stay_from, null::date as stay_until,
         date '2020-01-01' as effective_from, null::date as effective_until, null::smallint[] as weekdays,
         8 + n::numeric as commission_percent, null::numeric as fixed_amount, null::numeric as min_commission_amount,
         null::numeric as max_commission_amount, null::smallint as first_nights, 0 as priority, true as is_active
  from unnest(array['navitrip', 'trisept', 'vax', 'web']) with ordinality s (site, n)
  union all
  -- site and chain
  select 10 + row_number() over (order by site, chain), 'percent', site, chain, null, null, null, null, null, null, date '2021-01-01',
         null, null, 10 + row_number() over (order by site, chain) / 4.0, null, null, case when chain = 'Hyatt' then 60 end, null, 0, true
  from unnest(array['navitrip', 'trisept', 'vax', 'web']) site, unnest(array['Hilton', 'Marriott', 'Hyatt', 'Accor', 'IHG']) chain
  union all
  -- site and product type
  select 40 + row_number() over (order by site, kind), 'percent', site, null, kind, null, null, null, null, null, date '2021-06-01',
         null, null, 9.125 + row_number() over (order by site, kind), null, case when kind = 'villa' then 15 end, null, null, 0, true
  from unnest(array['navitrip', 'trisept', 'vax']) site, unnest(array['hotel', 'resort', 'villa']) kind
  union all
  -- refundable and rate type on a chain
  select 60 + n, 'percent', 'navitrip', chain, null, case when n % 2 = 0 then 'promo' end, n % 2 = 1, null, null, null,
         date '2022-01-01', null, null, 11.5 + n, null, null, null, null, n::integer, true
  from unnest(array['Hilton', 'Marriott', 'Hyatt', 'Accor']) with ordinality s (chain, n)
  union all
  -- stay windows, nights, weekdays, expired, not yet, off
  values (70::bigint, 'percent', 'vax', null, null, null, null::boolean, null::smallint, current_date, current_date + 90, date '2022-01-01', null::date, null::smallint[], 14.0, null::numeric, null::numeric, null::numeric, null::smallint, 1, true),
         (71, 'percent', 'vax', null, null, null, null, 2::smallint, current_date + 91, current_date + 180, date '2022-01-01', null, null, 13.0, null, null, null, null, 1, true),
         (72, 'percent', 'trisept', null, null, null, null, 3::smallint, null, null, date '2022-01-01', null, null, 15.0, null, null, null, null, 1, true),
         (73, 'percent', 'trisept', null, null, null, null, null, null, null, date '2022-01-01', null, array[5, 6, 7]::smallint[], 12.75, null, null, null, null, 1, true),
         (74, 'percent', 'web', null, null, null, null, null, null, null, date '2019-01-01', date '2020-12-31', null, 30.0, null, null, null, null, 9, true),
         (75, 'percent', 'web', null, null, null, null, null, null, null, date '2099-01-01', null, null, 30.0, null, null, null, null, 9, true),
         (76, 'percent', 'web', 'Hilton', 'hotel', null, null, null, null, null, date '2020-01-01', null, null, 30.0, null, null, null, null, 9, false),
         (77, 'fixed_per_night', 'web', 'Accor', 'villa', null, null, null, null, null, date '2020-01-01', null, null, null, 11.5, null, null, null, 0, true),
         (78, 'fixed_per_room_night', 'web', 'IHG', 'villa', null, null, null, null, null, date '2020-01-01', null, null, null, 12.25, null, null, 1::smallint, 0, true),
         (79, 'fixed_per_stay', 'web', 'Hyatt', 'resort', null, null, null, null, null, date '2020-01-01', null, null, null, 40, null, null, null, 0, true),
         (80, 'override_percent', 'navitrip', 'Hilton', null, null, null, null, null, null, date '2020-01-01', null, null, 1.5, null, null, null, null, 0, true),
         (81, 'override_percent', 'trisept', null, 'resort', null, null, null, null, null, date '2020-01-01', null, null, 0.75, null, null, null, null, 0, true),
         (82, 'bonus_fixed', 'vax', 'Marriott', null, null, null, null, null, null, date '2020-01-01', null, null, null, 5, null, null, null, 0, true),
         (83, 'bonus_fixed', 'navitrip', null, 'villa', null, true, null, null, null, date '2020-01-01', null, null, null, 7.5, null, null, null, 0, true)
) r;

-- three rates with seven steps each
insert into voygen.commission_rates (agency_id, rate_id, kind, site, chain, rate_type, effective_from, tiers, tier_mode,
                                     tier_window, tier_measure)
select :agency, 90 + n, 'tier_percent', 'navitrip', chain, 'standard', date '2022-01-01',
       '[{"from": 0, "value": 8}, {"from": 10000, "value": 9}, {"from": 20000, "value": 10}, {"from": 40000, "value": 11},
         {"from": 80000, "value": 12}, {"from": 160000, "value": 13.5}, {"from": 320000, "value": 15}]',
       (array['whole', 'marginal', 'whole'])[n], (array['month', 'quarter', 'year'])[n], 'amount'
from unnest(array['Hilton', 'Marriott', 'IHG']) with ordinality s (chain, n);

insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, priority)
values
  (:agency, 1, 'Big budgets', '{"trip_budget": {"min": 8000}}', '{"commission_multiplier": 1.02}', 90),
  (:agency, 2, 'Middle budgets', '{"trip_budget": {"min": 4000, "max": 7999}}', '{"commission_multiplier": 1.01}', 80),
  (:agency, 3, 'Best clients', '{"client_tier": ["vip", "platinum"]}', '{"bonus_fixed": 3}', 70),
  (:agency, 4, 'Japan', '{"destination": ["Tokyo"]}', '{"commission_multiplier": 1.05}', 60),
  (:agency, 5, 'Season', jsonb_build_object('travel_dates', jsonb_build_object('start', current_date + 60, 'end', current_date + 120)), '{"bonus_fixed": 2}', 50),
  (:agency, 6, 'Long stays', '{"min_nights": 7}', '{"bonus_fixed": 20}', 40),
  (:agency, 7, 'No open web in Bali', '{"destination": ["Bali"], "site": ["web"]}', '{"exclude": true}', 30),
  (:agency, 8, 'Prefer the portal', '{"site": ["navitrip"]}', '{"prefer_sites": ["navitrip"]}', 20),
  (:agency, 9, 'Premium refundable', '{"client_tier": ["premium"], "destination": ["Paris"]}', '{"require_refundable": true}', 10),
  (:agency, 10, 'Worth selling', '{"refundable": false}', '{"min_commission_percent": 2}', 0);

insert into voygen.commission_volumes (agency_id, site, window_kind, window_start, amount, currency, room_nights, bookings)
select :agency, site, kind, date_trunc(kind, now() at time zone 'UTC')::date, amount, 'USD', amount / 200, amount / 900
from (values ('navitrip', 'month', 39900), ('navitrip', 'quarter', 79950), ('navitrip', 'year', 318000),
             ('trisept', 'month', 12000), ('trisept', 'quarter', 30000), ('vax', 'month', 5000), ('web', 'month', 0)) v (site, kind, amount);
