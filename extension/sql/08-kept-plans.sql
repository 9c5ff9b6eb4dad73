-- Statements put together from text, with their plans kept.

create function voygen.kept(answer anyelement, statement text, variadic arguments "any")
  returns anyelement
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_kept';
revoke execute on function voygen.kept(anyelement, text, "any") from public;
comment on function voygen.kept(anyelement, text, "any") is
  'The one value of a reading statement with $1, $2, … bound to the arguments, of the type of answer. The statement is planned once in '
  'a session, for whatever values: what EXECUTE does, without planning each time. The caller''s rights.';
