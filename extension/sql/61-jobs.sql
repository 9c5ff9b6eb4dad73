-- Long work: the steps of jobs, and the news of them.

create function voygen.caller_token() returns bigint
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller_token';
revoke execute on function voygen.caller_token() from public;
comment on function voygen.caller_token() is
  'Number of the token that the running call was made with; null outside of calls. Owner only.';

create function voygen.redact_arguments(tool text, arguments jsonb) returns jsonb
  language c stable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_redact_arguments';
comment on function voygen.redact_arguments(text, jsonb) is
  'Arguments of a tool with what its comment tags @redact left out.';

create function voygen.work_job(agency_id bigint, job_id bigint, run bigint) returns text
  language c volatile strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_work_job';
revoke execute on function voygen.work_job(bigint, bigint, bigint) from public;
comment on function voygen.work_job(bigint, bigint, bigint) is
  'Does one step of a job that was taken (voygen.take_job) as whoever asked for it, and answers its status; running: there is more to do.';

create function voygen.job_changed() returns trigger
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_job_changed';
comment on function voygen.job_changed() is
  'Trigger for voygen.job: tells who listens on voygen_job of a change, as "AGENCY JOB STATUS".';
