\echo Use "CREATE EXTENSION voygen" to load this file. \quit
-- Which agency the session works for, and the ids of its rows.

create function voygen.library_version() returns text
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_library_version';
comment on function voygen.library_version() is
  'Version of the loaded library; pg_extension has the version of the catalogue, and the two must agree.';

create function voygen.current_agency() returns bigint
  language c stable parallel safe leakproof cost 1
  as 'MODULE_PATHNAME', 'voygen_current_agency';
comment on function voygen.current_agency() is
  'Agency of the session (setting voygen.agency_id, which only privileged code can change); null when none is set.';

create function voygen.next_id() returns bigint
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_next_id';
comment on function voygen.next_id() is
  'Next id from the current agency''s own sequence voygen.ids_<agency>, or from voygen.ids_shared when no agency is set.';
-- Generated columns of hotel_cache.

create function voygen.nightly_amount(price numeric, basis text, nights integer, guests integer, currency bpchar)
  returns numeric
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_nightly_amount';
comment on function voygen.nightly_amount(numeric, text, integer, integer, bpchar) is
  'Price of one night for the whole party: per_night as it is, per_stay / nights, per_person * guests / nights; '
  'null for a package or an unknown part. Rounded half-up to the digits of the currency.';

create function voygen.hotel_identity(giata_id text, name text) returns text
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_hotel_identity';
comment on function voygen.hotel_identity(text, text) is
  'What makes two listings of a trip one hotel: its GIATA id, else its name without case, blanks and punctuation; '
  'null when neither says anything.';
-- Triggers that mark trips whose facts a statement made out of date.

create function voygen.mark_trips() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_trips';
comment on function voygen.mark_trips() is
  'Trigger for tables with agency_id and trip_id: AFTER each statement, with REFERENCING old and new rows; one event per trigger.';

create function voygen.mark_clients() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_clients';
comment on function voygen.mark_clients() is
  'Trigger for clients: marks all trips of each client a statement changed.';

create function voygen.mark_agencies() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_mark_agencies';
comment on function voygen.mark_agencies() is
  'Trigger for rates, rules, volumes and agencies: marks every trip of each agency a statement changed, with one row.';

create procedure voygen.watch_table(subject regclass)
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  marker text;
begin
  marker := case
    when subject in ('voygen.clients'::regclass) then 'voygen.mark_clients()'
    when subject in ('voygen.agencies'::regclass, 'voygen.commission_rates'::regclass,
                     'voygen.commission_rules'::regclass, 'voygen.commission_volumes'::regclass)
      then 'voygen.mark_agencies()'
    else 'voygen.mark_trips()'
  end;
  execute format('create trigger mark_insert after insert on %s referencing new table as new_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_update after update on %s referencing old table as old_rows new table as new_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_delete after delete on %s referencing old table as old_rows for each statement execute function %s', subject, marker);
  execute format('create trigger mark_truncate after truncate on %s for each statement execute function %s', subject, marker);
  execute format('alter table %s enable always trigger mark_insert', subject);
  execute format('alter table %s enable always trigger mark_update', subject);
  execute format('alter table %s enable always trigger mark_delete', subject);
  execute format('alter table %s enable always trigger mark_truncate', subject);
end
$$;
revoke execute on procedure voygen.watch_table(regclass) from public;
comment on procedure voygen.watch_table(regclass) is
  'Gives a table the four triggers that mark trips; they fire whatever session_replication_role is.';
-- Working the queue of marks, and facts that are never stale. None of these looks at row security: they take the agency
-- as an argument and are for the owner's functions only.

create function voygen.refresh_facts(agency_id bigint default null, trip_ids bigint[] default null,
                                     force boolean default false, max_trips bigint default null,
                                     out refreshed bigint, out unchanged bigint, out failed bigint, out skipped bigint)
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_refresh_facts';
revoke execute on function voygen.refresh_facts(bigint, bigint[], boolean, bigint) from public;
comment on function voygen.refresh_facts(bigint, bigint[], boolean, bigint) is
  'Builds the facts of marked trips of an agency (null: of all), or of the trips named. force builds what is fresh too; '
  'max_trips ends the call after the portion that reaches it. skipped counts trips another session was working on; '
  'failed ones are in facts_failed.';

