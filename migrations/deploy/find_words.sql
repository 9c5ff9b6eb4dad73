-- Deploy voygen:find_words to pg
-- Clients, trips and legs found by any part of their words, and by words spelt like them. Built beside the writers. A
-- build that was interrupted leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;

begin;
set local role voygen_owner;

-- Most texts are ASCII, which has no accents to look for.
create or replace function voygen.plain(value text) returns text
language sql immutable parallel safe
begin atomic
  select case
    when pg_catalog.octet_length(value) = pg_catalog.length(value) then pg_catalog.btrim(pg_catalog.lower(value))
    else pg_catalog.btrim(pg_catalog.replace(
      pg_catalog.translate(
        pg_catalog.regexp_replace(
          pg_catalog.lower(pg_catalog.normalize(value, 'nfkd')),
          '[\u0300-\u036f]', '', 'g'),
        'øđłıæœ', 'odliao'),
      'ß', 'ss'))
  end;
end;
comment on function voygen.plain(text) is
'Lower case without accents: the form in which names are compared. Scripts without case stay as they are.';

create or replace function voygen.search_text(value text) returns text
language sql immutable parallel safe
begin atomic
  select ' ' || pg_catalog.translate(voygen.plain(value), '-.,&@/', '      ') || ' ';
end;
comment on function voygen.search_text(text) is 'A text in plain form with a blank before and behind each word.';

create or replace function voygen.client_text(name text, slug text, email text, phone text) returns text
language sql immutable parallel safe
begin atomic
  select voygen.search_text(name || ' ' || slug || ' ' || coalesce(email, '') || ' ' || coalesce(phone, ''));
end;
comment on function voygen.client_text(text, text, text, text) is 'What a client is found by. An index is made of it: never change what it says.';

-- array_to_string and concat_ws are only as stable as the types they write, and these never change. Not in SQL, which
-- could not be put in place of the call for that reason and then takes five times as long. No operator is used, so
-- no search_path decides what this means.
create or replace function voygen.trip_text(title text, destination text, slug text, travelers text[], starts date) returns text
language plpgsql immutable parallel safe
as $$
begin
  return voygen.search_text(pg_catalog.concat_ws(' ', title, destination, slug, pg_catalog.array_to_string(travelers, ' '),
    pg_catalog.extract('year', starts)));
end
$$;
comment on function voygen.trip_text(text, text, text, text[], date) is
'What a trip is found by, but for its client and its cities. An index is made of it: never change what it says.';

-- Whoever writes a row writes its index.
grant execute on function voygen.plain(text), voygen.search_text(text), voygen.client_text(text, text, text, text),
  voygen.trip_text(text, text, text, text[], date) to voygen_reader, voygen_agent, voygen_admin;

commit;

-- These waits hold nobody up.
set lock_timeout = 0;

-- Without fastupdate: a reader would have to go through all that waits in the pending list.
select format('drop index concurrently if exists voygen.%I', i.name),
  format('create index concurrently %I on voygen.%I using gin (agency_id, %s %I.gin_trgm_ops) with (fastupdate = off)',
    i.name, i.relation, i.said, n.nspname)
from (values
  ('idx_clients_text', 'clients', 'voygen.client_text(name, slug, email, phone)'),
  ('idx_trips_text', 'trips', 'voygen.trip_text(title, destination, slug, traveler_names, start_date)'),
  ('idx_trip_legs_city', 'trip_legs', 'voygen.search_text(city)')) as i(name, relation, said),
  pg_catalog.pg_extension as e
join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
where e.extname = 'pg_trgm'
\gexec

-- Filters that few rows fit.
drop index concurrently if exists voygen.idx_clients_tier;
create index concurrently idx_clients_tier on voygen.clients (agency_id, tier, client_id);
drop index concurrently if exists voygen.idx_clients_archived;
create index concurrently idx_clients_archived on voygen.clients (agency_id, client_id) where archived_at is not null;
drop index concurrently if exists voygen.idx_trips_archived;
create index concurrently idx_trips_archived on voygen.trips (agency_id, trip_id) where archived_at is not null;
