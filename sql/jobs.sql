-- When pg_cron does what. pg_cron lives in one database of a server (setting cron.database_name); elsewhere nothing is scheduled.
do $$
declare
  wanted record;
begin
  if current_setting('cron.database_name', true) is distinct from current_database() then
    return;
  end if;
  create extension if not exists pg_cron;
  grant usage on schema cron to voygen_jobs;
  -- pg_cron lets everybody who sees its schema schedule anything, which would outlast every call.
  revoke usage on schema cron from voygen_admin;
  revoke execute on all functions in schema cron from public;

  for wanted in
    select j.name, j.schedule, j.command
    from (values
      ('voygen_refresh', '* * * * *', 'call voygen.refresh_job()'),
      ('voygen_expire', '*/5 * * * *', 'select voygen.expire_facts()'),
      ('voygen_proposals', '13 * * * *', 'select voygen.expire_proposals()'),
      ('voygen_volumes', '7 * * * *', 'call voygen.volumes_job()'),
      ('voygen_retention', '23 3 * * *', 'call voygen.retention_job()')
    ) as j (name, schedule, command)
    where to_regproc(substring(j.command from '(voygen\.\w+)\(')) is not null
  loop
    perform cron.schedule_in_database(wanted.name, wanted.schedule, wanted.command, current_database(), 'voygen_jobs');
  end loop;
end
$$;
