-- Trips: what an advisor plans for a client, with the legs it is made of.

create type voygen_api.trip_ref as (
  trip_id bigint,
  slug text,
  leg_ids bigint[]
);
comment on type voygen_api.trip_ref is 'A trip by both its names; either is accepted wherever a trip_id is asked for.';
comment on column voygen_api.trip_ref.leg_ids is 'Its legs in order of travel.';

create type voygen_api.leg_input as (
  city text,
  region text,
  country text,
  arrive_date date,
  depart_date date,
  notes text
);
comment on type voygen_api.leg_input is 'A stay of a trip, as given when the trip is made.';
comment on column voygen_api.leg_input.city is '@required @example Dublin';
comment on column voygen_api.leg_input.arrive_date is '@required @example 2026-10-12';
comment on column voygen_api.leg_input.depart_date is '@required @example 2026-10-19';

create function voygen_lib.trip_slug(client_name text, destination text, title text, start_date date) returns text
language sql immutable parallel safe
begin atomic
  -- client-destination-descriptor-year: at most 28 letters each and four digits leave room for a number after them.
  select voygen_lib.slug_base(
    array[
      voygen_lib.slug_part(client_name, 28),
      voygen_lib.slug_part(destination, 28),
      voygen_lib.slug_part(
        (select pg_catalog.string_agg(said.word, ' ' order by said.place)
         from pg_catalog.unnest(voygen_lib.search_words(title)) with ordinality as said(word, place)
         where said.word <> all (voygen_lib.words(client_name))
           and said.word <> all (voygen_lib.words(destination))
           and said.word !~ '^(19|20)[0-9]{2}$'),
        28),
      extract(year from start_date)::text],
    'trip');
end;
comment on function voygen_lib.trip_slug(text, text, text, date) is
'The slug a trip would like to have: what the title says beyond client, destination and year is the descriptor.';

create function voygen_lib.insert_trip(new_trip voygen.trips, base text) returns voygen.trips
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  made voygen.trips;
begin
  for attempt in 0..999 loop
    insert into trips (
      agency_id, slug, client_id, title, destination, start_date, end_date, status, traveler_count, traveler_names,
      currency, budget_amount, budget_currency, advisor_id, notes)
    values (
      new_trip.agency_id, base || case when attempt > 0 then '-' || attempt else '' end, new_trip.client_id, new_trip.title,
      new_trip.destination, new_trip.start_date, new_trip.end_date, new_trip.status, new_trip.traveler_count,
      new_trip.traveler_names, new_trip.currency, new_trip.budget_amount, new_trip.budget_currency, new_trip.advisor_id,
      new_trip.notes)
    on conflict (agency_id, slug) do nothing
    returning * into made;
    if found then
      return made;
    end if;
  end loop;
  perform voygen.raise('conflict', format('a thousand trips are already called %s', base), path => '/title',
    hint => 'Add something to the title that tells this trip apart.');
end
$$;
comment on function voygen_lib.insert_trip(voygen.trips, text) is
'Inserts a trip under the first free slug. A concurrent insert of the same slug is waited for, then the next number is tried.';

create function voygen_lib.insert_legs(trip voygen.trips, legs voygen_api.leg_input[]) returns bigint[]
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  leg voygen_api.leg_input;
  path text;
  made bigint[];
begin
  for at in 1..coalesce(cardinality(legs), 0) loop
    leg := legs[at];
    path := format('/legs/%s', at - 1);
    perform voygen_lib.require_text(leg.city, path || '/city', 200);
    perform voygen_lib.require_dates(leg.arrive_date, leg.depart_date, path || '/arrive_date', path || '/depart_date');
  end loop;

  with given as (
    select *
    from unnest(legs) with ordinality as one(city, region, country, arrive_date, depart_date, notes, place)
  ),
  written as (
    insert into trip_legs (agency_id, trip_id, seq, city, region, country, arrive_date, depart_date, notes)
    select trip.agency_id, trip.trip_id, place, btrim(city), region, country, arrive_date, depart_date, notes
    from given
    order by place
    returning leg_id, seq
  )
  select array_agg(leg_id order by seq)
  into made
  from written;
  return coalesce(made, '{}');
