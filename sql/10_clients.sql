-- Clients: the people an agency plans for.

create type voygen_api.client_ref as (
  client_id bigint,
  slug text
);
comment on type voygen_api.client_ref is 'A client by both its names; either is accepted wherever a client_id is asked for.';

create type voygen_api.client as (
  client_id bigint,
  slug text,
  name text,
  email text,
  phone text,
  tier text,
  preferences jsonb,
  notes text,
  trips bigint,
  archived_at timestamptz
);
comment on type voygen_api.client is 'A client.';
comment on column voygen_api.client.trips is 'Trips of this client that are not archived.';

create type voygen_api.client_filters as (
  tier voygen_api.client_tier,
  email text,
  archived boolean
);
comment on type voygen_api.client_filters is 'Which clients to consider.';
comment on column voygen_api.client_filters.email is 'The whole address; case does not count.';
comment on column voygen_api.client_filters.archived is 'true: only archived ones, false or absent: only those in use.';

create type voygen_api.client_list as (
  clients voygen_api.client[],
  total bigint,
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_api.client_list is 'Clients found, best match first.';
comment on column voygen_api.client_list.total is 'How many clients fit; at least so many when total_is_capped.';
comment on column voygen_api.client_list.total_is_capped is 'So many fit that only hundreds of them were looked at.';
comment on column voygen_api.client_list.suggestions is 'When nothing fits: the names nearest to what was asked.';

create type voygen_api.archived as (
  id bigint,
  slug text,
  archived_at timestamptz
);
comment on type voygen_api.archived is 'What was put away, and when.';

create type voygen_api.changed as (
  id bigint,
  slug text,
  changed boolean
);
comment on type voygen_api.changed is 'What an update was made on; changed is false when it said nothing new.';

create function voygen_lib.insert_client(new_client voygen.clients) returns voygen_api.client_ref
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  base text := voygen_lib.slug_base(array[voygen_lib.slug_part(new_client.name, 60)], 'client');
  made voygen_api.client_ref;
begin
  for attempt in 0..999 loop
    insert into clients (agency_id, slug, name, email, phone, tier, preferences, notes)
    values (
      new_client.agency_id, base || case when attempt > 0 then '-' || attempt else '' end, new_client.name,
      new_client.email, new_client.phone, new_client.tier, new_client.preferences, new_client.notes)
    on conflict (agency_id, slug) do nothing
    returning client_id, slug into made;
    if found then
      return made;
    end if;
  end loop;
  perform voygen.raise('conflict', format('a thousand clients are already called %s', base), path => '/name',
    hint => 'Add something to the name that tells this client apart.');
end
$$;
comment on function voygen_lib.insert_client(voygen.clients) is
'Inserts a client under the first free slug. A concurrent insert of the same slug is waited for, then the next number is tried.';

create function voygen_api.create_client(
  name text,
  email text default null,
  phone text default null,
  tier voygen_api.client_tier default 'standard',
  preferences jsonb default null,
  notes text default null,
  idempotency_key text default null
) returns voygen_api.client_ref
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  made voygen.clients;
begin
  made.agency_id := voygen_lib.agency();
  made.name := voygen_lib.require_text(create_client.name, '/name', 200);
  made.email := voygen_lib.require_email(create_client.email);
  made.phone := create_client.phone;
  made.tier := coalesce(create_client.tier, 'standard')::text;
  made.preferences := voygen_lib.require_object(create_client.preferences, '/preferences');
  made.notes := create_client.notes;
  return voygen_lib.insert_client(made);
end
$$;
comment on function voygen_api.create_client is
'Create a client
Adds a client to the agency and gives it a slug made of its name.
@param name Full name, as it shall stand on proposals. @example Demo Client
@param email E-mail address. @format email
@param phone Telephone number, as the client gives it.
@param tier Rank of the client.
@param preferences What the client likes, free form. @example {"view": "sea"}
@param notes For the agency alone.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"name": "Demo Client", "email": "demo@example.com", "tier": "vip"}';

