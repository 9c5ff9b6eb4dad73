-- Versions of proposals: looking at them, moving them on, comparing two. The tables hold a version to its way (migration
-- proposal_versions); here is how a person asks.

create type voygen_api.proposal_template as enum ('standard', 'luxury', 'family', 'condensed');
comment on type voygen_api.proposal_template is 'How a proposal looks.';

create type voygen_api.proposal_status as enum ('draft', 'review', 'final', 'sent', 'viewed', 'accepted', 'declined', 'expired');
comment on type voygen_api.proposal_status is 'Where a version of a proposal stands; from final on nothing of it changes any more.';

create type voygen_api.proposal_options as (
  pdf boolean,
  images boolean,
  draft boolean,
  hotels jsonb,
  flights bigint[],
  title text,
  intro text,
  valid_until date
);
comment on type voygen_api.proposal_options is 'What a proposal shall be like.';
comment on column voygen_api.proposal_options.pdf is 'false: no PDF.';
comment on column voygen_api.proposal_options.images is 'false: no pictures.';
comment on column voygen_api.proposal_options.draft is 'true: a watermark says that it is a draft, and the version cannot become final.';
comment on column voygen_api.proposal_options.hotels is
'Keys of the hotels to offer, or {"hotel_key", "room_key"}: one for each leg, or two or three of a leg as options. Absent: those of select_hotels, else the best of each tier of the shortlist. @format any @example ["navitrip:497758"]';
comment on column voygen_api.proposal_options.flights is
'Numbers of the flights to offer. Absent: those selected or booked, and those that are the only one of their route. @max_items 60';
comment on column voygen_api.proposal_options.title is 'In place of the title of the trip. @max 200';
comment on column voygen_api.proposal_options.intro is 'A personal opening, in Markdown. @max 10000';
comment on column voygen_api.proposal_options.valid_until is 'Last day of the offer; two weeks ahead unless the agency has another rule.';

create type voygen_api.proposal_total as (
  option text,
  total numeric,
  commission numeric
);
comment on type voygen_api.proposal_total is 'What an option costs the client, and what it earns.';
comment on column voygen_api.proposal_total.option is 'Absent when there is no choice.';
comment on column voygen_api.proposal_total.commission is 'Of the suppliers and put on top by the agency; null when none is known. Not for the client.';

create function voygen_lib.shown_totals(totals voygen_lib.option_total[], currency text) returns voygen_api.proposal_total[]
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    array_agg((t.option, voygen_lib.exact(t.total, currency), voygen_lib.exact(t.commission, currency))::voygen_api.proposal_total order by t.ordinality),
    '{}')
  from unnest(totals) with ordinality as t
$$;
comment on function voygen_lib.shown_totals(voygen_lib.option_total[], text) is 'Totals as tools answer them.';

create function voygen_lib.checked_proposal_options(trip voygen.trips, options voygen_api.proposal_options) returns jsonb
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  stray bigint;
begin
  if options.valid_until < voygen_lib.today() then
    perform voygen.raise('invalid_argument', 'valid_until has passed', path => '/options/valid_until', expected => format('%s or later', voygen_lib.today()),
      got => options.valid_until::text);
  end if;
  if options.title is not null then
    perform voygen_lib.require_text(options.title, '/options/title', 200);
  end if;
  if options.intro is not null then
    perform voygen_lib.require_text(options.intro, '/options/intro', 10000);
  end if;
  select f
  into stray
  from unnest(options.flights) as f
  where not exists (select from flights where agency_id = trip.agency_id and trip_id = trip.trip_id and flight_id = f)
  limit 1;
  if stray is not null then
    perform voygen.raise('not_found', format('flight %s is not in trip %s', stray, trip.slug), path => '/options/flights',
      expected => 'numbers of flights of the trip', got => stray::text, hint => 'get_trip lists them.');
  end if;
  if options.hotels is not null then
    perform voygen_lib.named_choices(trip, options.hotels, '/options/hotels');
  end if;
  return coalesce(jsonb_strip_nulls(to_jsonb(options)), '{}');
end
$$;
comment on function voygen_lib.checked_proposal_options(voygen.trips, voygen_api.proposal_options) is 'What a proposal shall be like, once it makes sense.';

-- ---- one version

