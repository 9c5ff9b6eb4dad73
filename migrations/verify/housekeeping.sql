-- Verify voygen:housekeeping on pg
\o /dev/null
select 'voygen.retention_job()'::regprocedure, 'voygen.volumes_job()'::regprocedure, 'voygen.retain_agency(bigint)'::regprocedure,
       'voygen.retain_marks()'::regprocedure, 'voygen.count_volumes(bigint)'::regprocedure;
select 1 / (count(*) = 1)::int
from pg_catalog.pg_proc
where oid = 'voygen.job_runs(integer)'::regprocedure
  and pg_catalog.pg_get_userbyid(proowner) = 'voygen_jobs';
