-- Verify voygen:rule_checks on pg
\o /dev/null
select 1 / (count(*) = 1)::int
from pg_catalog.pg_trigger
where tgrelid = 'voygen.commission_rules'::regclass
  and tgname = 'check_rule';
