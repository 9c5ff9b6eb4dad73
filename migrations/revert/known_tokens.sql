-- Revert voygen:known_tokens from pg
begin;

do $$
declare
  subject regclass;
begin
  foreach subject in array '{voygen.tokens, voygen.agencies, voygen.users, voygen.feature_flags}'::regclass[] loop
    execute format('drop trigger forget on %s', subject);
    execute format('drop trigger forget_all on %s', subject);
  end loop;
end
$$;

commit;
