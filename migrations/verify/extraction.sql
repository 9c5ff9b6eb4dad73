-- Verify voygen:extraction on pg
\o /dev/null
select 1 from voygen.extraction_sessions where false;
select 1 from voygen.extraction_attempts where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('extraction_sessions', 'extraction_attempts');
