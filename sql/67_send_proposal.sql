-- Sending a proposal to the client. What is written here is put together and handed to the mail server outside of the database
-- (`voygen make`); migration outbox says what a message goes through, and makes the link in it at the moment it is handed out.

create type voygen_api.message_kind as enum ('cover', 'confirmation');
comment on type voygen_api.message_kind is 'cover: the proposal comes with it; confirmation: what was booked, once the proposal was accepted.';

create type voygen_api.message_state as enum ('queued', 'sending', 'sent', 'failed', 'unknown');
comment on type voygen_api.message_state is 'Where a message stands; unknown: the mail server may have taken it, and it is not sent again by itself.';

create type voygen_api.sent_proposal as (
  outbox_id bigint,
  proposal_id bigint,
  kind voygen_api.message_kind,
  "to" text[],
  cc text[],
  subject text,
  message_id text,
  state voygen_api.message_state,
  sent_at timestamptz,
  share_id bigint,
  followup_id bigint,
  warnings text[]
);
comment on type voygen_api.sent_proposal is 'A message that the mail server has taken.';
comment on column voygen_api.sent_proposal.outbox_id is 'For list_messages. @required @format id';
comment on column voygen_api.sent_proposal.proposal_id is '@required @format id';
comment on column voygen_api.sent_proposal.message_id is 'As its head has it, so that the mail server''s log can be searched.';
comment on column voygen_api.sent_proposal.share_id is 'The link in it, for revoke_share; null in a confirmation.';
comment on column voygen_api.sent_proposal.followup_id is 'What was scheduled after it, as the agency''s setting proposals.followup_days says.';
comment on column voygen_api.sent_proposal.warnings is 'What to look at.';

-- ---- addresses and settings

create function voygen_lib.is_mailbox(address text) returns boolean
language sql immutable parallel safe
begin atomic
  select coalesce(
    length(address) <= 254
      and address ~ '^[A-Za-z0-9.!#$%&''*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$',
    false);
end;
comment on function voygen_lib.is_mailbox(text) is 'Whether an address is one that every mail server takes: name@domain, in ASCII.';

create function voygen_lib.require_mailboxes(addresses text[], path text) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := 10;
  wrong record;
begin
  if cardinality(addresses) > most then
    perform voygen.raise('invalid_argument', format('%s names too many', ltrim(path, '/')), path => path, expected => format('at most %s addresses', most),
      got => cardinality(addresses)::text);
  end if;
  select a.address, a.place - 1 as at
  into wrong
  from unnest(addresses) with ordinality as a(address, place)
  where not voygen_lib.is_mailbox(a.address)
  limit 1;
  if found then
    perform voygen.raise('invalid_argument', 'this is no address of a mailbox', path => format('%s/%s', path, wrong.at),
      expected => 'name@domain in ASCII, without a name in front', got => left(wrong.address, 300));
  end if;
  return addresses;
end
$$;
comment on function voygen_lib.require_mailboxes(text[], text) is 'Addresses that can be written to, or none.';

create function voygen_lib.mail_sender() returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  address text;
begin
  select coalesce(voygen_lib.text_setting(a.settings -> 'proposals', 'mail_from'), voygen_lib.text_setting(a.settings -> 'branding', 'email'))
  into address
  from agencies as a
  where a.agency_id = voygen_lib.agency();
  if not voygen_lib.is_mailbox(address) then
    perform voygen.raise('precondition_failed', 'the agency has no address to send from',
      expected => 'the setting proposals.mail_from, or else branding.email: an address the mail server sends for', got => coalesce(address, 'neither'),
      hint => 'An administrator sets it in agencies.settings; README.md (A client signs) shows how.');
  end if;
  return address;
end
$$;
comment on function voygen_lib.mail_sender() is 'The address the agency''s messages come from.';

