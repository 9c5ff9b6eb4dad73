-- Revert voygen:extraction from pg
set role voygen_owner;
call voygen.detach_tables('voygen.extraction_attempts', 'voygen.extraction_sessions');

begin;

drop table voygen.extraction_attempts;
drop table voygen.extraction_sessions;

commit;
