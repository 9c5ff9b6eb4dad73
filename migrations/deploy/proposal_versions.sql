-- Deploy voygen:proposal_versions to pg
-- A proposal is a version of what a client was offered: it goes from status to status only as proposal_moves() says, whoever writes,
-- and from final on nothing of it changes any more. What its prices are made of is kept line by line, for the agency alone.
begin;
set local role voygen_owner;

alter table voygen.proposals add column content_hash bytea;
comment on column voygen.proposals.content_hash is 'SHA-256 of json_payload as text; written by the table itself.';
comment on column voygen.proposals.options is 'What it was asked for with; draft true: its document carries a watermark, so it cannot become final.';
comment on column voygen.proposals.total_cost is 'What the client pays, of the cheapest option where several are offered.';
comment on column voygen.proposals.total_commission is
  'What the agency earns if all of that is booked, what it put on top included; never shown to the client.';
grant select (content_hash) on voygen.proposals to voygen_reader;

create table voygen.proposal_lines (
  agency_id bigint not null default voygen.current_agency(),
  proposal_id bigint not null,
  place integer not null check (place > 0),
  option text,
  kind text not null check (kind in ('hotel', 'air', 'transfer', 'activity')),
  subject text,
  label text not null,
  supplier_amount numeric(14,3) check (supplier_amount >= 0),
  markup_amount numeric(14,3) check (markup_amount >= 0),
  amount numeric(14,3) check (amount >= 0),
  tax_amount numeric(14,3) check (tax_amount >= 0),
  tax_basis text not null default 'unknown' check (tax_basis in ('included', 'excluded', 'unknown')),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  commission_amount numeric(14,3) check (commission_amount >= 0),
  counted boolean not null,
  primary key (agency_id, proposal_id, place),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade,
  constraint proposal_lines_sum_check check (amount = supplier_amount + markup_amount),
  constraint proposal_lines_counts_check check (not counted or (amount is not null and currency is not null))
);
comment on table voygen.proposal_lines is 'What the prices of a proposal are made of; for the agency alone, the client sees amounts.';
comment on column voygen.proposal_lines.option is 'The option it belongs to; null: it is part of each.';
comment on column voygen.proposal_lines.subject is 'Key of the hotel, or number of the flight, transfer or activity.';
comment on column voygen.proposal_lines.supplier_amount is 'Price as it was found.';
comment on column voygen.proposal_lines.markup_amount is 'What the agency put on top.';
comment on column voygen.proposal_lines.amount is 'What the client pays: the one price of this line that a document shows.';
comment on column voygen.proposal_lines.commission_amount is 'What the agency expects from the supplier; null when it is not known.';
comment on column voygen.proposal_lines.counted is 'Part of the total; not so without a price, or in another currency than the trip''s.';

create table voygen.hotel_choices (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  hotel_id bigint not null,
  room_key text,
  chosen_by bigint default (voygen.caller()).user_id,
  chosen_at timestamptz not null default now(),
  primary key (agency_id, trip_id, hotel_id),
  foreign key (agency_id, trip_id, hotel_id) references voygen.hotel_cache on delete cascade
);
comment on table voygen.hotel_choices is 'Hotels the advisor chose for the proposals of a trip; without any, the shortlist chooses.';
comment on column voygen.hotel_choices.room_key is 'The room; null: the hotel at its own price.';

-- ---- from status to status

create function voygen.proposal_moves() returns table (from_status text, to_status text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
  values
    ('draft', 'review'), ('draft', 'final'),
    ('review', 'draft'), ('review', 'final'),
    ('final', 'sent'), ('final', 'expired'),
    ('sent', 'viewed'), ('sent', 'accepted'), ('sent', 'declined'), ('sent', 'expired'),
    ('viewed', 'accepted'), ('viewed', 'declined'), ('viewed', 'expired')
$$;
comment on function voygen.proposal_moves() is 'Which status of a proposal may follow which; accepted, declined and expired are the ends.';

create function voygen.proposal_open(status text) returns boolean
language sql
immutable
parallel safe
begin atomic
  select status in ('draft', 'review');
end;
comment on function voygen.proposal_open(text) is 'Whether a proposal with this status can still be changed.';

create function voygen.refuse_move(was text, wanted text) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform voygen.raise('precondition_failed', format('a proposal that is %s does not become %s', was, wanted), path => '/status',
    expected => coalesce((select string_agg(m.to_status, ', ') from voygen.proposal_moves() as m where m.from_status = was), 'nothing: this is its end'),
    got => wanted, hint => 'Generate a new version to offer something else.');
end
$$;
comment on function voygen.refuse_move(text, text) is 'Raises that a status does not follow another.';

create function voygen.refuse_frozen(status text, what text) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform voygen.raise('precondition_failed', format('a proposal that is %s is not changed any more: %s', status, what),
    expected => 'a draft, or one in review', got => status, hint => 'Generate a new version.');
end
$$;
comment on function voygen.refuse_frozen(text, text) is 'Raises that a proposal is as the client has it.';

create function voygen.check_proposal_move(was voygen.proposals, will voygen.proposals) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from voygen.proposal_moves() as m where m.from_status = was.status and m.to_status = will.status) then
    perform voygen.refuse_move(was.status, will.status);
  end if;
  if will.status = 'final' and will.json_payload is null then
    perform voygen.raise('precondition_failed', 'an empty proposal does not become final', path => '/status', expected => 'a version with its contents');
  end if;
  if will.status = 'final' and will.options -> 'draft' = 'true' then
    perform voygen.raise('precondition_failed', 'the document of this version carries a watermark, so it does not become final', path => '/status',
      expected => 'a version generated without draft', hint => 'Generate a new version with options {"draft": false}.');
  end if;
