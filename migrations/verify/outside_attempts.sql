-- Verify voygen:outside_attempts on pg
\o /dev/null
select 1 / (prosrc like '%then j.attempts%')::int
from pg_catalog.pg_proc
where oid = 'voygen.end_step(bigint, bigint, bigint, voygen.job, text)'::regprocedure;
