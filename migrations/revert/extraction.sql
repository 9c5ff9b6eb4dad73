-- Revert voygen:extraction from pg
begin;
set local role voygen_owner;

drop table voygen.extraction_attempts;
drop table voygen.extraction_sessions;

commit;
