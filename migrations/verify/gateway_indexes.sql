-- Verify voygen:gateway_indexes on pg
\o /dev/null
select 1 / (count(*) = 2)::int
from pg_catalog.pg_index
where indexrelid in ('voygen.idx_tokens_identity'::regclass, 'voygen.idx_trip_legs_place'::regclass)
  and indisvalid;
