-- Revert voygen:facts from pg
begin;
set local role voygen_owner;

drop table voygen.facts_runs;
drop table voygen.facts_failed;
drop table voygen.facts_dirty;
drop sequence voygen.facts_dirty_mark_id;
drop table voygen.trip_facts_history;
drop table voygen.trip_facts;

commit;
