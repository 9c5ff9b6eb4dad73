-- Deploy voygen:destination_blocks to pg
-- Trips found newest first by a part of their destination, by blocks of 8,192 trip numbers. Built beside the writers. A build
-- that was interrupted leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

-- Without fastupdate: a reader would have to go through all that waits in the pending list. It does all that the one without
-- the blocks did, and takes its place and name.
drop index concurrently if exists voygen.idx_trips_destination_by_block;
select format(
  'create index concurrently idx_trips_destination_by_block on voygen.trips'
  ' using gin (agency_id, (trip_id >> 13), lower(destination) %I.gin_trgm_ops) with (fastupdate = off)',
  n.nspname)
from pg_catalog.pg_extension as e
join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
where e.extname = 'pg_trgm'
\gexec
drop index concurrently if exists voygen.idx_trips_destination;
alter index voygen.idx_trips_destination_by_block rename to idx_trips_destination;
