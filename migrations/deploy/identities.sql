-- Deploy voygen:identities to pg
-- Callers whom somebody else has identified: a subject of an issuer (of a signed token, say) stands for a row of
-- voygen.tokens. Its digest is made of both, so voygen.call finds it like any other, with its role, scopes, expiry and end.
begin;
set local role voygen_owner;

-- A NUL in front, which no token shown by a caller can hold, and the length of the first part: no token of ours, no other
-- pair and no text sent as a token has the same bytes.
create function voygen.identity_digest(issuer text, subject text) returns bytea
language sql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select sha256(
    '\x00'::bytea || int4send(octet_length(convert_to(issuer, 'UTF8'))) || convert_to(issuer, 'UTF8') || convert_to(subject, 'UTF8'))
$$;
comment on function voygen.identity_digest(text, text) is
  'The digest that stands for a subject of an issuer in voygen.call: SHA-256 of a NUL, the bytes of the issuer as four bytes, '
  'highest first, issuer and subject in UTF-8.';

alter table voygen.tokens
  add column issuer text,
  add column subject text;
alter table voygen.tokens
  add constraint tokens_identity_check check (
    (issuer is null and subject is null)
    or (issuer <> '' and subject <> '' and digest = voygen.identity_digest(issuer, subject))) not valid;
alter table voygen.tokens validate constraint tokens_identity_check;
comment on column voygen.tokens.issuer is 'Who identifies the caller, when it is not a key of ours.';
comment on column voygen.tokens.subject is 'Whom the issuer means.';
comment on column voygen.tokens.scopes is
  'Tools allowed: names, beginnings of names with a * behind, "read" or "write"; null allows all of the role.';
grant select (issuer, subject) on voygen.tokens to voygen_admin;

create function voygen.create_identity(
  agency bigint, issuer text, subject text, role text, for_user bigint default null, scopes text[] default null,
  expires_at timestamptz default null
) returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted bytea := voygen.identity_digest(create_identity.issuer, create_identity.subject);
  made bigint;
begin
  if coalesce(create_identity.issuer, '') = '' or coalesce(create_identity.subject, '') = '' then
    raise exception 'an identity has an issuer and a subject'
      using errcode = 'VG001';
  end if;
  perform voygen.check_agency(agency);
  if exists (select from voygen.tokens as t where t.digest = wanted and t.issuer is not null and t.revoked_at is null) then
    raise exception 'subject % of issuer % has an agency already', left(create_identity.subject, 100), left(create_identity.issuer, 100)
      using errcode = 'VG004', hint = 'Revoke that identity first: one subject works for one agency.';
  end if;
  -- One that was ended makes room for its successor.
  delete from voygen.tokens as t
  where t.agency_id = agency
    and t.digest = wanted;
  -- A token of ours, judged as any; nobody ever sees its key, and the identity takes its place.
  select t.token_id
  into made
  from voygen.create_token(agency, create_identity.role, for_user, create_identity.scopes, create_identity.expires_at) as t;
  update voygen.tokens as t
  set issuer = create_identity.issuer, subject = create_identity.subject, digest = wanted
  where t.agency_id = agency
    and t.token_id = made;
  return made;
end
$$;
comment on function voygen.create_identity(bigint, text, text, text, bigint, text[], timestamptz) is
  'Lets a subject of an issuer call tools of an agency as a role; answers the number voygen.revoke_token ends it by. For who '
  'runs the database: an issuer serves all agencies, and whoever could name a subject could take another agency''s people.';
revoke execute on function voygen.create_identity(bigint, text, text, text, bigint, text[], timestamptz) from public;

create function voygen.agency_of_identity(token_digest bytea) returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
  select t.agency_id
  from voygen.tokens as t
  where t.digest = token_digest
    and t.issuer is not null
    and t.revoked_at is null
$$;
comment on function voygen.agency_of_identity(bytea) is
  'The agency of an identity by its digest (voygen.identity_digest), null when nobody has it. For the program in front, which '
  'reads the agency of our own tokens from their text.';
revoke execute on function voygen.agency_of_identity(bytea) from public;
grant execute on function voygen.agency_of_identity(bytea) to voygen_gateway;

commit;
