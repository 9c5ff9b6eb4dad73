-- Revert voygen:recorded_calls from pg
begin;
set local role voygen_owner;

drop function voygen.record_calls(bigint[], bytea[], text[], bytea[], text[], bigint[], timestamptz[]);
comment on table voygen.audit is
  'Every call that changed something, and every call through the program that failed: who, what, with which outcome. Rows '
  'are added, never changed.';
comment on column voygen.tokens.last_used_at is null;

commit;
