-- Verify voygen:templates_and_chains on pg
\o /dev/null
select 1 from voygen.template_definitions where false;
select 1 from voygen.template_usage where false;
select 1 from voygen.template_processings where false;
select 1 from voygen.execution_chains where false;
select 1 from voygen.chain_executions where false;
select 1 from voygen.step_executions where false;
select 1 / (count(*) = 6)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('template_definitions', 'template_usage', 'template_processings', 'execution_chains', 'chain_executions', 'step_executions');