create function voygen_lib.require_link_base() returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  base text := voygen_lib.share_url('');
begin
  if base is null or base !~ '^https://' then
    perform voygen.raise('precondition_failed', 'the agency has no public address for its proposals, so there is no link to send',
      expected => 'the setting proposals.share_url, or the gateway''s --public-url, beginning with https://', got => coalesce(base, 'nothing'),
      hint => 'An administrator sets it in agencies.settings; README.md (A client signs) shows how.');
  end if;
  return rtrim(base, '/');
end
$$;
comment on function voygen_lib.require_link_base() is 'What the address of each link begins with.';

create function voygen_lib.followup_days() returns integer
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case when s.days between 1 and 365 then trunc(s.days)::integer end
  from (select voygen_lib.number(voygen_lib.proposal_settings() -> 'followup_days') as days) as s
$$;
comment on function voygen_lib.followup_days() is 'How many days after a proposal was sent the client is followed up; null: the agency does not say.';

-- ---- what may be sent

create function voygen_lib.require_sendable(proposal voygen.proposals, kind text) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if kind = 'confirmation' then
    if proposal.status <> 'accepted' then
      perform voygen.raise('precondition_failed', format('a proposal that is %s is not confirmed', proposal.status), path => '/proposal_id',
        expected => 'accepted', got => proposal.status);
    end if;
    return;
  end if;
  perform voygen_lib.require_shareable(proposal);
  if proposal.valid_until < voygen_lib.today() then
    perform voygen.raise('precondition_failed', 'this version is no offer any more', path => '/proposal_id',
      expected => 'one that is still valid', got => format('valid until %s', proposal.valid_until), hint => 'Generate a new version.');
  end if;
end
$$;
comment on function voygen_lib.require_sendable(voygen.proposals, text) is 'Refuses to send what is no offer, and to confirm what was not accepted.';

create function voygen_lib.require_mailable_pdf(proposal voygen.proposals) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- A third more on the way; servers take 20 MB as a rule.
  most constant integer := 14000000;
  size integer := (
    select octet_length(d.content)
    from proposal_documents as d
    where d.agency_id = proposal.agency_id and d.proposal_id = proposal.proposal_id and d.kind = 'pdf');
begin
  if size > most then
    perform voygen.raise('precondition_failed', 'the PDF is too large to be mailed', path => '/attach_pdf', expected => format('at most %s bytes', most),
      got => size::text, hint => 'Send the link alone: attach_pdf false.');
  end if;
end
$$;
comment on function voygen_lib.require_mailable_pdf(voygen.proposals) is 'Refuses to attach what mail servers do not take.';

create function voygen_lib.earlier_message(proposal voygen.proposals, kind text, recipients text[], resend boolean) returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  earlier outbox;
begin
  select o.*
  into earlier
  from outbox as o
  where o.agency_id = proposal.agency_id
    and o.proposal_id = proposal.proposal_id
    and o.kind = earlier_message.kind
    and o.recipients && earlier_message.recipients
    and o.state <> 'failed'
  order by o.outbox_id desc
  limit 1;
  if earlier.state in ('queued', 'sending') then
    perform voygen.raise('conflict', format('message %s to the same address is on its way', earlier.outbox_id), path => '/proposal_id',
      got => earlier.state, hint => format('get_job of job %s tells how it ends.', earlier.job_id));
  end if;
  if earlier.outbox_id is not null and resend is not true then
    perform voygen.raise('precondition_failed',
      case earlier.state
        when 'sent' then format('message %s to the same address was sent on %s', earlier.outbox_id, earlier.sent_at::date)
        else format('message %s to the same address may have been sent', earlier.outbox_id)
      end,
      path => '/resend', expected => 'true, to send one more', got => coalesce(resend::text, 'nothing'));
  end if;
  -- A repetition of what may have arrived is known by its name.
  return case when earlier.state = 'unknown' and earlier.recipients = earlier_message.recipients then earlier.message_id end;
end
$$;
comment on function voygen_lib.earlier_message(voygen.proposals, text, text[], boolean) is
'Refuses what was sent before unless it shall be sent again; answers the Message-ID of what may have been sent.';

