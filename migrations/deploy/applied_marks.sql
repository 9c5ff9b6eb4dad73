-- Deploy voygen:applied_marks to pg
-- A subscription applies rows without a statement, so the triggers for each statement do not see them. One for each row
-- does, for replicated rows only. Each table is locked by itself, and only for as long as adding a trigger takes.
set role voygen_owner;

select format(
  'do $add$ begin'
  ' create trigger mark_applied after insert or update or delete on %1$s for each row execute function %2$s();'
  ' alter table %1$s enable replica trigger mark_applied;'
  ' end $add$', watched.tgrelid::regclass, watched.tgfoid::regproc)
from pg_catalog.pg_trigger watched
join pg_catalog.pg_class t on t.oid = watched.tgrelid
where watched.tgname = 'mark_insert'
  and t.relnamespace = 'voygen'::regnamespace
  and not exists (
    select
    from pg_catalog.pg_trigger
    where tgrelid = watched.tgrelid and tgname = 'mark_applied')
order by t.relname
\gexec
