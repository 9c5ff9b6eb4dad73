-- Revert voygen:inventory from pg
begin;
set local role voygen_owner;

drop function voygen.inventory_check(text);
drop function voygen.inventory();
drop function voygen.inventory_jobs();
drop function voygen.inventory_comments();
drop function voygen.inventory_rights();
drop function voygen.inventory_types();
drop function voygen.inventory_routines();
drop function voygen.inventory_relations();
drop function voygen.inventory_role(oid);

commit;
