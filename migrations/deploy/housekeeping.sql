-- Deploy voygen:housekeeping to pg
-- Work that pg_cron does as voygen_jobs (sql/jobs.sql says when). Procedures that commit carry no settings of their
-- own, so every name is spelt out.
begin;
set local role voygen_owner;

create function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365}'::jsonb->>subject)::integer
  end
$$;
comment on function voygen.retention_days(jsonb, text) is
  'Days an agency keeps rows of a kind: its setting retention.<kind>, else the default (audit 730, commission_audit '
  '2555, idempotency_keys 30, facts_history 1095, facts_runs 30, template_processings 180, extraction_sessions 180, '
  'chain_executions 365); null in the settings keeps them for ever.';

create procedure voygen.retain_agency(agency bigint)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  chosen jsonb := (select a.settings from voygen.agencies a where a.agency_id = agency);
begin
  delete from voygen.audit
  where agency_id = agency
    and at < now() - make_interval(days => voygen.retention_days(chosen, 'audit'));
  delete from voygen.commission_audit
  where agency_id = agency
    and calculated_at < now() - make_interval(days => voygen.retention_days(chosen, 'commission_audit'));
  delete from voygen.idempotency_keys
  where agency_id = agency
    and created_at < now() - make_interval(days => voygen.retention_days(chosen, 'idempotency_keys'));
  delete from voygen.trip_facts_history
  where agency_id = agency
    and recorded_at < now() - make_interval(days => voygen.retention_days(chosen, 'facts_history'));
  delete from voygen.facts_runs
  where agency_id = agency
    and started_at < now() - make_interval(days => voygen.retention_days(chosen, 'facts_runs'));
  delete from voygen.template_processings
  where agency_id = agency
    and created_at < now() - make_interval(days => voygen.retention_days(chosen, 'template_processings'));
  delete from voygen.extraction_sessions
  where agency_id = agency
    and status <> 'running'
    and started_at < now() - make_interval(days => voygen.retention_days(chosen, 'extraction_sessions'));
  delete from voygen.chain_executions
  where agency_id = agency
    and status in ('completed', 'failed', 'cancelled')
    and started_at < now() - make_interval(days => voygen.retention_days(chosen, 'chain_executions'));
end
$$;
comment on procedure voygen.retain_agency(bigint) is 'Deletes what an agency no longer keeps.';

create procedure voygen.retain_marks()
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- While no refresher runs, a busy trip gathers marks: a newer mark that says the same stands in for those a day old.
  -- Rows a refresher holds are left to it.
  delete from voygen.facts_dirty d
  where (d.agency_id, d.trip_id, d.mark_id) in (
    select o.agency_id, o.trip_id, o.mark_id
    from voygen.facts_dirty o
    where o.marked_at < now() - interval '1 day'
      and exists (
        select
        from voygen.facts_dirty n
        where n.agency_id = o.agency_id
          and n.trip_id = o.trip_id
          and n.trip_until is not distinct from o.trip_until
          and n.mark_id > o.mark_id)
    for update skip locked);
  -- Trips that are gone can neither be refreshed nor have failed.
  delete from voygen.facts_dirty d
  where (d.agency_id, d.trip_id, d.mark_id) in (
    select o.agency_id, o.trip_id, o.mark_id
    from voygen.facts_dirty o
    where o.marked_at < now() - interval '1 day'
      and o.trip_id > 0
      and o.trip_until is null
      and not exists (select from voygen.trips t where t.agency_id = o.agency_id and t.trip_id = o.trip_id)
    for update skip locked);
  delete from voygen.facts_failed f
  where not exists (select from voygen.trips t where t.agency_id = f.agency_id and t.trip_id = f.trip_id);
  delete from voygen.facts_runs
  where agency_id is null
    and started_at < now() - interval '30 days';
end
$$;
comment on procedure voygen.retain_marks() is
  'Takes superfluous marks out of the queue of the facts, and what is left of trips that are gone.';

create procedure voygen.retention_job()
language plpgsql
as $$
declare
  agency bigint;
