-- Deploy voygen:trip_blocks to pg
-- Trips found newest first by what no order of numbers helps with: days, prices and words, by blocks of 8,192 trip numbers.
-- Built beside the writers. A build that was interrupted leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trips_block_start;
create index concurrently idx_trips_block_start on voygen.trips (agency_id, (trip_id >> 13), start_date, trip_id)
  where archived_at is null;

drop index concurrently if exists voygen.idx_trip_facts_block_price;
create index concurrently idx_trip_facts_block_price on voygen.trip_facts (agency_id, (trip_id >> 13), lead_price_min, trip_id)
  include (availability_status);

-- Without fastupdate: a reader would have to go through all that waits in the pending list. It does all that the one without
-- the blocks did, and takes its place and name.
drop index concurrently if exists voygen.idx_trips_words_by_block;
create index concurrently idx_trips_words_by_block on voygen.trips using gin (agency_id, (trip_id >> 13), search) with (fastupdate = off);
drop index concurrently if exists voygen.idx_trips_words;
alter index voygen.idx_trips_words_by_block rename to idx_trips_words;