create function voygen.trip_facts_fresh(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean)
  language c stable strict parallel restricted rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_fresh';
revoke execute on function voygen.trip_facts_fresh(bigint, bigint[]) from public;
comment on function voygen.trip_facts_fresh(bigint, bigint[]) is
  'Facts of the trips as of now: the stored ones where they hold, else built in memory (stored is then false). Writes nothing.';

create function voygen.trip_facts_rebuilt(agency_id bigint, trip_ids bigint[])
  returns table (trip_id bigint, facts jsonb, lead_price_min numeric, total_commission_potential numeric,
                 currency text, availability_status text, last_availability_check timestamptz, nights integer,
                 traveler_count integer, valid_until timestamptz, refreshed_at timestamptz, stored boolean)
  language c stable strict parallel restricted rows 10
  as 'MODULE_PATHNAME', 'voygen_trip_facts_rebuilt';
revoke execute on function voygen.trip_facts_rebuilt(bigint, bigint[]) from public;
comment on function voygen.trip_facts_rebuilt(bigint, bigint[]) is
  'What the stored facts of each fresh trip should be as of the time they were made; stored says whether they are.';
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
        select * into done from voygen.refresh_facts(agency, max_trips => portion);
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

create procedure voygen.disable_marking()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  subject regclass;
  marker text;
begin
  for subject in select w from voygen.watched_tables() w order by w::text loop
    foreach marker in array array['mark_insert', 'mark_update', 'mark_delete', 'mark_truncate'] loop
      execute format('alter table %s disable trigger %I', subject, marker);
    end loop;
  end loop;
end
$$;
revoke execute on procedure voygen.disable_marking() from public;
comment on procedure voygen.disable_marking() is
  'Stops marking, for a large load. Facts then go out of date unnoticed until voygen.enable_marking() is called. Owner only.';

create procedure voygen.enable_marking()
  language plpgsql
  set search_path = pg_catalog, pg_temp
  as $$
declare
  subject regclass;
  marker text;
begin
  -- The table lock waits for writers under way, so whatever was written unwatched is committed before the marks below are.
  for subject in select w from voygen.watched_tables() w order by w::text loop
    foreach marker in array array['mark_insert', 'mark_update', 'mark_delete', 'mark_truncate'] loop
      execute format('alter table %s enable always trigger %I', subject, marker);
    end loop;
  end loop;
  insert into voygen.facts_dirty (agency_id, trip_id, reason)
  select a.agency_id, 0, 'marking was off'
  from voygen.agencies a;
end
$$;
revoke execute on procedure voygen.enable_marking() from public;
comment on procedure voygen.enable_marking() is
  'Marks changes again, and every trip once, as any of them may have changed meanwhile. Owner only.';
-- Low, medium and high for any query.

create type voygen.price_cuts as (method text, low_below numeric, high_from numeric);
comment on type voygen.price_cuts is
  'Where prices are cut: low below the first, high from the second on, medium between; null where there is no cut.';

