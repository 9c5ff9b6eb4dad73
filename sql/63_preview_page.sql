-- A preview of a proposal as its page: made by the same program from the same contents as a version, and not stored.

create type voygen_api.preview_page as (
  trip_id bigint,
  slug text,
  template text,
  html text,
  currency text,
  total numeric,
  totals voygen_api.proposal_total[],
  warnings text[]
);
comment on type voygen_api.preview_page is 'A proposal as it would look.';
comment on column voygen_api.preview_page.html is 'The page, without its pictures, which are only fetched for a version.';
comment on column voygen_api.preview_page.total is 'What the client would pay, of the cheapest option where there are several.';
comment on column voygen_api.preview_page.totals is 'What each option would cost and earn, cheapest first. Not for the client.';
comment on column voygen_api.preview_page.warnings is 'What to look at before it is made.';

create function voygen_api.render_preview(
  trip_id text,
  template voygen_api.proposal_template default 'standard',
  options voygen_api.proposal_options default null,
  idempotency_key text default null
) returns voygen_api.job_started
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  trip trips := voygen_lib.trip_row(render_preview.trip_id);
  checked jsonb := voygen_lib.checked_proposal_options(trip, render_preview.options);
begin
  return voygen_lib.start_job('render_preview', jsonb_build_object(
    'trip_id', trip.trip_id::text, 'template', coalesce(render_preview.template, 'standard'), 'options', checked));
end
$$;
comment on function voygen_api.render_preview is
'Render a preview
Makes the page of the next proposal of a trip from the trip as it is now, as generate_proposal would, but stores no version. It has no pictures and no PDF. preview_proposal answers the same contents as data, at once.
@param trip_id Number or slug of the trip. @format id
@param template How it shall look.
@param options What it shall be like.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@job preview_page
@idempotent
@example {"trip_id": "demo-client-dublin-october-2026", "template": "luxury"}';

create function voygen_lib.job_render_preview(inout job voygen.job, out result voygen_api.preview_page)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  shown voygen_api.proposal_preview;
  html text;
begin
  if job.outside_answer is null then
    shown := voygen_api.preview_proposal(
      job.arguments ->> 'trip_id', (job.arguments ->> 'template')::voygen_api.proposal_template,
      jsonb_populate_record(null::voygen_api.proposal_options, job.arguments -> 'options'));
    job.state := to_jsonb(shown) - 'payload';
    job.outside := jsonb_build_object('kind', 'proposal', 'template', shown.template, 'payload', shown.payload, 'pictures', '[]'::jsonb, 'pdf', false);
    return;
  end if;
  html := convert_from(voygen_lib.outside_part(job, (job.outside_answer #>> '{html,part}')::integer), 'UTF8');
  job.outside := null;
  result := jsonb_populate_record(null::voygen_api.preview_page, job.state || jsonb_build_object('html', html));
end
$$;
comment on function voygen_lib.job_render_preview(voygen.job) is
'The work of render_preview: the contents of a preview, made into a page outside of the database.';
