-- Verify voygen:agencies on pg
\o /dev/null
select agency_id, slug, name, currency, rounding, low_cut, high_cut, settings, created_at, updated_at, archived_at from voygen.agencies where false;
select agency_id, user_id, email, name, role, advisor, created_at, updated_at, archived_at from voygen.users where false;
select agency_id, token_id, user_id, digest, role, scopes, expires_at, revoked_at, last_used_at, created_at from voygen.tokens where false;
select agency_id, site, title, kind, is_active, created_at, updated_at from voygen.sites where false;
select 1 / bool_and(relrowsecurity)::int from pg_catalog.pg_class
where oid in ('voygen.agencies'::regclass, 'voygen.users'::regclass, 'voygen.tokens'::regclass, 'voygen.sites'::regclass);