end
$$;
comment on function voygen_lib.insert_legs(voygen.trips, voygen_api.leg_input[]) is 'Checks and inserts the legs of a new trip in one statement; answers their ids in order.';

create function voygen_lib.travelers_count(travelers jsonb) returns smallint
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  counted numeric;
begin
  counted := case jsonb_typeof(travelers)
    when 'number' then travelers::numeric
    when 'array' then jsonb_array_length(travelers)
    when 'object' then
      case jsonb_typeof(travelers -> 'count')
        when 'number' then (travelers -> 'count')::numeric
        else jsonb_array_length(case when jsonb_typeof(travelers -> 'names') = 'array' then travelers -> 'names' end)
      end
  end;
  if jsonb_typeof(travelers) not in ('number', 'array', 'object', 'null')
    or (counted is null and jsonb_typeof(travelers) = 'object')
    or (jsonb_typeof(travelers) = 'object' and travelers - '{count,names}'::text[] <> '{}')
    or counted <> trunc(counted)
    or counted not between 1 and 1000 then
    perform voygen.raise('invalid_argument', 'travelers is neither a count nor a list of names', path => '/travelers',
      expected => 'a whole number from 1 to 1000, a list of names, or {"count", "names"}', got => left(travelers::text, 80));
  end if;
  return counted;
end
$$;
comment on function voygen_lib.travelers_count(jsonb) is 'How many travel, from a count, a list of names, or both.';

create function voygen_lib.travelers_names(travelers jsonb) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  listed jsonb := case jsonb_typeof(travelers)
    when 'array' then travelers
    when 'object' then coalesce(travelers -> 'names', '[]')
    else '[]'
  end;
begin
  if jsonb_typeof(listed) <> 'array' or jsonb_path_exists(listed, '$[*] ? (@.type() != "string")') then
    perform voygen.raise('invalid_argument', 'a name of a traveler is not a text', path => '/travelers', expected => 'a list of names',
      got => left(travelers::text, 80));
  end if;
  return array(select jsonb_array_elements_text(listed));
end
$$;
comment on function voygen_lib.travelers_names(jsonb) is 'The names of those who travel, when they are given.';

create function voygen_lib.advisor(email text) returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  found_id bigint;
begin
  if advisor.email is null then
    return null;
  end if;
  select user_id
  into found_id
  from users
  where agency_id = voygen_lib.agency()
    and lower(email) = lower(advisor.email)
    and archived_at is null;
  if found_id is null then
    perform voygen.raise('not_found', format('advisor %s does not exist in this agency', advisor.email), path => '/advisor',
      expected => 'the e-mail address of a user', got => advisor.email);
  end if;
  return found_id;
end
$$;
comment on function voygen_lib.advisor(text) is 'The user with an e-mail address; users are rows, not roles.';

create function voygen_api.create_trip(
  client_id text,
  title text,
  destination text,
  start_date date,
  end_date date,
  travelers jsonb default null,
  budget voygen_api.money default null,
  legs voygen_api.leg_input[] default null,
  currency text default null,
  status voygen_api.trip_status default 'planning',
  advisor text default null,
  notes text default null,
  idempotency_key text default null
) returns voygen_api.trip_ref
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  owner clients;
  made trips;
