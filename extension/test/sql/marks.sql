-- Which statements mark which trips: every table, every verb, and who may write.
\set VERBOSITY terse
select voygen.create_agency('marks', 'Marks', 'USD') is not null as made;
select agency_id as agency from voygen.agencies where slug = 'marks' \gset
set voygen.agency_id = :agency;
create function pg_temp.marks(out marked bigint, out ranges bigint, out reasons text) language sql as $$
  with gone as (delete from voygen.facts_dirty where agency_id = voygen.current_agency() returning *)
  select count(*), count(trip_until), string_agg(case when trip_id < 0 then 'client ' when trip_id = 0 then 'agency ' else '' end || reason, ', ' order by mark_id) from gone $$;
insert into voygen.clients (client_id, slug, name) values (1, 'ann', 'Ann'), (2, 'ben', 'Ben');
insert into voygen.trips (trip_id, slug, client_id, title, destination) select i, 't' || i, 1 + i % 2, 'T', 'Rome' from generate_series(1, 5) i;
select * from pg_temp.marks();

-- one mark per trip per statement, whatever the number of rows
insert into voygen.trip_legs (trip_id, leg_id, seq, city) select t, 10 * t + s, s, 'Rome' from generate_series(1, 5) t, generate_series(1, 3) s;
select * from pg_temp.marks();
insert into voygen.hotel_cache (trip_id, hotel_id, leg_id, site, hotel_key, name) select t, t, 10 * t + 1, 'vax', 'vax:' || t, 'H' from generate_series(1, 2) t;
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name) select 1, 1, r, 'r' || r, 'R' from generate_series(1, 1000) r;
insert into voygen.trip_activities (trip_id, activity_id, title) values (3, 1, 'Walk');
insert into voygen.flights (trip_id, flight_id) values (4, 1);
insert into voygen.transfers (trip_id, transfer_id) values (5, 1);
insert into voygen.bookings (trip_id, booking_id, kind) values (5, 2, 'hotel');
select * from pg_temp.marks();

-- an update of what no fact shows marks nothing; one that changes nothing neither
update voygen.hotel_cache set raw_json = '{}', images = '{x}', updated_at = now();
update voygen.trips set notes = 'n', updated_at = now();
update voygen.rooms_cache set name = 'other', max_occupancy = 3;
update voygen.rooms_cache set total_amount = total_amount;
update voygen.clients set notes = 'n', email = 'x@example.org';
update voygen.agencies set name = 'Other', settings = '{"a": 1}' where agency_id = :agency;
update voygen.commission_rates set updated_at = now(), created_at = now() where agency_id = :agency;
select * from pg_temp.marks();

-- a change marks; from NULL and to NULL too
update voygen.rooms_cache set total_amount = 100 where room_id = 1000;
select * from pg_temp.marks();
update voygen.rooms_cache set total_amount = null where room_id = 1000;
select * from pg_temp.marks();

-- a row that moves marks the trip it left and the one it came to
update voygen.trip_activities set trip_id = 5 where activity_id = 1;
select * from pg_temp.marks();

-- clients and what concerns an agency: one mark each
update voygen.clients set name = name || '!';
select * from pg_temp.marks();
update voygen.commission_rates set priority = priority + 1 where agency_id = :agency;
insert into voygen.commission_volumes (site, window_kind, window_start, currency) values ('vax', 'month', '2026-11-01', 'USD');
update voygen.agencies set low_cut = 30 where agency_id = :agency;
select * from pg_temp.marks();

-- ON CONFLICT, both ways
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name, total_amount) values (1, 1, 1, 'r1', 'R', 5), (2, 2, 5000, 'new', 'R', 5)
  on conflict (agency_id, trip_id, hotel_id, room_id) do update set total_amount = excluded.total_amount;
select * from pg_temp.marks();
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name) values (1, 1, 1, 'r1', 'R') on conflict do nothing;
select * from pg_temp.marks();

-- COPY, cascades, TRUNCATE
copy voygen.transfers (trip_id, transfer_id) from stdin;
2	7
3	8
\.
select * from pg_temp.marks();
delete from voygen.hotel_cache where hotel_id = 1;
select * from pg_temp.marks();
delete from voygen.trips where trip_id = 2;
select marked > 0 as marked from pg_temp.marks();
truncate voygen.flights;
select * from pg_temp.marks();

