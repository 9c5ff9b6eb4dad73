-- Verify voygen:outside_work on pg
\o /dev/null
select outside, outside_answer from voygen.job where false;
select place, content from voygen.job_parts where false;
select 1 / (pg_catalog.has_function_privilege('voygen_gateway', 'voygen.outside_request(bigint, bigint, bigint)', 'execute')
  and pg_catalog.has_function_privilege('voygen_gateway', 'voygen.outside_answer(bigint, bigint, bigint, text, bytea[])', 'execute'))::int;
select 1 / (voygen.retention_days('{}', 'proposal_drafts') = 180)::int;
