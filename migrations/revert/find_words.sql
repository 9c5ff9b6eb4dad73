-- Revert voygen:find_words from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trips_archived;
drop index concurrently if exists voygen.idx_clients_archived;
drop index concurrently if exists voygen.idx_clients_tier;
drop index concurrently if exists voygen.idx_trip_legs_city;
drop index concurrently if exists voygen.idx_trips_text;
drop index concurrently if exists voygen.idx_clients_text;

begin;
drop function if exists voygen.trip_text(text, text, text, text[], date);
drop function if exists voygen.client_text(text, text, text, text);
drop function if exists voygen.search_text(text);
drop function if exists voygen.plain(text);
commit;
