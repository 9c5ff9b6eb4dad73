-- Legs: the stays of a trip.

create type voygen_api.leg as (
  leg_id bigint,
  seq integer,
  city text,
  region text,
  country text,
  arrive_date date,
  depart_date date,
  nights integer,
  notes text
);
comment on type voygen_api.leg is 'A stay of a trip.';

create type voygen_api.leg_change as (
  trip_id bigint,
  leg_id bigint,
  seq integer,
  changed boolean
);
comment on type voygen_api.leg_change is 'The leg an addition or an update was made on; changed is false when it said nothing new.';

create type voygen_api.removed as (
  trip_id bigint,
  id bigint,
  removed jsonb
);
comment on type voygen_api.removed is 'What was taken out of a trip, whole, so that it can be put back.';

create function voygen_lib.legs_expected(trip voygen.trips) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce('one of ' || string_agg(leg_id || ' (' || city || ')', ', ' order by seq, leg_id), 'a leg; this trip has none')
  from trip_legs
  where agency_id = trip.agency_id
    and trip_id = trip.trip_id
$$;
comment on function voygen_lib.legs_expected(voygen.trips) is 'The legs of a trip, in the words of an error that names what was expected.';

create function voygen_lib.lock_leg(trip voygen.trips, leg_id bigint) returns voygen.trip_legs
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  locked trip_legs;
begin
  select *
  into locked
  from trip_legs
  where agency_id = trip.agency_id
    and trip_id = trip.trip_id
    and leg_id = lock_leg.leg_id
  for update;
  if not found then
    perform voygen.raise('not_found', format('leg %s does not exist in trip %s', lock_leg.leg_id, trip.slug), path => '/leg_id',
      expected => voygen_lib.legs_expected(trip), got => lock_leg.leg_id::text);
  end if;
  return locked;
end
$$;
comment on function voygen_lib.lock_leg(voygen.trips, bigint) is 'A leg of a trip, held against other changes; not_found names those there are.';

create function voygen_api.add_leg(
  trip_id text,
  city text,
  arrive_date date default null,
  depart_date date default null,
  region text default null,
  country text default null,
  seq integer default null,
  notes text default null,
  idempotency_key text default null
) returns voygen_api.leg_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(add_leg.trip_id);
  made trip_legs;
begin
  perform voygen_lib.require_dates(add_leg.arrive_date, add_leg.depart_date, '/arrive_date', '/depart_date');
  perform voygen_lib.require_seq(add_leg.seq);
  if exists (select from trip_legs where agency_id = trip.agency_id and trip_id = trip.trip_id and seq = add_leg.seq) then
    update trip_legs
    set seq = seq + 1,
      updated_at = now()
    where agency_id = trip.agency_id
      and trip_id = trip.trip_id
      and seq >= add_leg.seq;
  end if;
  insert into trip_legs (agency_id, trip_id, seq, city, region, country, arrive_date, depart_date, notes)
  values (
    trip.agency_id, trip.trip_id,
    coalesce(
      add_leg.seq,
      (select coalesce(max(l.seq), 0) + 1 from trip_legs as l where l.agency_id = trip.agency_id and l.trip_id = trip.trip_id)),
    voygen_lib.require_text(add_leg.city, '/city', 200), add_leg.region, add_leg.country, add_leg.arrive_date, add_leg.depart_date, add_leg.notes)
  returning * into made;
  return (made.trip_id, made.leg_id, made.seq, true)::voygen_api.leg_change;
end
$$;
comment on function voygen_api.add_leg is
'Add a leg
Adds a stay to a trip, at the end or at the place seq; the legs from there on move up by one.
@param trip_id Number or slug of the trip. @format id
@param city Where the stay is. @example Rome
@param arrive_date Day of arrival.
@param depart_date Day of departure.
@param region Region or state.
@param country Country.
@param seq Place in the journey, from 1; the end when none is given. @min 1 @max 1000
@param notes For the agency alone.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-rome-amalfi-2026", "city": "Amalfi", "arrive_date": "2026-09-15", "depart_date": "2026-09-20"}';

create function voygen_lib.require_seq(seq integer) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if seq not between 1 and 1000 then
    perform voygen.raise('invalid_argument', format('seq %s is out of range', seq), path => '/seq', expected => '1 to 1000', got => seq::text);
  end if;
