-- Owner, rights and the last look over the API. Runs after every other file.
--
-- A tool that only reads may be used by every role, one that writes by agents and administrators. A file that grants
-- its tool by itself (commission rates: administrators only) is left as it is. What does the work of jobs is given to
-- nobody: voygen.work_job alone runs it, for whoever may use the tool.

do $$
declare
  object record;
begin
  for object in
    select p.oid::regprocedure as name, p.provolatile, p.proacl, n.nspname as schema,
           n.nspname = 'voygen_lib' and p.proname like 'job\_%' and p.proargtypes[0] = 'voygen.job'::regtype as is_work
    from pg_proc as p
    join pg_namespace as n on n.oid = p.pronamespace
    where n.nspname in ('voygen_api', 'voygen_lib')
    order by 1
  loop
    execute format('revoke execute on function %s from public', object.name);
    if object.is_work then
      null;
    elsif object.proacl is null and (object.schema = 'voygen_lib' or object.provolatile <> 'v') then
      execute format('grant execute on function %s to voygen_admin, voygen_agent, voygen_reader', object.name);
    elsif object.proacl is null then
      execute format('grant execute on function %s to voygen_admin, voygen_agent', object.name);
    end if;
    execute format('alter function %s owner to voygen_owner', object.name);
  end loop;

  for object in
    select t.oid::regtype as name
    from pg_type as t
    join pg_namespace as n on n.oid = t.typnamespace
    where n.nspname in ('voygen_api', 'voygen_lib')
      and t.typtype in ('c', 'e', 'd')
    order by 1
  loop
    execute format('alter type %s owner to voygen_owner', object.name);
  end loop;
end
$$;

-- A tool without a description, or one whose meaning a search_path could change, is not let in.
do $$
declare
  fault text;
begin
  select string_agg(p.oid::regprocedure::text, ', ' order by p.oid::regprocedure::text)
  into fault
  from pg_proc as p
  where p.pronamespace = 'voygen_api'::regnamespace
    and (
      obj_description(p.oid, 'pg_proc') is null
      or not exists (select from unnest(p.proconfig) as setting where setting like 'search_path=%'));
  if fault is not null then
    raise exception 'tools without a comment or a search_path of their own: %', fault
      using hint = 'sql/README.md says what a tool needs.';
  end if;
end
$$;
