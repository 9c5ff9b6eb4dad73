-- Deploy voygen:call_records to pg
-- The record of calculations says who had it made, with which tool, from what. Columns first, their defaults after: rows
-- of before stay as they are, unwritten.
begin;
set local role voygen_owner;

alter table voygen.commission_audit
  add column role text,
  add column tool text,
  add column inputs jsonb;
alter table voygen.commission_audit
  alter column user_id set default (voygen.caller()).user_id,
  alter column role set default (voygen.caller()).role,
  alter column tool set default (voygen.caller()).tool;
comment on column voygen.commission_audit.user_id is 'Whose call it was, when the token names a person.';
comment on column voygen.commission_audit.role is 'Role that had it calculated.';
comment on column voygen.commission_audit.tool is 'Tool that was called; null when a session calculated without one.';
comment on column voygen.commission_audit.inputs is
  'What was given to the calculation; of more than 32 kB the length and the SHA-256. Null: the rows named are what it was '
  'made from.';
comment on table voygen.commission_audit is
  'Every commission that was calculated by a tool, and why; rows are added, never changed. Names what it is about by '
  'number, so that it outlives the trip.';

commit;
