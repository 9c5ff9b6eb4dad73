-- Deploy voygen:known_tokens to pg
-- Sessions keep whom a token means until a row that says so changes. They fire whatever session_replication_role is.
begin;

create trigger forget after delete or update of agency_id, token_id, role, user_id, scopes, expires_at, revoked_at, digest on voygen.tokens
  for each row execute function voygen.forget_callers();
create trigger forget after delete or update of agency_id, archived_at on voygen.agencies
  for each row execute function voygen.forget_callers();
create trigger forget after delete or update of agency_id, user_id, archived_at on voygen.users
  for each row execute function voygen.forget_callers();
create trigger forget after insert or delete or update on voygen.feature_flags
  for each row execute function voygen.forget_callers();

do $$
declare
  subject regclass;
begin
  foreach subject in array '{voygen.tokens, voygen.agencies, voygen.users, voygen.feature_flags}'::regclass[] loop
    execute format('create trigger forget_all after truncate on %s for each statement execute function voygen.forget_callers()', subject);
    execute format('alter table %s enable always trigger forget', subject);
    execute format('alter table %s enable always trigger forget_all', subject);
  end loop;
end
$$;

commit;
