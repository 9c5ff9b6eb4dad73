-- Verify voygen:find_words on pg
\o /dev/null
select 1 / (count(*) = 6)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_clients_text'::regclass, 'voygen.idx_trips_text'::regclass, 'voygen.idx_trip_legs_city'::regclass,
                     'voygen.idx_clients_tier'::regclass, 'voygen.idx_clients_archived'::regclass, 'voygen.idx_trips_archived'::regclass)
  and indisvalid;
select voygen.trip_text('Rome & Amalfi', 'Rome', 'demo-rome-2027', '{}', date '2027-01-01');
