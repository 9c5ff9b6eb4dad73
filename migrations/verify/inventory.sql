-- Verify voygen:inventory on pg
\o /dev/null
select 1 / (count(*) > 0)::int from voygen.inventory();
select 1 / (count(*) > 0)::int from voygen.inventory_check('');
