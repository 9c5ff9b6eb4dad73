-- Verify voygen:call_records on pg
\o /dev/null
select role, tool, inputs from voygen.commission_audit where false;
select 1 / (count(*) = 3)::int
from pg_catalog.pg_attrdef as d
join pg_catalog.pg_attribute as a on a.attrelid = d.adrelid and a.attnum = d.adnum
where d.adrelid = 'voygen.commission_audit'::regclass
  and a.attname in ('user_id', 'role', 'tool');
