-- Deploy voygen:proposal_pages to pg
-- The page around a proposal that a client opens by a link: what it says beside the document. And news: who watches a proposal
-- hears on channel voygen_proposals, by the number of
-- the agency, that a client has seen or answered one, or has asked something.
begin;
set local role voygen_owner;

create function voygen.shared_page(agency bigint, key_digest bytea, method text, user_agent text, out outcome text, out page text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  opened record;
  share voygen.proposal_shares;
begin
  select * into opened from voygen.open_share(agency, key_digest);
  share := opened.share;
  outcome := opened.outcome;
  if outcome <> 'ok' then
    return;
  end if;
  if voygen.is_person(shared_page.method, shared_page.user_agent) then
    perform voygen.see_proposal(share);
  end if;
  select jsonb_strip_nulls(jsonb_build_object(
    'title', p.title, 'agency', a.name, 'status', p.status, 'currency', p.currency, 'valid_until', p.valid_until,
    'answerable', p.status in ('final', 'sent', 'viewed') and coalesce(p.valid_until >= (now() at time zone 'UTC')::date, true),
    'version_digest', encode(voygen.proposal_digest(p.agency_id, p.proposal_id), 'hex'),
    'pdf', exists (
      select from voygen.proposal_documents as d where d.agency_id = p.agency_id and d.proposal_id = p.proposal_id and d.kind = 'pdf'),
    'options', (
      select jsonb_agg(jsonb_build_object('name', o ->> 'name', 'total_amount', o ->> 'total_amount') order by place)
      from jsonb_array_elements(p.json_payload -> 'options') with ordinality as e(o, place)),
    'decision', (
      select jsonb_build_object(
        'decision', d.decision, 'name', d.name, 'option', d.option, 'comment', d.comment,
        'decided_on', (d.decided_at at time zone 'UTC')::date, 'decided_at', to_char(d.decided_at at time zone 'UTC', 'HH24:MI'),
        'version_digest', encode(d.version_digest, 'hex'))
      from voygen.proposal_decisions as d
      where d.agency_id = p.agency_id and d.proposal_id = p.proposal_id)))::text
  into page
  from voygen.proposals as p
  join voygen.agencies as a on a.agency_id = p.agency_id
  join voygen.proposal_documents as h on h.agency_id = p.agency_id and h.proposal_id = p.proposal_id and h.kind = 'html'
  where p.agency_id = share.agency_id
    and p.proposal_id = share.proposal_id;
  if page is null then
    outcome := 'not_found';
  end if;
end
$$;
comment on function voygen.shared_page(bigint, bytea, text, text) is
  'What the page of a link says beside the document, as the text of a JSON object: title, agency, status, whether it can be answered, the options, '
  'the digest that a decision hands back, and the decision once there is one. outcome as of shared_proposal. A person''s GET is a view.';
revoke execute on function voygen.shared_page(bigint, bytea, text, text) from public;
grant execute on function voygen.shared_page(bigint, bytea, text, text) to voygen_gateway;

-- ---- accepting what has no options

-- As before, but for two things. Nothing is in an empty list of options, null neither, so that where there was no choice nothing could be
-- accepted. And whoever has been seen to read it is not counted once more for the answer.
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
    when decision = 'accepted' and not coalesce(option = any (nullif(names, '{}')), option is null and names = '{}') then
      return 'invalid';
    else
      null;
  end case;
  insert into voygen.proposal_decisions (agency_id, proposal_id, share_id, decision, name, option, comment, version_digest)
  values (agency, offered.proposal_id, share.share_id, decide_proposal.decision, voygen.signed_name(decide_proposal.name),
    decide_proposal.option, nullif(btrim(decide_proposal.comment), ''), stands);
  if offered.status <> 'viewed' then
    perform voygen.see_proposal(share);
  end if;
  update voygen.proposals as p
  set status = decide_proposal.decision
  where p.agency_id = agency
    and p.proposal_id = offered.proposal_id;
  return 'ok';
end
$$;

-- ---- news

create trigger tell after update of status on voygen.proposals
  for each row when (old.status is distinct from new.status) execute function voygen.tell_agency('voygen_proposals');
create trigger tell after insert on voygen.client_questions
  for each row when (new.proposal_id is not null) execute function voygen.tell_agency('voygen_proposals');

commit;
