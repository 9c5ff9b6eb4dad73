-- Revert voygen:facts from pg
set role voygen_owner;
call voygen.detach_tables('voygen.facts_runs', 'voygen.facts_failed', 'voygen.facts_dirty', 'voygen.trip_facts_history', 'voygen.trip_facts');

begin;

drop table voygen.facts_runs;
drop table voygen.facts_failed;
drop table voygen.facts_dirty;
drop sequence voygen.facts_dirty_mark_id;
drop table voygen.trip_facts_history;
drop table voygen.trip_facts;

commit;
