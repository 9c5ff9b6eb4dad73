-- Revert voygen:agency_creation from pg
begin;
set local role voygen_owner;

drop function voygen.revoke_token(bigint, bigint);
drop function voygen.create_token(bigint, text, bigint, text[], timestamptz);
drop function voygen.create_user(bigint, text, text, text, boolean);
drop function voygen.check_agency(bigint);
drop function voygen.create_agency(text, text, text);
drop function voygen.load_starter_instructions();
drop function voygen.load_starter_data(bigint);

commit;
