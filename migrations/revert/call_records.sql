-- Revert voygen:call_records from pg
begin;
set local role voygen_owner;

comment on table voygen.commission_audit is
  'Every commission that was calculated for a booking, and why; rows are added, never changed. Names what it is about '
  'by number, so that it outlives the trip.';
comment on column voygen.commission_audit.user_id is null;
alter table voygen.commission_audit
  alter column user_id drop default,
  drop column inputs,
  drop column tool,
  drop column role;

commit;