create function voygen_lib.client_mailbox(trip voygen.trips) returns text[]
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  address text := (select c.email from clients as c where c.agency_id = trip.agency_id and c.client_id = trip.client_id);
begin
  if not voygen_lib.is_mailbox(address) then
    perform voygen.raise('precondition_failed', 'the client has no e-mail address that can be written to', path => '/to', expected => 'an address here',
      got => coalesce(address, 'nothing'), hint => 'Or give the client one: update_client.');
  end if;
  return array[address];
end
$$;
comment on function voygen_lib.client_mailbox(voygen.trips) is 'Where the client of a trip is written to.';

create function voygen_api.send_proposal(
  proposal_id bigint,
  kind voygen_api.message_kind default 'cover',
  "to" text[] default null,
  cc text[] default null,
  subject text default null,
  message text default null,
  attach_pdf boolean default true,
  days integer default 30,
  resend boolean default false,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.job_started
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  proposal proposals := voygen_lib.proposal_row(send_proposal.proposal_id);
  trip trips := voygen_lib.lock_trip(proposal.trip_id::text);
  what text := coalesce(send_proposal.kind, 'cover')::text;
  recipients text[] := voygen_lib.require_mailboxes(nullif(send_proposal."to", '{}'), '/to');
  copies text[] := coalesce(voygen_lib.require_mailboxes(send_proposal.cc, '/cc'), '{}');
  link_days integer := coalesce(voygen_lib.require_whole(send_proposal.days, '/days', 1, 365), 30);
  sender text := voygen_lib.mail_sender();
  with_pdf boolean := coalesce(send_proposal.attach_pdf, true);
  link_base text;
  earlier_id text;
  made voygen_api.job_started;
begin
  perform voygen_lib.require_sendable(proposal, what);
  if send_proposal.subject is not null then
    perform voygen_lib.require_text(send_proposal.subject, '/subject', 200);
    if send_proposal.subject ~ '[[:cntrl:]]' then
      perform voygen.raise('invalid_argument', 'the subject is one line', path => '/subject', expected => 'a text without line ends and other controls',
        got => left(send_proposal.subject, 200));
    end if;
  end if;
  if send_proposal.message is not null then
    perform voygen_lib.require_text(send_proposal.message, '/message', 10000);
  end if;
  if with_pdf then
    perform voygen_lib.require_mailable_pdf(proposal);
  end if;
  if what = 'cover' then
    link_base := voygen_lib.require_link_base();
  end if;
  recipients := coalesce(recipients, voygen_lib.client_mailbox(trip));
  earlier_id := voygen_lib.earlier_message(proposal, what, recipients, send_proposal.resend);
  perform voygen_lib.require_confirm(send_proposal.confirm, format('sending it to %s', array_to_string(recipients || copies, ', ')));
  made := voygen_lib.start_job('send_proposal', jsonb_build_object('proposal_id', proposal.proposal_id::text, 'kind', what, 'confirm', true));
  insert into outbox (
    agency_id, proposal_id, job_id, kind, sender, recipients, copies, reply_to, subject, words, attach_pdf, link_base, link_days,
    message_id)
  values (
    proposal.agency_id, proposal.proposal_id, made.job_id, what, sender, recipients, copies,
    (
      select u.email from users as u
      where u.agency_id = trip.agency_id and u.user_id = trip.advisor_id and u.email <> sender and voygen_lib.is_mailbox(u.email)),
    btrim(send_proposal.subject), btrim(send_proposal.message), with_pdf, link_base, case when what = 'cover' then link_days end,
    coalesce(earlier_id, format('<%s@%s>', gen_random_uuid(), split_part(sender, '@', 2))));
  return made;
end
$$;
comment on function voygen_api.send_proposal is
'Send a proposal
Mails a proposal to the client: the cover letter with a link under which it is read, accepted or declined, and its PDF. A final version becomes sent. With kind confirmation, once the proposal was accepted: what was booked, under which numbers, and what is still to pay. What is mailed cannot be taken back; a message that was sent, or may have been, is not sent again without resend.
@param proposal_id A version that is final, sent or viewed; for a confirmation one that was accepted. @format id
@param kind Which letter.
@param to Addresses; the client''s when absent. @max_items 10
@param cc Addresses that get a copy, and so the link. @max_items 10
@param subject In place of the letter''s own. @max 200
@param message The advisor''s words to the client, in Markdown, in place of the introduction. @max 10000
@param attach_pdf false: the link alone.
@param days How long the link works. @min 1 @max 365
@param resend true sends one more to an address that has got this letter, or may have.
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@job sent_proposal
@destructive
@open_world
@idempotent
@example {"proposal_id": "1042", "message": "As promised on the phone.", "confirm": true}';

-- ---- its work

create function voygen_lib.bookings_part(trip voygen.trips) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_agg(
    jsonb_build_object(
      'title', coalesce(
        (
          select h.name
          from hotel_cache as h
          where h.agency_id = b.agency_id and h.trip_id = b.trip_id and h.hotel_key = b.hotel_key
          limit 1),
        initcap(b.kind)),
      'city', (select l.city from trip_legs as l where l.agency_id = b.agency_id and l.trip_id = b.trip_id and l.leg_id = b.leg_id),
      'reference', b.reference,
      'start_date', b.check_in,
      'end_date', b.check_out,
      'nights', coalesce(b.nights::integer, nullif(b.check_out - b.check_in, 0)))
    order by b.check_in nulls last, b.booking_id)
  from bookings as b
  where b.agency_id = trip.agency_id
    and b.trip_id = trip.trip_id
    and b.status in ('booked', 'completed')
$$;
comment on function voygen_lib.bookings_part(voygen.trips) is
'What was booked, as a letter shows it. Without prices: those of a booking are the supplier''s, not the client''s.';

create function voygen_lib.letter_payload(message voygen.outbox, proposal voygen.proposals, trip voygen.trips) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case message.kind
    when 'cover' then voygen_lib.known(proposal.json_payload || jsonb_build_object('intro', coalesce(message.words, proposal.json_payload ->> 'intro')))
    else voygen_lib.known(proposal.json_payload || jsonb_build_object(
      'intro', message.words, 'bookings', voygen_lib.bookings_part(trip), 'payments', voygen_lib.payments_part(trip)))
  end
$$;
comment on function voygen_lib.letter_payload(voygen.outbox, voygen.proposals, voygen.trips) is
'What the template of a letter gets: the version as the client has it, and of a confirmation what was booked since.';

create function voygen_lib.mailboxes(addresses text[], address text, name text) returns jsonb
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    jsonb_agg(jsonb_build_object('address', a.one, 'name', case when lower(a.one) = lower(mailboxes.address) then mailboxes.name end) order by a.place),
    '[]')
  from unnest(addresses) with ordinality as a(one, place)
