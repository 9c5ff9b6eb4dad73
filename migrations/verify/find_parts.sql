-- Verify voygen:find_parts on pg
\o /dev/null
select 1 / (count(*) = 8)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_trip_legs_newest'::regclass, 'voygen.idx_trip_legs_arrive'::regclass,
                     'voygen.idx_trip_activities_newest'::regclass, 'voygen.idx_trip_activities_date'::regclass, 'voygen.idx_bookings_newest'::regclass,
                     'voygen.idx_trip_legs_text'::regclass, 'voygen.idx_trip_activities_text'::regclass, 'voygen.idx_bookings_text'::regclass)
  and indisvalid;
