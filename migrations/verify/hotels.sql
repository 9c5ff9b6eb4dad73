-- Verify voygen:hotels on pg
\o /dev/null
select 1 from voygen.hotel_cache where false;
select 1 from voygen.rooms_cache where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('hotel_cache', 'rooms_cache');
