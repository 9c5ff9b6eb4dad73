-- Verify voygen:jobs on pg
\o /dev/null
select agency_id, job_id, tool, arguments, status, run, lease_until, state, done, total, message, input_requests, answers, result, error, ttl
from voygen.job where false;
select 1 / (count(*) = 5)::int
from unnest(array['voygen.take_job(text)', 'voygen.work_job(bigint, bigint, bigint)', 'voygen.leave_job(bigint, bigint, bigint, jsonb)',
  'voygen.keep_jobs(text)', 'voygen.refresh_marked(bigint, bigint)']) f (name)
where has_function_privilege('voygen_gateway', f.name, 'execute');
select 1 / (count(*) = 2)::int
from pg_catalog.pg_trigger
where tgrelid = 'voygen.job'::regclass
  and tgname in ('tell_insert', 'tell_update');
select 1 / (voygen.retention_days('{}', 'jobs') = 30)::int;
