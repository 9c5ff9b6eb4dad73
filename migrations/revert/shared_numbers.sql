-- Revert voygen:shared_numbers from pg
begin;
set local role voygen_owner;

revoke select (agency_id, trip_id, trip_until, reason, marked_at) on voygen.facts_dirty from voygen_reader, voygen_agent, voygen_admin;
revoke select (agency_id, started_at, finished_at, refreshed, unchanged, failed, error) on voygen.facts_runs
  from voygen_reader, voygen_agent, voygen_admin;
grant select on voygen.facts_dirty, voygen.facts_runs to voygen_reader, voygen_agent, voygen_admin;
grant insert on voygen.facts_dirty to voygen_agent, voygen_admin;
grant usage on sequence voygen.facts_dirty_mark_id to voygen_agent, voygen_admin;

commit;
