-- Giving a proposal to the client: a link. What the client does with a link is done by functions of the owner (migration
-- shared_proposals), which the program in front asks.

create type voygen_api.proposal_share as (
  share_id bigint,
  proposal_id bigint,
  key text,
  url text,
  expires_at timestamptz
);
comment on type voygen_api.proposal_share is 'A link to a proposal. Whoever has it can read the proposal and answer it.';
comment on column voygen_api.proposal_share.share_id is 'For revoke_share. @required @format id';
comment on column voygen_api.proposal_share.key is 'The secret part of the address; it is not stored and never shown again.';
comment on column voygen_api.proposal_share.url is 'The address; null when neither the agency''s setting proposals.share_url nor the gateway''s public address says where proposals are served.';

create function voygen_lib.share_url(key text) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select rtrim(substring(
    coalesce(
      voygen_lib.text_setting(voygen_lib.proposal_settings(), 'share_url'),
      nullif(current_setting('voygen_gateway.public_url', true), '') || '/p')
    from '^https?://[^[:space:]<>"'']+$'), '/') || '/' || key
$$;
comment on function voygen_lib.share_url(text) is
'The address of a link: the agency''s own place for its proposals, else where the program that asks says it is reached; null when neither is known.';

create function voygen_lib.require_shareable(proposal voygen.proposals) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if proposal.status not in ('final', 'sent', 'viewed') then
    perform voygen.raise('precondition_failed', format('a proposal that is %s is not given to a client', proposal.status), path => '/proposal_id',
      expected => 'final, sent or viewed', got => proposal.status, hint => 'set_proposal_status makes a draft final.');
  end if;
  if not exists (
      select from proposal_documents as d where d.agency_id = proposal.agency_id and d.proposal_id = proposal.proposal_id and d.kind = 'html') then
    perform voygen.raise('precondition_failed', 'this version has no document', path => '/proposal_id', expected => 'a version that was rendered',
      hint => 'Generate a new version.');
  end if;
end
$$;
comment on function voygen_lib.require_shareable(voygen.proposals) is 'Refuses to give away what is no offer.';

create function voygen_api.share_proposal(
  proposal_id bigint,
  days integer default 30
) returns voygen_api.proposal_share
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  proposal proposals := voygen_lib.proposal_row(share_proposal.proposal_id);
  ends_at timestamptz := now() + make_interval(days => coalesce(voygen_lib.require_whole(share_proposal.days, '/days', 1, 365), 30));
  made record;
begin
  perform voygen_lib.require_shareable(proposal);
  select * into made from create_share(proposal.agency_id, proposal.proposal_id, ends_at);
  update proposals as p
  set status = 'sent'
  where p.agency_id = proposal.agency_id and p.proposal_id = proposal.proposal_id and p.status = 'final';
  return (made.share_id, proposal.proposal_id, made.key, voygen_lib.share_url(made.key), ends_at)::voygen_api.proposal_share;
end
$$;
comment on function voygen_api.share_proposal is
'Share a proposal
Makes a link under which the client reads a final proposal, accepts or declines it and asks questions. The secret in it is shown this once; each call makes another link. A final version becomes sent.
@param proposal_id A version that is final, sent or viewed. @format id
@param days How long the link works. @min 1 @max 365
@example {"proposal_id": "1042", "days": 14}';

create type voygen_api.share_revoked as (
  share_id bigint,
  revoked_at timestamptz,
  changed boolean
);
comment on type voygen_api.share_revoked is 'A link that works no more.';
comment on column voygen_api.share_revoked.changed is 'false: it was revoked before.';

create function voygen_api.revoke_share(
  share_id bigint,
  idempotency_key text default null
) returns voygen_api.share_revoked
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  ended timestamptz;
  was timestamptz;
begin
  select s.revoked_at into was from proposal_shares as s where s.agency_id = voygen_lib.agency() and s.share_id = revoke_share.share_id;
  if not found then
    perform voygen.raise('not_found', format('link %s does not exist', revoke_share.share_id), path => '/share_id', expected => 'the number of a link',
      got => revoke_share.share_id::text, hint => 'list_shares lists them.');
  end if;
  update proposal_shares as s
  set revoked_at = now()
  where s.agency_id = voygen_lib.agency() and s.share_id = revoke_share.share_id and s.revoked_at is null
  returning s.revoked_at into ended;
  return (revoke_share.share_id, coalesce(ended, was), ended is not null)::voygen_api.share_revoked;
end
$$;
comment on function voygen_api.revoke_share is
'Revoke a link
Ends a link to a proposal at once. Other links to it go on.
@param share_id As share_proposal answered. @format id
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"share_id": "77"}';

create type voygen_api.share_line as (
  share_id bigint,
  proposal_id bigint,
  expires_at timestamptz,
  revoked_at timestamptz,
  works boolean,
  views integer,
  last_viewed_at timestamptz,
  created_at timestamptz
);
comment on type voygen_api.share_line is 'A link to a proposal, without its secret.';
comment on column voygen_api.share_line.share_id is '@required @format id';
comment on column voygen_api.share_line.views is 'How often a person opened it; robots that look at links are not counted.';

create type voygen_api.proposal_decision as (
  decision text,
  name text,
  option text,
  comment text,
  decided_at timestamptz,
  version_digest text
);
comment on type voygen_api.proposal_decision is 'What the client said under a link.';
comment on column voygen_api.proposal_decision.version_digest is 'Stands for contents and documents of what was decided, in hexadecimal.';

create type voygen_api.share_list as (
  shares voygen_api.share_line[],
  decision voygen_api.proposal_decision
);
comment on type voygen_api.share_list is 'The links to a proposal, newest first, and what came of them.';

create function voygen_api.list_shares(proposal_id bigint) returns voygen_api.share_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  proposal proposals := voygen_lib.proposal_row(list_shares.proposal_id);
begin
  return (
    array(
      select (
        s.share_id, s.proposal_id, s.expires_at, s.revoked_at, s.revoked_at is null and s.expires_at > now(), s.views, s.last_viewed_at,
        s.created_at)::voygen_api.share_line
      from proposal_shares as s
      where s.agency_id = proposal.agency_id and s.proposal_id = proposal.proposal_id
      order by s.share_id desc),
    (
      select (d.decision, d.name, d.option, d.comment, d.decided_at, encode(d.version_digest, 'hex'))::voygen_api.proposal_decision
      from proposal_decisions as d
      where d.agency_id = proposal.agency_id and d.proposal_id = proposal.proposal_id))::voygen_api.share_list;
end
$$;
comment on function voygen_api.list_shares is
'List the links to a proposal
Links with how often they were opened, and what the client decided under one.
@param proposal_id As generate_proposal answered. @format id
@example {"proposal_id": "1042"}';
