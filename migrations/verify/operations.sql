-- Verify voygen:operations on pg
\o /dev/null
select 1 from voygen.audit where false;
select 1 from voygen.idempotency_keys where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('audit', 'idempotency_keys');
select kind, name, body from voygen.starter_data where false;
select 1 / (count(*) = 2)::int
from pg_catalog.pg_trigger
where tgname = 'append_only'
  and tgrelid in ('voygen.audit'::regclass, 'voygen.commission_audit'::regclass);