create function voygen.price_cuts_add(internal, numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_add';
comment on function voygen.price_cuts_add(internal, numeric) is 'Step of the aggregate price_cuts.';

create function voygen.price_cuts_add(internal, numeric, text, numeric, numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_add';
comment on function voygen.price_cuts_add(internal, numeric, text, numeric, numeric) is 'Step of the aggregate price_cuts.';

create function voygen.price_cuts_final(internal) returns voygen.price_cuts
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_final';
comment on function voygen.price_cuts_final(internal) is 'End of the aggregate price_cuts.';

create aggregate voygen.price_cuts(price numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_cuts_final, parallel = safe);
comment on aggregate voygen.price_cuts(numeric) is
  'Cuts of prices into low, medium and high: at 25 and 75 percent from nine prices on, thirds by rank below, none below three.';

create aggregate voygen.price_cuts(price numeric, method text, low_percent numeric, high_percent numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_cuts_final, parallel = safe);
comment on aggregate voygen.price_cuts(numeric, text, numeric, numeric) is
  'Cuts of prices by a method (auto, percentile, kmeans, kmeans_log, rank); the percents are those of percentile.';

create function voygen.price_tier_of(price numeric, low_below numeric, high_from numeric) returns text
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_price_tier_of';
comment on function voygen.price_tier_of(numeric, numeric, numeric) is
  'Tier of a price by cuts that are known: low, medium or high.';

create function voygen.price_tier(price numeric) returns text
  language c immutable window parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier';
comment on function voygen.price_tier(numeric) is
  'Window function: tier of a row''s price among those of its partition. price_tier(price) over (partition by leg_id)';

create function voygen.price_tier(price numeric, method text, low_percent numeric, high_percent numeric) returns text
  language c immutable window parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier';
comment on function voygen.price_tier(numeric, text, numeric, numeric) is
  'Window function: tier of a row''s price among those of its partition, cut by a method and its percents.';
-- The current agency's commission for the rows of any query, and for all its offers.

create function voygen.commission_amount(
  site text, amount numeric, currency bpchar, tax text default 'unknown', tax_amount numeric default null,
  nights integer default null, rooms integer default 1, check_in date default null, supplier text default null,
  chain text default null, property text default null, product_type text default 'hotel', rate_type text default null,
  refundable boolean default null, prepaid boolean default null, advisor text default null,
  stated_amount numeric default null, stated_percent numeric default null, booked_on date default null)
  returns numeric
  language c stable parallel safe cost 10
  as 'MODULE_PATHNAME', 'voygen_commission_amount';
comment on function voygen.commission_amount(text, numeric, bpchar, text, numeric, integer, integer, date, text, text, text, text, text, boolean, boolean, text, numeric, numeric, date) is
  'Expected commission of an offer by the current agency''s rates and those rules that ask nothing about a trip: what the '
  'portal states, else computed; null when it is not known. booked_on is today when it is not given.';

create function voygen.commission_total(agency_id bigint)
  returns table (currency text, offers bigint, without_commission bigint, commission numeric)
  language c stable strict parallel restricted rows 3
  as 'MODULE_PATHNAME', 'voygen_commission_total';
revoke execute on function voygen.commission_total(bigint) from public;
comment on function voygen.commission_total(bigint) is
  'Expected commission of every offer of every trip of an agency, added up by currency, in one pass over the tables.';

create function voygen.commission_rows(query text)
  returns table (id text, base numeric, base_estimated boolean, commission numeric, currency text, source text, rate_id bigint,
                 computed numeric, stated numeric, variance numeric, eligible boolean)
  language c stable strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_commission_rows';
comment on function voygen.commission_rows(text) is
  'Commission of every row of a query by the current agency''s rates, with base, the rate that applied and what the portal states '
  'beside what was computed. The query runs with the caller''s rights, read only; columns by name: id, site, amount, currency, tax, '
  'tax_amount, nights, rooms, check_in, supplier, chain, property, product_type, rate_type, refundable, prepaid, advisor, '
  'stated_amount, stated_percent, booked_on.';
-- Number or slug to id. Bodies are read at the first call, so the tables need not be there when the extension is made.

create function voygen.resolve_trip(trip_id text) returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  found_id bigint;
begin
  if resolve_trip.trip_id ~ '^[0-9]{1,18}$' then
    select trip_id
    into found_id
    from voygen.trips
    where agency_id = voygen.current_agency()
      and trip_id = resolve_trip.trip_id::bigint;
  else
    select trip_id
    into found_id
    from voygen.trips
    where agency_id = voygen.current_agency()
      and slug = lower(btrim(resolve_trip.trip_id));
  end if;
  if found_id is null then
    perform voygen.raise('not_found', format('trip %s does not exist in this agency', left(resolve_trip.trip_id, 100)),
      path => '/trip_id', expected => 'number or slug of a trip', got => left(resolve_trip.trip_id, 100),
      hint => 'find_trips finds a trip by words of its client, place or title.');
  end if;
  return found_id;
end
$$;
comment on function voygen.resolve_trip(text) is
'Id of the trip with this number or slug in the current agency; not_found else, the same for one that another agency has.';

create function voygen.resolve_client(client_id text) returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  found_id bigint;
begin
  if resolve_client.client_id ~ '^[0-9]{1,18}$' then
    select client_id
    into found_id
    from voygen.clients
    where agency_id = voygen.current_agency()
      and client_id = resolve_client.client_id::bigint;
  else
    select client_id
    into found_id
    from voygen.clients
    where agency_id = voygen.current_agency()
      and slug = lower(btrim(resolve_client.client_id));
  end if;
  if found_id is null then
    perform voygen.raise('not_found', format('client %s does not exist in this agency', left(resolve_client.client_id, 100)),
      path => '/client_id', expected => 'number or slug of a client', got => left(resolve_client.client_id, 100),
      hint => 'find_clients finds a client by words of its name or address.');
  end if;
  return found_id;
end
$$;
comment on function voygen.resolve_client(text) is
'Id of the client with this number or slug in the current agency; not_found else, the same for one that another agency has.';
-- Checks of what an ingest brings, and currencies.

create function voygen.currency_exponent(code text) returns integer
  language c immutable strict parallel safe cost 1
  as 'MODULE_PATHNAME', 'voygen_currency_exponent';
comment on function voygen.currency_exponent(text) is
  'Decimals of a currency by ISO 4217; null for a code that is not on the list.';

create function voygen.item_faults(items jsonb, fields jsonb, out index integer, out path text, out message text)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_item_faults';
comment on function voygen.item_faults(jsonb, jsonb) is
  'The first fault of each item of a list that does not keep to its fields; items without a fault have no row.';
-- Commission of any offers by any rates.

create function voygen.commission_quotes(
  offers jsonb, rates jsonb, rules jsonb, rounding text, traced boolean, booked_on date,
  out index integer, out quote jsonb)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_commission_quotes';
comment on function voygen.commission_quotes(jsonb, jsonb, jsonb, text, boolean, date) is
  'Commission of each offer of a list by the rates and rules given, with the trace when it is asked for; '
  'booked_on is for offers that name no booking date.';

create function voygen.commission_quote(offer jsonb, rates jsonb, rules jsonb, rounding text, booked_on date) returns jsonb
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_commission_quote';
comment on function voygen.commission_quote(jsonb, jsonb, jsonb, text, date) is
  'Commission of one offer by the rates and rules given, with its trace.';
-- Tiers of prices, picks of hotels, the best choice of offers.

create function voygen.segment_prices(
  prices numeric[], method text, low_cut numeric, high_cut numeric,
  out tiers text[], out low_below numeric, out high_from numeric, out method_used text)
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_segment_prices';
comment on function voygen.segment_prices(numeric[], text, numeric, numeric) is
  'Tier of each price, in the order of the prices: low below low_below, high from high_from, else medium. The cuts of '
  'percentile are percents; method is auto, percentile, kmeans, kmeans_log or rank.';

create function voygen.choose_picks(
  candidates jsonb, per_tier integer,
  out index integer, out score numeric, out reason text)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_choose_picks';
comment on function voygen.choose_picks(jsonb, integer) is
  'Which hotels of each tier to show: best score first, but not two of one chain or place while others are left.';

create function voygen.optimize_offers(legs jsonb, currency text, options jsonb) returns jsonb
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_optimize_offers';
comment on function voygen.optimize_offers(jsonb, text, jsonb) is
  'One offer per leg with the greatest expected commission, exactly, within budget and price premium.';
-- Calling tools: the catalogue of tools, the door they are called through, and the errors they raise.

create function voygen.describe_tool(function oid, out title text, out description text, out input_schema jsonb, out output_schema jsonb,
    out read_only boolean, out destructive boolean, out idempotent boolean, out job_schema jsonb, out examples jsonb)
  language c stable strict parallel safe cost 1000
  as 'MODULE_PATHNAME', 'voygen_describe_tool';
comment on function voygen.describe_tool(oid) is
  'What a function is as a tool: its signature as JSON Schema, its comment as words, its volatility as hints.';

create function voygen.tool_faults(function oid) returns table (problem text)
  language c stable strict parallel safe cost 1000 rows 1
  as 'MODULE_PATHNAME', 'voygen_tool_faults';
comment on function voygen.tool_faults(oid) is
  'What keeps a function from being a good tool: wrong tags, parameters without words, types without a schema, examples its own schema refuses.';

create view voygen.tool with (security_invoker) as
select
  p.proname::text as name,
  d.title,
  d.description,
  d.input_schema,
  d.output_schema,
  d.read_only,
  d.destructive,
  d.idempotent,
  d.job_schema is not null as is_job,
  d.job_schema,
  d.examples,
  p.oid as function
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
cross join lateral voygen.describe_tool(p.oid) d
where n.nspname = 'voygen_api'
  and p.prokind = 'f'
  and pg_catalog.has_function_privilege(p.oid, 'execute');
comment on view voygen.tool is
  'The tools the current role may call, derived from the functions of schema voygen_api; there is no other list of tools.';
comment on column voygen.tool.read_only is 'The function is STABLE: it runs as a role that can write nothing.';
comment on column voygen.tool.idempotent is 'Calling it again with the same arguments changes nothing more.';
comment on column voygen.tool.is_job is 'The result is the id of a job; job_schema is the schema of what the job answers in the end.';
grant select on voygen.tool to public;

create function voygen.tool_problems() returns table (tool text, problem text)
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
  select p.proname::text, f.problem
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  cross join lateral voygen.tool_faults(p.oid) f
  where n.nspname = 'voygen_api'
    and p.prokind = 'f'
  union all
  select p.proname::text, 'has several functions of this name'
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'voygen_api'
  group by p.proname
  having count(*) > 1
  order by 1, 2
  $$;
comment on function voygen.tool_problems() is
  'Every fault of the catalogue of tools; empty when all is well. Tests and voygen doctor ask it.';

create function voygen.raise(code text, message text, path text default null, expected text default null, got text default null,
    hint text default null) returns void
  language c volatile parallel safe
  as 'MODULE_PATHNAME', 'voygen_raise';
comment on function voygen.raise(text, text, text, text, text, text) is
  'Raises an error for the caller of a tool: SQLSTATE VG001 to VG010 by code, the parts as JSON in DETAIL. Never returns.';

create function voygen.call(agency_id bigint, token_digest bytea, tool text, arguments text) returns text
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_call';
comment on function voygen.call(bigint, bytea, text, text) is
  'Calls a tool for the identity behind a token (SHA-256 of it) and answers its result as JSON.';
revoke execute on function voygen.call(bigint, bytea, text, text) from public;

-- The same for arguments as bytes: the server refuses a text with NUL or broken UTF-8 before anybody could say where it is.
create function voygen.call(agency_id bigint, token_digest bytea, tool text, arguments bytea) returns text
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_call';
comment on function voygen.call(bigint, bytea, text, bytea) is
  'Calls a tool as voygen.call with text does; what is no JSON text at all is refused with its place too.';
revoke execute on function voygen.call(bigint, bytea, text, bytea) from public;

create function voygen.tools(agency_id bigint, token_digest bytea) returns text
  language c stable parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_tools';
comment on function voygen.tools(bigint, bytea) is
  'The tools a token may call, as a JSON list in the shape of an MCP tools/list result.';
revoke execute on function voygen.tools(bigint, bytea) from public;
