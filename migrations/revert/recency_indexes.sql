-- Revert voygen:recency_indexes from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_instructions_name;
drop index concurrently if exists voygen.idx_instructions_chain;
drop index concurrently if exists voygen.idx_instructions_templating;
drop index concurrently if exists voygen.idx_trips_updated;
drop index concurrently if exists voygen.idx_hotel_cache_checked;
