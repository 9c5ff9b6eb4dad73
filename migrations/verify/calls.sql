-- Verify voygen:calls on pg
\o /dev/null
select 1 / (has_function_privilege('voygen_gateway', 'voygen.call(bigint, bytea, text, text)', 'execute')
            and has_function_privilege('voygen_gateway', 'voygen.call(bigint, bytea, text, bytea)', 'execute')
            and has_function_privilege('voygen_gateway', 'voygen.tools(bigint, bytea)', 'execute'))::int;
