-- Revert voygen:find_parts from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_bookings_text;
drop index concurrently if exists voygen.idx_trip_activities_text;
drop index concurrently if exists voygen.idx_trip_legs_text;
drop index concurrently if exists voygen.idx_bookings_newest;
drop index concurrently if exists voygen.idx_trip_activities_date;
drop index concurrently if exists voygen.idx_trip_activities_newest;
drop index concurrently if exists voygen.idx_trip_legs_arrive;
drop index concurrently if exists voygen.idx_trip_legs_newest;
