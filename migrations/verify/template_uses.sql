-- Verify voygen:template_uses on pg
\o /dev/null
select agency_id, template_id, user_id, uses, first_used_at, last_used_at from voygen.template_uses where false;
select 1 / (not has_table_privilege('voygen_agent', 'voygen.template_uses', 'insert'))::int;
