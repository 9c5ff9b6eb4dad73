-- Revert voygen:proposals from pg
set role voygen_owner;
call voygen.detach_tables('voygen.proposal_images', 'voygen.proposals');

begin;

drop table voygen.proposal_images;
drop table voygen.proposals;

commit;
