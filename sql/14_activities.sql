-- Activities: tours, tickets and other things to do on a trip.

create type voygen_api.activity_basis as enum ('per_person', 'per_group', 'total');
comment on type voygen_api.activity_basis is 'What the price of an activity pays for.';

create type voygen_api.activity_price as (
  amount numeric,
  currency text,
  basis voygen_api.activity_basis
);
comment on type voygen_api.activity_price is 'Price of an activity; basis is unknown when absent.';
comment on column voygen_api.activity_price.amount is 'Not more decimals than the currency has. @required @min 0 @example 49.00';
comment on column voygen_api.activity_price.currency is 'ISO 4217 code. @required @example EUR';

create type voygen_api.activity as (
  activity_id bigint,
  leg_id bigint,
  site text,
  product_code text,
  title text,
  activity_date date,
  start_time time,
  duration_minutes integer,
  price voygen_api.price,
  status text,
  url text,
  notes text
);
comment on type voygen_api.activity is 'An activity of a trip.';

create type voygen_api.activity_change as (
  trip_id bigint,
  activity_id bigint,
  changed boolean
);
comment on type voygen_api.activity_change is 'The activity an addition or an update was made on; changed is false when it said nothing new.';

create function voygen_lib.require_leg(trip voygen.trips, leg_id bigint) returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  found_leg voygen.trip_legs;
begin
  if leg_id is not null then
    found_leg := voygen_lib.lock_leg(trip, leg_id);
  end if;
  return found_leg.leg_id;
end
$$;
comment on function voygen_lib.require_leg(voygen.trips, bigint) is 'A leg of this trip, or none.';

create function voygen_lib.require_site(site text, path text default '/site') returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
begin
  if require_site.site is not null
    and not exists (select from sites where agency_id = voygen_lib.agency() and site = require_site.site) then
    perform voygen.raise('unknown_name', format('site %s is not known to this agency', left(require_site.site, 80)), path => path,
      expected => (select string_agg(s.site, ', ' order by s.site) from sites as s where s.agency_id = voygen_lib.agency()),
      got => left(require_site.site, 80));
  end if;
  return require_site.site;
end
$$;
comment on function voygen_lib.require_site(text, text) is 'A site of this agency, or none; an unknown one is answered with those there are.';

create function voygen_lib.require_whole(value integer, path text, lowest integer, highest integer) returns integer
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if value not between lowest and highest then
    perform voygen.raise('invalid_argument', format('%s %s is out of range', ltrim(path, '/'), value), path => path,
      expected => format('%s to %s', lowest, highest), got => value::text);
  end if;
  return value;
end
$$;
comment on function voygen_lib.require_whole(integer, text, integer, integer) is 'A whole number within bounds, or none.';

create function voygen_lib.price_into(activity voygen.trip_activities, price voygen_api.activity_price) returns voygen.trip_activities
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen_lib.require_money((price.amount, price.currency)::voygen_api.money, '/price');
  activity.price_amount := price.amount;
  activity.currency := price.currency;
  activity.price_basis := price.basis::text;
  return activity;
end
$$;
comment on function voygen_lib.price_into(voygen.trip_activities, voygen_api.activity_price) is 'Checks a price and puts it into the row of an activity; no price empties it.';

create function voygen_api.add_activity(
  trip_id text,
  title text,
  leg_id bigint default null,
  activity_date date default null,
  start_time time default null,
  duration_minutes integer default null,
  price voygen_api.activity_price default null,
  status voygen_api.activity_status default 'proposed',
  site text default null,
  product_code text default null,
  url text default null,
  notes text default null,
  idempotency_key text default null
) returns voygen_api.activity_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(add_activity.trip_id);
  made trip_activities;
begin
  made := voygen_lib.price_into(made, add_activity.price);
  made.title := voygen_lib.require_text(add_activity.title, '/title', 300);
  made.leg_id := voygen_lib.require_leg(trip, add_activity.leg_id);
  made.site := voygen_lib.require_site(add_activity.site);
  if add_activity.product_code is not null then
    made.product_code := voygen_lib.require_text(add_activity.product_code, '/product_code');
  end if;
  insert into trip_activities (
    agency_id, trip_id, leg_id, site, product_code, title, activity_date, start_time, duration_minutes, price_amount, currency,
    price_basis, status, url, notes)
  values (
    trip.agency_id, trip.trip_id, made.leg_id, made.site, made.product_code, made.title, add_activity.activity_date,
    add_activity.start_time, voygen_lib.require_whole(add_activity.duration_minutes, '/duration_minutes', 1, 525600),
    made.price_amount, made.currency, made.price_basis, coalesce(add_activity.status, 'proposed')::text, add_activity.url, add_activity.notes)
  on conflict do nothing
  returning * into made;
  if not found then
    perform voygen.raise('conflict', format('product %s of %s is on this trip for that day already', add_activity.product_code, coalesce(add_activity.site, 'no site')),
      path => '/product_code', hint => 'get_trip shows it; update_activity changes it.');
  end if;
  return (made.trip_id, made.activity_id, true)::voygen_api.activity_change;
