-- Verify voygen:proposals on pg
\o /dev/null
select 1 from voygen.proposals where false;
select 1 from voygen.proposal_images where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('proposals', 'proposal_images');
