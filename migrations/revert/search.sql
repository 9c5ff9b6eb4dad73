-- Revert voygen:search from pg
begin;

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
