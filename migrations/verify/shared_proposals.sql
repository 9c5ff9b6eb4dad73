-- Verify voygen:shared_proposals on pg
\o /dev/null
select proposal_id, asked_by from voygen.client_questions where false;
select 1 / (count(*) = 4)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('proposal_documents', 'pictures', 'proposal_shares', 'proposal_decisions');
select 1 / bool_and(pg_catalog.has_function_privilege('voygen_gateway', f, 'execute'))::int
from unnest(array[
  'voygen.shared_proposal(bigint, bytea, text, text, text)', 'voygen.shared_picture(bigint, bytea, bytea)',
  'voygen.decide_proposal(bigint, bytea, text, text, text, text, text)', 'voygen.ask_about_proposal(bigint, bytea, text, text)']) as f;
select 1 / (not pg_catalog.has_column_privilege('voygen_admin', 'voygen.proposal_shares', 'digest', 'select'))::int;
