-- Revert voygen:rule_checks from pg
begin;
set local role voygen_owner;

drop trigger check_rule on voygen.commission_rules;
drop function voygen.check_rule();

commit;
