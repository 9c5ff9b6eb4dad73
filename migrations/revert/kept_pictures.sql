-- Revert voygen:kept_pictures from pg
begin;
set local role voygen_owner;

create or replace function voygen.outside_request(agency_id bigint, job_id bigint, run bigint) returns text
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
  select j.outside::text
  from voygen.job as j
  where j.agency_id = outside_request.agency_id
    and j.job_id = outside_request.job_id
    and j.run = outside_request.run
    and j.status = 'running'
    and j.outside_answer is null
    and not j.cancel_requested
$$;
drop function voygen.hand_out_pictures(voygen.job);
alter table voygen.proposal_images drop column cut, drop column fetched_at;
commit;
