-- Revert voygen:agencies from pg
begin;
set local role voygen_owner;

-- ids_shared, and the sequence of each agency
do $$
declare
  ids regclass;
begin
  for ids in
    select oid
    from pg_catalog.pg_class
    where relnamespace = 'voygen'::regnamespace and relkind = 'S' and relname ~ '^ids_(shared|[0-9]+)$'
  loop
    execute format('drop sequence %s', ids);
  end loop;
end
$$;

drop table voygen.sites;
drop table voygen.tokens;
drop table voygen.users;
drop table voygen.agencies;

commit;
