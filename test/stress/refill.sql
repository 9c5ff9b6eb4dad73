-- What a trip was made of at the start, so that a stress run does not eat up its data: stress.refill puts back what is
-- missing of a trip. Run after odd_trips.sql.
\set ON_ERROR_STOP on
set client_min_messages = warning;
drop schema if exists stress cascade;
create schema stress;

create table stress.kept_table as
select t.name, t.place,
       (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_attribute a
        where a.attrelid = ('voygen.' || t.name)::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns
from unnest(array['clients', 'trips', 'trip_legs', 'hotel_cache', 'rooms_cache', 'bookings', 'flights']) with ordinality t (name, place);

select format('create table stress.%I as select %s from voygen.%I', name, columns, name)
from stress.kept_table
\gexec

create function stress.refill(agency bigint, trip bigint) returns void
language plpgsql
as $$
declare
  kept stress.kept_table;
begin
  insert into voygen.clients
  select c.*
  from stress.trips t
  join stress.clients c on c.agency_id = t.agency_id and c.client_id = t.client_id
  where t.agency_id = agency and t.trip_id = trip
  on conflict do nothing;
  for kept in select * from stress.kept_table where name <> 'clients' order by place loop
    execute format('insert into voygen.%I (%s) select %s from stress.%I where agency_id = $1 and trip_id = $2 on conflict do nothing',
                   kept.name, kept.columns, kept.columns, kept.name)
    using agency, trip;
  end loop;
end
$$;
grant usage on schema stress to voygen_agent;
grant select on all tables in schema stress to voygen_agent;
reset client_min_messages;
