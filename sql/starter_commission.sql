-- Commission a new agency begins with. The rates are what the portals commonly pay and are in force at once (for an
-- offer whose kind of rate is unknown too, so rate_type is no key of theirs); the rules show what rules can do, and
-- wait for an administrator to switch them on, because they decide what an advisor may still offer.
delete from voygen.starter_data where kind in ('rate', 'rule');

insert into voygen.starter_data (kind, name, body)
values
  ('rate', 'navitrip hotel', '{"site": "navitrip", "accommodation_type": "hotel", "commission_percent": 10}'),
  ('rate', 'navitrip hotel refundable', '{"site": "navitrip", "accommodation_type": "hotel", "refundable": true, "commission_percent": 12}'),
  ('rate', 'trisept hotel', '{"site": "trisept", "accommodation_type": "hotel", "commission_percent": 8}'),
  ('rate', 'trisept resort', '{"site": "trisept", "accommodation_type": "resort", "commission_percent": 10}'),
  ('rate', 'vax hotel', '{"site": "vax", "accommodation_type": "hotel", "commission_percent": 9}');

insert into voygen.starter_data (kind, name, body)
values
  ('rule', 'Prefer Refundable', '{
    "conditions": {"trip_budget": {"min": 5000}},
    "actions": {"require_refundable": true},
    "priority": 100, "is_active": false}'),
  ('rule', 'Minimum Commission', '{
    "conditions": {},
    "actions": {"min_commission_percent": 8},
    "priority": 90, "is_active": false}'),
  ('rule', 'VIP', '{
    "conditions": {"client_tier": ["vip", "platinum"]},
    "actions": {"prefer_sites": ["navitrip"], "require_refundable": true},
    "priority": 80, "is_active": false}');
