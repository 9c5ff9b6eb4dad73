-- Working the queue: what is built, what is written, what is set aside.
\set VERBOSITY terse
select voygen.create_agency('refresh', 'Refresh', 'USD') is not null as made;
select agency_id as agency from voygen.agencies where slug = 'refresh' \gset
set voygen.agency_id = :agency;
insert into voygen.clients (client_id, slug, name) values (1, 'ann', 'Ann');
insert into voygen.trips (trip_id, slug, client_id, title, destination, start_date, end_date)
  select i, 't' || i, 1, 'T' || i, 'Rome', '2027-01-01', '2027-01-08' from generate_series(1, 3000, 250) i;
insert into voygen.trip_legs (trip_id, leg_id, seq, city) select trip_id, trip_id, 1, 'Rome' from voygen.trips where agency_id = :agency;
insert into voygen.hotel_cache (trip_id, hotel_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, nights, availability_status)
  select trip_id, trip_id, trip_id, 'vax', 'vax:' || trip_id, 'H', 100, 'USD', 'per_night', 7, 'available' from voygen.trips where agency_id = :agency;
select * from voygen.refresh_facts(:agency);
select count(*) as marks from voygen.facts_dirty where agency_id = :agency;
select * from voygen.refresh_facts(:agency);

-- nothing changed: no row version is written
select sum(xmin::text::bigint) as versions from voygen.trip_facts where agency_id = :agency \gset
select * from voygen.refresh_facts(:agency, null, true);
select sum(xmin::text::bigint) = :versions as untouched from voygen.trip_facts where agency_id = :agency;

-- agency-wide marks become ranges, clients' marks trips; named trips are built when any mark stands for them
insert into voygen.facts_dirty (agency_id, trip_id, reason) values (:agency, 0, 'all');
select * from voygen.refresh_facts(:agency, array[1, 251, 999999]::bigint[]);
select count(*) as still_marked from voygen.facts_dirty where agency_id = :agency;
select * from voygen.refresh_facts(:agency);
-- a forced refresh takes these, too, of the blocks it comes to; what it does not reach stays marked
insert into voygen.facts_dirty (agency_id, trip_id, reason) values (:agency, 0, 'all'), (:agency, 1, 'one'), (:agency, -1, 'client');
select * from voygen.refresh_facts(:agency, null, true, 1);
select trip_id, trip_until from voygen.facts_dirty where agency_id = :agency and (trip_until is not null or trip_id < 1100) order by 1;
select * from voygen.refresh_facts(:agency, null, true);
select count(*) as marks from voygen.facts_dirty where agency_id = :agency;
update voygen.clients set name = 'Demo' where client_id = 1;
select trip_id, stored, facts -> 'client' ->> 'name' as client from voygen.trip_facts_fresh(:agency, array[1, 2]::bigint[]);
select * from voygen.refresh_facts(:agency);
select trip_id, stored, facts -> 'client' ->> 'name' as client from voygen.trip_facts_fresh(:agency, array[1, 2]::bigint[]);

-- a reader gets what changed at once, and writes nothing
begin read only;
select stored from voygen.trip_facts_fresh(:agency, array[251]::bigint[]);
commit;
update voygen.trips set title = 'New' where trip_id = 251;
begin read only;
select stored, facts ->> 'title' as title from voygen.trip_facts_fresh(:agency, array[251]::bigint[]);
select * from voygen.refresh_facts(:agency);
rollback;

-- history: one row when the headline changes, none when only words do
select count(*) as history from voygen.trip_facts_history where agency_id = :agency;
update voygen.hotel_cache set price_amount = 90 where trip_id = 251;
select refreshed, unchanged from voygen.refresh_facts(:agency);
select count(*) as history from voygen.trip_facts_history where agency_id = :agency;
select lead_price_min from voygen.trip_facts_history where agency_id = :agency and trip_id = 251 order by recorded_at;

