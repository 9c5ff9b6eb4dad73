-- Deploy voygen:unfinished_proposals to pg
-- A version whose document was not made, because its job was cancelled or failed, is none: it goes with the job.
begin;
set local role voygen_owner;

create function voygen.drop_unfinished_proposal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from voygen.proposals as p
  where p.agency_id = old.agency_id
    and p.proposal_id = (old.state ->> 'proposal_id')::bigint
    and p.status = 'draft'
    and not exists (select from voygen.proposal_documents as d where d.agency_id = p.agency_id and d.proposal_id = p.proposal_id);
  return new;
end
$$;
comment on function voygen.drop_unfinished_proposal() is
  'Trigger: takes away the version of a job of generate_proposal that ended before its document was made.';
create trigger drop_unfinished_proposal before update on voygen.job
  for each row
  when (new.tool = 'generate_proposal' and old.finished_at is null and new.status in ('cancelled', 'failed'))
  execute function voygen.drop_unfinished_proposal();

commit;
