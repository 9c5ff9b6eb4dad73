-- Revert voygen:failed_calls from pg
begin;
set local role voygen_owner;

drop function voygen.record_failure(bigint, bytea, text, text, bytea, bigint);
comment on table voygen.audit is
  'Every call that could change something: who, what, with which outcome. Rows are added, never changed.';
comment on column voygen.audit.args is 'Arguments with what is marked @redact left out.';

commit;
