-- Making a proposal: a new version of what a client is offered, from the trip as it is.

create type voygen_api.generated_proposal as (
  proposal_id bigint,
  trip_id bigint,
  version integer,
  status voygen_api.proposal_status,
  uri text,
  html_uri text,
  pdf_uri text,
  share_url text,
  currency text,
  total numeric,
  totals voygen_api.proposal_total[],
  warnings text[]
);
comment on type voygen_api.generated_proposal is 'A new version of a proposal.';
comment on column voygen_api.generated_proposal.proposal_id is '@required @format id';
comment on column voygen_api.generated_proposal.uri is 'The resource that has its contents.';
comment on column voygen_api.generated_proposal.html_uri is 'The resource that is its document.';
comment on column voygen_api.generated_proposal.pdf_uri is 'The resource that is its PDF; null without one.';
comment on column voygen_api.generated_proposal.share_url is 'Null until share_proposal makes one.';
comment on column voygen_api.generated_proposal.total is 'What the client pays, of the cheapest option where there are several.';
comment on column voygen_api.generated_proposal.totals is 'What each option costs and earns, cheapest first.';
comment on column voygen_api.generated_proposal.warnings is 'What to look at before the client sees it.';

create function voygen_api.generate_proposal(
  trip_id text,
  template voygen_api.proposal_template default 'standard',
  options voygen_api.proposal_options default null,
  idempotency_key text default null
) returns voygen_api.job_started
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.trip_row(generate_proposal.trip_id);
  checked jsonb := voygen_lib.checked_proposal_options(trip, generate_proposal.options);
begin
  return voygen_lib.start_job('generate_proposal', jsonb_build_object(
    'trip_id', trip.trip_id::text, 'template', coalesce(generate_proposal.template, 'standard'), 'options', checked));
end
$$;
comment on function voygen_api.generate_proposal is
'Generate a proposal
Makes a new version of the proposal of a trip: what the client is offered, with one price for each line, from the trip as it is now. Nothing that is not in the trip is in it; commission, what the agency puts on top and internal keys never are. The version begins as a draft; set_proposal_status moves it on.
@param trip_id Number or slug of the trip. @format id
@param template How it shall look.
@param options What it shall be like.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@job generated_proposal
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "template": "standard"}';

create function voygen_lib.store_proposal(
  trip voygen.trips, template text, options jsonb, version integer, content voygen_lib.proposal_content, made_by bigint
) returns bigint
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  cheapest voygen_lib.option_total := content.totals[1];
  made bigint;
begin
  insert into proposals (
    agency_id, trip_id, version, template, title, options, json_payload, total_cost, total_commission, currency, valid_until, created_by)
  values (
    trip.agency_id, trip.trip_id, store_proposal.version, store_proposal.template, content.payload #>> '{trip,title}', store_proposal.options,
    content.payload, voygen_lib.kept_amount(cheapest.total), voygen_lib.kept_amount(cheapest.commission), content.currency, content.valid_until, made_by)
  returning proposal_id into made;
  insert into proposal_lines (
    agency_id, proposal_id, place, option, kind, subject, label, supplier_amount, markup_amount, amount, tax_amount, tax_basis, currency,
    commission_amount, counted)
  select l.agency_id, made, l.place, l.option, l.kind, l.subject, l.label, l.supplier_amount, l.markup_amount, l.amount, l.tax_amount, l.tax_basis,
    l.currency, l.commission_amount, coalesce(l.counted, false)
  from unnest(content.lines) as l;
  return made;
end
$$;
comment on function voygen_lib.store_proposal(voygen.trips, text, jsonb, integer, voygen_lib.proposal_content, bigint) is
'Stores a new version with what its prices are made of; answers its number.';

create function voygen_lib.document_uri(proposal voygen.proposals, kind text) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select format('voygen://proposal/%s/%s', d.proposal_id, d.kind)
  from proposal_documents as d
  where d.agency_id = proposal.agency_id
    and d.proposal_id = proposal.proposal_id
    and d.kind = document_uri.kind
$$;
comment on function voygen_lib.document_uri(voygen.proposals, text) is 'The resource that is a document of a version; null when there is none.';

