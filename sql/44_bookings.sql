-- Bookings: what has been bought for a trip, with the commission expected for it.

create type voygen_api.booking_change as (
  trip_id bigint,
  booking_id bigint,
  changed boolean,
  commission voygen_api.hotel_commission,
  currency text,
  rate_id bigint
);
comment on type voygen_api.booking_change is 'A booking that was made or changed, with the commission expected for it now.';

create function voygen_lib.booking_offer(booking voygen.bookings) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'site', booking.site, 'supplier', booking.supplier, 'property', booking.hotel_key,
    'chain', (select max(h.chain) from hotel_cache as h
              where h.agency_id = booking.agency_id and h.trip_id = booking.trip_id and h.hotel_key = booking.hotel_key),
    'product_type', booking.product_type, 'rate_type', booking.rate_type, 'refundable', booking.refundable,
    'currency', booking.currency, 'nights', booking.nights, 'rooms', booking.rooms, 'check_in', booking.check_in,
    'booked_on', booking.booked_on, 'advisor', t.advisor_id::text, 'client_tier', c.tier, 'destination', t.destination,
    'travel_start', t.start_date, 'trip_budget', case when t.budget_currency = t.currency then t.budget_amount end,
    'volume', voygen_lib.volume(booking.site, booking.booked_on),
    'stated', case
      when booking.commission_source = 'stated'
      then jsonb_build_object('amount', voygen_lib.exact(booking.commission_amount, booking.currency), 'percent', booking.commission_percent)
    end,
    'components', case
      when booking.price_amount is not null
      then jsonb_build_array(jsonb_build_object(
        'kind', case when booking.kind in ('air', 'transfer', 'insurance', 'car') then booking.kind else 'room' end,
        'amount', voygen_lib.exact(booking.price_amount, booking.currency), 'tax', booking.tax_basis,
        'tax_amount', voygen_lib.exact(booking.tax_amount, booking.currency)))
    end))
  from trips as t
  left join clients as c on c.agency_id = t.agency_id and c.client_id = t.client_id
  where t.agency_id = booking.agency_id
    and t.trip_id = booking.trip_id
$$;
comment on function voygen_lib.booking_offer(voygen.bookings) is 'A booking in the words of quote_commission.';

create function voygen_lib.booking_quote(booking voygen.bookings) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case
    when currency_exponent(booking.currency) is not null
    then commission_quote(voygen_lib.booking_offer(booking), voygen_lib.rates(), voygen_lib.rules(), voygen_lib.rounding(), voygen_lib.today())
  end
$$;
comment on function voygen_lib.booking_quote(voygen.bookings) is 'What a booking earns by the agency''s rates; null when its currency is not known.';

create function voygen_lib.with_commission(booking voygen.bookings, quote jsonb) returns voygen.bookings
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- An excluded booking was bought all the same; what a rule would not have recommended may still earn.
  booking.commission_amount := coalesce((quote ->> 'expected')::numeric, (quote ->> 'stated')::numeric, (quote ->> 'computed')::numeric);
  booking.commission_source := case
    when booking.commission_amount is null then null
    when quote -> 'stated' <> 'null' then 'stated'
    else 'computed'
  end;
  booking.rate_id := case when booking.commission_source = 'computed' then (quote ->> 'rate_id')::bigint end;
  if booking.commission_source is distinct from 'stated' or booking.commission_percent is null then
    booking.commission_percent := case
      when (quote ->> 'base')::numeric > 0 then trim_scale(round(booking.commission_amount * 100 / (quote ->> 'base')::numeric, 4))
    end;
  end if;
  return booking;
end
$$;
comment on function voygen_lib.with_commission(voygen.bookings, jsonb) is 'A booking with the commission of a quote. A rule that makes offers ineligible does not take away what was booked.';

create function voygen_lib.audit_booking(booking voygen.bookings, previous numeric, quote jsonb, reason text) returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  insert into commission_audit (
    agency_id, trip_id, booking_id, hotel_key, room_key, rate_id, base, commission, currency, previous, source, reason, trace,
    inputs)
  values (
    booking.agency_id, booking.trip_id, booking.booking_id, booking.hotel_key, booking.room_key, booking.rate_id,
    (quote ->> 'base')::numeric, booking.commission_amount, booking.currency, previous, booking.commission_source, reason,
    quote -> 'trace', case when quote is not null then voygen_lib.kept_inputs(voygen_lib.booking_offer(booking)) end)
$$;
comment on function voygen_lib.audit_booking(voygen.bookings, numeric, jsonb, text) is 'Keeps how the commission of a booking came about.';

