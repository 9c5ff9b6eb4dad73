-- Revert voygen:roles from pg
-- A role that another database of this server still uses stays: dropping it there is that database's business.
begin;

do $$
declare
  unwanted text;
begin
  foreach unwanted in array array['voygen_jobs', 'voygen_gateway', 'voygen_reader', 'voygen_agent', 'voygen_admin', 'voygen_owner']
  loop
    begin
      execute format('drop role if exists %I', unwanted);
    exception
      when dependent_objects_still_exist then
        raise notice 'role % stays: another database of this server uses it', unwanted;
    end;
  end loop;
end
$$;

commit;
