-- Revert voygen:proposal_pages from pg
begin;
set local role voygen_owner;

drop trigger tell on voygen.client_questions;
drop trigger tell on voygen.proposals;
drop function voygen.shared_page(bigint, bytea, text, text);

commit;
