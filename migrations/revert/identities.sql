-- Revert voygen:identities from pg
begin;
set local role voygen_owner;

drop function voygen.agency_of_identity(bytea);
drop function voygen.create_identity(bigint, text, text, text, bigint, text[], timestamptz);
-- What is left of an identity without its names: a row nobody can be let in by.
update voygen.tokens set revoked_at = now() where issuer is not null and revoked_at is null;
alter table voygen.tokens
  drop constraint tokens_identity_check,
  drop column issuer,
  drop column subject;
comment on column voygen.tokens.scopes is 'Names of the only tools allowed; null allows all of the role.';
drop function voygen.identity_digest(text, text);

commit;
