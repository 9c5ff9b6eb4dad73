-- Revert voygen:foundation from pg
begin;

-- The SQL API and the schedule are rebuilt by every deployment and cannot be without what follows.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;
do $$
begin
  if to_regclass('cron.job') is not null then
    delete from cron.job
    where username = 'voygen_jobs'
      and database = current_database();
  end if;
end
$$;

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