create function voygen_lib.product_of(kind text) returns text
language sql immutable parallel safe
begin atomic
  select case kind when 'activity' then 'tour' when 'other' then null else kind end;
end;
comment on function voygen_lib.product_of(text) is 'The product type that a kind of booking is when nothing else is said.';

create function voygen_lib.check_booking(booking voygen.bookings) returns voygen.bookings
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if booking.check_out <= booking.check_in and booking.kind = 'hotel' then
    perform voygen.raise('invalid_argument', 'check_out is not after check_in', path => '/check_out',
      expected => format('a day after %s', booking.check_in), got => booking.check_out::text);
  end if;
  perform voygen_lib.require_dates(booking.check_in, booking.check_out, '/check_in', '/check_out');
  if booking.tax_amount is not null and booking.currency is null then
    perform voygen.raise('invalid_argument', 'tax_amount has no currency', path => '/price', expected => 'a price with a currency', got => 'nothing');
  end if;
  perform voygen_lib.require_amount(booking.tax_amount, booking.currency, '/tax_amount');
  perform voygen_lib.require_whole(booking.nights, '/nights', 1, 1000);
  perform voygen_lib.require_whole(booking.rooms, '/rooms', 1, 1000);
  booking.nights := coalesce(booking.nights, nullif(greatest(booking.check_out - booking.check_in, 0), 0));
  return booking;
end
$$;
comment on function voygen_lib.check_booking(voygen.bookings) is 'A booking whose fields agree with each other; nights follow from the dates when they are not given.';

create function voygen_lib.stated_into(booking voygen.bookings, stated voygen_api.stated_commission) returns voygen.bookings
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if stated is null or num_nonnulls(stated.amount, stated.percent) = 0 then
    return booking;
  end if;
  if stated.amount is not null and booking.currency is null then
    perform voygen.raise('invalid_argument', 'stated_commission has no currency', path => '/price', expected => 'a price with a currency', got => 'nothing');
  end if;
  perform voygen_lib.require_amount(stated.amount, booking.currency, '/stated_commission/amount');
  if stated.percent < 0 or stated.percent > 100 or scale(trim_scale(stated.percent)) > 4 then
    perform voygen.raise('invalid_argument', 'stated_commission/percent is out of range', path => '/stated_commission/percent',
      expected => '0 to 100 with at most 4 decimals', got => stated.percent::text);
  end if;
  booking.commission_source := 'stated';
  booking.commission_amount := stated.amount;
  booking.commission_percent := stated.percent;
  return booking;
end
$$;
comment on function voygen_lib.stated_into(voygen.bookings, voygen_api.stated_commission) is 'A booking with what the portal states of its commission; nothing stated leaves it as it is.';

create function voygen_lib.booking_changed(booking voygen.bookings, changed boolean) returns voygen_api.booking_change
language sql immutable parallel safe
begin atomic
  select (
    booking.trip_id, booking.booking_id, changed,
    case
      when booking.commission_amount is not null
      then (
        voygen_lib.exact(booking.commission_amount, booking.currency), pg_catalog.trim_scale(booking.commission_percent),
        booking.commission_source)::voygen_api.hotel_commission
    end,
    booking.currency::text, booking.rate_id)::voygen_api.booking_change;
end;
comment on function voygen_lib.booking_changed(voygen.bookings, boolean) is 'What the tools answer about a booking they wrote.';

create function voygen_api.add_booking(
  trip_id text,
  kind voygen_api.booking_kind,
  price voygen_api.money default null,
  site text default null,
  supplier text default null,
  reference text default null,
  leg_id bigint default null,
  hotel_key text default null,
  room_key text default null,
  status voygen_api.booking_status default 'booked',
  tax voygen_api.tax_basis default 'unknown',
  tax_amount numeric default null,
  check_in date default null,
  check_out date default null,
  nights integer default null,
  rooms integer default 1,
  refundable boolean default null,
  rate_type voygen_api.rate_type default null,
  product_type voygen_api.product_type default null,
  booked_on date default null,
  stated_commission voygen_api.stated_commission default null,
  notes text default null,
  idempotency_key text default null
) returns voygen_api.booking_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(add_booking.trip_id);
  made bookings;
  quote jsonb;