begin
  for agency in
    select a.agency_id
    from voygen.agencies a
    order by a.agency_id
  loop
    call voygen.retain_agency(agency);
    commit;
  end loop;
  call voygen.retain_marks();
  commit;
  if to_regclass('cron.job_run_details') is not null then
    delete from cron.job_run_details
    where end_time < now() - interval '7 days';
  end if;
end
$$;
comment on procedure voygen.retention_job() is
  'Deletes what no agency keeps any longer, agency by agency, then spare marks and pg_cron''s history of more than a '
  'week.';

create procedure voygen.count_volumes(agency bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
  with counted as (
    select b.site, w.kind as window_kind, date_trunc(w.kind, b.booked_on)::date as window_start,
           -- As in a commission, tax is no part of the business done.
           coalesce(sum(b.price_amount - case when b.tax_basis = 'included' then coalesce(b.tax_amount, 0) else 0 end)
                      filter (where b.currency = a.currency), 0) as amount,
           a.currency, coalesce(sum(b.nights::bigint * b.rooms), 0)::bigint as room_nights, count(*) as bookings
    from voygen.bookings b
    join voygen.agencies a on a.agency_id = b.agency_id
    cross join unnest(array['month', 'quarter', 'year']) as w (kind)
    where b.agency_id = agency
      and b.status <> 'cancelled'
      and b.site is not null
    group by b.site, w.kind, date_trunc(w.kind, b.booked_on), a.currency
  ),
  gone as (
    delete from voygen.commission_volumes v
    where v.agency_id = agency
      and not exists (
        select
        from counted c
        where c.site = v.site and c.window_kind = v.window_kind and c.window_start = v.window_start)
  )
  -- Rows that are right already are left alone: writing them would make every facts document of the agency out of date.
  insert into voygen.commission_volumes (agency_id, site, window_kind, window_start, amount, currency, room_nights, bookings)
  select agency, c.site, c.window_kind, c.window_start, c.amount, c.currency, c.room_nights, c.bookings
  from counted c
  where not exists (
    select
    from voygen.commission_volumes k
    where k.agency_id = agency and k.site = c.site and k.window_kind = c.window_kind and k.window_start = c.window_start
      and (k.amount, k.currency, k.room_nights, k.bookings) = (c.amount, c.currency, c.room_nights, c.bookings))
  on conflict (agency_id, site, window_kind, window_start) do update
    set amount = excluded.amount, currency = excluded.currency, room_nights = excluded.room_nights, bookings = excluded.bookings,
        updated_at = now()
$$;
comment on procedure voygen.count_volumes(bigint) is
  'Brings an agency''s commission_volumes up to its bookings: per site and month, quarter and year of booking, '
  'cancelled ones left out, amounts without tax and in the agency''s currency.';

create procedure voygen.volumes_job()
language plpgsql
as $$
declare
  agency bigint;
begin
  for agency in
    select a.agency_id
    from voygen.agencies a
    order by a.agency_id
  loop
    call voygen.count_volumes(agency);
    commit;
  end loop;
end
$$;
comment on procedure voygen.volumes_job() is
  'Brings the volumes that tier rates are chosen by up to the bookings, agency by agency.';

revoke execute on procedure voygen.retain_agency(bigint), voygen.retain_marks(), voygen.retention_job(),
  voygen.count_volumes(bigint), voygen.volumes_job() from public;

create function voygen.job_runs(most integer default 100)
  returns table (job text, status text, started_at timestamptz, finished_at timestamptz)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regclass('cron.job_run_details') is not null then
    return query execute $query$
      select j.jobname::text, d.status, d.start_time, d.end_time
      from cron.job_run_details d
      join cron.job j on j.jobid = d.jobid
      order by d.runid desc
      limit $1$query$ using most;
  end if;
end
$$;
comment on function voygen.job_runs(integer) is
  'Latest runs of the scheduled jobs, newest first; empty in a database without pg_cron. Without messages, which may '
  'name another agency''s trips.';
-- pg_cron shows each role its own jobs, so this one looks with the eyes of the role that runs them.
reset role;
alter function voygen.job_runs(integer) owner to voygen_jobs;
grant execute on function voygen.job_runs(integer) to voygen_admin;

commit;
