-- Revert voygen:foundation from pg
begin;

alter default privileges for role voygen_owner grant execute on functions to public;

drop procedure voygen.detach_tables(regclass[]);
drop procedure voygen.protect_table(regclass);
create temporary table found_schema on commit drop as
select owner
from voygen.adopted
where kind = 'schema';
drop table voygen.adopted;
drop extension voygen;

revoke all on schema voygen from voygen_admin, voygen_agent, voygen_reader, voygen_gateway, voygen_jobs;
do $$
begin
  if exists (select from found_schema) then
    if (select pg_catalog.pg_get_userbyid(nspowner) from pg_catalog.pg_namespace where nspname = 'voygen') <> 'voygen_owner' then
      revoke all on schema voygen from voygen_owner;
    end if;
  else
    drop schema voygen;
  end if;
end
$$;

commit;
