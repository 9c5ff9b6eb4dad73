-- Deploy voygen:jobs_apart to pg
-- What one agency's rows make impossible is that agency's trouble: a job goes on with the others and fails at its end.
begin;
set local role voygen_owner;

create or replace procedure voygen.count_volumes(agency bigint)
language sql
set search_path = pg_catalog, pg_temp
as $$
  with counted as (
    select b.site, w.kind as window_kind, date_trunc(w.kind, b.booked_on)::date as window_start,
           -- As in a commission, tax is no part of the business done.
           -- More than the column holds is beyond the last step of any scale.
           least(
             coalesce(sum(b.price_amount - case when b.tax_basis = 'included' then coalesce(b.tax_amount, 0) else 0 end)
                        filter (where b.currency = a.currency), 0),
             99999999999.999) as amount,
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

create or replace procedure voygen.volumes_job()
language plpgsql
as $$
declare
  agency bigint;
  failures text[] := '{}';
begin
  for agency in
    select a.agency_id
    from voygen.agencies a
    order by a.agency_id
  loop
    begin
      call voygen.count_volumes(agency);
    exception
      when others then
        failures := failures || format('agency %s: %s', agency, sqlerrm);
    end;
    commit;
  end loop;
  if failures <> '{}' then
    raise exception 'the volumes of % agencies were not counted; %', cardinality(failures), failures[1];
  end if;
end
$$;

create or replace procedure voygen.retention_job()
language plpgsql
as $$
declare
  agency bigint;
  failures text[] := '{}';
begin
  for agency in
    select a.agency_id
    from voygen.agencies a
    order by a.agency_id
  loop
    begin
      call voygen.retain_agency(agency);
    exception
      when others then
        failures := failures || format('agency %s: %s', agency, sqlerrm);
    end;
    commit;
  end loop;
  call voygen.retain_marks();
  commit;
  if to_regclass('cron.job_run_details') is not null then
    delete from cron.job_run_details
    where end_time < now() - interval '7 days';
    commit;
  end if;
  if failures <> '{}' then
    raise exception 'what % agencies no longer keep was not deleted; %', cardinality(failures), failures[1];
  end if;
end
$$;

commit;
