-- Revert voygen:agencies from pg
begin;
set local role voygen_owner;

drop sequence voygen.ids_shared;
drop table voygen.sites;
drop table voygen.tokens;
drop table voygen.users;
drop table voygen.agencies;

commit;
