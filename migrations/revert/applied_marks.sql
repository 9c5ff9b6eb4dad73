-- Revert voygen:applied_marks from pg
set role voygen_owner;

select format('drop trigger mark_applied on %s', tgrelid::regclass)
from pg_catalog.pg_trigger
where tgrelid in (select oid from pg_catalog.pg_class where relnamespace = 'voygen'::regnamespace)
  and tgname = 'mark_applied'
order by tgrelid
\gexec
