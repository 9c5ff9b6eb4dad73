-- Revert voygen:trip_blocks from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trips_words_without_block;
create index concurrently idx_trips_words_without_block on voygen.trips using gin (agency_id, search) with (fastupdate = off);
drop index concurrently if exists voygen.idx_trips_words;
alter index voygen.idx_trips_words_without_block rename to idx_trips_words;
drop index concurrently if exists voygen.idx_trip_facts_block_price;
drop index concurrently if exists voygen.idx_trips_block_start;
