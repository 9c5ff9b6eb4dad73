-- Verify voygen:facts on pg
\o /dev/null
select 1 from voygen.trip_facts where false;
select 1 from voygen.trip_facts_history where false;
select 1 from voygen.facts_dirty where false;
select 1 from voygen.facts_failed where false;
select 1 from voygen.facts_runs where false;
select 1 / (count(*) = 5)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('trip_facts', 'trip_facts_history', 'facts_dirty', 'facts_failed', 'facts_runs');
