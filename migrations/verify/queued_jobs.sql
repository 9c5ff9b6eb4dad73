-- Verify voygen:queued_jobs on pg
\o /dev/null
select 1 / has_function_privilege('voygen_gateway', 'voygen.queued_jobs()', 'execute')::int;
