-- Deploy voygen:shared_numbers to pg
-- Marks and runs are numbered for all agencies together: who sees the numbers of his own sees by their gaps how busy the
-- others are. What they say of an agency stays readable, the numbers do not; marks are made by mark_facts_dirty and by
-- the triggers, which ask for no right on the queue.
begin;
set local role voygen_owner;

revoke select on voygen.facts_dirty, voygen.facts_runs from voygen_reader, voygen_agent, voygen_admin;
grant select (agency_id, trip_id, trip_until, reason, marked_at) on voygen.facts_dirty to voygen_reader, voygen_agent, voygen_admin;
grant select (agency_id, started_at, finished_at, refreshed, unchanged, failed, error) on voygen.facts_runs
  to voygen_reader, voygen_agent, voygen_admin;
revoke insert on voygen.facts_dirty from voygen_agent, voygen_admin;
revoke usage on sequence voygen.facts_dirty_mark_id from voygen_agent, voygen_admin;

commit;
