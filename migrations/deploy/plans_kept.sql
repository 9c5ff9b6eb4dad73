-- Deploy voygen:plans_kept to pg
-- How long rows are kept is part of what every call of get_job answers. As an expression that is folded into the one around
-- it: a function in SQL that sets its path is planned anew in every transaction.
create or replace function voygen.retention_days(settings jsonb, subject text) returns integer
language sql
immutable
begin atomic
  select case
    when settings->'retention' ? subject and jsonb_typeof(settings->'retention'->subject) in ('number', 'null')
      then floor((settings->'retention'->>subject)::numeric)::integer
    else ('{"audit": 730, "commission_audit": 2555, "idempotency_keys": 30, "facts_history": 1095, "facts_runs": 30,
            "template_processings": 180, "extraction_sessions": 180, "chain_executions": 365, "jobs": 30}'::jsonb->>subject)::integer
  end;
end;
