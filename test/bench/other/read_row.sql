-- The tool of P-11: what its peers read by their prepared statement, a trip's row, as a tool.
create type voygen_api.trip_row as (
  trip_id bigint, slug text, client_id bigint, title text, destination text, start_date date, end_date date, status text,
  traveler_count smallint, traveler_names text[], currency text, budget_amount numeric, budget_currency text, advisor_id bigint, notes text,
  search text, created_at timestamptz, updated_at timestamptz, archived_at timestamptz
);
comment on type voygen_api.trip_row is 'The columns of a trip.';

create function voygen_api.read_row(trip_id bigint) returns voygen_api.trip_row
language plpgsql stable
as $$
declare
  answer voygen_api.trip_row;
begin
  select
    t.trip_id, t.slug, t.client_id, t.title, t.destination, t.start_date, t.end_date, t.status, t.traveler_count, t.traveler_names, t.currency,
    t.budget_amount, t.budget_currency, t.advisor_id, t.notes, t.search, t.created_at, t.updated_at, t.archived_at
  into answer
  from voygen.trips as t
  where t.agency_id = voygen.current_agency()
    and t.trip_id = read_row.trip_id;
  return answer;
end
$$;
comment on function voygen_api.read_row(bigint) is
'Read a row
A trip as it lies in its table.
@param trip_id The trip.
@example {"trip_id": 7}';
grant execute on function voygen_api.read_row(bigint) to voygen_reader, voygen_agent, voygen_admin;
