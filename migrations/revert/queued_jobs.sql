-- Revert voygen:queued_jobs from pg
begin;
set local role voygen_owner;

drop function voygen.queued_jobs();

commit;
