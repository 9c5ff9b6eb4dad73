-- Deploy voygen:kept_pictures to pg
-- A picture that was fetched lately is not fetched again: what it was cut to is written down with it, and whoever makes a document is
-- handed those there are.
begin;
set local role voygen_owner;

alter table voygen.proposal_images add column cut text, add column fetched_at timestamptz;
comment on column voygen.proposal_images.cut is
  'What the picture was made for: WIDTHxHEIGHT, with "whole" behind it when it was only made smaller. Null when it is from before that was kept.';
comment on column voygen.proposal_images.fetched_at is 'When it was fetched from its address, for this version or an earlier one.';

create function voygen.hand_out_pictures(held voygen.job) returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when held.outside @? '$.pictures[*].kept' then jsonb_set(held.outside, '{pictures}', (
      select jsonb_agg(
        case when p.content is null then w.value - 'kept'
        else w.value || jsonb_build_object(
          'content', replace(encode(p.content, 'base64'), E'\n', ''), 'mime_type', p.mime_type, 'width', p.width, 'height', p.height) end
        order by w.place)
      from jsonb_array_elements(held.outside -> 'pictures') with ordinality as w(value, place)
      left join voygen.pictures as p on p.agency_id = held.agency_id and p.digest = decode(w.value ->> 'kept', 'hex')))
    else held.outside
  end
$$;
comment on function voygen.hand_out_pictures(voygen.job) is
  'What a job wants to have done, for whoever does it: a wanted picture that names one of the agency''s as kept comes with its content in base64.';

create or replace function voygen.outside_request(agency_id bigint, job_id bigint, run bigint) returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select voygen.hand_out_pictures(j)::text
  from voygen.job as j
  where j.agency_id = outside_request.agency_id
    and j.job_id = outside_request.job_id
    and j.run = outside_request.run
    and j.status = 'running'
    and j.outside_answer is null
    and not j.cancel_requested
$$;

commit;