create function voygen_lib.proposal_row(proposal_id bigint, path text default '/proposal_id') returns voygen.proposals
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  found_row proposals;
begin
  -- Column by column: readers may not see all of them.
  select p.agency_id, p.proposal_id, p.trip_id, p.version, p.status, p.template, p.title, p.options, p.json_payload, p.total_cost,
    p.total_commission, p.currency, p.valid_until, p.sent_at, p.viewed_at, p.decided_at, p.created_by, p.created_at, p.updated_at, p.content_hash
  into found_row.agency_id, found_row.proposal_id, found_row.trip_id, found_row.version, found_row.status, found_row.template, found_row.title,
    found_row.options, found_row.json_payload, found_row.total_cost, found_row.total_commission, found_row.currency, found_row.valid_until,
    found_row.sent_at, found_row.viewed_at, found_row.decided_at, found_row.created_by, found_row.created_at, found_row.updated_at, found_row.content_hash
  from proposals as p
  where p.agency_id = voygen_lib.agency()
    and p.proposal_id = proposal_row.proposal_id;
  if found_row.proposal_id is null then
    perform voygen.raise('not_found', format('proposal %s does not exist', proposal_row.proposal_id), path => path,
      expected => 'the number of a proposal', got => proposal_row.proposal_id::text, hint => 'list_proposals lists them.');
  end if;
  return found_row;
end
$$;
comment on function voygen_lib.proposal_row(bigint, text) is 'A version of a proposal by its number, without what only the owner sees.';

create function voygen_lib.stored_totals(proposal voygen.proposals) returns voygen_lib.option_total[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select voygen_lib.option_totals(array(
    select l
    from proposal_lines as l
    where l.agency_id = proposal.agency_id and l.proposal_id = proposal.proposal_id
    order by l.place))
$$;
comment on function voygen_lib.stored_totals(voygen.proposals) is 'What each option of a stored version costs and earns.';

create type voygen_api.proposal_line as (
  proposal_id bigint,
  trip_id bigint,
  slug text,
  version integer,
  status voygen_api.proposal_status,
  template text,
  title text,
  currency text,
  total numeric,
  commission numeric,
  valid_until date,
  uri text,
  created_at timestamptz,
  sent_at timestamptz,
  viewed_at timestamptz,
  decided_at timestamptz
);
comment on type voygen_api.proposal_line is 'A version of a proposal in a list.';
comment on column voygen_api.proposal_line.proposal_id is '@required @format id';
comment on column voygen_api.proposal_line.slug is 'Of the trip.';
comment on column voygen_api.proposal_line.total is 'What the client pays, of the cheapest option where there are several.';
comment on column voygen_api.proposal_line.commission is 'What that earns. Not for the client.';
comment on column voygen_api.proposal_line.uri is 'The resource that has its contents.';

create type voygen_api.proposal_list as (
  proposals voygen_api.proposal_line[],
  truncated voygen_api.truncated
);
comment on type voygen_api.proposal_list is 'Proposals, newest first.';

create function voygen_api.list_proposals(
  trip_id text default null,
  status voygen_api.proposal_status[] default null,
  "limit" integer default 20,
  cursor text default null
) returns voygen_api.proposal_list
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted_trip bigint := voygen_lib.trip_at(list_proposals.trip_id, '/trip_id');
  most integer := voygen_lib.require_limit(list_proposals."limit");
  answer voygen_api.proposal_list;
begin
  if list_proposals.cursor !~ '^[0-9]{1,18}$' then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer', got => left(list_proposals.cursor, 80));
  end if;
  with fit as materialized (
    select p.proposal_id
    from proposals as p
    where p.agency_id = voygen_lib.agency()
      and (list_proposals.cursor is null or p.proposal_id < list_proposals.cursor::bigint)
      and (wanted_trip is null or p.trip_id = wanted_trip)
      and (list_proposals.status is null or p.status = any (list_proposals.status::text[]))
  ),
  page as materialized (
    select proposal_id from fit order by proposal_id desc limit most
  )
  select
    array(
      select (
        p.proposal_id, p.trip_id, t.slug, p.version, p.status::voygen_api.proposal_status, p.template, p.title, p.currency,
        voygen_lib.exact(p.total_cost, p.currency), voygen_lib.exact(p.total_commission, p.currency), p.valid_until,
        'voygen://proposal/' || p.proposal_id, p.created_at, p.sent_at, p.viewed_at, p.decided_at)::voygen_api.proposal_line
      from page
      join proposals as p on p.agency_id = voygen_lib.agency() and p.proposal_id = page.proposal_id
      join trips as t on t.agency_id = p.agency_id and t.trip_id = p.trip_id
      order by p.proposal_id desc),
    case
      when (select count(*) from fit) > most
      then ((select count(*) from fit) - most, (select min(proposal_id)::text from page))::voygen_api.truncated
    end
  into answer;
  return answer;
end
$$;
comment on function voygen_api.list_proposals is
'List proposals
The versions of what clients were offered, newest first, with what they cost and earn.
@param trip_id Only of this trip: its number or slug. @format id
@param status Only versions that stand there.
@param limit How many. @min 1 @max 100
@param cursor From truncated of an earlier answer.
@example {"trip_id": "demo-client-dublin-october-2026"}';

-- ---- moving on

create type voygen_api.proposal_moved as (
  proposal_id bigint,
  version integer,
  status voygen_api.proposal_status,
  was voygen_api.proposal_status,
  changed boolean
);
comment on type voygen_api.proposal_moved is 'Where a version stands now.';
comment on column voygen_api.proposal_moved.proposal_id is '@required @format id';

create function voygen_api.set_proposal_status(
  proposal_id bigint,
  status voygen_api.proposal_status,
  idempotency_key text default null
) returns voygen_api.proposal_moved
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  was proposals := voygen_lib.proposal_row(set_proposal_status.proposal_id);
  stands text;
begin
  -- As it is once nobody else is moving it.
  select p.status
  into stands
  from proposals as p
  where p.agency_id = was.agency_id and p.proposal_id = was.proposal_id
  for no key update;
  if stands <> set_proposal_status.status::text then
    update proposals as p
    set status = set_proposal_status.status::text
    where p.agency_id = was.agency_id and p.proposal_id = was.proposal_id;
  end if;
  return (
    was.proposal_id, was.version, set_proposal_status.status, stands::voygen_api.proposal_status,
    stands <> set_proposal_status.status::text)::voygen_api.proposal_moved;
end
$$;
comment on function voygen_api.set_proposal_status is
'Move a proposal on
Draft and review can still be changed; a final version is what the client gets, and stays as it is: to offer something else, generate a new one. Final goes to sent, then viewed, then accepted or declined, or it expires.
@param proposal_id As generate_proposal answered. @format id
@param status Where it shall stand.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"proposal_id": "1042", "status": "final"}';

