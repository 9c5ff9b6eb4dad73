-- Verify voygen:recorded_calls on pg
\o /dev/null
select 1 / has_function_privilege('voygen_gateway', 'voygen.record_calls(bigint[], bytea[], text[], bytea[], text[], bigint[], timestamptz[])', 'execute')::int;
