-- Revert voygen:destination_blocks from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trips_destination_without_block;
select format(
  'create index concurrently idx_trips_destination_without_block on voygen.trips using gin (agency_id, lower(destination) %I.gin_trgm_ops) with (fastupdate = off)',
  n.nspname)
from pg_catalog.pg_extension as e
join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
where e.extname = 'pg_trgm'
\gexec
drop index concurrently if exists voygen.idx_trips_destination;
alter index voygen.idx_trips_destination_without_block rename to idx_trips_destination;
