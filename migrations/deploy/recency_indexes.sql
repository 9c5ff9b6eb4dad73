-- Deploy voygen:recency_indexes to pg
-- Built beside the writers. A build that was interrupted leaves an invalid index of its name, which is taken away
-- first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_hotel_cache_checked;
create index concurrently idx_hotel_cache_checked on voygen.hotel_cache (agency_id, checked_at) where availability_status = 'available';

drop index concurrently if exists voygen.idx_trips_updated;
create index concurrently idx_trips_updated on voygen.trips (agency_id, updated_at desc, trip_id);

drop index concurrently if exists voygen.idx_instructions_templating;
create index concurrently idx_instructions_templating on voygen.instruction_sets (supports_templating, is_active) where supports_templating;

drop index concurrently if exists voygen.idx_instructions_chain;
create index concurrently idx_instructions_chain on voygen.instruction_sets (chain_compatible, is_active) where chain_compatible;

-- A set found in the database may have its own rule about names, and rows that break ours.
drop index concurrently if exists voygen.idx_instructions_name;
select 'create unique index concurrently idx_instructions_name on voygen.instruction_sets (agency_id, name) nulls not distinct'
where not exists (
  select
  from voygen.adopted
  where kind = 'table' and name = 'voygen.instruction_sets')
\gexec
