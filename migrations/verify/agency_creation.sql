-- Verify voygen:agency_creation on pg
\o /dev/null
select 'voygen.load_starter_data(bigint)'::regprocedure, 'voygen.load_starter_instructions()'::regprocedure,
       'voygen.create_agency(text, text, text)'::regprocedure, 'voygen.check_agency(bigint)'::regprocedure,
       'voygen.create_user(bigint, text, text, text, boolean)'::regprocedure,
       'voygen.create_token(bigint, text, bigint, text[], timestamptz)'::regprocedure, 'voygen.revoke_token(bigint, bigint)'::regprocedure;
select 1 / (not pg_catalog.has_function_privilege('voygen_admin', 'voygen.create_agency(text, text, text)', 'execute'))::int;
