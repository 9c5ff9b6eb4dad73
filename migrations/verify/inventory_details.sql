-- Verify voygen:inventory_details on pg
\o /dev/null
select voygen.inventory_table_details(), voygen.inventory_details(), voygen.inventory_surroundings(), voygen.inventory_passwords();
select 1 / (position('inventory_surroundings' in pg_catalog.pg_get_functiondef('voygen.inventory()'::regprocedure)) > 0)::int;
