-- Revert voygen:operations from pg
set role voygen_owner;
call voygen.detach_tables('voygen.starter_data', 'voygen.idempotency_keys', 'voygen.audit');

begin;

drop trigger append_only on voygen.commission_audit;
drop table voygen.starter_data;
drop table voygen.idempotency_keys;
drop table voygen.audit;
drop function voygen.refuse_change();

commit;
