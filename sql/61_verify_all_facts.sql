-- Every trip's facts built anew and compared, as a job.

create type voygen_api.facts_check as (
  checked bigint,
  left_out bigint,
  drifted_trips bigint,
  repaired bigint,
  drifted voygen_api.facts_drift[],
  truncated voygen_api.truncated
);
comment on type voygen_api.facts_check is 'Stored facts of an agency against facts built anew.';
comment on column voygen_api.facts_check.left_out is 'Trips not checked because they are marked as changed, or have no facts yet.';
comment on column voygen_api.facts_check.repaired is 'Trips whose facts were written anew.';
comment on column voygen_api.facts_check.drifted is 'The first hundred places.';

create function voygen_api.verify_all_facts(
  repair boolean default false,
  idempotency_key text default null
) returns voygen_api.job_started
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select voygen_lib.start_job('verify_all_facts', jsonb_build_object('repair', coalesce(repair, false)))
$$;
comment on function voygen_api.verify_all_facts is
'Verify all facts
Builds the facts of every trip of the agency anew, as of the moment the stored ones were made, and names every place where they differ. Takes about a second for some thousands of trips; verify_facts checks a few at once.
@param repair true stores facts that differ anew.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@job facts_check
@idempotent
@example {"repair": true}';

create function voygen_lib.job_verify_all_facts(inout job voygen.job, out result voygen_api.facts_check)
language plpgsql volatile parallel unsafe security definer -- facts are built and stored with the owner's rights
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- About a quarter of a second.
  portion constant integer := 1000;
  most_told constant integer := 100;
  agency bigint := voygen_lib.agency();
  so_far voygen_api.facts_check := jsonb_populate_record((0, 0, 0, 0, '{}', null)::voygen_api.facts_check, job.state -> 'so_far');
  untold bigint := coalesce((job.state ->> 'untold')::bigint, 0);
  trips bigint[];
  drifted bigint[];
  compared voygen_lib.facts_compared;
begin
  if job.state is null then
    job.total := (select count(*) from trips as t where t.agency_id = agency);
    job.done := 0;
  end if;
  trips := array(
    select t.trip_id
    from trips as t
    where t.agency_id = agency
      and t.trip_id > coalesce((job.state ->> 'after')::bigint, 0)
    order by t.trip_id
    limit portion);
  compared := voygen_lib.facts_compared(agency, trips);
  drifted := array(select distinct d.trip_id from unnest(compared.drifted) as d);
  so_far.checked := so_far.checked + compared.checked;
  so_far.left_out := so_far.left_out + cardinality(trips) - compared.checked;
  so_far.drifted_trips := so_far.drifted_trips + cardinality(drifted);
  so_far.drifted := so_far.drifted || compared.drifted;
  untold := untold + greatest(cardinality(so_far.drifted) - most_told, 0);
  so_far.drifted := so_far.drifted[:most_told];
  if (job.arguments -> 'repair')::boolean and cardinality(drifted) > 0 then
    so_far.repaired := so_far.repaired + (select f.refreshed from refresh_and_tell(agency, drifted, force => true) as f);
  end if;
  job.done := job.done + cardinality(trips);
  job.message := format('%s trips checked, %s differ', so_far.checked, so_far.drifted_trips);
  if cardinality(trips) = portion then
    job.state := jsonb_build_object('after', trips[portion], 'so_far', to_jsonb(so_far), 'untold', untold);
  else
    so_far.truncated := case when untold > 0 then (untold, null)::voygen_api.truncated end;
    result := so_far;
  end if;
end
$$;
comment on function voygen_lib.job_verify_all_facts(voygen.job) is 'The work of verify_all_facts: a thousand trips a step.';
