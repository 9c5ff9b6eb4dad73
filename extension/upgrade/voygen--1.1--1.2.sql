\echo Use "ALTER EXTENSION voygen UPDATE TO '1.2'" to load this file. \quit

-- Marks for every trip there is, however old the snapshot.

create function voygen.mark_every_trip() returns void
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_every_trip';
revoke execute on function voygen.mark_every_trip() from public;
comment on function voygen.mark_every_trip() is
  'Marks every trip of every agency there is at this moment, however old the snapshot of the transaction. Owner only.';

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
  perform voygen.mark_every_trip();
end
$$;

-- Refreshes that tell who listens.

create function voygen.refresh_and_tell(agency_id bigint default null, trip_ids bigint[] default null,
                                        force boolean default false, max_trips bigint default null,
                                        out refreshed bigint, out unchanged bigint, out failed bigint, out skipped bigint)
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_refresh_and_tell';
revoke execute on function voygen.refresh_and_tell(bigint, bigint[], boolean, bigint) from public;
comment on function voygen.refresh_and_tell(bigint, bigint[], boolean, bigint) is
  'Refreshes as refresh_facts does, and tells whoever listens on voygen_facts of the trips whose facts changed, as "AGENCY '
  'TRIP,TRIP,…" or "AGENCY many". Such a transaction cannot be prepared.';

create or replace procedure voygen.refresh_job(budget interval default '50 s', portion bigint default 2000)
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

-- Long work: the steps of jobs, and the news of them.

create function voygen.caller_token() returns bigint
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller_token';
revoke execute on function voygen.caller_token() from public;
comment on function voygen.caller_token() is
  'Number of the token that the running call was made with; null outside of calls. Owner only.';

create function voygen.redact_arguments(tool text, arguments jsonb) returns jsonb
  language c stable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_redact_arguments';
comment on function voygen.redact_arguments(text, jsonb) is
  'Arguments of a tool with what its comment tags @redact left out.';

create function voygen.work_job(agency_id bigint, job_id bigint, run bigint) returns text
  language c volatile strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_work_job';
revoke execute on function voygen.work_job(bigint, bigint, bigint) from public;
comment on function voygen.work_job(bigint, bigint, bigint) is
  'Does one step of a job that was taken (voygen.take_job) as whoever asked for it, and answers its status; running: there is more to do.';

create function voygen.job_changed() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_job_changed';
comment on function voygen.job_changed() is
  'Trigger for voygen.job: tells who listens on voygen_job of a change, as "AGENCY JOB STATUS".';

create function voygen.room_commission(
  agency_id bigint, trip_id bigint, hotel_id bigint, nightly_amount numeric, total_amount numeric, tax_basis text,
  tax_amount numeric, currency bpchar, rate_type text, refundable boolean, commission_eligible boolean,
  commission_percent numeric, commission_amount numeric)
  returns numeric
  language c stable parallel safe cost 10
  as 'MODULE_PATHNAME', 'voygen_room_commission_of';
comment on function voygen.room_commission(bigint, bigint, bigint, numeric, numeric, text, numeric, bpchar, text, boolean, boolean, numeric, numeric) is
  'Expected commission of a room from its columns; room_commission(room) becomes this where its columns can be named.';

create function voygen.room_commission_support(internal) returns internal
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_room_commission_support';
comment on function voygen.room_commission_support(internal) is 'Tells the planner that room_commission(room) is that of the room''s columns.';

create function voygen.room_commission(room record)
  returns numeric
  language c stable strict parallel safe cost 10 support voygen.room_commission_support
  as 'MODULE_PATHNAME', 'voygen_room_commission';
comment on function voygen.room_commission(record) is
  'Expected commission of a row of rooms_cache by the current agency''s rates and those rules that ask nothing about a trip: '
  'finds the hotel itself, with the caller''s rights. Null when it is not known, when the hotel is not there for the caller or '
  'has another currency, and for another agency''s room; whether the room is available is not asked.';
-- Statements put together from text, with their plans kept.
create function voygen.kept(answer anyelement, statement text, variadic arguments "any")
  returns anyelement
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_kept';
revoke execute on function voygen.kept(anyelement, text, "any") from public;
comment on function voygen.kept(anyelement, text, "any") is
  'The one value of a reading statement with $1, $2, … bound to the arguments, of the type of answer. The statement is planned once in '
  'a session, for whatever values: what EXECUTE does, without planning each time. The caller''s rights.';
create function voygen.caller_may(tool text) returns boolean
  language c stable strict parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller_may';
comment on function voygen.caller_may(text) is
  'Whether the call that runs could have been one of this tool, by role, scopes of the token and switches of the agency. For what shows the same data in another way.';

create function voygen.recorded_arguments(tool text, arguments bytea) returns text
  language c stable strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_recorded_arguments';
comment on function voygen.recorded_arguments(text, bytea) is
  'The arguments of a call as its record keeps them: what is marked @redact left out; the SHA-256 of what is no object, or longer than 32 kB.';
revoke execute on function voygen.recorded_arguments(text, bytea) from public;

create function voygen.tell_agency() returns trigger
  language c
  as 'MODULE_PATHNAME', 'voygen_tell_agency';
comment on function voygen.tell_agency() is
  'Trigger AFTER each row, tell_agency(''channel''): sends the agency''s number, or "all" for a row of no agency, to those who listen there.';
revoke execute on function voygen.tell_agency() from public;
