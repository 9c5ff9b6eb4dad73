-- Verify voygen:failed_calls on pg
\o /dev/null
select 1 / has_function_privilege('voygen_gateway', 'voygen.record_failure(bigint, bytea, text, text, bytea, bigint)', 'execute')::int;
