-- Verify voygen:foundation on pg
\o /dev/null
select 1 / (count(*) = 1)::int from pg_catalog.pg_extension where extname = 'voygen';
select voygen.current_agency();
select kind, name, owner from voygen.adopted where false;
select pg_catalog.has_function_privilege('voygen.protect_table(regclass)', 'execute');