-- ---- looking before it is made

create type voygen_api.proposal_preview as (
  trip_id bigint,
  slug text,
  template text,
  payload jsonb,
  currency text,
  total numeric,
  totals voygen_api.proposal_total[],
  warnings text[]
);
comment on type voygen_api.proposal_preview is 'What a proposal would say.';
comment on column voygen_api.proposal_preview.payload is 'What its document is made of: everything in it is for the client.';
comment on column voygen_api.proposal_preview.total is 'What the client would pay, of the cheapest option where there are several.';
comment on column voygen_api.proposal_preview.warnings is 'What to look at before it is made.';

create function voygen_api.preview_proposal(
  trip_id text,
  template voygen_api.proposal_template default 'standard',
  options voygen_api.proposal_options default null
) returns voygen_api.proposal_preview
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.trip_row(preview_proposal.trip_id);
  next_version integer := (select coalesce(max(p.version), 0) + 1 from proposals as p where p.agency_id = trip.agency_id and p.trip_id = trip.trip_id);
  content voygen_lib.proposal_content :=
    voygen_lib.proposal_content(trip, voygen_lib.checked_proposal_options(trip, preview_proposal.options), next_version);
begin
  return (
    trip.trip_id, trip.slug, coalesce(preview_proposal.template, 'standard')::text, content.payload, content.currency,
    voygen_lib.exact((content.totals[1]).total, content.currency), voygen_lib.shown_totals(content.totals, content.currency),
    content.warnings)::voygen_api.proposal_preview;
end
$$;
comment on function voygen_api.preview_proposal is
'Preview a proposal
Answers what the next proposal of a trip would say and cost, and what is missing; nothing is stored. render_preview shows it as a page.
@param trip_id Number or slug of the trip. @format id
@param template How it shall look.
@param options What it shall be like.
@example {"trip_id": "demo-client-dublin-october-2026"}';