begin
  select *
  into owner
  from clients
  where agency_id = voygen_lib.agency()
    and client_id = voygen.resolve_client(create_trip.client_id);
  perform voygen_lib.require_dates(create_trip.start_date, create_trip.end_date, '/start_date', '/end_date');
  perform voygen_lib.require_money(create_trip.budget, '/budget');

  made.agency_id := owner.agency_id;
  made.client_id := owner.client_id;
  made.title := voygen_lib.require_text(create_trip.title, '/title', 200);
  made.destination := voygen_lib.require_text(create_trip.destination, '/destination', 200);
  made.start_date := create_trip.start_date;
  made.end_date := create_trip.end_date;
  made.status := coalesce(create_trip.status, 'planning')::text;
  made.traveler_count := voygen_lib.travelers_count(create_trip.travelers);
  made.traveler_names := voygen_lib.travelers_names(create_trip.travelers);
  made.budget_amount := (create_trip.budget).amount;
  made.budget_currency := (create_trip.budget).currency;
  made.currency := coalesce(
    voygen_lib.require_currency(create_trip.currency, '/currency'), made.budget_currency,
    (select currency from agencies where agency_id = owner.agency_id), 'USD');
  made.advisor_id := voygen_lib.advisor(create_trip.advisor);
  made.notes := create_trip.notes;
  made := voygen_lib.insert_trip(made, voygen_lib.trip_slug(owner.name, made.destination, made.title, made.start_date));

  return (
    made.trip_id,
    made.slug,
    voygen_lib.insert_legs(made, case
      when cardinality(create_trip.legs) > 0 then create_trip.legs
      else array[(made.destination, null, null, made.start_date, made.end_date, null)::voygen_api.leg_input]
    end)
  )::voygen_api.trip_ref;
end
$$;
comment on function voygen_api.create_trip is
'Create a trip
Makes a trip for a client, with a slug of client, destination, what the title adds and the year. A trip given no legs has one: its destination for its dates.
@param client_id Number or slug of the client. @format id
@param title What the trip is called. @example Dublin in October
@param destination Where it goes. @example Dublin
@param start_date First day.
@param end_date Last day.
@param travelers How many travel, or a list of their names, or {"count", "names"}. @format any @example 2
@param budget What the client wants to spend on the whole trip.
@param legs The stays of the trip in order.
@param currency Currency the trip is planned in; else that of the budget, else that of the agency. @example EUR
@param status Where the trip stands.
@param advisor E-mail address of the advisor in charge. @format email
@param notes For the agency alone.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"client_id": "demo-client", "title": "Dublin in October", "destination": "Dublin", "start_date": "2026-10-12", "end_date": "2026-10-19", "travelers": 2}';

create function voygen_lib.trip_row(trip_id text) returns voygen.trips
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted bigint := voygen.resolve_trip(trip_row.trip_id);
  found_trip trips;
begin
  select *
  into found_trip
  from trips
  where agency_id = voygen_lib.agency()
    and trip_id = wanted;
  return found_trip;
end
$$;
comment on function voygen_lib.trip_row(text) is 'The row of a trip by its number or slug.';

create function voygen_lib.lock_trip(trip_id text) returns voygen.trips
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted bigint := voygen.resolve_trip(lock_trip.trip_id);
  locked trips;
begin
  select *
  into locked
  from trips
  where agency_id = voygen_lib.agency()
    and trip_id = wanted
  for no key update;
  return locked;
end
$$;
comment on function voygen_lib.lock_trip(text) is 'The row of a trip, held against other changes of it until the transaction ends.';

create function voygen_api.update_trip(
  trip_id text,
  client_id text default null,
  title text default null,
  destination text default null,
  start_date date default null,
  end_date date default null,
  travelers jsonb default null,
  budget voygen_api.money default null,
  currency text default null,
  status voygen_api.trip_status default null,
  advisor text default null,
  notes text default null,
  clear text[] default null,
  idempotency_key text default null
) returns voygen_api.changed
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  emptied text[] := voygen_lib.require_clearable(update_trip.clear, '{travelers,budget,advisor,notes}');
  was trips := voygen_lib.lock_trip(update_trip.trip_id);
  will trips := was;
