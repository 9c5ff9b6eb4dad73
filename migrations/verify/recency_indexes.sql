-- Verify voygen:recency_indexes on pg
\o /dev/null
select 1 / (count(*) = 4)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_hotel_cache_checked'::regclass, 'voygen.idx_trips_updated'::regclass,
                     'voygen.idx_instructions_templating'::regclass, 'voygen.idx_instructions_chain'::regclass)
  and indisvalid;