begin
  perform voygen_lib.require_money(add_booking.price, '/price');
  made.agency_id := trip.agency_id;
  made.trip_id := trip.trip_id;
  made.booking_id := next_id();
  made.leg_id := voygen_lib.require_leg(trip, add_booking.leg_id);
  made.kind := add_booking.kind::text;
  made.site := voygen_lib.require_site(add_booking.site);
  made.supplier := add_booking.supplier;
  made.reference := add_booking.reference;
  made.hotel_key := add_booking.hotel_key;
  made.room_key := add_booking.room_key;
  made.status := coalesce(add_booking.status, 'booked')::text;
  made.price_amount := (add_booking.price).amount;
  made.currency := (add_booking.price).currency;
  made.tax_basis := coalesce(add_booking.tax, 'unknown')::text;
  made.tax_amount := add_booking.tax_amount;
  made.check_in := add_booking.check_in;
  made.check_out := add_booking.check_out;
  made.nights := add_booking.nights;
  made.rooms := coalesce(add_booking.rooms, 1);
  made.refundable := add_booking.refundable;
  made.rate_type := add_booking.rate_type::text;
  made.product_type := coalesce(add_booking.product_type::text, voygen_lib.product_of(add_booking.kind::text));
  made.booked_on := coalesce(add_booking.booked_on, voygen_lib.today());
  made.notes := add_booking.notes;
  made.created_at := now();
  made.updated_at := now();
  made.cancelled_at := case when made.status = 'cancelled' then now() end;
  made := voygen_lib.stated_into(voygen_lib.check_booking(made), add_booking.stated_commission);
  quote := voygen_lib.booking_quote(made);
  made := voygen_lib.with_commission(made, quote);
  insert into bookings
  select made.*;
  perform voygen_lib.audit_booking(made, null, quote, 'booked');
  return voygen_lib.booking_changed(made, true);
end
$$;
comment on function voygen_api.add_booking is
'Add a booking
Records what has been bought for a trip and the commission expected for it: as the portal states it, else by the agency''s rates of the booking date.
@param trip_id Number or slug of the trip. @format id
@param kind What was booked.
@param price What the client pays for it.
@param site Where it was booked. @example navitrip
@param supplier Who provides it.
@param reference The supplier''s confirmation number.
@param leg_id The leg it belongs to, as get_trip shows it.
@param hotel_key The hotel, as query_hotels shows it.
@param room_key The room, when there is one.
@param status Where it stands.
@param tax Whether taxes are in the price.
@param tax_amount The taxes, in the currency of the price. @min 0
@param check_in First day.
@param check_out Last day.
@param nights Else from check_in and check_out. @min 1 @max 1000
@param rooms How many rooms. @min 1 @max 1000
@param refundable Whether the money comes back on cancelling.
@param rate_type At which kind of rate.
@param product_type What it is for the rates; follows from kind when absent.
@param booked_on Day of booking; today when absent.
@param stated_commission What the portal states.
@param notes For the agency alone.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "kind": "hotel", "site": "navitrip", "price": {"amount": 7125.32, "currency": "USD"}, "tax": "excluded", "check_in": "2026-10-12", "check_out": "2026-10-19"}';

create function voygen_lib.lock_booking(trip voygen.trips, booking_id bigint) returns voygen.bookings
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  locked bookings;
begin
  select *
  into locked
  from bookings
  where agency_id = trip.agency_id
    and trip_id = trip.trip_id
    and booking_id = lock_booking.booking_id
  for update;
  if not found then
    perform voygen.raise('not_found', format('booking %s does not exist in trip %s', lock_booking.booking_id, trip.slug), path => '/booking_id',
      expected => 'a booking of the trip', got => lock_booking.booking_id::text, hint => 'get_trip lists the bookings of a trip.');
  end if;
  return locked;
end
$$;
comment on function voygen_lib.lock_booking(voygen.trips, bigint) is 'A booking of a trip, held against other changes.';

create function voygen_lib.store_booking(will voygen.bookings) returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  update bookings
  set leg_id = will.leg_id, site = will.site, supplier = will.supplier, reference = will.reference, hotel_key = will.hotel_key,
    room_key = will.room_key, status = will.status, price_amount = will.price_amount, tax_amount = will.tax_amount,
    tax_basis = will.tax_basis, currency = will.currency, nights = will.nights, rooms = will.rooms, refundable = will.refundable,
    rate_type = will.rate_type, product_type = will.product_type, booked_on = will.booked_on, check_in = will.check_in,
    check_out = will.check_out, commission_amount = will.commission_amount, commission_percent = will.commission_percent,
    commission_source = will.commission_source, rate_id = will.rate_id, cancelled_at = will.cancelled_at, notes = will.notes,
    updated_at = now()
  where agency_id = will.agency_id
    and trip_id = will.trip_id
    and booking_id = will.booking_id