$$;
comment on function voygen_lib.mailboxes(text[], text, text) is 'Addresses as a message has them, with the name of whom one of them belongs to.';

create function voygen_lib.mail_order(message voygen.outbox, proposal voygen.proposals) returns jsonb
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.trip_row(proposal.trip_id::text);
  agency jsonb := proposal.json_payload -> 'agency';
  client clients;
begin
  select c.* into client from clients as c where c.agency_id = trip.agency_id and c.client_id = trip.client_id;
  return jsonb_strip_nulls(jsonb_build_object(
    'kind', 'mail',
    'template', case message.kind when 'cover' then 'proposal-cover' else 'booking-confirmation' end,
    'payload', voygen_lib.letter_payload(message, proposal, trip),
    'from', jsonb_build_object('address', message.sender, 'name', concat_ws(', ', agency ->> 'advisor', agency ->> 'name')),
    'reply_to', case when message.reply_to is not null then jsonb_build_object('address', message.reply_to, 'name', agency ->> 'advisor') end,
    'to', voygen_lib.mailboxes(message.recipients, client.email, client.name),
    'cc', voygen_lib.mailboxes(message.copies, client.email, client.name),
    'subject', message.subject,
    'message_id', message.message_id,
    'file_name', format('%s v%s.pdf', left(regexp_replace(proposal.title, '[[:cntrl:][:space:]/\\:*?"<>|]+', ' ', 'g'), 80), proposal.version)));
