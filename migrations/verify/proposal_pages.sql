-- Verify voygen:proposal_pages on pg
\o /dev/null
select 1 / has_function_privilege('voygen_gateway', 'voygen.shared_page(bigint, bytea, text, text)', 'execute')::int;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_trigger
where tgname = 'tell'
  and tgrelid in ('voygen.proposals'::regclass, 'voygen.client_questions'::regclass);
