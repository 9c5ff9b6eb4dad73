-- Which agency the session works for, and the ids of its rows.

create function voygen.library_version() returns text
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_library_version';
comment on function voygen.library_version() is
  'Version of the loaded library; pg_extension has the version of the catalogue, and the two must agree.';

create function voygen.current_agency() returns bigint
  language c stable parallel safe leakproof cost 1
  as 'MODULE_PATHNAME', 'voygen_current_agency';
comment on function voygen.current_agency() is
  'Agency of the session (setting voygen.agency_id, which only privileged code can change); null when none is set.';

create function voygen.next_id() returns bigint
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_next_id';
comment on function voygen.next_id() is
  'Next id from the current agency''s own sequence voygen.ids_<agency>, or from voygen.ids_shared when no agency is set.';
