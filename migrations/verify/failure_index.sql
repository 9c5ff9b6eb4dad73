-- Verify voygen:failure_index on pg
\o /dev/null
select 1 / (count(*) = 1)::int
from pg_catalog.pg_index
where indexrelid = 'voygen.idx_audit_failures'::regclass
  and indisvalid;
