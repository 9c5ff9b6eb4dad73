\echo Use "ALTER EXTENSION voygen UPDATE TO '1.1'" to load this file. \quit

create function voygen.caller(out user_id bigint, out role text, out tool text)
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller';
comment on function voygen.caller() is
  'Whose work is done: person, role and tool of the call that runs; outside of calls the role the session has taken. For the defaults of records.';

create function voygen.hold_calls() returns void
  language c volatile strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_hold_calls';
comment on function voygen.hold_calls() is
  'Waits for the calls that run and holds new ones to the end of the transaction, so that tools can be exchanged.';
revoke execute on function voygen.hold_calls() from public;
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

-- Switching marking off and on takes the trigger for replicated rows along.
create or replace procedure voygen.disable_marking()
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

create or replace procedure voygen.enable_marking()
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
  insert into voygen.facts_dirty (agency_id, trip_id, reason)
  select a.agency_id, 0, 'marking was off'
  from voygen.agencies a;
end
$$;

comment on function voygen.mark_trips() is
  'Trigger for tables with agency_id and trip_id: AFTER each statement, with REFERENCING old and new rows, one event per trigger; or AFTER each row.';

create function voygen.trip_facts_told(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean, error text)
  language c stable strict parallel unsafe rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_told';
revoke execute on function voygen.trip_facts_told(bigint, bigint[]) from public;
comment on function voygen.trip_facts_told(bigint, bigint[]) is
  'The same, but a trip that cannot be built does not end the statement: it is told as stored last, or with nulls, and error '
  'says why.';

-- How many prices fall in each tier.
create type voygen.price_tier_counts as (method text, low_below numeric, high_from numeric, low bigint, medium bigint, high bigint);
comment on type voygen.price_tier_counts is
  'Where prices are cut, as price_cuts, and how many prices are low, medium and high.';

create function voygen.price_tier_counts_final(internal) returns voygen.price_tier_counts
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier_counts_final';
comment on function voygen.price_tier_counts_final(internal) is 'End of the aggregate price_tier_counts.';

create aggregate voygen.price_tier_counts(price numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_tier_counts_final, parallel = safe);
comment on aggregate voygen.price_tier_counts(numeric) is
  'Cuts of prices as price_cuts makes them, and how many prices fall in each tier.';

create aggregate voygen.price_tier_counts(price numeric, method text, low_percent numeric, high_percent numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_tier_counts_final, parallel = safe);
comment on aggregate voygen.price_tier_counts(numeric, text, numeric, numeric) is
  'Cuts of prices by a method (auto, percentile, kmeans, kmeans_log, rank), and how many prices fall in each tier.';
