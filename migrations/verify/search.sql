-- Verify voygen:search on pg
\o /dev/null
select 1 / count(*)::int
from pg_catalog.pg_extension
where extname = 'pg_trgm';
