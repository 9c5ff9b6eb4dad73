-- Revert voygen:shared_proposals from pg
set role voygen_owner;
call voygen.detach_tables('voygen.proposal_documents', 'voygen.pictures', 'voygen.proposal_shares', 'voygen.proposal_decisions');

begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop function voygen.ask_about_proposal(bigint, bytea, text, text);
drop function voygen.decide_proposal(bigint, bytea, text, text, text, text, text);
drop function voygen.signed_name(text);
drop function voygen.shared_picture(bigint, bytea, bytea);
drop function voygen.shared_proposal(bigint, bytea, text, text, text);
drop function voygen.see_proposal(voygen.proposal_shares);
drop function voygen.open_share(bigint, bytea);
drop function voygen.is_person(text, text);
drop function voygen.create_share(bigint, bigint, timestamptz);
drop function voygen.proposal_digest(bigint, bigint);
drop table voygen.proposal_decisions;
drop function voygen.refuse_update();
drop table voygen.proposal_shares;
drop table voygen.pictures;
drop table voygen.proposal_documents;

alter table voygen.client_questions drop column asked_by;
alter table voygen.client_questions drop column proposal_id;

commit;