-- a trip that fails is set aside with the reason; the others go on, and it comes back by itself
alter table voygen.hotel_cache disable trigger mark_update;
update voygen.hotel_cache set price_amount = 'NaN' where trip_id = 501;
alter table voygen.hotel_cache enable always trigger mark_update;
update voygen.trips set title = 'again' where trip_id in (251, 501, 751);
select * from voygen.refresh_facts(:agency);
select trip_id, reason, sqlstate, attempts from voygen.facts_failed where agency_id = :agency;
select count(*) as marks from voygen.facts_dirty where agency_id = :agency;
select facts from voygen.trip_facts_fresh(:agency, array[501]::bigint[]);
select * from voygen.refresh_facts(:agency, array[501]::bigint[]);
select attempts from voygen.facts_failed where agency_id = :agency;
update voygen.hotel_cache set price_amount = 80 where trip_id = 501;
select * from voygen.refresh_facts(:agency);
select count(*) as failed from voygen.facts_failed where agency_id = :agency;

-- one that is deleted while it is set aside has not failed any more
alter table voygen.hotel_cache disable trigger mark_update;
update voygen.hotel_cache set price_amount = 'NaN' where trip_id = 2501;
alter table voygen.hotel_cache enable always trigger mark_update;
select failed from voygen.refresh_facts(:agency, array[2501]::bigint[], true);
delete from voygen.trips where trip_id = 2501;
select failed from voygen.refresh_facts(:agency);
select count(*) as failed from voygen.facts_failed where agency_id = :agency;

-- dead rows, undone inserts and long gaps between the rows of a scan
begin;
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name) select 751, 751, r, 'r' || r, 'R' from generate_series(1, 2000) r;
rollback;
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name, total_amount, currency) select 751, 751, r, 's' || r, 'R', r, 'USD' from generate_series(1, 300) r;
delete from voygen.rooms_cache where room_id % 3 = 0 and trip_id = 751;
select * from voygen.refresh_facts(:agency, null, true);
select facts -> 'hotels' -> 0 ->> 'rooms' as rooms from voygen.trip_facts where agency_id = :agency and trip_id = 751;
select * from voygen.refresh_facts(:agency, null, true);

-- a trip that is gone takes its facts along, and its marks lead nowhere
delete from voygen.trips where trip_id = 1001;
select * from voygen.refresh_facts(:agency);
select count(*) as facts, (select count(*) from voygen.facts_dirty where agency_id = :agency) as marks from voygen.trip_facts where agency_id = :agency;

-- the calendar: what ran out is stale at once, and marked by the job
update voygen.hotel_cache set checked_at = now() - interval '23 hours' where trip_id = 1;
select refreshed from voygen.refresh_facts(:agency);
select availability_status, valid_until > now() as holds from voygen.trip_facts where agency_id = :agency and trip_id = 1;
update voygen.trip_facts set valid_until = now() - interval '1 second' where agency_id = :agency and trip_id = 1;
select stored from voygen.trip_facts_fresh(:agency, array[1]::bigint[]);
select voygen.expire_facts() > 0 as expired;
select voygen.expire_facts() as again;
select refreshed + unchanged as built from voygen.refresh_facts(:agency);

-- tables that are not plain heaps are read and written through SPI
alter table voygen.trip_legs rename to trip_legs_heap;
create table voygen.trip_legs (like voygen.trip_legs_heap including defaults) partition by hash (trip_id);
create table voygen.trip_legs_0 partition of voygen.trip_legs for values with (modulus 2, remainder 0);
create table voygen.trip_legs_1 partition of voygen.trip_legs for values with (modulus 2, remainder 1);
insert into voygen.trip_legs select * from voygen.trip_legs_heap;
select * from voygen.refresh_facts(:agency, null, true);
drop table voygen.trip_legs;
alter table voygen.trip_legs_heap rename to trip_legs;
create function pg_temp.told() returns trigger language plpgsql as $$ begin raise notice '% of trip %', tg_op, new.trip_id; return new; end $$;
create trigger told before insert or update on voygen.trip_facts for each row execute function pg_temp.told();
update voygen.trips set title = 'through SPI' where trip_id = 251;
select * from voygen.refresh_facts(:agency);
drop trigger told on voygen.trip_facts;
select * from voygen.refresh_facts(:agency, null, true);
select (v).checked > 0 as checked, (v).drifted from (select voygen_api.verify_facts(sample => 1000) v) x;

