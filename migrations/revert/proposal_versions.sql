-- Revert voygen:proposal_versions from pg
set role voygen_owner;
call voygen.detach_tables('voygen.proposal_lines', 'voygen.hotel_choices');

begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop trigger guard on voygen.proposals;
drop trigger guard on voygen.proposal_images;
drop table voygen.proposal_lines;
drop table voygen.hotel_choices;
drop function voygen.expire_proposals();
drop function voygen.guard_proposal_part();
drop function voygen.guard_proposal();
drop function voygen.changed_of_proposal(voygen.proposals, voygen.proposals, text[]);
drop function voygen.check_proposal_move(voygen.proposals, voygen.proposals);
drop function voygen.refuse_frozen(text, text);
drop function voygen.refuse_move(text, text);
drop function voygen.proposal_open(text);
drop function voygen.proposal_moves();

alter table voygen.proposals drop column content_hash;
comment on column voygen.proposals.options is null;
comment on column voygen.proposals.total_cost is null;
comment on column voygen.proposals.total_commission is
  'What the agency earns if all is booked; never shown to the client.';

commit;
