-- Revert voygen:gateway_indexes from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trip_legs_place;
drop index concurrently if exists voygen.idx_tokens_identity;
