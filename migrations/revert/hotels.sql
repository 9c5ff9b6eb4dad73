-- Revert voygen:hotels from pg
begin;
set local role voygen_owner;

drop table voygen.rooms_cache;
drop table voygen.hotel_cache;

commit;