-- switching marking off and on leaves no drift
call voygen.disable_marking();
select voygen.marking_enabled();
update voygen.trips set title = 'unwatched' where trip_id = 751;
call voygen.enable_marking();
select voygen.marking_enabled();
select stored, facts ->> 'title' as title from voygen.trip_facts_fresh(:agency, array[751]::bigint[]);
select refreshed from voygen.refresh_facts(:agency);
select (v).drifted from (select voygen_api.verify_facts(sample => 1000) v) x;

-- verify_facts finds what somebody changed by hand
update voygen.trip_facts set nights = 99, facts = jsonb_set(facts, '{title}', '"wrong"') where agency_id = :agency and trip_id = 751;
select (v).drifted from (select voygen_api.verify_facts(sample => 1000) v) x;
select refreshed from voygen.refresh_facts(:agency, null, true);

-- named trips in any order, twice, and numbers that are none
update voygen.trips set title = 'named' where trip_id in (1, 251, 2001);
select * from voygen.refresh_facts(:agency, array[2001, 1, 251, 1, null, 0, -5, 2001]::bigint[]);
select trip_id, facts ->> 'title' as title, stored from voygen.trip_facts_fresh(:agency, array[2001, 1, null, 1, 2001]::bigint[]) order by trip_id;

-- what is fresh is not built again when it is named
select * from voygen.refresh_facts(:agency, array[1, 251]::bigint[]);

-- ... and the mark of the first trip of a block is not the block's
update voygen.trips set title = 'first of its block' where trip_id = 1;
select trip_id, stored from voygen.trip_facts_fresh(:agency, array[1, 251]::bigint[]) order by trip_id;
select * from voygen.refresh_facts(:agency, array[1, 251]::bigint[]);

-- nor are the marks of the agency and of its clients taken for those of trips
insert into voygen.facts_dirty (agency_id, trip_id, reason) values (:agency, 0, 'all'), (:agency, -1, 'clients update');
select * from voygen.refresh_facts(:agency, array[0, -1]::bigint[]);
select trip_id from voygen.facts_dirty where agency_id = :agency order by trip_id;
select refreshed from voygen.refresh_facts(:agency);

-- the mark of a block, named like its first trip, is not that trip's to take
alter table voygen.trips disable trigger mark_update;
update voygen.trips set title = 'of the block' where trip_id in (1, 251);
alter table voygen.trips enable always trigger mark_update;
insert into voygen.facts_dirty (agency_id, trip_id, trip_until, reason) values (:agency, 1, 1024, 'agency');
select * from voygen.refresh_facts(:agency, array[1]::bigint[]);
select trip_id, facts ->> 'title' as title, stored from voygen.trip_facts_fresh(:agency, array[1, 251]::bigint[]);
select * from voygen.refresh_facts(:agency);
select facts ->> 'title' as title from voygen.trip_facts where agency_id = :agency and trip_id = 251;

-- the last and the first trip of a block
insert into voygen.trips (trip_id, slug, client_id, title, destination) select i, 'edge' || i, 1, 'Edge', 'Rome' from unnest(array[1024, 1025, 2048, 2049]) i;
select * from voygen.refresh_facts(:agency);
insert into voygen.facts_dirty (agency_id, trip_id, reason) values (:agency, 0, 'all');
alter table voygen.trips disable trigger mark_update;
update voygen.trips set title = 'Edge of a block' where title = 'Edge';
alter table voygen.trips enable always trigger mark_update;
select refreshed, skipped from voygen.refresh_facts(:agency);
select count(*) as marks from voygen.facts_dirty where agency_id = :agency;

