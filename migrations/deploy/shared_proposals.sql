-- Deploy voygen:shared_proposals to pg
-- What a client gets to see and says to it: the documents of a version, the links under which they are opened, decisions and
-- questions. A link is a key of which only the digest is stored; who has it is no user, so what may be done with
-- one is done by functions of the owner, for the program in front.
begin;
set local role voygen_owner;

create table voygen.proposal_documents (
  agency_id bigint not null default voygen.current_agency(),
  proposal_id bigint not null,
  kind text not null check (kind in ('html', 'pdf')),
  content bytea not null,
  digest bytea not null check (octet_length(digest) = 32),
  created_at timestamptz not null default now(),
  primary key (agency_id, proposal_id, kind),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade,
  constraint proposal_documents_digest_true check (digest = sha256(content))
);
alter table voygen.proposal_documents alter column content set compression lz4;
comment on table voygen.proposal_documents is 'A version of a proposal as the client gets it.';
comment on column voygen.proposal_documents.content is 'HTML as UTF-8, or a PDF.';
comment on column voygen.proposal_documents.digest is 'SHA-256 of the content.';
create trigger guard before insert or update or delete on voygen.proposal_documents
  for each row execute function voygen.guard_proposal_part();

create table voygen.pictures (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  digest bytea not null check (octet_length(digest) = 32),
  mime_type text not null check (mime_type in ('image/jpeg', 'image/png')),
  width integer not null check (width > 0),
  height integer not null check (height > 0),
  content bytea not null,
  created_at timestamptz not null default now(),
  primary key (agency_id, digest),
  constraint pictures_digest_true check (digest = sha256(content))
);
alter table voygen.pictures alter column content set storage external;
comment on table voygen.pictures is 'Pictures of documents, each once however often it is used.';
comment on column voygen.pictures.digest is 'SHA-256 of the content.';

create table voygen.proposal_shares (
  agency_id bigint not null default voygen.current_agency(),
  share_id bigint not null default voygen.next_id(),
  proposal_id bigint not null,
  digest bytea not null check (octet_length(digest) = 32),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  views integer not null default 0 check (views >= 0),
  last_viewed_at timestamptz,
  minute timestamptz,
  opened integer not null default 0,
  created_by bigint default (voygen.caller()).user_id,
  created_at timestamptz not null default now(),
  primary key (agency_id, share_id),
  unique (agency_id, digest),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade
) with (fillfactor = 80);
create index idx_proposal_shares_proposal on voygen.proposal_shares (agency_id, proposal_id);
comment on table voygen.proposal_shares is 'Links under which a client opens a proposal.';
comment on column voygen.proposal_shares.digest is 'SHA-256 of the key; the key itself was seen once, by who made it.';
comment on column voygen.proposal_shares.views is 'How often a person opened it.';
comment on column voygen.proposal_shares.minute is 'When the minute began that opened counts; too many in one are refused.';

create table voygen.proposal_decisions (
  agency_id bigint not null default voygen.current_agency(),
  proposal_id bigint not null,
  share_id bigint not null,
  decision text not null check (decision in ('accepted', 'declined')),
  name text not null check (name <> ''),
  option text,
  comment text,
  version_digest bytea not null check (octet_length(version_digest) = 32),
  decided_at timestamptz not null default now(),
  primary key (agency_id, proposal_id),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade
);
comment on table voygen.proposal_decisions is 'What a client said to a proposal under its link; never changed.';
comment on column voygen.proposal_decisions.name is 'As the client signed.';
comment on column voygen.proposal_decisions.version_digest is 'voygen.proposal_digest of what was accepted: contents and documents.';

create function voygen.refuse_update() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'rows of %.% are never changed', tg_table_schema, tg_table_name using errcode = 'restrict_violation';
end
$$;
comment on function voygen.refuse_update() is 'Refuses every update of a table.';
create trigger unchanged before update on voygen.proposal_decisions
  for each statement execute function voygen.refuse_update();

alter table voygen.client_questions add column proposal_id bigint;
alter table voygen.client_questions add column asked_by text;
comment on column voygen.client_questions.proposal_id is 'The version the client had open.';
comment on column voygen.client_questions.asked_by is 'As who asked signed.';

call voygen.protect_table('voygen.proposal_documents');
call voygen.protect_table('voygen.pictures');
call voygen.protect_table('voygen.proposal_shares');
call voygen.protect_table('voygen.proposal_decisions');
grant select on voygen.proposal_documents, voygen.pictures, voygen.proposal_decisions to voygen_reader, voygen_agent, voygen_admin;
grant insert, update, delete on voygen.proposal_documents to voygen_agent, voygen_admin;
grant insert on voygen.pictures to voygen_agent, voygen_admin;
grant select (agency_id, share_id, proposal_id, expires_at, revoked_at, views, last_viewed_at, created_by, created_at)
  on voygen.proposal_shares to voygen_reader, voygen_agent, voygen_admin;