end
$$;
comment on function voygen_lib.require_seq(integer) is 'A place in a journey, or none.';

create function voygen_api.update_leg(
  trip_id text,
  leg_id bigint,
  city text default null,
  arrive_date date default null,
  depart_date date default null,
  region text default null,
  country text default null,
  seq integer default null,
  notes text default null,
  clear text[] default null,
  idempotency_key text default null
) returns voygen_api.leg_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  emptied text[] := voygen_lib.require_clearable(update_leg.clear, '{arrive_date,depart_date,region,country,notes}');
  trip trips := voygen_lib.lock_trip(update_leg.trip_id);
  was trip_legs := voygen_lib.lock_leg(trip, update_leg.leg_id);
  will trip_legs := was;
begin
  perform voygen_lib.require_seq(update_leg.seq);
  if update_leg.city is not null then
    will.city := voygen_lib.require_text(update_leg.city, '/city', 200);
  end if;
  will.arrive_date := voygen_lib.updated(emptied, 'arrive_date', update_leg.arrive_date, was.arrive_date);
  will.depart_date := voygen_lib.updated(emptied, 'depart_date', update_leg.depart_date, was.depart_date);
  will.region := voygen_lib.updated(emptied, 'region', update_leg.region, was.region);
  will.country := voygen_lib.updated(emptied, 'country', update_leg.country, was.country);
  will.notes := voygen_lib.updated(emptied, 'notes', update_leg.notes, was.notes);
  will.seq := coalesce(update_leg.seq, was.seq);
  perform voygen_lib.require_dates(will.arrive_date, will.depart_date, '/arrive_date', '/depart_date');
  if will is distinct from was then
    update trip_legs
    set seq = will.seq,
      city = will.city,
      region = will.region,
      country = will.country,
      arrive_date = will.arrive_date,
      depart_date = will.depart_date,
      notes = will.notes,
      updated_at = now()
    where agency_id = was.agency_id
      and trip_id = was.trip_id
      and leg_id = was.leg_id;
  end if;
  return (will.trip_id, will.leg_id, will.seq, will is distinct from was)::voygen_api.leg_change;
end
$$;
comment on function voygen_api.update_leg is
'Change a leg
Changes the fields that are given and leaves the others as they are.
@param trip_id Number or slug of the trip. @format id
@param leg_id The leg, as get_trip shows it.
@param city Where the stay is.
@param arrive_date Day of arrival.
@param depart_date Day of departure.
@param region Region or state.
@param country Country.
@param seq Place in the journey, from 1. @min 1 @max 1000
@param notes For the agency alone.
@param clear Names of fields to empty: arrive_date, depart_date, region, country, notes.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-rome-amalfi-2026", "leg_id": 12, "depart_date": "2026-09-21"}';

create function voygen_api.archive_leg(
  trip_id text,
  leg_id bigint,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.removed
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(archive_leg.trip_id);
  was trip_legs := voygen_lib.lock_leg(trip, archive_leg.leg_id);
begin
  perform voygen_lib.require_confirm(archive_leg.confirm, 'taking a leg out of a trip');
  -- Its offers stay with the trip without a leg, unless the same offer is there without one already.
  delete from hotel_cache as h
  where h.agency_id = was.agency_id
    and h.trip_id = was.trip_id
    and h.leg_id = was.leg_id
    and exists (
      select
      from hotel_cache as other
      where other.agency_id = h.agency_id
        and other.trip_id = h.trip_id
        and other.hotel_key = h.hotel_key
        and other.leg_id is null);
  delete from trip_legs
  where agency_id = was.agency_id
    and trip_id = was.trip_id
    and leg_id = was.leg_id;
  return (was.trip_id, was.leg_id, to_jsonb(was) - 'agency_id')::voygen_api.removed;
end
$$;
comment on function voygen_api.archive_leg is
'Take a leg out of a trip
Removes a stay. Its hotels, activities and bookings stay with the trip, without a leg. The answer has the whole leg.
@param trip_id Number or slug of the trip. @format id
@param leg_id The leg, as get_trip shows it.
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"trip_id": "demo-client-rome-amalfi-2026", "leg_id": 12, "confirm": true}';
