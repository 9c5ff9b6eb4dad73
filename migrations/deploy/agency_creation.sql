-- Deploy voygen:agency_creation to pg
-- How agencies, their people and their tokens come to be. These run with the owner's rights; nobody but a superuser
-- founds an agency.
begin;
set local role voygen_owner;

create function voygen.load_starter_data(agency bigint) returns void
language plpgsql
volatile
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  ids regclass := format('voygen.ids_%s', agency)::regclass;
  -- The agency's name as it stands inside a JSON string.
  own_name text := (
    select substr(q.name, 2, length(q.name) - 2)
    from (select to_jsonb(a.name)::text as name from voygen.agencies a where a.agency_id = agency) q);
begin
  insert into voygen.sites (agency_id, site, title, kind)
  select agency, s.name, s.body->>'title', s.body->>'kind'
  from voygen.starter_data s
  where s.kind = 'site'
  on conflict do nothing;

  -- Rates have no name to tell a new one by, so they are only given to an agency that has none.
  insert into voygen.commission_rates (
    agency_id, rate_id, kind, site, supplier, chain, property, accommodation_type, rate_type, refundable, prepaid, min_nights,
    stay_from, stay_until, effective_from, effective_until, weekdays, currency, advisor, commission_percent, fixed_amount, tiers,
    tier_mode, tier_window, tier_measure, min_commission_amount, max_commission_amount, first_nights, priority)
  select
    agency, nextval(ids), coalesce(b.kind, 'percent'), b.site, b.supplier, b.chain, b.property, b.accommodation_type, b.rate_type,
    b.refundable, b.prepaid, b.min_nights, b.stay_from, b.stay_until, b.effective_from, b.effective_until, b.weekdays, b.currency,
    b.advisor, b.commission_percent, b.fixed_amount, b.tiers, b.tier_mode, b.tier_window, b.tier_measure, b.min_commission_amount,
    b.max_commission_amount, b.first_nights, coalesce(b.priority, 0)
  from (
    select jsonb_populate_record(null::voygen.commission_rates, body) as rate
    from voygen.starter_data
    where kind = 'rate'
    order by name) s
  cross join lateral (select (s.rate).*) b
  where not exists (select from voygen.commission_rates r where r.agency_id = agency);

  insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, priority, is_active)
  select
    agency, nextval(ids), s.name, s.body->'conditions', s.body->'actions',
    (s.body->>'priority')::integer, (s.body->>'is_active')::boolean
  from voygen.starter_data s
  where s.kind = 'rule'
  on conflict do nothing;

  insert into voygen.template_definitions (
    agency_id, template_id, name, aliases, title, description, content, format, variables_schema, category, default_values,
    usage_examples)
  select
    agency, nextval(ids), s.name, array(select jsonb_array_elements_text(s.body->'aliases')), s.body->>'title',
    s.body->>'description', s.body->>'content', coalesce(s.body->>'format', 'text'), s.body->'variables_schema',
    s.body->>'category', replace(coalesce(s.body->>'default_values', '{}'), 'Demo Agency', own_name)::jsonb,
    coalesce(s.body->'usage_examples', '[]')
  from voygen.starter_data s
  where s.kind = 'template'
  on conflict do nothing;

  insert into voygen.execution_chains (
    agency_id, chain_id, name, aliases, title, description, category, steps, variables_schema, output_schema,
    default_variables, configuration)
  select
    agency, nextval(ids), s.name, array(select jsonb_array_elements_text(s.body->'aliases')), s.body->>'title',
    s.body->>'description', s.body->>'category', s.body->'steps', s.body->'variables_schema', s.body->'output_schema',
    replace(coalesce(s.body->>'default_variables', '{}'), 'Demo Agency', own_name)::jsonb,
    coalesce(s.body->'configuration', '{}')
  from voygen.starter_data s
  where s.kind = 'chain'
  on conflict do nothing;
end
$$;
comment on function voygen.load_starter_data(bigint) is
  'Gives an agency the starter sites, rates, rules, templates and chains it does not have yet.';

create function voygen.load_starter_instructions() returns void
language sql
volatile
set search_path = pg_catalog, voygen, pg_temp
as $$
  insert into voygen.instruction_sets (id, name, title, content, description, category, supports_templating, chain_compatible)
  select 'starter-' || s.name, s.name, s.body->>'title', s.body->>'content', s.body->>'description', s.body->>'category',
         coalesce((s.body->>'supports_templating')::boolean, false), coalesce((s.body->>'chain_compatible')::boolean, false)
  from voygen.starter_data s
  where s.kind = 'instruction'
    and not exists (select from voygen.instruction_sets i where i.name = s.name)
