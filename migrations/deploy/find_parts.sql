-- Deploy voygen:find_parts to pg
-- Legs, activities and bookings of a large agency found newest first, by their days and by parts of their words. Built beside
-- the writers. A build that was interrupted leaves an invalid index of its name, which is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_trip_legs_newest;
create index concurrently idx_trip_legs_newest on voygen.trip_legs (agency_id, leg_id);
drop index concurrently if exists voygen.idx_trip_legs_arrive;
create index concurrently idx_trip_legs_arrive on voygen.trip_legs (agency_id, arrive_date);
drop index concurrently if exists voygen.idx_trip_activities_newest;
create index concurrently idx_trip_activities_newest on voygen.trip_activities (agency_id, activity_id);
drop index concurrently if exists voygen.idx_trip_activities_date;
create index concurrently idx_trip_activities_date on voygen.trip_activities (agency_id, activity_date);
drop index concurrently if exists voygen.idx_bookings_newest;
create index concurrently idx_bookings_newest on voygen.bookings (agency_id, booking_id);

-- Without fastupdate: a reader would have to go through all that waits in the pending list.
select format('drop index concurrently if exists voygen.%I', i.name),
  format('create index concurrently %I on voygen.%I using gin (agency_id, voygen.search_text(%s) %I.gin_trgm_ops) with (fastupdate = off)',
    i.name, i.relation, i.said, n.nspname)
from (values
  ('idx_trip_legs_text', 'trip_legs', $$coalesce(region, '') || ' ' || coalesce(country, '') || ' ' || coalesce(notes, '')$$),
  ('idx_trip_activities_text', 'trip_activities', $$title || ' ' || coalesce(product_code, '') || ' ' || coalesce(notes, '')$$),
  ('idx_bookings_text', 'bookings',
    $$coalesce(reference, '') || ' ' || coalesce(supplier, '') || ' ' || coalesce(hotel_key, '') || ' ' || kind || ' ' || coalesce(site, '')
      || ' ' || coalesce(notes, '')$$)) as i(name, relation, said),
  pg_catalog.pg_extension as e
join pg_catalog.pg_namespace as n on n.oid = e.extnamespace
where e.extname = 'pg_trgm'
\gexec
