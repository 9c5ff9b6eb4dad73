-- Revert voygen:proposals from pg
begin;
set local role voygen_owner;

drop table voygen.proposal_images;
drop table voygen.proposals;

commit;
