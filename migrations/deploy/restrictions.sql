-- Deploy voygen:restrictions to pg
-- Ways by which SQL of a tool could outlast its call or reach beyond the database are closed to everybody but
-- superusers and those named in a grant.
begin;

-- News is sent by the code that finished the work, never from a tool.
revoke execute on function pg_catalog.pg_notify(text, text) from public;

-- A lock of the session survives the call, on a connection that serves other agencies. Locks of the transaction stay
-- open to all.
revoke execute on function
  pg_catalog.pg_advisory_lock(bigint), pg_catalog.pg_advisory_lock(integer, integer),
  pg_catalog.pg_advisory_lock_shared(bigint), pg_catalog.pg_advisory_lock_shared(integer, integer),
  pg_catalog.pg_try_advisory_lock(bigint), pg_catalog.pg_try_advisory_lock(integer, integer),
  pg_catalog.pg_try_advisory_lock_shared(bigint), pg_catalog.pg_try_advisory_lock_shared(integer, integer)
  from public;

-- Large objects know no agency.
revoke execute on function
  pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea),
  pg_catalog.lo_open(oid, integer), pg_catalog.lo_put(oid, bigint, bytea), pg_catalog.lo_unlink(oid),
  pg_catalog.lo_truncate(integer, integer), pg_catalog.lo_truncate64(integer, bigint), pg_catalog.lowrite(integer, bytea)
  from public;

commit;