end
$$;
comment on function voygen.check_proposal_move(voygen.proposals, voygen.proposals) is 'Refuses a status that does not follow, and one a version is not fit for.';

create function voygen.changed_of_proposal(was voygen.proposals, will voygen.proposals, beside text[]) returns text
language sql
immutable
set search_path = pg_catalog, pg_temp
as $$
  select string_agg(o.key, ', ' order by o.key)
  from jsonb_each(to_jsonb(was)) as o
  join jsonb_each(to_jsonb(will)) as n on n.key = o.key
  where n.value is distinct from o.value
    and o.key <> all (beside)
$$;
comment on function voygen.changed_of_proposal(voygen.proposals, voygen.proposals, text[]) is 'Names of the columns that differ, beside some; null when none does.';

create function voygen.guard_proposal() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  moves boolean := tg_op = 'UPDATE' and new.status is distinct from old.status;
  differs text;
begin
  if tg_op = 'DELETE' then
    -- The trip it belongs to may be deleted with all that is of it, which is done as the owner.
    if not voygen.proposal_open(old.status) and current_user <> 'voygen_owner' then
      perform voygen.refuse_frozen(old.status, 'it stays');
    end if;
    return old;
  end if;
  new.updated_at := now();
  if tg_op = 'INSERT' then
    if new.status <> 'draft' then
      perform voygen.refuse_move('new', new.status);
    end if;
    new.sent_at := null;
    new.viewed_at := null;
    new.decided_at := null;
  else
    differs := voygen.changed_of_proposal(old, new, array['status', 'sent_at', 'viewed_at', 'decided_at', 'updated_at', 'share_digest', 'content_hash']);
    if differs ~ '\m(agency_id|proposal_id|trip_id|version|created_at)\M' then
      perform voygen.refuse_frozen(old.status, differs);
    end if;
    if differs is not null and not voygen.proposal_open(old.status) then
      perform voygen.refuse_frozen(old.status, differs);
    end if;
    if moves then
      perform voygen.check_proposal_move(old, new);
    end if;
    new.sent_at := case when moves and new.status = 'sent' then now() else old.sent_at end;
    new.viewed_at := case when moves and new.status = 'viewed' then now() else old.viewed_at end;
    new.decided_at := case when moves and new.status in ('accepted', 'declined') then now() else old.decided_at end;
  end if;
  new.content_hash := case
    when tg_op = 'UPDATE' and new.json_payload is not distinct from old.json_payload and old.content_hash is not null then old.content_hash
    else sha256(convert_to(new.json_payload::text, 'UTF8'))
  end;
  return new;
end
$$;
comment on function voygen.guard_proposal() is
  'Holds a proposal to its way: statuses follow as proposal_moves() says, a final one keeps its contents, and when it was sent, seen '
  'and decided is written by the moves themselves.';
create trigger guard before insert or update or delete on voygen.proposals
  for each row execute function voygen.guard_proposal();

create function voygen.guard_proposal_part() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  was text;
  wanted record := case when tg_op = 'DELETE' then old else new end;
begin
  -- A part may not be carried from one version to another either.
  if tg_op = 'UPDATE' and new.proposal_id is distinct from old.proposal_id then
    perform voygen.refuse_frozen('stored', 'its ' || tg_table_name);
  end if;
  -- Held, so that nobody makes it final meanwhile. Gone: it is deleted with all its parts.
  select p.status
  into was
  from voygen.proposals as p
  where p.agency_id = wanted.agency_id
    and p.proposal_id = wanted.proposal_id
  for share;
  if not voygen.proposal_open(was) then
    perform voygen.refuse_frozen(was, 'its ' || tg_table_name);
  end if;
  return wanted;
end
$$;
comment on function voygen.guard_proposal_part() is 'Keeps what belongs to a proposal as it is once that is final.';
create trigger guard before insert or update or delete on voygen.proposal_lines
  for each row execute function voygen.guard_proposal_part();
create trigger guard before insert or update or delete on voygen.proposal_images
  for each row execute function voygen.guard_proposal_part();

create function voygen.expire_proposals() returns bigint
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  with ended as (
    update voygen.proposals
    set status = 'expired'
    where status in ('final', 'sent', 'viewed')
      and valid_until < (now() at time zone 'UTC')::date
    returning 1
  )
  select count(*) from ended
$$;
comment on function voygen.expire_proposals() is 'Ends the proposals whose last day has passed without a decision, of every agency; answers how many.';

call voygen.protect_table('voygen.proposal_lines');
call voygen.protect_table('voygen.hotel_choices');
grant select on voygen.proposal_lines, voygen.hotel_choices to voygen_reader;
grant select, insert, update, delete on voygen.proposal_lines, voygen.hotel_choices to voygen_agent, voygen_admin;
grant execute on function voygen.proposal_moves(), voygen.proposal_open(text), voygen.refuse_move(text, text), voygen.refuse_frozen(text, text),
  voygen.check_proposal_move(voygen.proposals, voygen.proposals),
  voygen.changed_of_proposal(voygen.proposals, voygen.proposals, text[])
  to voygen_reader, voygen_agent, voygen_admin;

commit;
