-- Revert voygen:outbox from pg
set role voygen_owner;
call voygen.detach_tables('voygen.outbox');

begin;

-- The SQL API stands on these; a deployment of the version gone back to brings its own.
drop schema if exists voygen_api cascade;
drop schema if exists voygen_lib cascade;

drop trigger settle_mail on voygen.job;
drop function voygen.settle_mail();

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
create or replace function voygen.create_share(agency bigint, proposal bigint, expires_at timestamptz, out share_id bigint, out key text)
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

drop function voygen.note_mail(voygen.job, jsonb);
drop function voygen.hand_out_mail(voygen.job);
drop function voygen.add_share(bigint, bigint, timestamptz, bigint);
drop table voygen.outbox;

commit;
