-- Verify voygen:roles on pg
\o /dev/null
select 1 / (count(*) = 6)::int
from pg_catalog.pg_roles
where rolname in ('voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_gateway', 'voygen_jobs')
  and not rolsuper
  and not rolbypassrls
  and rolcanlogin = (rolname in ('voygen_gateway', 'voygen_jobs'));
