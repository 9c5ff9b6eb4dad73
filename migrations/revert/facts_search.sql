-- Revert voygen:facts_search from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trip_facts_filters;
drop index concurrently if exists voygen.idx_trip_facts_availability;
drop index concurrently if exists voygen.idx_trips_filters;
drop index concurrently if exists voygen.idx_trips_status_start;
drop index concurrently if exists voygen.idx_trips_status_newest;
drop index concurrently if exists voygen.idx_trips_destination;
drop index concurrently if exists voygen.idx_trips_search;
create index concurrently idx_trips_search on voygen.trips using gin (search);
drop index concurrently if exists voygen.idx_trips_words;

do $$
begin
  if exists (
    select
    from pg_catalog.pg_extension
    where extname = 'btree_gin'
      and extnamespace = 'voygen'::regnamespace
  ) then
    drop extension btree_gin;
  end if;
end
$$;
