-- Revert voygen:search from pg
begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

do $$
begin
  if exists (
    select
    from pg_catalog.pg_extension
    where extname = 'pg_trgm'
      and extnamespace = 'voygen'::regnamespace
  ) then
    drop extension pg_trgm;
  end if;
end
$$;

commit;
