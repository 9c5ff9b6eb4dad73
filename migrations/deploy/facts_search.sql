-- Deploy voygen:facts_search to pg
-- Trips found by their words, parts of their destination, status and availability, of one agency among many, in the order
-- of their numbers. Built beside the writers. A build that was interrupted leaves an invalid index of its name, which is
-- taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

-- Where the database has it already, it stays where it is.
create extension if not exists btree_gin with schema voygen;

-- Without fastupdate: a reader would have to go through all that waits in the pending list.
drop index concurrently if exists voygen.idx_trips_words;
create index concurrently idx_trips_words on voygen.trips using gin (agency_id, search) with (fastupdate = off);
-- It does all that the one without the agency did, which would only be written for nothing.
drop index concurrently if exists voygen.idx_trips_search;

drop index concurrently if exists voygen.idx_trips_destination;
select format(
  'create index concurrently idx_trips_destination on voygen.trips using gin (agency_id, lower(destination) %I.gin_trgm_ops) with (fastupdate = off)',
  n.nspname)
from pg_catalog.pg_extension as e
join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
where e.extname = 'pg_trgm'
\gexec

-- These three answer filters by status, days and destination without the rows.
drop index concurrently if exists voygen.idx_trips_status_newest;
create index concurrently idx_trips_status_newest on voygen.trips (agency_id, status, trip_id) include (client_id, start_date, destination)
  where archived_at is null;

drop index concurrently if exists voygen.idx_trips_status_start;
create index concurrently idx_trips_status_start on voygen.trips (agency_id, status, start_date, trip_id) include (client_id, destination)
  where archived_at is null;

drop index concurrently if exists voygen.idx_trips_filters;
create index concurrently idx_trips_filters on voygen.trips (agency_id, trip_id) include (status, client_id, start_date, destination)
  where archived_at is null;

drop index concurrently if exists voygen.idx_trip_facts_availability;
create index concurrently idx_trip_facts_availability on voygen.trip_facts (agency_id, availability_status, trip_id);

-- Answers filters by price and availability without the documents.
drop index concurrently if exists voygen.idx_trip_facts_filters;
create index concurrently idx_trip_facts_filters on voygen.trip_facts (agency_id, trip_id) include (lead_price_min, availability_status);

grant execute on function voygen.trip_facts_told(bigint, bigint[]) to voygen_owner;
