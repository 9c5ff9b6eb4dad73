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

create function voygen_lib.generated(proposal voygen.proposals, warnings text[]) returns voygen_api.generated_proposal
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (
    proposal.proposal_id, proposal.trip_id, proposal.version, proposal.status, 'voygen://proposal/' || proposal.proposal_id, null, null, null,
    proposal.currency, voygen_lib.exact(proposal.total_cost, proposal.currency),
    voygen_lib.shown_totals(voygen_lib.stored_totals(proposal), proposal.currency), warnings)::voygen_api.generated_proposal
$$;
comment on function voygen_lib.generated(voygen.proposals, text[]) is 'A stored version as its making answers it.';

create function voygen_lib.job_generate_proposal(inout job voygen.job, out result voygen_api.generated_proposal)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.lock_trip(job.arguments ->> 'trip_id');
  options jsonb := coalesce(job.arguments -> 'options', '{}');
  version integer := (select coalesce(max(p.version), 0) + 1 from proposals as p where p.agency_id = trip.agency_id and p.trip_id = trip.trip_id);
  content voygen_lib.proposal_content := voygen_lib.proposal_content(trip, options, version);
  made bigint;
begin
  made := voygen_lib.store_proposal(trip, job.arguments ->> 'template', options, version, content, job.user_id);
  result := voygen_lib.generated(voygen_lib.proposal_row(made), content.warnings);
end
$$;
comment on function voygen_lib.job_generate_proposal(voygen.job) is 'The work of generate_proposal.';
