-- Deploy voygen:failure_index to pg
-- Few calls fail; how many did lately is asked at each failure. Built beside the writers. A build that was interrupted
-- leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_audit_failures;
create index concurrently idx_audit_failures on voygen.audit (agency_id, at) where outcome <> 'ok';
