-- Verify voygen:facts_search on pg
\o /dev/null
select 1 / (count(*) = 7)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_trips_words'::regclass, 'voygen.idx_trips_destination'::regclass, 'voygen.idx_trips_status_newest'::regclass,
                     'voygen.idx_trips_filters'::regclass, 'voygen.idx_trips_status_start'::regclass,
                                          'voygen.idx_trip_facts_availability'::regclass, 'voygen.idx_trip_facts_filters'::regclass)
  and indisvalid;
