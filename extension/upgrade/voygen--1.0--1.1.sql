\echo Use "ALTER EXTENSION voygen UPDATE TO '1.1'" to load this file. \quit

create function voygen.caller(out user_id bigint, out role text, out tool text)
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller';
comment on function voygen.caller() is
  'Whose work is done: person, role and tool of the call that runs; outside of calls the role the session has taken. For the defaults of records.';

create function voygen.hold_calls() returns void
  language c volatile strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_hold_calls';
comment on function voygen.hold_calls() is
  'Waits for the calls that run and holds new ones to the end of the transaction, so that tools can be exchanged.';
revoke execute on function voygen.hold_calls() from public;
