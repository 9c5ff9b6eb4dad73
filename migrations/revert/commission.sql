-- Revert voygen:commission from pg
set role voygen_owner;
call voygen.detach_tables('voygen.commission_audit', 'voygen.commission_volumes', 'voygen.commission_rules', 'voygen.commission_rates');

begin;

drop table voygen.commission_audit;
drop table voygen.commission_volumes;
drop table voygen.commission_rules;
drop table voygen.commission_rates;

commit;
