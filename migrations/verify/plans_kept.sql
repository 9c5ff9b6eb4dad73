-- Verify voygen:plans_kept on pg
\o /dev/null
select 1 / (p.prosqlbody is not null and p.proconfig is null)::int
from pg_catalog.pg_proc p
where p.oid = 'voygen.retention_days(jsonb, text)'::regprocedure;