-- savepoints: an undone change takes its mark with it, a later one marks again
begin;
savepoint a;
update voygen.trips set title = 'x' where trip_id = 1;
rollback to a;
select count(*) from voygen.facts_dirty where agency_id = :agency;
savepoint b;
update voygen.trips set title = 'y' where trip_id = 1;
release b;
update voygen.trips set title = 'z' where trip_id = 1;
select count(*) from voygen.facts_dirty where agency_id = :agency;
savepoint c;
delete from voygen.facts_dirty where agency_id = :agency;
update voygen.trips set title = 'w' where trip_id = 1;
select count(*) from voygen.facts_dirty where agency_id = :agency;
rollback to c;
commit;
select * from pg_temp.marks();

-- whatever session_replication_role, isolation or search_path is
set session_replication_role = replica;
update voygen.trips set title = 'replica' where trip_id = 3;
reset session_replication_role;
begin isolation level serializable;
update voygen.trips set title = 'serializable' where trip_id = 4;
commit;
set search_path = '';
update voygen.trips set title = 'no path' where trip_id = 5;
reset search_path;
select * from pg_temp.marks();

-- a prepared transaction's mark comes with its change
begin;
update voygen.trips set title = 'prepared' where trip_id = 3;
select current_setting('max_prepared_transactions')::int = 0 as no_two_phase \gset
\if :no_two_phase
commit;
\else
prepare transaction 'marks';
select count(*) from voygen.facts_dirty where agency_id = :agency;
commit prepared 'marks';
\endif
select * from pg_temp.marks();

-- a user without any right on the queue
set role voygen_agent;
update voygen.trips set title = 'agent' where trip_id = 1;
update voygen.clients set tier = 'vip' where client_id = 1;
select count(*) as visible from voygen.trips;
reset role;
select * from pg_temp.marks();

-- where the queue is not a plain table, marks go through SPI
create function pg_temp.nothing() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger nothing before insert on voygen.facts_dirty for each row execute function pg_temp.nothing();
update voygen.trips set title = 'spi' where trip_id in (1, 3);
set role voygen_agent;
update voygen.trips set title = 'spi agent' where trip_id = 4;
reset role;
drop trigger nothing on voygen.facts_dirty;
select * from pg_temp.marks();

-- a table whose column was made anew: the new one is watched
begin;
update voygen.trip_activities set title = 'known' where activity_id = 1;
alter table voygen.trip_activities drop column status;
alter table voygen.trip_activities add column status text;
update voygen.trip_activities set notes = 'written anew' where activity_id = 1;
select * from pg_temp.marks();
update voygen.trip_activities set status = 'booked' where activity_id = 1;
select * from pg_temp.marks();
rollback;

-- a queue that was emptied since the last mark
begin;
update voygen.trips set title = 'before' where trip_id = 1;
truncate voygen.facts_dirty;
update voygen.trips set title = 'after' where trip_id = 1;
select * from pg_temp.marks();
rollback;

-- the locks of an undone savepoint are taken anew
begin;
savepoint a;
update voygen.trips set title = 'undone' where trip_id = 1;
rollback to a;
update voygen.trips set title = 'done' where trip_id = 1;
select mode from pg_locks where pid = pg_backend_pid() and relation in ('voygen.facts_dirty'::regclass, 'voygen.facts_dirty_pkey'::regclass) order by relation::regclass::text;
rollback;

-- trips of two agencies that have one number, and one place among the marks that are remembered
begin;
insert into voygen.agencies (agency_id, slug, name) values (700001, 'marks-one', 'One'), (700070, 'marks-two', 'Two');
insert into voygen.clients (agency_id, client_id, slug, name) select a, 1, 'ann', 'Ann' from unnest(array[700001, 700070]) a;
insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination) select a, 1, 't1', 1, 'T', 'Rome' from unnest(array[700001, 700070]) a;
delete from voygen.facts_dirty where agency_id in (700001, 700070);
update voygen.trips set title = 'one' where agency_id = 700001;
update voygen.trips set title = 'two' where agency_id = 700070;
select agency_id, trip_id from voygen.facts_dirty where agency_id in (700001, 700070) order by agency_id;
rollback;

-- called wrongly
select voygen.mark_trips();
create table voygen.odd_one (x int);
call voygen.watch_table('voygen.odd_one');
insert into voygen.odd_one values (1);
drop table voygen.odd_one;
