-- Flights: offers and bookings of air travel on a trip, beside its hotels.

create type voygen_api.flight_change as (
  trip_id bigint,
  flight_id bigint,
  changed boolean
);
comment on type voygen_api.flight_change is 'The flight an addition was made of; changed is true.';

create function voygen_lib.require_airport(code text, path text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if upper(btrim(code)) !~ '^[A-Z]{3}$' then
    perform voygen.raise('invalid_argument', format('%s is no airport code', left(code, 80)), path => path,
      expected => 'an IATA code of three letters, such as DUB', got => left(code, 80));
  end if;
  return upper(btrim(code));
end
$$;
comment on function voygen_lib.require_airport(text, text) is 'An IATA code of three letters, or nothing.';

create function voygen_api.add_flight(
  trip_id text,
  origin text,
  destination text,
  depart_at timestamptz default null,
  arrive_at timestamptz default null,
  carrier text default null,
  flight_number text default null,
  cabin text default null,
  price voygen_api.money default null,
  status voygen_api.activity_status default 'proposed',
  idempotency_key text default null
) returns voygen_api.flight_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  trip trips := voygen_lib.lock_trip(add_flight.trip_id);
  made bigint;
begin
  perform voygen_lib.require_money(add_flight.price, '/price');
  if add_flight.arrive_at < add_flight.depart_at then
    perform voygen.raise('invalid_argument', 'the flight arrives before it departs', path => '/arrive_at',
      expected => format('%s or later', add_flight.depart_at), got => add_flight.arrive_at::text,
      hint => 'Give both times with the offset of their airport, such as 2026-10-12T12:53:00-05:00.');
  end if;
  insert into flights (
    agency_id, trip_id, carrier, flight_number, origin, destination, depart_at, arrive_at, cabin, price_amount, currency, status)
  values (
    trip.agency_id, trip.trip_id, add_flight.carrier, add_flight.flight_number,
    voygen_lib.require_airport(add_flight.origin, '/origin'), voygen_lib.require_airport(add_flight.destination, '/destination'),
    add_flight.depart_at, add_flight.arrive_at, add_flight.cabin, (add_flight.price).amount, (add_flight.price).currency,
    coalesce(add_flight.status, 'proposed')::text)
  returning flight_id into made;
  return (trip.trip_id, made, true)::voygen_api.flight_change;
end
$$;
comment on function voygen_api.add_flight is
'Add a flight
Adds a flight to a trip, proposed or booked. Connections may stand in one flight with all their numbers.
@param trip_id Number or slug of the trip. @format id
@param origin IATA code of the airport of departure. @example MOB
@param destination IATA code of the airport of arrival. @example DUB
@param depart_at Departure, with the offset of the place.
@param arrive_at Arrival, with the offset of the place.
@param carrier Airline that sells it.
@param flight_number Number, or numbers in order of travel. @example UA4314 UA310
@param cabin Class of travel. @example Economy
@param price For the whole party.
@param status Where it stands.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "origin": "MOB", "destination": "DUB", "depart_at": "2026-10-12T12:53:00-05:00", "price": {"amount": 3426, "currency": "USD"}}';
