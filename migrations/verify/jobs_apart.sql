-- Verify voygen:jobs_apart on pg
\o /dev/null
select 1 / (count(*) = 2)::int
from pg_catalog.pg_proc
where oid in ('voygen.volumes_job()'::regprocedure, 'voygen.retention_job()'::regprocedure)
  and position('failures' in prosrc) > 0;
