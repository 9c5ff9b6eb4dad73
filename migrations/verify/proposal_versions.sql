-- Verify voygen:proposal_versions on pg
\o /dev/null
select content_hash from voygen.proposals where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('proposal_lines', 'hotel_choices');
select 1 / (count(*) = 3)::int
from pg_catalog.pg_trigger
where tgname = 'guard'
  and tgenabled = 'O'
  and tgrelid in ('voygen.proposals'::regclass, 'voygen.proposal_images'::regclass, 'voygen.proposal_lines'::regclass);
select 1 / (count(*) = 13)::int from voygen.proposal_moves();
