-- What keeps facts fresh without being asked, and the switch for loads that would rather not be watched. These run as the
-- owner of the tables; procedures that commit carry no settings of their own, so every name is spelt out.

create procedure voygen.refresh_job(budget interval default '50 s', portion bigint default 2000)
  language plpgsql
  as $$
declare
  ends timestamptz := pg_catalog.clock_timestamp() operator(pg_catalog.+) budget;
  agencies bigint[];
  agency bigint;
  done record;
  fault text;
  found_work boolean := true;
  began timestamptz;
begin
  while found_work and pg_catalog.clock_timestamp() operator(pg_catalog.<) ends loop
    found_work := false;
    agencies := array(select a.agency_id from voygen.agencies a order by a.agency_id);
    foreach agency in array agencies loop
      began := pg_catalog.clock_timestamp();
      fault := null;
      begin
        select * into done from voygen.refresh_and_tell(agency, max_trips => portion);
      exception
        when others then
          fault := sqlerrm;
          select 0::bigint as refreshed, 0::bigint as unchanged, 0::bigint as failed, 0::bigint as skipped into done;
      end;
      if fault is not null or done.refreshed operator(pg_catalog.+) done.unchanged operator(pg_catalog.+) done.failed operator(pg_catalog.>) 0 then
        insert into voygen.facts_runs (agency_id, started_at, finished_at, refreshed, unchanged, failed, error)
        values (agency, began, pg_catalog.clock_timestamp(), done.refreshed, done.unchanged, done.failed, fault);
        -- A fault is tried again by the next run, not at once.
        found_work := found_work or fault is null;
      end if;
      commit;
      exit when pg_catalog.clock_timestamp() operator(pg_catalog.>=) ends;
    end loop;
  end loop;
  -- A sign of life, though there was nothing to do.
  insert into voygen.facts_runs (agency_id, started_at, finished_at)
  values (null, pg_catalog.now(), pg_catalog.clock_timestamp());
end
$$;
revoke execute on procedure voygen.refresh_job(interval, bigint) from public;
comment on procedure voygen.refresh_job(interval, bigint) is
  'Works the queue of marks agency by agency, in portions with a commit after each, until it is empty or the time is up. '
  'Any number of sessions may call it at once.';

create function voygen.expire_facts() returns bigint
  language sql volatile parallel unsafe
  set search_path = pg_catalog, pg_temp
  as $$
  with due as (
    select f.agency_id, f.trip_id, 'facts ran out' as reason
    from voygen.trip_facts f
    where f.valid_until <= now()
    union
    select x.agency_id, x.trip_id, 'tried again after a failure'
    from voygen.facts_failed x
    where x.failed_at < now() - least(x.attempts, 36) * interval '10 minutes'
  ), marked as (
    insert into voygen.facts_dirty (agency_id, trip_id, reason)
    select d.agency_id, d.trip_id, d.reason
    from due d
    where not exists (
      select
      from voygen.facts_dirty m
      where m.agency_id = d.agency_id and m.trip_id = d.trip_id and m.trip_until is null)
    returning 1
  )
  select count(*) from marked
$$;
revoke execute on function voygen.expire_facts() from public;
comment on function voygen.expire_facts() is
  'Marks the trips whose facts the calendar made out of date, and tries again those that failed a while ago (ten minutes '
  'after the first time, six hours at most). Answers how many.';

create function voygen.watched_tables() returns setof regclass
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
  select distinct t.tgrelid::regclass
  from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid
  where p.pronamespace = 'voygen'::regnamespace
    and p.proname in ('mark_trips', 'mark_clients', 'mark_agencies')
    and not t.tgisinternal
$$;
comment on function voygen.watched_tables() is 'Tables whose changes mark trips.';

create function voygen.marking_enabled() returns boolean
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
  select coalesce(bool_and(t.tgenabled = 'A'), false)
  from pg_trigger t
  where t.tgrelid in (select voygen.watched_tables())
    and t.tgname in ('mark_insert', 'mark_update', 'mark_delete', 'mark_truncate')
$$;
comment on function voygen.marking_enabled() is 'Whether every change marks the trips it concerns.';

create procedure voygen.lock_watched_tables()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  set lock_timeout = '200 ms'
  as $$
declare
  subject regclass;
  began timestamptz;
begin
  for attempt in 1 .. 100 loop
    began := clock_timestamp();
    begin
      for subject in select w from voygen.watched_tables() w order by w::text loop
        execute format('lock table %s in share row exclusive mode', subject);
        if clock_timestamp() - began > interval '700 ms' then
          raise lock_not_available;
        end if;
      end loop;
      return;
    exception
      -- All are let go, and whoever waited for one goes on, before a wait of his would be looked at as a deadlock.
      when lock_not_available or deadlock_detected then
        perform pg_sleep(random() * 0.3);
    end;
  end loop;
  raise lock_not_available using
    message = 'the tables that are watched for changes are in use all the time',
    hint = 'Try again when no long transaction, prepared ones included, writes to them.';
end
$$;
revoke execute on procedure voygen.lock_watched_tables() from public;
comment on procedure voygen.lock_watched_tables() is
  'Locks all watched tables against writers, whose transactions are let finish first; holds none while it waits long. Owner only.';

create procedure voygen.disable_marking()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  marker record;
begin
  call voygen.lock_watched_tables();
  for marker in
    select t.tgrelid::regclass as subject, t.tgname
    from pg_trigger t
    where t.tgrelid in (select voygen.watched_tables())
      and t.tgname in ('mark_insert', 'mark_update', 'mark_delete', 'mark_truncate', 'mark_applied')
    order by t.tgrelid::regclass::text
  loop
    execute format('alter table %s disable trigger %I', marker.subject, marker.tgname);
  end loop;
end
$$;
revoke execute on procedure voygen.disable_marking() from public;
comment on procedure voygen.disable_marking() is
  'Stops marking, for a large load. Facts then go out of date unnoticed until voygen.enable_marking() is called. Owner only.';

create function voygen.mark_every_trip() returns void
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_every_trip';
revoke execute on function voygen.mark_every_trip() from public;
comment on function voygen.mark_every_trip() is
  'Marks every trip of every agency there is at this moment, however old the snapshot of the transaction. Owner only.';

create procedure voygen.enable_marking()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  marker record;
begin
  -- The locks wait for writers under way, so whatever was written unwatched is committed before the marks below are.
  call voygen.lock_watched_tables();
  for marker in
    select t.tgrelid::regclass as subject, t.tgname, case t.tgname when 'mark_applied' then 'replica' else 'always' end as whose
    from pg_trigger t
    where t.tgrelid in (select voygen.watched_tables())
      and t.tgname in ('mark_insert', 'mark_update', 'mark_delete', 'mark_truncate', 'mark_applied')
    order by t.tgrelid::regclass::text
  loop
    execute format('alter table %s enable %s trigger %I', marker.subject, marker.whose, marker.tgname);
  end loop;
  perform voygen.mark_every_trip();
end
$$;
revoke execute on procedure voygen.enable_marking() from public;
comment on procedure voygen.enable_marking() is
  'Marks changes again, and every trip once, as any of them may have changed meanwhile. Owner only.';
