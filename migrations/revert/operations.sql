-- Revert voygen:operations from pg
begin;
set local role voygen_owner;

drop trigger append_only on voygen.commission_audit;
drop table voygen.starter_data;
drop table voygen.idempotency_keys;
drop table voygen.audit;
drop function voygen.refuse_change();

commit;