create function voygen_lib.require_email(email text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if email !~ '^[^@\s]+@[^@\s]+$' then
    perform voygen.raise('invalid_argument', 'email is not an address', path => '/email', expected => 'name@domain', got => email);
  end if;
  return btrim(email);
end
$$;
comment on function voygen_lib.require_email(text) is 'An e-mail address or nothing; only its shape is checked.';

create function voygen_lib.require_object(value jsonb, path text) returns jsonb
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if jsonb_typeof(value) not in ('object', 'null') then
    perform voygen.raise('invalid_argument', format('%s is not an object', ltrim(path, '/')), path => path, expected => 'object', got => jsonb_typeof(value));
  end if;
  return coalesce(nullif(value, 'null'), '{}');
end
$$;
comment on function voygen_lib.require_object(jsonb, text) is 'A JSON object; nothing becomes the empty one.';

create function voygen_api.update_client(
  client_id text,
  name text default null,
  email text default null,
  phone text default null,
  tier voygen_api.client_tier default null,
  preferences jsonb default null,
  notes text default null,
  clear text[] default null,
  idempotency_key text default null
) returns voygen_api.changed
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  emptied text[] := voygen_lib.require_clearable(update_client.clear, '{email,phone,notes,preferences}');
  old_client voygen.clients;
  new_client voygen.clients;
begin
  select *
  into old_client
  from clients
  where agency_id = voygen_lib.agency()
    and client_id = voygen.resolve_client(update_client.client_id)
  for update;
  new_client := old_client;
  if update_client.name is not null then
    new_client.name := voygen_lib.require_text(update_client.name, '/name', 200);
  end if;
  new_client.email := voygen_lib.updated(emptied, 'email', voygen_lib.require_email(update_client.email), old_client.email);
  new_client.phone := voygen_lib.updated(emptied, 'phone', update_client.phone, old_client.phone);
  new_client.notes := voygen_lib.updated(emptied, 'notes', update_client.notes, old_client.notes);
  new_client.tier := coalesce(update_client.tier::text, old_client.tier);
  if 'preferences' = any (emptied) then
    new_client.preferences := '{}';
  elsif update_client.preferences is not null then
    new_client.preferences := voygen_lib.require_object(update_client.preferences, '/preferences');
  end if;

  if new_client is distinct from old_client then
    update clients
    set name = new_client.name,
      email = new_client.email,
      phone = new_client.phone,
      tier = new_client.tier,
      preferences = new_client.preferences,
      notes = new_client.notes,
      updated_at = now()
    where agency_id = old_client.agency_id
      and client_id = old_client.client_id;
  end if;
  return (old_client.client_id, old_client.slug, new_client is distinct from old_client)::voygen_api.changed;
end
$$;
comment on function voygen_api.update_client is
'Change a client
Changes the fields that are given and leaves the others as they are. The slug stays: links to it keep working.
@param client_id Number or slug of the client. @format id
@param name Full name.
@param email E-mail address. @format email
@param phone Telephone number.
@param tier Rank of the client.
@param preferences Takes the place of the preferences there were.
@param notes For the agency alone.
@param clear Names of fields to empty: email, phone, notes, preferences.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"client_id": "demo-client", "tier": "platinum", "clear": ["phone"]}';

create function voygen_api.archive_client(
  client_id text,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.archived
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  found_id bigint := voygen.resolve_client(archive_client.client_id);
  put_away voygen_api.archived;
begin
  perform voygen_lib.require_confirm(archive_client.confirm, 'archiving a client');
  update clients
  set archived_at = now(),
    updated_at = now()
  where agency_id = voygen_lib.agency()
    and client_id = found_id
    and archived_at is null;
  select client_id, slug, archived_at
  into put_away
  from clients
  where agency_id = voygen_lib.agency()
    and client_id = found_id;
  return put_away;
end
$$;
comment on function voygen_api.archive_client is
'Archive a client
Puts a client away: it is not found any more unless archived ones are asked for. Its trips stay as they are. Archiving twice is harmless.
@param client_id Number or slug of the client. @format id
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"client_id": "demo-client", "confirm": true}';
