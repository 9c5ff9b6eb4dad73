-- One statement of each kind the extension knows, on the odd trips. The same rows come out whether the server keeps its
-- caches (-v discard=0) or throws them away at every chance (-v discard=1), which shows who goes on using an entry that
-- he has given back.
\set ON_ERROR_STOP on
select set_config('voygen.agency_id', agency_id::text, false) as agency
from voygen.agencies
where slug = 'odd-one' \gset
set voygen.call_timeout = '1h';
set debug_discard_caches = :discard;

update voygen.hotel_cache set price_amount = price_amount + 1 where agency_id = :agency and trip_id = 2;
delete from voygen.rooms_cache where agency_id = :agency and trip_id = 2 and room_id % 2 = 0;
update voygen.commission_rates set commission_percent = commission_percent + 1 where agency_id = :agency and kind = 'percent' and is_active;
select trip_id, trip_until, reason from voygen.facts_dirty where agency_id = :agency order by 1, 2, 3;
select trip_id, md5(facts::text), stored from voygen.trip_facts_fresh(:agency, array[1, 2]) order by 1;
select * from voygen.refresh_facts(:agency, array[2]);
select md5(facts::text) from voygen.trip_facts where agency_id = :agency and trip_id = 2;

select md5(string_agg(r::text, ',' order by r::text))
from voygen.commission_rows('select hotel_id as id, site, total_amount as amount, currency, nights from voygen.hotel_cache where agency_id = voygen.current_agency()') r;
select * from voygen.commission_total(:agency) order by 1;
select sum(voygen.room_commission(r)) from voygen.rooms_cache r where agency_id = :agency and trip_id < 4;
select sum(voygen.room_commission(r)) from (select * from voygen.rooms_cache where agency_id = :agency and trip_id < 4 offset 0) r;
select sum(voygen.commission_amount(site, total_amount, currency, nights => nights)) from voygen.hotel_cache where agency_id = :agency and trip_id = 2;
select voygen.price_cuts(nightly_amount) from voygen.hotel_cache where agency_id = :agency;
select string_agg(t, ' ') from (select voygen.price_tier(nightly_amount) over (order by nightly_amount) t from voygen.hotel_cache where agency_id = :agency and trip_id = 2) x;

select p.proname, md5(d::text)
from pg_proc p
cross join lateral voygen.describe_tool(p.oid) d
where p.pronamespace = 'voygen_api'::regnamespace and p.proname in ('create_client', 'query_hotels')
order by 1;

insert into voygen.tokens (agency_id, digest, role) values (:agency, sha256('soak'), 'voygen_agent');
select voygen.call(:agency, sha256('soak'), 'find_trips', '{"limit": 2}') ~ '"trips":\[';
select md5(voygen.call(:agency, sha256('soak'), 'segment_prices', '{"prices": [80, 95, 120, 240, 310, 780]}'));
select voygen.call(:agency, sha256('soak'), 'create_client', '{"name": "Demo Client", "idempotency_key": "once"}')
     = voygen.call(:agency, sha256('soak'), 'create_client', '{"name": "Demo Client", "idempotency_key": "once"}');
\set ON_ERROR_STOP off
select voygen.call(:agency, sha256('soak'), 'create_clint', '{}');
select voygen.call(:agency, sha256('soak'), 'create_client', '{"name": 7}');
select voygen.call(:agency, sha256('wrong'), 'create_client', '{}');
\set ON_ERROR_STOP on
select tool, outcome from voygen.audit where agency_id = :agency order by audit_id;
