-- Revert voygen:marks from pg
set role voygen_owner;

select format('drop trigger %I on %s', tgname, tgrelid::regclass)
from pg_catalog.pg_trigger
where tgrelid in (select oid from pg_catalog.pg_class where relnamespace = 'voygen'::regnamespace)
  and tgname in ('mark_insert', 'mark_update', 'mark_delete', 'mark_truncate')
  and not tgisinternal
order by tgrelid, tgname
\gexec
