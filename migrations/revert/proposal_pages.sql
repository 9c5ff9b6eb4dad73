-- Revert voygen:proposal_pages from pg
begin;
set local role voygen_owner;

drop trigger tell on voygen.client_questions;
drop trigger tell on voygen.proposals;
-- As it was before.
create or replace function voygen.decide_proposal(
  agency bigint, key_digest bytea, decision text, name text, option text, comment text, version_digest text
) returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  opened record;
  share voygen.proposal_shares;
  outcome text;
  offered voygen.proposals;
  names text[];
  stands bytea;
begin
  select * into opened from voygen.open_share(agency, key_digest);
  share := opened.share;
  outcome := opened.outcome;
  if outcome <> 'ok' then
    return outcome;
  end if;
  select * into offered from voygen.proposals as p where p.agency_id = agency and p.proposal_id = share.proposal_id for update;
  stands := voygen.proposal_digest(agency, offered.proposal_id);
  names := array(select o ->> 'name' from jsonb_array_elements(offered.json_payload -> 'options') as o);
  -- Said twice, it stands once.
  if exists (
      select
      from voygen.proposal_decisions as d
      where d.agency_id = agency and d.proposal_id = offered.proposal_id and d.decision = decide_proposal.decision
        and d.name = voygen.signed_name(decide_proposal.name) and d.option is not distinct from decide_proposal.option) then
    return 'ok';
  end if;
  case
    when coalesce(decision not in ('accepted', 'declined'), true) or voygen.signed_name(decide_proposal.name) is null or length(comment) > 2000 then
      return 'invalid';
    when offered.valid_until < (now() at time zone 'UTC')::date then
      return 'expired';
    when offered.status not in ('final', 'sent', 'viewed') then
      return 'decided';
    when version_digest is distinct from encode(stands, 'hex') then
      return 'changed';
    when decision = 'accepted' and not coalesce(option = any (names), option is null and names = '{}') then
      return 'invalid';
    else
      null;
  end case;
  insert into voygen.proposal_decisions (agency_id, proposal_id, share_id, decision, name, option, comment, version_digest)
  values (agency, offered.proposal_id, share.share_id, decide_proposal.decision, voygen.signed_name(decide_proposal.name),
    decide_proposal.option, nullif(btrim(decide_proposal.comment), ''), stands);
  perform voygen.see_proposal(share);
  update voygen.proposals as p
  set status = decide_proposal.decision
  where p.agency_id = agency
    and p.proposal_id = offered.proposal_id;
  return 'ok';
end
$$;

drop function voygen.shared_page(bigint, bytea, text, text);

commit;
