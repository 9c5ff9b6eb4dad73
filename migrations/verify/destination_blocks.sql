-- Verify voygen:destination_blocks on pg
\o /dev/null
select 1 / (count(*) = 1)::int
from pg_catalog.pg_index
where indexrelid = 'voygen.idx_trips_destination'::regclass
  and indisvalid
  and pg_get_indexdef(indexrelid) like '%(trip_id >> 13)%lower(destination)%';
