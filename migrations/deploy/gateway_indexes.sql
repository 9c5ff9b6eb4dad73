-- Deploy voygen:gateway_indexes to pg
-- Callers by an issuer's subject, and places by how they begin. Built beside the writers. A build that was interrupted
-- leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

-- A subject works for one agency; ended ones do not count.
drop index concurrently if exists voygen.idx_tokens_identity;
create unique index concurrently idx_tokens_identity on voygen.tokens (digest) where issuer is not null and revoked_at is null;

-- From each place to the next one, however many trips go there.
drop index concurrently if exists voygen.idx_trip_legs_place;
create index concurrently idx_trip_legs_place on voygen.trip_legs (agency_id, (voygen.plain(city)), city);