end
$$;
comment on function voygen_api.add_activity is
'Add an activity
Adds a tour, a ticket or another thing to do to a trip.
@param trip_id Number or slug of the trip. @format id
@param title What it is. @example Guinness Storehouse
@param leg_id The leg it belongs to, as get_trip shows it.
@param activity_date The day.
@param start_time When it starts, local time there.
@param duration_minutes How long it takes. @min 1 @max 525600
@param price What it costs.
@param status Where it stands.
@param site Where it was found, for example viator.
@param product_code The number it has there.
@param url Page that shows it.
@param notes For the agency alone.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "title": "Guinness Storehouse", "activity_date": "2026-10-14", "price": {"amount": 30, "currency": "EUR", "basis": "per_person"}}';

create function voygen_lib.lock_activity(trip voygen.trips, activity_id bigint) returns voygen.trip_activities
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  locked trip_activities;
begin
  select *
  into locked
  from trip_activities
  where agency_id = trip.agency_id
    and trip_id = trip.trip_id
    and activity_id = lock_activity.activity_id
  for update;
  if not found then
    perform voygen.raise('not_found', format('activity %s does not exist in trip %s', lock_activity.activity_id, trip.slug), path => '/activity_id',
      expected => 'an activity of the trip', got => lock_activity.activity_id::text, hint => 'get_trip lists the activities of a trip.');
  end if;
  return locked;
end
$$;
comment on function voygen_lib.lock_activity(voygen.trips, bigint) is 'An activity of a trip, held against other changes.';

create function voygen_api.update_activity(
  trip_id text,
  activity_id bigint,
  title text default null,
  leg_id bigint default null,
  activity_date date default null,
  start_time time default null,
  duration_minutes integer default null,
  price voygen_api.activity_price default null,
  status voygen_api.activity_status default null,
  url text default null,
  notes text default null,
  clear text[] default null,
  idempotency_key text default null
) returns voygen_api.activity_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  emptied text[] := voygen_lib.require_clearable(
    update_activity.clear, '{leg_id,activity_date,start_time,duration_minutes,price,url,notes}');
  trip trips := voygen_lib.lock_trip(update_activity.trip_id);
  was trip_activities := voygen_lib.lock_activity(trip, update_activity.activity_id);
  will trip_activities := was;
begin
  if update_activity.title is not null then
    will.title := voygen_lib.require_text(update_activity.title, '/title', 300);
  end if;
  if num_nonnulls((update_activity.price).amount, (update_activity.price).currency) > 0 or 'price' = any (emptied) then
    will := voygen_lib.price_into(will, update_activity.price);
  end if;
  will.leg_id := voygen_lib.updated(emptied, 'leg_id', voygen_lib.require_leg(trip, update_activity.leg_id), was.leg_id);
  will.activity_date := voygen_lib.updated(emptied, 'activity_date', update_activity.activity_date, was.activity_date);
  will.start_time := voygen_lib.updated(emptied, 'start_time', update_activity.start_time, was.start_time);
  will.duration_minutes := voygen_lib.updated(
    emptied, 'duration_minutes', voygen_lib.require_whole(update_activity.duration_minutes, '/duration_minutes', 1, 525600), was.duration_minutes);
  will.url := voygen_lib.updated(emptied, 'url', update_activity.url, was.url);
  will.notes := voygen_lib.updated(emptied, 'notes', update_activity.notes, was.notes);
  will.status := coalesce(update_activity.status::text, was.status);
  if will is distinct from was then
    update trip_activities
    set title = will.title,
      leg_id = will.leg_id,
      activity_date = will.activity_date,
      start_time = will.start_time,
      duration_minutes = will.duration_minutes,
      price_amount = will.price_amount,
      currency = will.currency,
      price_basis = will.price_basis,
      status = will.status,
      url = will.url,
      notes = will.notes,
      updated_at = now()
    where agency_id = was.agency_id
      and trip_id = was.trip_id
      and activity_id = was.activity_id;
  end if;
  return (was.trip_id, was.activity_id, will is distinct from was)::voygen_api.activity_change;
end
$$;
comment on function voygen_api.update_activity is
'Change an activity
Changes the fields that are given and leaves the others as they are.
@param trip_id Number or slug of the trip. @format id
@param activity_id The activity, as get_trip shows it.
@param title What it is.
@param leg_id The leg it belongs to.
@param activity_date The day.
@param start_time When it starts, local time there.
@param duration_minutes How long it takes. @min 1 @max 525600
@param price What it costs.
@param status Where it stands.
@param url Page that shows it.
@param notes For the agency alone.
@param clear Names of fields to empty: leg_id, activity_date, start_time, duration_minutes, price, url, notes.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "activity_id": 31, "status": "selected"}';

create function voygen_api.archive_activity(
  trip_id text,
  activity_id bigint,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.removed
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(archive_activity.trip_id);
  was trip_activities := voygen_lib.lock_activity(trip, archive_activity.activity_id);
begin
  perform voygen_lib.require_confirm(archive_activity.confirm, 'taking an activity out of a trip');
  delete from trip_activities
  where agency_id = was.agency_id
    and trip_id = was.trip_id
    and activity_id = was.activity_id;
  return (was.trip_id, was.activity_id, to_jsonb(was) - 'agency_id')::voygen_api.removed;
end
$$;
comment on function voygen_api.archive_activity is
'Take an activity out of a trip
Removes an activity. The answer has the whole of it.
@param trip_id Number or slug of the trip. @format id
@param activity_id The activity, as get_trip shows it.
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "activity_id": 31, "confirm": true}';