$$;
comment on function voygen_lib.store_booking(voygen.bookings) is 'Writes a booking over the one of its number.';

create function voygen_api.update_booking(
  trip_id text,
  booking_id bigint,
  price voygen_api.money default null,
  site text default null,
  supplier text default null,
  reference text default null,
  leg_id bigint default null,
  hotel_key text default null,
  room_key text default null,
  status voygen_api.booking_status default null,
  tax voygen_api.tax_basis default null,
  tax_amount numeric default null,
  check_in date default null,
  check_out date default null,
  nights integer default null,
  rooms integer default null,
  refundable boolean default null,
  rate_type voygen_api.rate_type default null,
  product_type voygen_api.product_type default null,
  booked_on date default null,
  stated_commission voygen_api.stated_commission default null,
  notes text default null,
  clear text[] default null,
  idempotency_key text default null
) returns voygen_api.booking_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  emptied text[] := voygen_lib.require_clearable(
    update_booking.clear,
    '{leg_id,supplier,reference,hotel_key,room_key,tax_amount,check_in,check_out,nights,refundable,rate_type,stated_commission,notes}');
  trip trips := voygen_lib.lock_trip(update_booking.trip_id);
  was bookings := voygen_lib.lock_booking(trip, update_booking.booking_id);
  will bookings := was;
  quote jsonb;
begin
  perform voygen_lib.require_money(update_booking.price, '/price');
  if was.status = 'cancelled' and update_booking.status is distinct from 'cancelled' then
    perform voygen.raise('precondition_failed', format('booking %s is cancelled', was.booking_id), path => '/booking_id',
      expected => 'a booking that is not cancelled', got => 'cancelled', hint => 'Add a new booking instead.');
  end if;
  if update_booking.status = 'cancelled' and was.status <> 'cancelled' then
    perform voygen.raise('precondition_failed', 'a booking is cancelled by cancel_booking', path => '/status',
      expected => 'pending, booked or completed', got => 'cancelled', hint => 'Call cancel_booking with confirm.');
  end if;
  will.price_amount := coalesce((update_booking.price).amount, was.price_amount);
  will.currency := coalesce((update_booking.price).currency, was.currency);
  will.site := coalesce(voygen_lib.require_site(update_booking.site), was.site);
  will.supplier := voygen_lib.updated(emptied, 'supplier', update_booking.supplier, was.supplier);
  will.reference := voygen_lib.updated(emptied, 'reference', update_booking.reference, was.reference);
  will.leg_id := voygen_lib.updated(emptied, 'leg_id', voygen_lib.require_leg(trip, update_booking.leg_id), was.leg_id);
  will.hotel_key := voygen_lib.updated(emptied, 'hotel_key', update_booking.hotel_key, was.hotel_key);
  will.room_key := voygen_lib.updated(emptied, 'room_key', update_booking.room_key, was.room_key);
  will.status := coalesce(update_booking.status::text, was.status);
  will.tax_basis := coalesce(update_booking.tax::text, was.tax_basis);
  will.tax_amount := voygen_lib.updated(emptied, 'tax_amount', update_booking.tax_amount, was.tax_amount);
  will.check_in := voygen_lib.updated(emptied, 'check_in', update_booking.check_in, was.check_in);
  will.check_out := voygen_lib.updated(emptied, 'check_out', update_booking.check_out, was.check_out);
  -- Nights that followed from the dates follow the new ones.
  will.nights := case
    when 'nights' = any (emptied) then null
    when update_booking.nights is not null then update_booking.nights
    when num_nonnulls(update_booking.check_in, update_booking.check_out) > 0 then null
    else was.nights
  end;
  will.rooms := coalesce(update_booking.rooms, was.rooms);
  will.refundable := voygen_lib.updated(emptied, 'refundable', update_booking.refundable, was.refundable);
  will.rate_type := voygen_lib.updated(emptied, 'rate_type', update_booking.rate_type::text, was.rate_type);
  will.product_type := coalesce(update_booking.product_type::text, was.product_type);
  will.booked_on := coalesce(update_booking.booked_on, was.booked_on);
  will.notes := voygen_lib.updated(emptied, 'notes', update_booking.notes, was.notes);
  if 'stated_commission' = any (emptied) then
    will.commission_source := null;
    will.commission_amount := null;
    will.commission_percent := null;
  end if;
  if was.commission_source = 'stated' and was.commission_percent is not null
    and (will.price_amount, will.tax_basis, will.tax_amount) is distinct from (was.price_amount, was.tax_basis, was.tax_amount) then
    will.commission_amount := null; -- the amount stated was for the old price; the percent goes on
  end if;
  will := voygen_lib.stated_into(voygen_lib.check_booking(will), update_booking.stated_commission);

  if will is distinct from was then
    quote := voygen_lib.booking_quote(will);
    will := voygen_lib.with_commission(will, quote);
    perform voygen_lib.store_booking(will);
    if will.commission_amount is distinct from was.commission_amount then
      perform voygen_lib.audit_booking(will, was.commission_amount, quote, 'changed');
    end if;
  end if;
  return voygen_lib.booking_changed(will, will is distinct from was);
