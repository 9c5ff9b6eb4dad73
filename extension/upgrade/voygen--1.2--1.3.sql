\echo Use "ALTER EXTENSION voygen UPDATE TO '1.3'" to load this file. \quit

-- Tokens that sessions keep from call to call.

create function voygen.forget_callers() returns trigger
  language c
  as 'MODULE_PATHNAME', 'voygen_forget_callers';
comment on function voygen.forget_callers() is
  'Trigger AFTER each row and AFTER truncate of the tables that say whom a token means: every session looks its tokens up anew.';
revoke execute on function voygen.forget_callers() from public;
