-- Verify voygen:commission on pg
\o /dev/null
select 1 from voygen.commission_rates where false;
select 1 from voygen.commission_rules where false;
select 1 from voygen.commission_volumes where false;
select 1 from voygen.commission_audit where false;
select 1 / (count(*) = 4)::int
from pg_catalog.pg_class
where relnamespace = 'voygen'::regnamespace
  and relrowsecurity
  and relname in ('commission_rates', 'commission_rules', 'commission_volumes', 'commission_audit');
