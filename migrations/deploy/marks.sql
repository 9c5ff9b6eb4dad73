-- Deploy voygen:marks to pg
-- From here on a change of any row a fact is made of marks the trip. Each table is locked by itself, and only for as
-- long as adding triggers takes.
\set subjects 'trips trip_legs trip_activities flights transfers bookings hotel_cache rooms_cache clients commission_rates commission_rules commission_volumes agencies'
set role voygen_owner;

select format('call voygen.watch_table(%L)', 'voygen.' || subject)
from string_to_table(:'subjects', ' ') as subject
where not exists (
  select
  from pg_catalog.pg_trigger
  where tgrelid = ('voygen.' || subject)::regclass and tgname = 'mark_insert')
\gexec

-- What was written before the triggers were there.
insert into voygen.facts_dirty (agency_id, trip_id, reason)
select agency_id, 0, 'marks begin'
from voygen.agencies;
