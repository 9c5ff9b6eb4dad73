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
