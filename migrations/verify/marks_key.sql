-- Verify voygen:marks_key on pg
\o /dev/null
select 1 / (count(*) = 1)::int
from pg_catalog.pg_class
where oid = 'voygen.facts_dirty_pkey'::regclass
  and reloptions = '{deduplicate_items=off}';