begin
  perform voygen_lib.require_money(update_trip.budget, '/budget');
  perform voygen_lib.require_currency(update_trip.currency, '/currency');

  if update_trip.client_id is not null then
    will.client_id := voygen.resolve_client(update_trip.client_id);
  end if;
  if update_trip.title is not null then
    will.title := voygen_lib.require_text(update_trip.title, '/title', 200);
  end if;
  if update_trip.destination is not null then
    will.destination := voygen_lib.require_text(update_trip.destination, '/destination', 200);
  end if;
  will.start_date := coalesce(update_trip.start_date, was.start_date);
  will.end_date := coalesce(update_trip.end_date, was.end_date);
  perform voygen_lib.require_dates(will.start_date, will.end_date, '/start_date', '/end_date');
  will.currency := coalesce(update_trip.currency, was.currency);
  will.status := coalesce(update_trip.status::text, was.status);
  will.notes := voygen_lib.updated(emptied, 'notes', update_trip.notes, was.notes);
  will.advisor_id := voygen_lib.updated(emptied, 'advisor', voygen_lib.advisor(update_trip.advisor), was.advisor_id);
  if 'travelers' = any (emptied) or update_trip.travelers is not null then
    will.traveler_count := voygen_lib.travelers_count(update_trip.travelers);
    will.traveler_names := voygen_lib.travelers_names(update_trip.travelers);
  end if;
  if 'budget' = any (emptied) or update_trip.budget is not null then
    will.budget_amount := (update_trip.budget).amount;
    will.budget_currency := (update_trip.budget).currency;
  end if;

  if will is distinct from was then
    perform voygen_lib.move_only_leg(was, will);
    update trips
    set client_id = will.client_id,
      title = will.title,
      destination = will.destination,
      start_date = will.start_date,
      end_date = will.end_date,
      status = will.status,
      traveler_count = will.traveler_count,
      traveler_names = will.traveler_names,
      currency = will.currency,
      budget_amount = will.budget_amount,
      budget_currency = will.budget_currency,
      advisor_id = will.advisor_id,
      notes = will.notes,
      updated_at = now()
    where agency_id = was.agency_id
      and trip_id = was.trip_id;
  end if;
  return (was.trip_id, was.slug, will is distinct from was)::voygen_api.changed;
end
$$;
comment on function voygen_api.update_trip is
'Change a trip
Changes the fields that are given and leaves the others as they are. The slug stays: links to it keep working. When the trip has a single leg for exactly its dates, that leg follows new dates.
@param trip_id Number or slug of the trip. @format id
@param client_id Number or slug of the client it goes to. @format id
@param title What the trip is called.
@param destination Where it goes.
@param start_date First day.
@param end_date Last day.
@param travelers How many travel, or a list of their names, or {"count", "names"}. @format any
@param budget What the client wants to spend on the whole trip.
@param currency Currency the trip is planned in.
@param status Where the trip stands.
@param advisor E-mail address of the advisor in charge. @format email
@param notes For the agency alone.
@param clear Names of fields to empty: travelers, budget, advisor, notes.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "status": "proposed"}';

create function voygen_lib.move_only_leg(was voygen.trips, will voygen.trips) returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
begin
  if (will.start_date, will.end_date) is not distinct from (was.start_date, was.end_date) then
    return;
  end if;
  update trip_legs
  set arrive_date = will.start_date,
    depart_date = will.end_date,
    updated_at = now()
  where agency_id = was.agency_id
    and trip_id = was.trip_id
    and (arrive_date, depart_date) is not distinct from (was.start_date, was.end_date)
    and (select count(*) from trip_legs as every where every.agency_id = was.agency_id and every.trip_id = was.trip_id) = 1;
end
$$;
comment on function voygen_lib.move_only_leg(voygen.trips, voygen.trips) is 'Lets the one leg that spans the whole trip follow the dates of the trip.';

create function voygen_api.archive_trip(
  trip_id text,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.archived
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  was trips := voygen_lib.lock_trip(archive_trip.trip_id);
begin
  perform voygen_lib.require_confirm(archive_trip.confirm, 'archiving a trip');
  if was.archived_at is null then
    update trips
    set archived_at = now(),
      updated_at = now()
    where agency_id = was.agency_id
      and trip_id = was.trip_id;
  end if;
  return (was.trip_id, was.slug, coalesce(was.archived_at, now()))::voygen_api.archived;
end
$$;
comment on function voygen_api.archive_trip is
'Archive a trip
Puts a trip away with all that belongs to it: it is not found any more unless archived ones are asked for. Archiving twice is harmless.
@param trip_id Number or slug of the trip. @format id
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "confirm": true}';
