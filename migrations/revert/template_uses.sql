-- Revert voygen:template_uses from pg
set role voygen_owner;
call voygen.detach_tables('voygen.template_uses');

begin;

-- The SQL API stands on it; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop table voygen.template_uses;

commit;