end
$$;
comment on function voygen_lib.mail_order(voygen.outbox, voygen.proposals) is
'A message as whoever sends it takes it, but for what is added when it is handed out: its link and its PDF.';

create function voygen_lib.schedule_after(message voygen.outbox, proposal voygen.proposals) returns bigint
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  insert into followups (agency_id, trip_id, due_at, kind, note)
  select proposal.agency_id, proposal.trip_id, message.sent_at + make_interval(days => voygen_lib.followup_days()), 'call',
    format('Version %s of the proposal was sent to %s', proposal.version, array_to_string(message.recipients, ', '))
  where message.kind = 'cover'
    and voygen_lib.followup_days() is not null
    and not exists (
      select
      from outbox as o
      where o.agency_id = message.agency_id and o.proposal_id = message.proposal_id and o.kind = message.kind and o.state = 'sent'
        and o.outbox_id <> message.outbox_id)
  returning followup_id
$$;
comment on function voygen_lib.schedule_after(voygen.outbox, voygen.proposals) is
'Schedules that the client is called after a proposal was sent for the first time, where the agency''s setting proposals.followup_days says when.';

create function voygen_lib.sent_proposal(message voygen.outbox, proposal voygen.proposals) returns voygen_api.sent_proposal
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  followup bigint := voygen_lib.schedule_after(message, proposal);
  no_pdf boolean := message.attach_pdf and voygen_lib.document_uri(proposal, 'pdf') is null;
begin
  update proposals as p
  set status = 'sent'
  where p.agency_id = proposal.agency_id and p.proposal_id = proposal.proposal_id and p.status = 'final';
  return (
    message.outbox_id, message.proposal_id, message.kind, message.recipients, message.copies, message.subject, message.message_id, message.state,
    message.sent_at, message.share_id, followup,
    array_remove(array[case when no_pdf then 'this version has no PDF, so none is attached' end], null))::voygen_api.sent_proposal;
end
$$;
comment on function voygen_lib.sent_proposal(voygen.outbox, voygen.proposals) is 'After a message was sent: the version is sent, the client is to be called.';

create function voygen_lib.job_send_proposal(inout job voygen.job, out result voygen_api.sent_proposal)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  message outbox;
  proposal proposals := voygen_lib.proposal_row((job.arguments ->> 'proposal_id')::bigint);
begin
  select o.* into message from outbox as o where o.agency_id = job.agency_id and o.job_id = job.job_id;
  case message.state
    when 'queued' then
      if message.next_attempt_at > clock_timestamp() then
        perform voygen.raise('unavailable', format('message %s could not be sent yet: %s', message.outbox_id, message.last_error),
          hint => format('It is tried again at %s.', message.next_attempt_at));
      end if;
      perform voygen_lib.require_sendable(proposal, message.kind);
      job.outside := voygen_lib.mail_order(message, proposal);
      job.message := format('message %s is handed to the mail server', message.outbox_id);
    when 'sending' then
      -- Whoever had it is gone; asking for it once more is answered by what that means.
      job.outside := jsonb_build_object('kind', 'mail');
    when 'sent' then
      job.outside := null;
      job.message := format('message %s was sent', message.outbox_id);
      result := voygen_lib.sent_proposal(message, proposal);
    when 'unknown' then
      perform voygen.raise('conflict', format('whether message %s was sent is not known: %s', message.outbox_id, message.last_error),
        hint => 'It is not sent again by itself. Ask the client, or call send_proposal with resend true.');
    else
      perform voygen.raise('precondition_failed', format('message %s was not sent: %s', message.outbox_id, message.last_error),
        got => message.last_code::text, hint => 'Mend what it says, then call send_proposal again.');
  end case;
