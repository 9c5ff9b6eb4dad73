-- Revert voygen:templates_and_chains from pg
begin;
set local role voygen_owner;

drop table voygen.step_executions;
drop table voygen.chain_executions;
drop table voygen.execution_chains;
drop table voygen.template_processings;
drop table voygen.template_usage;
drop table voygen.template_definitions;

commit;
