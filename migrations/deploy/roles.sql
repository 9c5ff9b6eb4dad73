-- Deploy voygen:roles to pg
-- Roles belong to the whole server, so they may be there from another database already; their attributes are set either
-- way.
begin;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_gateway', 'voygen_jobs']
  loop
    begin
      execute format('create role %I nologin', wanted);
    exception
      when duplicate_object or unique_violation then
        null; -- made by another database of this server, perhaps at this very moment
    end;
  end loop;
end
$$;

-- Two databases deploying at once would trip over each other's catalogue rows, so attributes are only touched when they
-- differ.
do $$
declare
  wrong record;
begin
  for wrong in
    select r.rolname, r.rolname in ('voygen_gateway', 'voygen_jobs') as login
    from pg_catalog.pg_roles r
    where r.rolname in ('voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_gateway', 'voygen_jobs')
      and (r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication or r.rolbypassrls
           or r.rolcanlogin <> (r.rolname in ('voygen_gateway', 'voygen_jobs')))
  loop
    execute format('alter role %I nosuperuser nocreaterole nocreatedb noreplication nobypassrls %s',
                   wrong.rolname, case when wrong.login then 'login' else 'nologin' end);
  end loop;
end
$$;

-- Jobs serve all agencies, so their role stands in for the owner. It logs in from pg_cron's workers only: it has no
-- password and no ident entry.
do $$
begin
  if not pg_catalog.pg_has_role('voygen_jobs', 'voygen_owner', 'usage') then
    grant voygen_owner to voygen_jobs;
  end if;
exception
  when unique_violation then
    null;
end
$$;

commit;
