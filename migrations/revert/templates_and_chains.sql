-- Revert voygen:templates_and_chains from pg
set role voygen_owner;
call voygen.detach_tables('voygen.step_executions', 'voygen.chain_executions', 'voygen.execution_chains', 'voygen.template_processings', 'voygen.template_usage', 'voygen.template_definitions');

begin;

drop table voygen.step_executions;
drop table voygen.chain_executions;
drop table voygen.execution_chains;
drop table voygen.template_processings;
drop table voygen.template_usage;
drop table voygen.template_definitions;

commit;
