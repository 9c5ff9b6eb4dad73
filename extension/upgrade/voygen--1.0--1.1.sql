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
-- Switching marking off and on takes the trigger for replicated rows along.
create or replace procedure voygen.disable_marking()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  marker record;
begin
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
  -- The table lock waits for writers under way, so whatever was written unwatched is committed before the marks below are.
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
