-- Deploy voygen:outbox to pg
-- Messages to clients. A row is one message; it goes out once or not at all, and where that cannot be known it says so.
--
--   queued -> sending -> sent | failed | unknown
--     ^          /
--     \---------/   the mail server could not take it now
--
-- It is sending from the moment it is handed to whoever sends it (hand_out_mail), which is committed before he hears of it. The
-- key of the link in it is made in that moment, too: it goes into the message and nowhere else.
begin;
set local role voygen_owner;

create table voygen.outbox (
  agency_id bigint not null default voygen.current_agency(),
  outbox_id bigint not null default voygen.next_id(),
  proposal_id bigint not null,
  job_id bigint not null,
  kind text not null check (kind in ('cover', 'confirmation')),
  sender text not null check (sender ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  recipients text[] not null check (cardinality(recipients) between 1 and 20),
  copies text[] not null default '{}' check (cardinality(copies) <= 20),
  reply_to text check (reply_to ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  subject text check (subject !~ '[[:cntrl:]]'),
  words text,
  attach_pdf boolean not null default true,
  link_base text check (link_base ~ '^https://[!-~]+$'),
  link_days integer check (link_days between 1 and 365),
  message_id text not null check (message_id ~ '^<[!-~]+@[!-~]+>$'),
  state text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
  attempts integer not null default 0 check (attempts >= 0),
  next_attempt_at timestamptz,
  last_code integer,
  last_error text,
  share_id bigint,
  created_by bigint default (voygen.caller()).user_id,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  sent_at timestamptz,
  primary key (agency_id, outbox_id),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade,
  constraint outbox_link_check check ((link_base is null) = (link_days is null)),
  constraint outbox_sent_check check ((state = 'sent') = (sent_at is not null))
) with (fillfactor = 80);
create unique index idx_outbox_job on voygen.outbox (agency_id, job_id);
create index idx_outbox_proposal on voygen.outbox (agency_id, proposal_id);
comment on table voygen.outbox is 'Messages to clients, and what became of each.';
comment on column voygen.outbox.job_id is 'The job that sends it; jobs are forgotten before messages.';
comment on column voygen.outbox.kind is 'cover: a proposal comes with it; confirmation: what was booked.';
comment on column voygen.outbox.subject is 'Null until it was sent when the template''s own is used.';
comment on column voygen.outbox.words is 'What the advisor wrote, in place of the template''s introduction.';
comment on column voygen.outbox.link_base is 'Where proposals are served, as it was known when it was written; the key comes behind.';
comment on column voygen.outbox.link_days is 'How long its link to the proposal works; null: there is none.';
comment on column voygen.outbox.message_id is 'Message-ID of the message, the same at each attempt.';
comment on column voygen.outbox.state is
  'sending: whoever sends it has it. unknown: he had it and was not heard of again, so it may have arrived; it is not sent again by itself.';
comment on column voygen.outbox.next_attempt_at is 'While it is queued after the mail server could not take it: when it is tried again.';
comment on column voygen.outbox.last_code is 'Of the mail server''s last words (RFC 5321).';
comment on column voygen.outbox.last_error is 'Those words, or why there are none.';
comment on column voygen.outbox.share_id is 'The link in it; one in a message that was not sent is revoked.';

call voygen.protect_table('voygen.outbox');
grant select on voygen.outbox to voygen_reader, voygen_agent, voygen_admin;
-- What becomes of a message is written by the functions below alone.
grant insert (agency_id, proposal_id, job_id, kind, sender, recipients, copies, reply_to, subject, words, attach_pdf, link_base, link_days,
    message_id)
  on voygen.outbox to voygen_agent, voygen_admin;

-- ---- links, also for whoever is no session of the agency

create function voygen.add_share(agency bigint, proposal bigint, expires_at timestamptz, by_user bigint, out share_id bigint, out key text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  -- 244 bits from the system's generator; the agency in front, since a digest alone is looked for in no index.
  key := 'vs_' || agency || '_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  insert into voygen.proposal_shares (agency_id, share_id, proposal_id, digest, expires_at, created_by)
  values (agency, nextval(format('voygen.ids_%s', agency)::regclass), proposal, sha256(convert_to(key, 'UTF8')), add_share.expires_at, by_user)
  returning proposal_shares.share_id into add_share.share_id;
end
$$;
comment on function voygen.add_share(bigint, bigint, timestamptz, bigint) is
  'Stores a link to a proposal; this answer is the only place its key is ever seen in. For functions of the owner that know whose it is.';

create or replace function voygen.create_share(agency bigint, proposal bigint, expires_at timestamptz, out share_id bigint, out key text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform voygen.check_agency(agency);
  select * into share_id, key from voygen.add_share(agency, proposal, create_share.expires_at, (voygen.caller()).user_id);
end
$$;

-- ---- handing out

create function voygen.hand_out_mail(held voygen.job) returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  message voygen.outbox;
  link_id bigint;
  link_key text;
  pdf bytea;
begin
  select * into message from voygen.outbox as o where o.agency_id = held.agency_id and o.job_id = held.job_id for update;
  if message.state is distinct from 'queued' then
    -- Whoever had it was not heard of again.
    update voygen.outbox as o
    set state = 'unknown', last_error = 'whoever was sending it gave no sign of life any more', updated_at = clock_timestamp()
    where o.agency_id = message.agency_id and o.outbox_id = message.outbox_id and o.state = 'sending';
    return null;
  end if;
  if message.link_days is not null then
    select s.share_id, s.key
    into link_id, link_key
    from voygen.add_share(message.agency_id, message.proposal_id, clock_timestamp() + make_interval(days => message.link_days), message.created_by) as s;
  end if;
  if message.attach_pdf then
    pdf := (
      select d.content
      from voygen.proposal_documents as d
      where d.agency_id = message.agency_id and d.proposal_id = message.proposal_id and d.kind = 'pdf');
  end if;
  update voygen.outbox as o
  set state = 'sending', attempts = o.attempts + 1, next_attempt_at = null, share_id = link_id, updated_at = clock_timestamp()
  where o.agency_id = message.agency_id and o.outbox_id = message.outbox_id;
  return held.outside || jsonb_strip_nulls(jsonb_build_object(
    'link', message.link_base || '/' || link_key,
    'pdf', replace(encode(pdf, 'base64'), e'\n', '')));
end
$$;
comment on function voygen.hand_out_mail(voygen.job) is
  'The message of a job, for whoever sends it: from now on it is sending. With the address of its link, whose key is made here, and its PDF. '
  'Null when it is not to be sent; one that was being sent already is unknown then.';

create or replace function voygen.outside_request(agency_id bigint, job_id bigint, run bigint) returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  held voygen.job;
begin
  -- Locked, so that nobody cancels what is being handed out.
  select *
  into held
  from voygen.job as j
  where j.agency_id = outside_request.agency_id
    and j.job_id = outside_request.job_id
    and j.run = outside_request.run
    and j.status = 'running'
    and j.outside_answer is null
    and not j.cancel_requested
  for update;
  return case when held.outside ->> 'kind' = 'mail' then voygen.hand_out_mail(held) else voygen.hand_out_pictures(held) end;
end
$$;

-- ---- what became of it

create function voygen.note_mail(job voygen.job, answer jsonb) returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  -- Half a minute after the first attempt, then four times as long each time: two hours and three quarters in all.
  most constant integer := 6;
  message voygen.outbox;
begin
  update voygen.outbox as o
  set state = case
        when answer ->> 'outcome' = 'sent' then 'sent'
        when answer ->> 'outcome' = 'deferred' and o.attempts < most then 'queued'
        when answer ->> 'outcome' in ('deferred', 'refused') then 'failed'
        else 'unknown'
      end,
      sent_at = case when answer ->> 'outcome' = 'sent' then clock_timestamp() end,
      next_attempt_at = case
        when answer ->> 'outcome' = 'deferred' and o.attempts < most then clock_timestamp() + 4 ^ (o.attempts - 1) * interval '30 seconds'
      end,
      last_code = (answer ->> 'code')::integer,
      last_error = left(answer ->> 'why', 1000),
      subject = coalesce(o.subject, regexp_replace(answer ->> 'subject', '[[:cntrl:]]', ' ', 'g')),
      updated_at = clock_timestamp()
  where o.agency_id = job.agency_id
    and o.job_id = job.job_id
    and o.state in ('sending', 'unknown')
  returning * into message;
  if message.state in ('queued', 'failed') then
    update voygen.proposal_shares as s
    set revoked_at = clock_timestamp()
    where s.agency_id = message.agency_id
      and s.share_id = message.share_id
      and s.revoked_at is null;
  end if;
end
$$;
comment on function voygen.note_mail(voygen.job, jsonb) is
  'Writes down what whoever sent a message says of it: sent, deferred (tried again later, six times in all), refused, unknown. The link in a '
  'message that was not sent is revoked.';

create function voygen.settle_mail() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.outside_answer is null and new.outside_answer is not null then
    perform voygen.note_mail(new, new.outside_answer);
  end if;
  if new.finished_at is not null then
    update voygen.outbox as o
    set state = case o.state when 'sending' then 'unknown' else 'failed' end,
        next_attempt_at = null,
        last_error = case
          when o.state = 'sending' then format('its job ended (%s) while it was being sent', new.status)
          else coalesce(o.last_error, new.error ->> 'message', format('its job ended (%s) before it was sent', new.status))
        end,
        updated_at = clock_timestamp()
    where o.agency_id = new.agency_id
      and o.job_id = new.job_id
      and o.state in ('queued', 'sending');
  elsif new.status = 'queued' then
    new.run_after := greatest(new.run_after, (
      select o.next_attempt_at
      from voygen.outbox as o
      where o.agency_id = new.agency_id and o.job_id = new.job_id and o.state = 'queued'));
  end if;
  return new;
end
$$;
comment on function voygen.settle_mail() is
  'Trigger: what whoever sent the message of a job hands back is written down; the job waits until it may be tried again; when it has ended, '
  'its message does not wait any more.';
create trigger settle_mail before update on voygen.job
  for each row
  when (new.tool = 'send_proposal' and (old.status is distinct from new.status or old.outside_answer is distinct from new.outside_answer))
  execute function voygen.settle_mail();

commit;
