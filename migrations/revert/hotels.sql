-- Revert voygen:hotels from pg
set role voygen_owner;
call voygen.detach_tables('voygen.rooms_cache', 'voygen.hotel_cache');

begin;

drop table voygen.rooms_cache;
drop table voygen.hotel_cache;

commit;
