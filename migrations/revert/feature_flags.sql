-- Revert voygen:feature_flags from pg
call voygen.detach_tables('voygen.feature_flags');

begin;
set local role voygen_owner;

drop table voygen.feature_flags;
drop function voygen.check_feature_flag();
drop function voygen.require_feature_flag(text, boolean);
drop function voygen.feature_on(text);
drop function voygen.feature_list();

commit;
