-- Verify voygen:applied_marks on pg
\o /dev/null
select 1 / (count(*) = 13)::int
from pg_catalog.pg_trigger
where tgname = 'mark_applied'
  and tgenabled = 'R'
  and tgrelid in (select oid from pg_catalog.pg_class where relnamespace = 'voygen'::regnamespace);