$$;
comment on function voygen.load_starter_instructions() is
  'Adds the starter instruction sets that no set of that name, shared or not, stands in for; they are shared by all '
  'agencies.';

create function voygen.create_agency(slug text, name text, currency text default 'USD') returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency bigint;
begin
  insert into voygen.agencies (slug, name, currency)
  values (create_agency.slug, create_agency.name, create_agency.currency)
  returning agencies.agency_id into agency;
  execute format('create sequence voygen.ids_%s', agency);
  perform voygen.load_starter_data(agency);
  return agency;
end
$$;
comment on function voygen.create_agency(text, text, text) is
  'Founds an agency with its own ids, sites and starter data; answers its number.';

create function voygen.check_agency(agency bigint) returns void
language plpgsql
stable
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- A superuser who has not taken another role serves all agencies; everybody else the one of the session, and learns
  -- nothing about the others.
  if not (current_setting('role') = 'none' and (select rolsuper from pg_catalog.pg_roles where rolname = session_user))
     and agency is distinct from voygen.current_agency()
     or not exists (select from voygen.agencies a where a.agency_id = agency) then
    raise exception 'agency % does not exist', agency
      using errcode = 'VG003', hint = 'Found one with voygen agency create.';
  end if;
end
$$;
comment on function voygen.check_agency(bigint) is
  'Refuses an agency that is not there or not the caller''s, both in the same words.';

create function voygen.create_user(agency bigint, email text, name text, role text default 'agent', advisor boolean default true)
  returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  made bigint;
begin
  perform voygen.check_agency(agency);
  insert into voygen.users (agency_id, user_id, email, name, role, advisor)
  values (
    agency, nextval(format('voygen.ids_%s', agency)::regclass), create_user.email, create_user.name, create_user.role,
    create_user.advisor)
  returning users.user_id into made;
  return made;
end
$$;
comment on function voygen.create_user(bigint, text, text, text, boolean) is
  'Adds a person to an agency as admin, agent or reader; answers the user''s number.';

create function voygen.create_token(
  agency bigint, role text, for_user bigint default null, scopes text[] default null, expires_at timestamptz default null,
  out token_id bigint, out token text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most text;
begin
  perform voygen.check_agency(agency);
  if for_user is not null then
    select u.role into most
    from voygen.users u
    where u.agency_id = agency and u.user_id = for_user and u.archived_at is null;
    if not found then
      raise exception 'user % does not exist in this agency', for_user
        using errcode = 'VG003', hint = 'Add one with voygen user create.';
    end if;
    if array_position(array['voygen_reader', 'voygen_agent', 'voygen_admin'], create_token.role)
       > array_position(array['reader', 'agent', 'admin'], most) then
      raise exception 'user % is %: a token of role % would do more', for_user, most, create_token.role
        using errcode = 'VG005', hint = 'Give the user the role first, or ask for a token of a lower one.';
    end if;
  end if;
  -- 244 bits from the system's generator; the agency in front lets a gateway pass the call on without a look-up.
  token := 'vg_' || agency || '_' || replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
  insert into voygen.tokens (agency_id, token_id, user_id, digest, role, scopes, expires_at)
  values (
    agency, nextval(format('voygen.ids_%s', agency)::regclass), for_user, sha256(convert_to(token, 'UTF8')),
    create_token.role, create_token.scopes, create_token.expires_at)
  returning tokens.token_id into create_token.token_id;
end
$$;
comment on function voygen.create_token(bigint, text, bigint, text[], timestamptz) is
  'Makes a token for voygen_admin, voygen_agent or voygen_reader; this answer is the only place it is ever seen in.';

create function voygen.revoke_token(agency bigint, token_id bigint) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen.check_agency(agency);
  update voygen.tokens t
  set revoked_at = now()
  where t.agency_id = agency and t.token_id = revoke_token.token_id and t.revoked_at is null;
  return found;
end
$$;
comment on function voygen.revoke_token(bigint, bigint) is
  'Ends a token at once; false when there is no such token or it was ended before.';

grant execute on function voygen.create_user(bigint, text, text, text, boolean),
  voygen.create_token(bigint, text, bigint, text[], timestamptz),
  voygen.revoke_token(bigint, bigint) to voygen_admin;

commit;
