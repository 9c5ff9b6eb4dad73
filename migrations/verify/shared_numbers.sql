-- Verify voygen:shared_numbers on pg
\o /dev/null
select 1 / (count(*) = 0)::int
from (values ('voygen_reader'), ('voygen_agent'), ('voygen_admin')) as r (role)
where has_column_privilege(role, 'voygen.facts_dirty', 'mark_id', 'select')
   or has_column_privilege(role, 'voygen.facts_runs', 'run_id', 'select')
   or has_sequence_privilege(role, 'voygen.facts_dirty_mark_id', 'usage')
   or not has_column_privilege(role, 'voygen.facts_dirty', 'marked_at', 'select')
   or not has_column_privilege(role, 'voygen.facts_runs', 'started_at', 'select');
