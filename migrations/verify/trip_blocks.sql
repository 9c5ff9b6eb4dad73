-- Verify voygen:trip_blocks on pg
\o /dev/null
select 1 / (count(*) = 3)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_trips_block_start'::regclass, 'voygen.idx_trip_facts_block_price'::regclass, 'voygen.idx_trips_words'::regclass)
  and indisvalid
  and pg_get_indexdef(indexrelid) like '%(trip_id >> 13)%';
