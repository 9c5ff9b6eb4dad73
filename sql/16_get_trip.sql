-- One trip, whole.

create type voygen_api.flight as (
  flight_id bigint,
  carrier text,
  flight_number text,
  origin text,
  destination text,
  depart_at timestamptz,
  arrive_at timestamptz,
  cabin text,
  price voygen_api.money,
  status text
);
comment on type voygen_api.flight is 'A flight of a trip.';

create type voygen_api.transfer as (
  transfer_id bigint,
  kind text,
  from_place text,
  to_place text,
  pickup_at timestamptz,
  price voygen_api.money,
  status text,
  notes text
);
comment on type voygen_api.transfer is 'Ground transport of a trip.';

create type voygen_api.booking as (
  booking_id bigint,
  leg_id bigint,
  kind text,
  site text,
  supplier text,
  reference text,
  hotel_key text,
  room_key text,
  status text,
  price voygen_api.money,
  tax_amount numeric,
  tax text,
  nights integer,
  rooms integer,
  refundable boolean,
  rate_type text,
  product_type text,
  booked_on date,
  check_in date,
  check_out date,
  commission_amount numeric,
  commission_percent numeric,
  commission_source text,
  rate_id bigint,
  cancelled_at timestamptz,
  notes text
);
comment on type voygen_api.booking is 'A booking of a trip, with the commission expected for it.';
comment on column voygen_api.booking.commission_amount is 'Expected, in the currency of the price.';
comment on column voygen_api.booking.commission_source is 'stated by the portal or computed from the agency''s rates; null when it is not known.';

create type voygen_api.trip_detail as (
  trip_id bigint,
  slug text,
  title text,
  destination text,
  client voygen_api.client_name,
  start_date date,
  end_date date,
  nights integer,
  status text,
  traveler_count integer,
  traveler_names text[],
  currency text,
  budget voygen_api.money,
  advisor text,
  notes text,
  legs voygen_api.leg[],
  activities voygen_api.activity[],
  flights voygen_api.flight[],
  transfers voygen_api.transfer[],
  bookings voygen_api.booking[],
  hotels bigint,
  created_at timestamptz,
  updated_at timestamptz,
  archived_at timestamptz
);
comment on type voygen_api.trip_detail is 'A trip with all that was planned for it.';
comment on column voygen_api.trip_detail.hotels is 'How many hotel offers were taken in; query_hotels lists them.';

create function voygen_lib.money_of(amount numeric, currency text) returns voygen_api.money
language sql immutable parallel safe
begin atomic
  select case when amount is not null then (voygen_lib.exact(amount, currency), currency)::voygen_api.money end;
end;
comment on function voygen_lib.money_of(numeric, text) is 'A stored amount with its currency; null when there is no amount.';

create function voygen_api.get_trip(trip_id text) returns voygen_api.trip_detail
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.trip_row(get_trip.trip_id);
begin
  return (
    trip.trip_id, trip.slug, trip.title, trip.destination,
    (select (client_id, slug, name)::voygen_api.client_name from clients where agency_id = trip.agency_id and client_id = trip.client_id),
    trip.start_date, trip.end_date, trip.end_date - trip.start_date, trip.status, trip.traveler_count::integer,
    trip.traveler_names, trip.currency, voygen_lib.money_of(trip.budget_amount, trip.budget_currency),
    (select email from users where agency_id = trip.agency_id and user_id = trip.advisor_id), trip.notes,
    array(
      select (leg_id, seq::integer, city, region, country, arrive_date, depart_date, depart_date - arrive_date, notes)::voygen_api.leg
      from trip_legs
      where agency_id = trip.agency_id and trip_id = trip.trip_id
      order by seq, leg_id),
    array(
      select (
        activity_id, leg_id, site, product_code, title, activity_date, start_time, duration_minutes,
        case
          when price_amount is not null
          then (voygen_lib.exact(price_amount, currency), currency, price_basis, 'unknown')::voygen_api.price
        end,
        status, url, notes)::voygen_api.activity
      from trip_activities
      where agency_id = trip.agency_id and trip_id = trip.trip_id
      order by activity_date nulls last, start_time nulls last, activity_id),
    array(
      select (
        flight_id, carrier, flight_number, origin, destination, depart_at, arrive_at, cabin,
        voygen_lib.money_of(price_amount, currency), status)::voygen_api.flight
      from flights
      where agency_id = trip.agency_id and trip_id = trip.trip_id
      order by depart_at nulls last, flight_id),
    array(
      select (
        transfer_id, kind, from_place, to_place, pickup_at, voygen_lib.money_of(price_amount, currency), status, notes)::voygen_api.transfer
      from transfers
      where agency_id = trip.agency_id and trip_id = trip.trip_id
      order by pickup_at nulls last, transfer_id),
    array(
      select (
        booking_id, leg_id, kind, site, supplier, reference, hotel_key, room_key, status, voygen_lib.money_of(price_amount, currency),
        voygen_lib.exact(tax_amount, currency), tax_basis, nights::integer, rooms::integer, refundable, rate_type, product_type,
        booked_on, check_in, check_out, voygen_lib.exact(commission_amount, currency), trim_scale(commission_percent),
        commission_source, rate_id, cancelled_at, notes)::voygen_api.booking
      from bookings
      where agency_id = trip.agency_id and trip_id = trip.trip_id
      order by booking_id),
    (select count(*) from hotel_cache where agency_id = trip.agency_id and trip_id = trip.trip_id),
    trip.created_at, trip.updated_at, trip.archived_at)::voygen_api.trip_detail;
end
$$;
comment on function voygen_api.get_trip is
'Show a trip
Answers a trip with its client, legs, activities, flights, transfers and bookings.
@param trip_id Number or slug of the trip. @format id
@example {"trip_id": "demo-client-dublin-october-2026"}';
