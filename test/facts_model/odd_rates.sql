-- Commission terms for the odd agencies (temporary table ag): every kind, every key, every condition and action.
insert into voygen.commission_rates (agency_id, rate_id, kind, site, supplier, chain, property, accommodation_type, rate_type,
                                     refundable, prepaid, min_nights, stay_from, stay_until, effective_from, effective_until, weekdays,
                                     currency, advisor, commission_percent, fixed_amount, tiers, tier_mode, tier_window, tier_measure,
                                     min_commission_amount, max_commission_amount, first_nights, priority, is_active)
select agency_id, r, kind, odd.word(r + n, 201, 'navitrip', 'trisept', 'vax', 'web'),
       case when odd.pick(r, 202, 6) = 0 then 'Bed Bank' end,
       case when odd.pick(r, 203, 3) = 0 then odd.word(r, 204, 'Hilton', 'Hyatt', 'Accor') end,
       case when odd.pick(r, 205, 15) = 0 then 'navitrip:' || 100 + odd.pick(r, 206, 400) end,
       case when odd.pick(r, 207, 5) = 0 then odd.word(r, 208, 'hotel', 'resort', 'villa') end,
       case when odd.pick(r, 209, 5) = 0 then odd.word(r, 210, 'standard', 'refundable', 'promo') end,
       case odd.pick(r, 211, 8) when 0 then true when 1 then false end,
       case odd.pick(r, 212, 20) when 0 then true end,
       case when odd.pick(r, 213, 6) = 0 then odd.pick(r, 214, 6) + 1 end,
       case when odd.pick(r, 215, 6) = 0 then current_date + odd.pick(r, 216, 90) end,
       case when odd.pick(r, 217, 6) = 0 then current_date + 90 + odd.pick(r, 218, 90) end,
       case when odd.pick(r, 219, 3) > 0 then current_date - odd.pick(r, 220, 400) + 20 end,
       case when odd.pick(r, 221, 4) = 0 then current_date + 21 + odd.pick(r, 222, 200) end,
       case when odd.pick(r, 223, 6) = 0 then array[1 + odd.pick(r, 224, 4), 5, 6]::smallint[] end,
       case when odd.pick(r, 225, 8) = 0 then odd.word(r, 226, 'USD', 'JPY', 'KWD') end,
       case when odd.pick(r, 241, 10) = 0 then odd.word(r, 242, '1', '1', '2') end,
       case when kind in ('percent', 'net_markup', 'override_percent') then (1 + odd.pick(r, 227, 250000)) / 10000.0 end,
       case when kind like 'fixed%' or kind = 'bonus_fixed' then (1 + odd.pick(r, 228, 60)) end,
       case when kind = 'tier_percent' then
         '[{"from": 0, "value": 5}, {"from": 1000, "value": 7.5}, {"from": 2000.5, "value": 9.125}, {"from": 5000, "value": 12}]'::jsonb end,
       case when kind = 'tier_percent' then odd.word(r, 229, 'whole', 'marginal') end,
       case when kind = 'tier_percent' then odd.word(r, 230, 'month', 'quarter', 'year') end,
       case when kind = 'tier_percent' then odd.word(r, 231, 'amount', 'room_nights', 'bookings') end,
       case when odd.pick(r, 232, 6) = 0 then odd.pick(r, 233, 30) end,
       case when odd.pick(r, 234, 6) = 0 then 30 + odd.pick(r, 235, 100) end,
       case when odd.pick(r, 236, 4) = 0 then 1 + odd.pick(r, 237, 5) end,
       odd.pick(r, 238, 3), odd.pick(r, 239, 12) > 0
from ag
cross join generate_series(1, 70) r
cross join lateral (select odd.word(r, 240, 'percent', 'percent', 'percent', 'fixed_per_stay', 'fixed_per_night', 'fixed_per_room_night',
                                    'net_markup', 'tier_percent', 'tier_percent', 'override_percent', 'bonus_fixed') as kind) k;

insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, priority, is_active, effective_from, effective_until)
select agency_id, rule_id, 'Rule ' || rule_id, conditions::jsonb, actions::jsonb, priority, is_active, starts, stops
from ag
cross join (values
  (1, '{"trip_budget": {"min": 3000}}', '{"commission_multiplier": 1.1}', 50, true, null::date, null::date),
  (2, '{"trip_budget": {"min": 1000, "max": 2999.99}}', '{"commission_multiplier": 0.925, "bonus_fixed": 1}', 50, true, null, null),
  (3, '{"client_tier": ["vip", "platinum"]}', '{"bonus_fixed": 4}', 60, true, current_date - 10, null),
  (4, '{"destination": ["Tokyo", "rome"]}', '{"commission_multiplier": 1.05}', 40, true, null, current_date + 3),
  (5, '{"min_nights": 6}', '{"bonus_fixed": 7}', 30, true, null, null),
  (6, '{"site": ["web"], "destination": ["Dublin"]}', '{"exclude": true}', 90, true, null, null),
  (7, '{"client_tier": ["premium"], "site": ["vax", "trisept"]}', '{"require_refundable": true}', 20, true, null, null),
  (8, '{"refundable": false}', '{"min_commission_percent": 6.5}', 10, true, null, null),
  (9, '{"site": ["navitrip"]}', '{"prefer_sites": ["navitrip"]}', 5, true, null, null),
  (13, '{"site": ["trisept"]}', '{"min_commission_percent": 12}', 70, true, null, null),
  (10, '{}', '{"commission_multiplier": 3}', 99, false, null, null),
  (11, '{}', '{"commission_multiplier": 3}', 99, true, current_date + 40, null),
  (12, '{}', '{"commission_multiplier": 3}', 99, true, null, current_date - 1)
) r (rule_id, conditions, actions, priority, is_active, starts, stops);

insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, priority)
select agency_id, 20, 'Season', jsonb_build_object('travel_dates', jsonb_build_object('start', current_date, 'end', current_date + 60)),
       '{"bonus_fixed": 2}', 50
from ag;

insert into voygen.commission_volumes (agency_id, site, window_kind, window_start, amount, currency, room_nights, bookings)
select agency_id, site, kind, date_trunc(kind, now() at time zone 'UTC')::date, odd.pick(n * s, 250, 6000), 'USD', odd.pick(n * s, 251, 3000), odd.pick(n * s, 252, 1100)
from ag, unnest(array['navitrip', 'trisept', 'vax']) with ordinality x (site, s), unnest(array['month', 'quarter', 'year']) kind;