create function voygen_lib.generated(proposal voygen.proposals, warnings text[]) returns voygen_api.generated_proposal
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    proposal.proposal_id, proposal.trip_id, proposal.version, proposal.status, 'voygen://proposal/' || proposal.proposal_id,
    voygen_lib.document_uri(proposal, 'html'), voygen_lib.document_uri(proposal, 'pdf'), null, proposal.currency,
    voygen_lib.exact(proposal.total_cost, proposal.currency), voygen_lib.shown_totals(voygen_lib.stored_totals(proposal), proposal.currency),
    warnings)::voygen_api.generated_proposal
$$;
comment on function voygen_lib.generated(voygen.proposals, text[]) is 'A stored version as its making answers it.';

create function voygen_lib.document_order(proposal voygen.proposals, pictures jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select jsonb_build_object(
    'kind', 'proposal', 'template', proposal.template, 'payload', proposal.json_payload, 'pictures', pictures,
    'pdf', proposal.options -> 'pdf' is distinct from 'false')
$$;
comment on function voygen_lib.document_order(voygen.proposals, jsonb) is 'What the document of a version is made from, as the program beside the database takes it.';

-- Seven days: what is at an address hardly changes in that time, and a proposal is made anew more than once in it.
create function voygen_lib.with_kept(pictures jsonb) returns jsonb
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    jsonb_agg(
      w.value || jsonb_build_object('cut', w.cut) || jsonb_strip_nulls(jsonb_build_object('kept', encode(k.content_hash, 'hex'), 'fetched_at', k.fetched_at))
      order by w.place),
    '[]')
  from (
    select one.value, one.place, format('%sx%s', one.value ->> 'width', one.value ->> 'height') || case one.value #>> '{slot,0}' when 'agency' then ' whole' else '' end as cut
    from jsonb_array_elements(pictures) with ordinality as one(value, place)) as w
  left join lateral (
    select i.content_hash, i.fetched_at
    from proposal_images as i
    where i.agency_id = voygen_lib.agency()
      and md5(i.source_url) = md5(w.value ->> 'url')
      and i.source_url = w.value ->> 'url'
      and i.cut = w.cut
      and i.content_hash is not null
      and i.fetched_at > now() - interval '7 days'
      and exists (select from pictures as p where p.agency_id = i.agency_id and p.digest = i.content_hash)
    order by i.fetched_at desc
    limit 1) as k on true
$$;
comment on function voygen_lib.with_kept(jsonb) is
'Wanted pictures with what each is cut to, and which of the agency''s pictures it is when it was fetched within the last seven days.';

create function voygen_lib.had_picture(answer jsonb) returns boolean
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select answer ? 'part' or answer ? 'kept'
$$;
comment on function voygen_lib.had_picture(jsonb) is 'Whether a wanted picture could be had.';

create function voygen_lib.picture_digest(answer jsonb, job voygen.job) returns bytea
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(decode(answer ->> 'kept', 'hex'), sha256(voygen_lib.outside_part(job, (answer ->> 'part')::integer)))
$$;
comment on function voygen_lib.picture_digest(jsonb, voygen.job) is 'The picture that was made, or was there; null when it could not be had.';

create function voygen_lib.place_pictures(payload jsonb, pictures jsonb, answers jsonb, job voygen.job) returns jsonb
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  one record;
begin
  for one in
    select w.value as wanted, 'images/' || encode(voygen_lib.picture_digest(a.value, job), 'hex') || '.jpg' as path
    from jsonb_array_elements(pictures) with ordinality as w(value, place)
    join jsonb_array_elements(answers) with ordinality as a(value, place) on a.place = w.place
    where voygen_lib.had_picture(a.value)
    order by w.place
  loop
    payload := jsonb_set(payload, voygen_lib.texts(one.wanted -> 'slot'),
      jsonb_strip_nulls(jsonb_build_object('path', one.path, 'alt', one.wanted -> 'alt')));
  end loop;
  return payload;
end
$$;
comment on function voygen_lib.place_pictures(jsonb, jsonb, jsonb, voygen.job) is 'A payload with the pictures that could be had.';

create function voygen_lib.store_pictures(proposal voygen.proposals, pictures jsonb, answers jsonb, job voygen.job) returns text[]
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  one record;
  warnings text[] := '{}';
