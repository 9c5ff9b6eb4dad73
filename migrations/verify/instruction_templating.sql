-- Verify voygen:instruction_templating on pg
\o /dev/null
select template_variables, supports_templating, chain_compatible, default_template_id, agency_id from voygen.instruction_sets where false;
select 1 / (count(*) = 4)::int
from pg_catalog.pg_policy
where polrelid = 'voygen.instruction_sets'::regclass;
