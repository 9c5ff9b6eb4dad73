-- Verify voygen:feature_flags on pg
\o /dev/null
select agency_id, flag, is_on, reason, set_by, set_at from voygen.feature_flags where false;
select 1 / relrowsecurity::int from pg_catalog.pg_class where oid = 'voygen.feature_flags'::regclass;
select 1 / has_function_privilege('voygen_reader', 'voygen.feature_on(text)', 'execute')::int;
