-- Verify voygen:marks on pg
\o /dev/null
select 1 / (count(*) = 13 * 4)::int
from pg_catalog.pg_trigger
where tgname in ('mark_insert', 'mark_update', 'mark_delete', 'mark_truncate')
  and tgrelid in (select oid from pg_catalog.pg_class where relnamespace = 'voygen'::regnamespace);