grant update (revoked_at) on voygen.proposal_shares to voygen_agent, voygen_admin;

-- ---- links

create function voygen.proposal_digest(agency bigint, proposal bigint) returns bytea
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select sha256(
    p.content_hash
    || coalesce((select d.digest from voygen.proposal_documents as d where d.agency_id = agency and d.proposal_id = proposal and d.kind = 'html'), '')
    || coalesce((select d.digest from voygen.proposal_documents as d where d.agency_id = agency and d.proposal_id = proposal and d.kind = 'pdf'), ''))
  from voygen.proposals as p
  where p.agency_id = agency
    and p.proposal_id = proposal
$$;
comment on function voygen.proposal_digest(bigint, bigint) is
  'What stands for a version as a whole: SHA-256 over the SHA-256 of its contents, of its HTML and of its PDF, those there are.';

create function voygen.create_share(agency bigint, proposal bigint, expires_at timestamptz, out share_id bigint, out key text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform voygen.check_agency(agency);
  -- 244 bits from the system's generator; the agency in front, since a digest alone is looked for in no index.
  key := 'vs_' || agency || '_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  insert into voygen.proposal_shares (agency_id, share_id, proposal_id, digest, expires_at)
  values (agency, nextval(format('voygen.ids_%s', agency)::regclass), proposal, sha256(convert_to(key, 'UTF8')), create_share.expires_at)
  returning proposal_shares.share_id into create_share.share_id;
end
$$;
comment on function voygen.create_share(bigint, bigint, timestamptz) is
  'Makes a link to a proposal; this answer is the only place its key is ever seen in.';

create function voygen.is_person(method text, user_agent text) returns boolean
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(method = 'GET' and user_agent <> '', false)
    and user_agent !~* '(bot|crawl|spider|slurp|preview|scan|monitor|fetch|facebookexternalhit|whatsapp|telegram|skype|linkedin|pinterest|discord|slack|embed|vkshare|curl|wget|python|java/|okhttp|go-http|libwww|headless|phantom|ms-office|microsoft office|outlook|googleimageproxy|yahoomailproxy|lighthouse)'
$$;
comment on function voygen.is_person(text, text) is
  'Whether a request was made by somebody who reads: not HEAD, not the programs that look at links in letters and messages.';

-- What a link leads to, and whether it does. The row is held: what follows counts.
create function voygen.open_share(agency bigint, key_digest bytea, out share voygen.proposal_shares, out outcome text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  most constant integer := 60;
begin
  select *
  into share
  from voygen.proposal_shares as s
  where s.agency_id = agency
    and s.digest = key_digest
  for update;
  outcome := case
    when share.share_id is null or share.revoked_at is not null then 'not_found'
    when share.expires_at <= now() then 'expired'
    when share.minute > now() - interval '1 minute' and share.opened >= most then 'rate_limited'
    else 'ok'
  end;
  if outcome = 'ok' then
    update voygen.proposal_shares as s
    set minute = case when s.minute > now() - interval '1 minute' then s.minute else now() end,
        opened = case when s.minute > now() - interval '1 minute' then s.opened + 1 else 1 end
    where s.agency_id = agency
      and s.share_id = share.share_id;
  end if;
end
$$;
comment on function voygen.open_share(bigint, bytea) is
  'A link and what it is good for: ok, expired, rate_limited (more than 60 in a minute), or not_found, also once it was revoked.';

create function voygen.see_proposal(share voygen.proposal_shares) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  update voygen.proposal_shares as s
  set views = s.views + 1, last_viewed_at = now()
  where s.agency_id = share.agency_id
    and s.share_id = share.share_id;
  -- Who sees it has got it.
  update voygen.proposals as p set status = 'sent' where p.agency_id = share.agency_id and p.proposal_id = share.proposal_id and p.status = 'final';
  update voygen.proposals as p set status = 'viewed' where p.agency_id = share.agency_id and p.proposal_id = share.proposal_id and p.status = 'sent';
end
$$;
comment on function voygen.see_proposal(voygen.proposal_shares) is 'Writes down that the client has seen a proposal.';

create function voygen.shared_proposal(
  agency bigint, key_digest bytea, kind text, method text, user_agent text,
  out outcome text, out content bytea, out mime_type text, out status text, out title text, out version_digest text, out options text[]
)
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
  select d.content
  into content
  from voygen.proposal_documents as d
  where d.agency_id = share.agency_id
    and d.proposal_id = share.proposal_id
    and d.kind = shared_proposal.kind;
  if content is null then
    outcome := 'not_found';
    return;
  end if;
  if shared_proposal.kind = 'html' and voygen.is_person(shared_proposal.method, shared_proposal.user_agent) then
    perform voygen.see_proposal(share);
  end if;
  select case shared_proposal.kind when 'pdf' then 'application/pdf' else 'text/html; charset=utf-8' end, p.status, p.title,
    encode(voygen.proposal_digest(p.agency_id, p.proposal_id), 'hex'),
    array(select o ->> 'name' from jsonb_array_elements(p.json_payload -> 'options') with ordinality as e(o, place) order by place)
  into mime_type, status, title, version_digest, options
  from voygen.proposals as p
  where p.agency_id = share.agency_id
    and p.proposal_id = share.proposal_id;
end
$$;
comment on function voygen.shared_proposal(bigint, bytea, text, text, text) is
  'The document (html or pdf) a key opens. outcome: ok, not_found, expired, rate_limited; the rest is null but with ok. A person''s GET of '
  'the HTML is a view. version_digest is to be handed back with a decision, options are the names one may be accepted by.';

create function voygen.shared_picture(agency bigint, key_digest bytea, picture bytea, out outcome text, out content bytea, out mime_type text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  select c.content, c.mime_type
  into content, mime_type
  from voygen.proposal_shares as s
  join voygen.proposal_images as i on i.agency_id = s.agency_id and i.proposal_id = s.proposal_id
  join voygen.pictures as c on c.agency_id = s.agency_id and c.digest = i.content_hash
  where s.agency_id = agency
    and s.digest = key_digest
    and s.revoked_at is null
    and s.expires_at > now()
    and i.content_hash = picture
  limit 1;
  outcome := case when content is null then 'not_found' else 'ok' end;
end
$$;
comment on function voygen.shared_picture(bigint, bytea, bytea) is 'A picture of the document a key opens, by its digest.';

-- ---- what the client says

create function voygen.signed_name(name text) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select case when btrim(name) <> '' and length(name) <= 200 then btrim(name) end
$$;
comment on function voygen.signed_name(text) is 'A name as somebody signs; null for none, or one longer than 200 characters.';

create function voygen.decide_proposal(
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
comment on function voygen.decide_proposal(bigint, bytea, text, text, text, text, text) is
  'The client accepts or declines what a key opens: by name, an option where there are some, for the version whose digest shared_proposal '
  'gave. Answers ok, not_found, expired, rate_limited, decided (it was before, or is not offered), changed (another version), or invalid (no '
  'name, no such option).';

create function voygen.ask_about_proposal(agency bigint, key_digest bytea, name text, question text) returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  most constant integer := 20;
  opened record;
  share voygen.proposal_shares;
  outcome text;
  asked_about voygen.proposals;
begin
  select * into opened from voygen.open_share(agency, key_digest);
  share := opened.share;
  outcome := opened.outcome;
  if outcome <> 'ok' then
    return outcome;
  end if;
  if voygen.signed_name(ask_about_proposal.name) is null or coalesce(btrim(ask_about_proposal.question), '') = ''
     or length(ask_about_proposal.question) > 4000 then
    return 'invalid';
  end if;
  select * into asked_about from voygen.proposals as p where p.agency_id = agency and p.proposal_id = share.proposal_id;
  if (
      select count(*)
      from voygen.client_questions as q
      where q.agency_id = agency and q.trip_id = asked_about.trip_id and q.proposal_id is not null and q.asked_at > now() - interval '1 hour') >= most then
    return 'rate_limited';
  end if;
  insert into voygen.client_questions (agency_id, question_id, trip_id, client_id, question, proposal_id, asked_by)
  select agency, nextval(format('voygen.ids_%s', agency)::regclass), t.trip_id, t.client_id, btrim(ask_about_proposal.question),
    asked_about.proposal_id, voygen.signed_name(ask_about_proposal.name)
  from voygen.trips as t
  where t.agency_id = agency
    and t.trip_id = asked_about.trip_id;
  return 'ok';
end
$$;
comment on function voygen.ask_about_proposal(bigint, bytea, text, text) is
  'A question of whoever has a key, for the advisor. Answers ok, not_found, expired, rate_limited (20 in an hour), or invalid.';

grant execute on function voygen.create_share(bigint, bigint, timestamptz) to voygen_agent, voygen_admin;
grant execute on function voygen.proposal_digest(bigint, bigint) to voygen_reader, voygen_agent, voygen_admin;
grant execute on function voygen.shared_proposal(bigint, bytea, text, text, text), voygen.shared_picture(bigint, bytea, bytea),
  voygen.decide_proposal(bigint, bytea, text, text, text, text, text), voygen.ask_about_proposal(bigint, bytea, text, text) to voygen_gateway;

commit;
