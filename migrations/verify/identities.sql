-- Verify voygen:identities on pg
\o /dev/null
select issuer, subject from voygen.tokens where false;
select 1 / has_function_privilege('voygen_gateway', 'voygen.agency_of_identity(bytea)', 'execute')::int;
select 1 / (not has_function_privilege('voygen_admin', 'voygen.create_identity(bigint, text, text, text, bigint, text[], timestamptz)', 'execute'))::int;
