-- Revert voygen:commission from pg
begin;
set local role voygen_owner;

drop table voygen.commission_audit;
drop table voygen.commission_volumes;
drop table voygen.commission_rules;
drop table voygen.commission_rates;

commit;
