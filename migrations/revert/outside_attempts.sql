-- Revert voygen:outside_attempts from pg
begin;
set local role voygen_owner;

create or replace function voygen.end_step(agency bigint, job bigint, held bigint, stepped voygen.job, result text) returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  status text;
  waits boolean;
begin
  update voygen.job j
  set (status, state, done, total, message, input_requests, answers, result, error, attempts, run_after, worker, lease_until,
       arguments, finished_at, updated_at, outside, outside_answer) = (
    select s.status,
           case when s.goes_on then stepped.state end,
           stepped.done,
           stepped.total,
           stepped.message,
           case when s.status = 'input_required' then stepped.input_requests end,
           stepped.answers,
           end_step.result,
           null::jsonb,
           case when s.status = 'running' then 1 else 0 end,
           clock_timestamp(),
           case when s.status = 'running' then j.worker end,
           case when s.status = 'running' then clock_timestamp() + voygen.job_lease() end,
           case when s.goes_on then j.arguments else j.shown_arguments end,
           case when not s.goes_on then clock_timestamp() end,
           clock_timestamp(),
           case when s.status = 'running' then stepped.outside end,
           null::jsonb
    from (
      select n.status, n.status in ('running', 'input_required') as goes_on
      from (
        select case
          when end_step.result is not null then 'done'
          when j.cancel_requested then 'cancelled'
          when stepped.input_requests <> '{}' then 'input_required'
          else 'running'
        end as status) n) s)
  where j.agency_id = agency
    and j.job_id = job
    and j.run = held
    and j.status = 'running'
  returning j.status, j.outside is not null into status, waits;
  if status is null then
    perform voygen.raise('conflict', format('job %s is not held any more; nothing of this step is kept', job));
  end if;
  return case when status = 'running' and waits then 'outside' else status end;
end
$$;

commit;