end
$$;
comment on function voygen_api.update_booking is
'Change a booking
Changes the fields that are given, leaves the others as they are, and works the commission out again.
@param trip_id Number or slug of the trip. @format id
@param booking_id The booking, as get_trip shows it.
@param price What the client pays for it.
@param site Where it was booked.
@param supplier Who provides it.
@param reference The supplier''s confirmation number.
@param leg_id The leg it belongs to.
@param hotel_key The hotel, as query_hotels shows it.
@param room_key The room, when there is one.
@param status Where it stands; a booking is cancelled by cancel_booking.
@param tax Whether taxes are in the price.
@param tax_amount The taxes, in the currency of the price. @min 0
@param check_in First day.
@param check_out Last day.
@param nights Else from check_in and check_out. @min 1 @max 1000
@param rooms How many rooms. @min 1 @max 1000
@param refundable Whether the money comes back on cancelling.
@param rate_type At which kind of rate.
@param product_type What it is for the rates.
@param booked_on Day of booking.
@param stated_commission What the portal states.
@param notes For the agency alone.
@param clear Names of fields to empty: leg_id, supplier, reference, hotel_key, room_key, tax_amount, check_in, check_out, nights, refundable, rate_type, stated_commission, notes.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "booking_id": 41, "reference": "QX7A2B"}';

create function voygen_api.cancel_booking(
  trip_id text,
  booking_id bigint,
  confirm boolean default false,
  reason text default null,
  idempotency_key text default null
) returns voygen_api.booking_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(cancel_booking.trip_id);
  was bookings := voygen_lib.lock_booking(trip, cancel_booking.booking_id);
  will bookings := was;
begin
  perform voygen_lib.require_confirm(cancel_booking.confirm, 'cancelling a booking');
  if was.status = 'cancelled' then
    return voygen_lib.booking_changed(was, false);
  end if;
  will.status := 'cancelled';
  will.cancelled_at := now();
  will.commission_amount := case when was.commission_amount is not null then 0 end;
  perform voygen_lib.store_booking(will);
  perform voygen_lib.audit_booking(will, was.commission_amount, null, coalesce('cancelled: ' || cancel_booking.reason, 'cancelled'));
  return voygen_lib.booking_changed(will, true);
end
$$;
comment on function voygen_api.cancel_booking is
'Cancel a booking
Marks a booking as cancelled; it earns nothing from then on and what was expected is kept in the audit. Cancelling twice is harmless. It does not cancel anything at the supplier.
@param trip_id Number or slug of the trip. @format id
@param booking_id The booking, as get_trip shows it.
@param confirm Must be true.
@param reason Why, for the audit.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "booking_id": 41, "confirm": true}';

create function voygen_api.archive_booking(
  trip_id text,
  booking_id bigint,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.removed
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(archive_booking.trip_id);
  was bookings := voygen_lib.lock_booking(trip, archive_booking.booking_id);
begin
  perform voygen_lib.require_confirm(archive_booking.confirm, 'taking a booking out of a trip');
  if was.status not in ('cancelled', 'pending') then
    perform voygen.raise('precondition_failed', format('booking %s is %s', was.booking_id, was.status), path => '/booking_id',
      expected => 'a cancelled or pending booking', got => was.status, hint => 'Cancel it first with cancel_booking.');
  end if;
  perform voygen_lib.audit_booking(was, was.commission_amount, null, 'archived');
  delete from bookings
  where agency_id = was.agency_id
    and trip_id = was.trip_id
    and booking_id = was.booking_id;
  return (was.trip_id, was.booking_id, to_jsonb(was) - 'agency_id')::voygen_api.removed;
end
$$;
comment on function voygen_api.archive_booking is
'Take a booking out of a trip
Removes a cancelled or pending booking. The answer has the whole of it; what was calculated for it stays in the audit.
@param trip_id Number or slug of the trip. @format id
@param booking_id The booking, as get_trip shows it.
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "booking_id": 41, "confirm": true}';
