-- Revert voygen:inventory from pg
begin;
set local role voygen_owner;

drop function voygen.inventory_check(text);
drop function voygen.inventory();
drop function voygen.inventory_jobs();
drop function voygen.inventory_comments();
drop function voygen.inventory_roles();
drop function voygen.inventory_server_grants();
drop function voygen.inventory_grants();
drop function voygen.inventory_types();
drop function voygen.inventory_routines();
drop function voygen.inventory_table_rules();
drop function voygen.inventory_columns();
drop function voygen.inventory_tables();
drop function voygen.inventory_is_agency_sequence(oid);
drop function voygen.inventory_is_foreign(regclass, oid);
drop function voygen.inventory_schemas();
drop function voygen.inventory_role(oid);

commit;