begin
  for one in
    select w.place, w.value as wanted, a.value as answer, voygen_lib.picture_digest(a.value, job) as digest,
      voygen_lib.outside_part(job, (a.value ->> 'part')::integer) as content
    from jsonb_array_elements(pictures) with ordinality as w(value, place)
    join jsonb_array_elements(answers) with ordinality as a(value, place) on a.place = w.place
    order by w.place
  loop
    if one.content is not null then
      insert into pictures (agency_id, digest, mime_type, width, height, content)
      values (
        proposal.agency_id, one.digest, one.answer ->> 'mime_type', (one.answer ->> 'width')::integer, (one.answer ->> 'height')::integer, one.content)
      on conflict (agency_id, digest) do nothing;
    elsif one.digest is null then
      warnings := warnings || format('%s: %s', one.wanted ->> 'alt', one.answer ->> 'error');
    end if;
    insert into proposal_images (
      agency_id, proposal_id, source_url, content_hash, mime_type, width, height, size_bytes, position, alt_text, error, cut, fetched_at)
    values (
      proposal.agency_id, proposal.proposal_id, one.wanted ->> 'url', one.digest, one.answer ->> 'mime_type',
      (one.answer ->> 'width')::integer, (one.answer ->> 'height')::integer,
      (select octet_length(p.content) from pictures as p where p.agency_id = proposal.agency_id and p.digest = one.digest),
      one.place, one.wanted ->> 'alt', one.answer ->> 'error', one.wanted ->> 'cut',
      case when one.content is not null then now() else (one.wanted ->> 'fetched_at')::timestamptz end);
  end loop;
  return warnings;
end
$$;
comment on function voygen_lib.store_pictures(voygen.proposals, jsonb, jsonb, voygen.job) is
'Keeps the pictures of a version, equal ones once, and what became of each; answers which could not be had.';

create function voygen_lib.store_documents(proposal voygen.proposals, pictures jsonb, job voygen.job) returns text[]
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  answer jsonb := job.outside_answer;
  answers jsonb := coalesce(answer -> 'pictures', '[]');
  warnings text[];
begin
  -- Under the lock of the row: should the advisor have moved it on meanwhile, its guard refuses.
  update proposals as p
  set json_payload = voygen_lib.place_pictures(p.json_payload, pictures, answers, job),
      images_saved = (select count(*) from jsonb_array_elements(answers) as a where voygen_lib.had_picture(a))
  where p.agency_id = proposal.agency_id and p.proposal_id = proposal.proposal_id;
  warnings := voygen_lib.store_pictures(proposal, pictures, answers, job);
  insert into proposal_documents (agency_id, proposal_id, kind, content, digest)
  select proposal.agency_id, proposal.proposal_id, k.kind, made.content, sha256(made.content)
  from unnest(array['html', 'pdf']) as k(kind)
  cross join lateral (select voygen_lib.outside_part(job, (answer -> k.kind ->> 'part')::integer) as content) as made
  where made.content is not null;
  return warnings || coalesce(voygen_lib.texts(answer -> 'warnings'), '{}');
end
$$;
comment on function voygen_lib.store_documents(voygen.proposals, jsonb, voygen.job) is 'Stores what was made of a version; answers what is to be known of it.';

create function voygen_lib.job_generate_proposal(inout job voygen.job, out result voygen_api.generated_proposal)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.lock_trip(job.arguments ->> 'trip_id');
  options jsonb := coalesce(job.arguments -> 'options', '{}');
  version integer;
  content voygen_lib.proposal_content;
  proposal proposals;
  warnings text[];
begin
  if job.state is null then
    version := (select coalesce(max(p.version), 0) + 1 from proposals as p where p.agency_id = trip.agency_id and p.trip_id = trip.trip_id);
    content := voygen_lib.proposal_content(trip, options, version);
    job.state := jsonb_build_object(
      'proposal_id', voygen_lib.store_proposal(trip, job.arguments ->> 'template', options, version, content, job.user_id),
      'pictures', voygen_lib.with_kept(content.pictures), 'warnings', to_jsonb(content.warnings));
    job.total := 2;
    job.done := 1;
    job.message := format('version %s is written, its documents are made', version);
  end if;
  proposal := voygen_lib.proposal_row((job.state ->> 'proposal_id')::bigint);
  if job.outside_answer is null then
    job.outside := voygen_lib.document_order(proposal, job.state -> 'pictures');
    return;
  end if;
  warnings := voygen_lib.texts(job.state -> 'warnings') || voygen_lib.store_documents(proposal, job.state -> 'pictures', job);
  job.outside := null;
  job.done := 2;
  job.message := format('version %s is stored with its documents', proposal.version);
  result := voygen_lib.generated(proposal, warnings);
end
$$;
comment on function voygen_lib.job_generate_proposal(voygen.job) is
'The work of generate_proposal: the version is written, its document made outside of the database, then stored.';