-- trips that cannot be built count towards the limit of a call, too: it ends with their block
alter table voygen.hotel_cache disable trigger mark_update;
update voygen.hotel_cache set price_amount = 'NaN' where trip_id < 1024;
alter table voygen.hotel_cache enable always trigger mark_update;
select * from voygen.refresh_facts(:agency, null, true, 3);
update voygen.hotel_cache set price_amount = 85 where trip_id < 1024;
select refreshed, failed from voygen.refresh_facts(:agency);

-- what no document shows is stored all the same: parts of a second, until when facts hold
update voygen.hotel_cache set checked_at = date_trunc('second', now()) - interval '0.9 seconds' where trip_id = 1;
select refreshed from voygen.refresh_facts(:agency);
update voygen.hotel_cache set checked_at = date_trunc('second', now()) - interval '0.1 seconds' where trip_id = 1;
select refreshed from voygen.refresh_facts(:agency);
select f.last_availability_check = h.checked_at as same, f.valid_until = h.checked_at + interval '24 hours' as a_day
  from voygen.trip_facts f join voygen.hotel_cache h using (agency_id, trip_id) where f.agency_id = :agency and f.trip_id = 1;
update voygen.hotel_cache set availability_status = 'sold_out', checked_at = date_trunc('second', now()) - interval '0.9 seconds' where trip_id = 1;
select refreshed from voygen.refresh_facts(:agency);
update voygen.hotel_cache set checked_at = date_trunc('second', now()) - interval '0.2 seconds' where trip_id = 1;
select refreshed from voygen.refresh_facts(:agency);
select f.last_availability_check = h.checked_at as same, f.valid_until
  from voygen.trip_facts f join voygen.hotel_cache h using (agency_id, trip_id) where f.agency_id = :agency and f.trip_id = 1;
insert into voygen.commission_rates (kind, site, commission_percent, effective_from) values ('percent', 'vax', 99, (now() at time zone 'UTC')::date + 1);
select refreshed > 0 as refreshed from voygen.refresh_facts(:agency);
select count(*) as others, bool_and(valid_until = ((now() at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC') as until_tomorrow
  from voygen.trip_facts where agency_id = :agency and trip_id > 1 and valid_until is not null;

-- a headline is the price, the commission or the availability: each makes a row of history
select count(*) as history from voygen.trip_facts_history where agency_id = :agency and trip_id = 751 \gset
update voygen.hotel_cache set checked_at = now() where trip_id = 751;
select refreshed from voygen.refresh_facts(:agency);
select count(*) - :history as more from voygen.trip_facts_history where agency_id = :agency and trip_id = 751;
update voygen.hotel_cache set commission_amount = 12.34 where trip_id = 751;
delete from voygen.rooms_cache where trip_id = 751;
select refreshed from voygen.refresh_facts(:agency);
select count(*) - :history as more from voygen.trip_facts_history where agency_id = :agency and trip_id = 751;

-- all agencies, to the last
select voygen.create_agency('refresh-last', 'Last', 'USD') as last \gset
insert into voygen.clients (agency_id, client_id, slug, name) values (:last, 1, 'ann', 'Ann');
insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination) values (:last, 1, 't1', 1, 'T', 'Rome');
update voygen.trips set title = 'of all agencies' where agency_id = :agency and trip_id = 251;
select refreshed >= 2 as refreshed from voygen.refresh_facts(null);
select facts ->> 'title' as title from voygen.trip_facts where agency_id in (:agency, :last) and trip_id in (1, 251) and (trip_id = 251 or agency_id = :last) order by 1;
select count(*) as marks from voygen.facts_dirty where agency_id in (:agency, :last);

-- the owner's functions are not for everybody
set role voygen_agent;
select * from voygen.refresh_facts(:agency);
select * from voygen.trip_facts_fresh(:agency, array[1]::bigint[]);
select (r).refreshed, (r).unchanged, (r).remaining from (select voygen_api.refresh_trip_facts('t1', true) r) x;
reset role;
