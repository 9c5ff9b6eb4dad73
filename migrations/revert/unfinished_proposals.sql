-- Revert voygen:unfinished_proposals from pg
begin;
set local role voygen_owner;

drop trigger drop_unfinished_proposal on voygen.job;
drop function voygen.drop_unfinished_proposal();

commit;
