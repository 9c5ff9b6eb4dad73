-- What the program in front needs beside calls: what a caller may see, what a record keeps, and news.

create function voygen.caller_may(tool text) returns boolean
  language c stable strict parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller_may';
comment on function voygen.caller_may(text) is
  'Whether the call that runs could have been one of this tool, by role, scopes of the token and switches of the agency. For what shows the same data in another way.';

create function voygen.recorded_arguments(tool text, arguments bytea) returns text
  language c stable strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_recorded_arguments';
comment on function voygen.recorded_arguments(text, bytea) is
  'The arguments of a call as its record keeps them: what is marked @redact left out; the SHA-256 of what is no object, or longer than 32 kB.';
revoke execute on function voygen.recorded_arguments(text, bytea) from public;

create function voygen.tell_agency() returns trigger
  language c
  as 'MODULE_PATHNAME', 'voygen_tell_agency';
comment on function voygen.tell_agency() is
  'Trigger AFTER each row, tell_agency(''channel''): sends the agency''s number, or "all" for a row of no agency, to those who listen there.';
revoke execute on function voygen.tell_agency() from public;

create function voygen.forget_callers() returns trigger
  language c
  as 'MODULE_PATHNAME', 'voygen_forget_callers';
comment on function voygen.forget_callers() is
  'Trigger AFTER each row and AFTER truncate of the tables that say whom a token means: every session looks its tokens up anew.';
revoke execute on function voygen.forget_callers() from public;