end
$$;
comment on function voygen_lib.job_send_proposal(voygen.job) is
'The work of send_proposal: a message is asked to be sent outside of the database, and what came of that is followed by what belongs to it.';

-- ---- looking at them

create type voygen_api.message_line as (
  outbox_id bigint,
  proposal_id bigint,
  trip text,
  kind voygen_api.message_kind,
  "to" text[],
  cc text[],
  reply_to text,
  subject text,
  message text,
  state voygen_api.message_state,
  attempts integer,
  next_attempt_at timestamptz,
  smtp_code integer,
  error text,
  message_id text,
  share_id bigint,
  job_id bigint,
  created_at timestamptz,
  sent_at timestamptz
);
comment on type voygen_api.message_line is 'A message to a client, and what became of it.';
comment on column voygen_api.message_line.outbox_id is '@required @format id';
comment on column voygen_api.message_line.trip is 'Slug of the trip.';
comment on column voygen_api.message_line.message is 'The advisor''s words in it.';
comment on column voygen_api.message_line.next_attempt_at is 'While it is queued after the mail server could not take it: when it is tried again.';
comment on column voygen_api.message_line.smtp_code is 'Of the mail server''s last words.';
comment on column voygen_api.message_line.error is 'Those words, or why there are none.';

create type voygen_api.message_list as (
  messages voygen_api.message_line[],
  truncated voygen_api.truncated
);
comment on type voygen_api.message_list is 'Messages to clients, newest first.';

create function voygen_api.list_messages(
  proposal_id bigint default null,
  trip_id text default null,
  state voygen_api.message_state[] default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.message_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted_proposal proposals;
  wanted_trip bigint := voygen_lib.trip_at(list_messages.trip_id, '/trip_id');
  most integer := voygen_lib.require_limit(list_messages."limit");
  before bigint := voygen_lib.require_number_cursor(list_messages.cursor);
  numbers bigint[];
  total bigint;
begin
  if list_messages.proposal_id is not null then
    wanted_proposal := voygen_lib.proposal_row(list_messages.proposal_id);
  end if;
  select array_agg(o.outbox_id order by o.outbox_id desc), count(*)
  into numbers, total
  from outbox as o
  join proposals as p on p.agency_id = o.agency_id and p.proposal_id = o.proposal_id
  where o.agency_id = voygen_lib.agency()
    and (before is null or o.outbox_id < before)
    and (wanted_proposal.proposal_id is null or o.proposal_id = wanted_proposal.proposal_id)
    and (wanted_trip is null or p.trip_id = wanted_trip)
    and (list_messages.state is null or o.state = any (list_messages.state::text[]));
  return (
    array(
      select (
        o.outbox_id, o.proposal_id, t.slug, o.kind, o.recipients, o.copies, o.reply_to, o.subject, o.words, o.state, o.attempts, o.next_attempt_at,
        o.last_code, o.last_error, o.message_id, o.share_id, o.job_id, o.created_at, o.sent_at)::voygen_api.message_line
      from outbox as o
      join proposals as p on p.agency_id = o.agency_id and p.proposal_id = o.proposal_id
      join trips as t on t.agency_id = p.agency_id and t.trip_id = p.trip_id
      where o.agency_id = voygen_lib.agency()
        and o.outbox_id = any (numbers[:most])
      order by o.outbox_id desc),
    case when total > most then (total - most, numbers[most]::text)::voygen_api.truncated end)::voygen_api.message_list;
end
$$;
comment on function voygen_api.list_messages is
'List messages to clients
What send_proposal mailed or is to mail, newest first, with what became of each.
@param proposal_id Only about this version. @format id
@param trip_id Only about this trip: its number or slug. @format id
@param state Only those that stand there.
@param limit How many. @min 1 @max 100
@param cursor From truncated of an earlier answer.
@example {"state": ["failed", "unknown"]}';
