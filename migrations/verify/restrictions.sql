-- Verify voygen:restrictions on pg
\o /dev/null
select 1 / (count(*) = 0)::int
from pg_catalog.pg_proc p, pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
where p.pronamespace = 'pg_catalog'::regnamespace
  and a.grantee = 0
  and (p.proname in ('pg_notify', 'lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_unlink', 'lo_truncate', 'lo_truncate64', 'lowrite')
       or p.proname in ('pg_advisory_lock', 'pg_advisory_lock_shared', 'pg_try_advisory_lock', 'pg_try_advisory_lock_shared'));
