-- Deploy voygen:queued_jobs to pg
-- How many jobs wait, and for how long: for the metrics of the program in front, which reads no table.
begin;
set local role voygen_owner;

create function voygen.queued_jobs(out queued bigint, out oldest_s bigint)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select count(*), coalesce(greatest(extract(epoch from clock_timestamp() - min(j.run_after)), 0), 0)::bigint
  from voygen.job as j
  where j.status = 'queued'
$$;
comment on function voygen.queued_jobs() is
  'Jobs of all agencies that wait for somebody to do them, those that are tried again later among them, and for how many '
  'seconds the one that has waited longest could have been done; 0 when none could. For the program in front.';
revoke execute on function voygen.queued_jobs() from public;
grant execute on function voygen.queued_jobs() to voygen_gateway;

commit;
