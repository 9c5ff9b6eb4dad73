-- Verify voygen:trips on pg
\o /dev/null
select 1 from voygen.clients where false;
select 1 from voygen.trips where false;
select 1 from voygen.trip_legs where false;
select 1 from voygen.trip_activities where false;
select 1 from voygen.flights where false;
select 1 from voygen.transfers where false;
select 1 from voygen.bookings where false;
select 1 from voygen.payment_schedule where false;
select 1 from voygen.followups where false;
select 1 from voygen.client_questions where false;
select 1 / (count(*) = 10)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('clients', 'trips', 'trip_legs', 'trip_activities', 'flights', 'transfers', 'bookings', 'payment_schedule', 'followups', 'client_questions');
