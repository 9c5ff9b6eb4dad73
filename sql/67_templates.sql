-- Texts with placeholders: filling one in, looking at them, making a new version. The language and its errors are the extension's
-- (voygen.placeholders_render); a template is a row of template_definitions, each version one of its own, one of them in use.

create type voygen_api.template_category as enum (
  'client-communication', 'proposals', 'internal-docs', 'email-templates', 'itinerary-templates', 'legal-documents', 'marketing-materials', 'custom');
comment on type voygen_api.template_category is 'What a template is for.';

create type voygen_api.template_format as enum ('text', 'html', 'markdown', 'json');
comment on type voygen_api.template_format is 'What a template is written as; values put into it are escaped accordingly.';

create type voygen_api.template_example as (
  name text,
  description text,
  variables jsonb,
  expected text
);
comment on type voygen_api.template_example is 'Variables a template can be tried with, and what it says then.';
comment on column voygen_api.template_example.name is '@required @max 200';
comment on column voygen_api.template_example.variables is 'As process_template takes them.';
comment on column voygen_api.template_example.expected is 'The whole text that must come out, byte for byte.';

create type voygen_api.processed_template as (
  template text,
  version text,
  content text,
  format voygen_api.template_format,
  variables_used text[],
  defaults_applied text[],
  warnings text[]
);
comment on type voygen_api.processed_template is 'A template filled in.';
comment on column voygen_api.processed_template.template is 'Its name, also when it was asked for by another. @required';
comment on column voygen_api.processed_template.version is '@required';
comment on column voygen_api.processed_template.content is '@required';
comment on column voygen_api.processed_template.format is '@required';
comment on column voygen_api.processed_template.variables_used is 'Variables that had a value and were asked for.';
comment on column voygen_api.processed_template.defaults_applied is 'Those whose value is a default.';
comment on column voygen_api.processed_template.warnings is 'What should be looked at: places where nothing stands, values that do not fit their format.';

create type voygen_api.template_version as (
  version text,
  is_active boolean,
  created_at timestamptz,
  uses bigint,
  last_used_at timestamptz,
  last_used_by bigint
);
comment on type voygen_api.template_version is 'A version of a template and how often it was filled in.';
comment on column voygen_api.template_version.version is '@required';
comment on column voygen_api.template_version.is_active is 'The one that is used when nobody asks for another. @required';
comment on column voygen_api.template_version.uses is '@required';
comment on column voygen_api.template_version.last_used_by is 'Number of the person, where the token named one.';

create type voygen_api.template_line as (
  name text,
  aliases text[],
  title text,
  description text,
  category voygen_api.template_category,
  format voygen_api.template_format,
  version text,
  versions integer,
  required text[],
  uses bigint,
  last_used_at timestamptz
);
comment on type voygen_api.template_line is 'A template in a list.';
comment on column voygen_api.template_line.name is '@required';
comment on column voygen_api.template_line.aliases is 'Other names it is asked for by.';
comment on column voygen_api.template_line.version is 'The one in use.';
comment on column voygen_api.template_line.versions is 'How many there are.';
comment on column voygen_api.template_line.required is 'Variables it cannot do without.';
comment on column voygen_api.template_line.uses is 'Of all its versions.';

create type voygen_api.template_list as (
  templates voygen_api.template_line[]
);
comment on type voygen_api.template_list is 'The templates of the agency.';

create type voygen_api.template as (
  name text,
  aliases text[],
  title text,
  description text,
  category voygen_api.template_category,
  format voygen_api.template_format,
  version text,
  is_active boolean,
  content text,
  variables_schema jsonb,
  default_values jsonb,
  usage_examples jsonb,
  variables text[],
  undefined text[],
  unused text[],
  warnings text[],
  versions voygen_api.template_version[]
);
comment on type voygen_api.template is 'A version of a template, with all there is to say of it.';
comment on column voygen_api.template.name is '@required';
comment on column voygen_api.template.variables_schema is 'JSON Schema, or a flat object of variables.';
comment on column voygen_api.template.usage_examples is 'A list of {name, variables, expected}. @format any';
comment on column voygen_api.template.variables is 'Those it uses.';
comment on column voygen_api.template.undefined is 'Used, but not in the schema.';
comment on column voygen_api.template.unused is 'In the schema, but not used.';
comment on column voygen_api.template.warnings is 'What looks like a slip in its text.';
comment on column voygen_api.template.versions is 'All of its versions, the newest first.';

-- ---- finding one

create function voygen_lib.current_templates() returns setof voygen.template_definitions
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select distinct on (name) *
  from template_definitions
  where agency_id = voygen_lib.agency()
    and is_active
  order by name, updated_at desc, template_id desc
$$;
comment on function voygen_lib.current_templates() is 'The newest version of each template in use.';

create function voygen_lib.known_templates() returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select string_agg(format('%s (%s)', t.name, t.category), ', ' order by t.name)
  from voygen_lib.current_templates() as t
$$;
comment on function voygen_lib.known_templates() is 'The templates there are, for an error.';

create function voygen_lib.template_name(wanted text) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select t.name
  from voygen_lib.current_templates() as t
  where t.name = wanted
     or wanted = any (t.aliases)
  order by t.name = wanted desc, t.name
  limit 1
$$;
comment on function voygen_lib.template_name(text) is 'The name of the template that is asked for by its name or another of its names; null when there is none.';

create function voygen_lib.require_template(wanted text, version text default null) returns voygen.template_definitions
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  named text := voygen_lib.template_name(wanted);
  found_row template_definitions;
begin
  if named is null then
    perform voygen.raise('not_found', format('there is no template %s', left(wanted, 100)), path => '/template_name',
      expected => left('one of ' || coalesce(voygen_lib.known_templates(), 'no templates'), 2000), got => left(wanted, 100),
      hint => 'list_templates tells what each of them is for.');
  end if;
  if require_template.version is null then
    select t.* into found_row from voygen_lib.current_templates() as t where t.name = named;
    return found_row;
  end if;
  select t.*
  into found_row
  from template_definitions as t
  where t.agency_id = voygen_lib.agency()
    and t.name = named
    and t.version = require_template.version;
  if not found then
    perform voygen.raise('not_found', format('template %s has no version %s', named, left(require_template.version, 40)), path => '/version',
      expected => (
        select 'one of ' || string_agg(t.version, ', ' order by t.template_id)
        from template_definitions as t
        where t.agency_id = voygen_lib.agency() and t.name = named),
      got => left(require_template.version, 40));
  end if;
  return found_row;
end
$$;
comment on function voygen_lib.require_template(text, text) is 'A template by one of its names, in the version in use or another; an error that lists what there is.';

-- ---- filling in

create function voygen_lib.count_template_use(template voygen.template_definitions, trip bigint, client bigint) returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  person bigint := (select c.user_id from voygen.caller() as c);
begin
  insert into template_uses as u (agency_id, template_id, user_id)
  values (template.agency_id, template.template_id, coalesce(person, 0))
  on conflict (agency_id, template_id, user_id) do update
  set uses = u.uses + 1, last_used_at = excluded.last_used_at;
  if trip is not null or client is not null then
    insert into template_usage (agency_id, template_id, trip_id, client_id, used_by)
    values (template.agency_id, template.template_id, trip, client, person);
  end if;
end
$$;
comment on function voygen_lib.count_template_use(voygen.template_definitions, bigint, bigint) is
'Counts a use of a template for whoever calls, and keeps for which trip or client it was.';

create function voygen_api.process_template(
  template_name text,
  variables jsonb default null,
  output_format voygen_api.template_format default null,
  context jsonb default null,
  version text default null,
  trip_id text default null,
  client_id text default null,
  idempotency_key text default null
) returns voygen_api.processed_template
language plpgsql volatile parallel unsafe
security definer -- readers fill in, too, and every use is counted whoever it is; no role but this one's owner could count otherwise
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  template template_definitions := voygen_lib.require_template(process_template.template_name, process_template.version);
  trip bigint := voygen_lib.trip_at(process_template.trip_id, '/trip_id');
  client bigint := voygen_lib.client_at(process_template.client_id, '/client_id');
  made record;
begin
  select r.*
  into made
  from placeholders_render(
    template.content, template.format, process_template.output_format::text, template.variables_schema, template.default_values,
    process_template.context, process_template.variables, template.name) as r;
  perform voygen_lib.count_template_use(template, trip, client);
  return (
    template.name, template.version, made.content, coalesce(process_template.output_format::text, template.format), made.variables_used,
    made.defaults_applied, made.warnings)::voygen_api.processed_template;
end
$$;
revoke execute on function voygen_api.process_template from public;
grant execute on function voygen_api.process_template to voygen_admin, voygen_agent, voygen_reader;
comment on function voygen_api.process_template is
'Fill in a template
Writes the text of a template with the variables given. What is not given is taken from the context, else from the defaults; variables that are needed and missing are all named. Values are put in as they are, escaped for the format, and never read as placeholders themselves. list_templates tells which there are, get_template which variables one takes.
@param template_name Its name, or another of its names. @max 100 @example client-welcome-email
@param variables Values by name; a part of an object may be given as "trip.city". @example {"client_name": "Demo Client", "destination": "Lisbon", "agent_name": "Demo Agent"}
@param output_format What the text shall be: as the template is written when absent. A text can also be had as html or markdown, markdown also as text.
@param context Further values, behind variables and before defaults: what is known of the agent, the client, the trip. @example {"agency_name": "Demo Agency"}
@param version An earlier version than the one in use. @max 40 @example 1.0.0
@param trip_id For which trip the text is: number or slug. Kept with the use. @format id
@param client_id For which client the text is: number or slug. Kept with the use. @format id
@param idempotency_key The same key with the same arguments runs once and answers the same.
@example {"template_name": "client-welcome-email", "variables": {"client_name": "Demo Client", "destination": "Lisbon", "agent_name": "Demo Agent"}}';

-- ---- looking at them

create function voygen_lib.required_variables(schema jsonb) returns text[]
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(schema->'required') = 'array' then array(select jsonb_array_elements_text(schema->'required'))
    else array(select v.key from jsonb_each(schema) as v where v.value->'required' = 'true' order by v.key)
  end
$$;
comment on function voygen_lib.required_variables(jsonb) is 'What a schema of variables of either shape asks for.';

create function voygen_lib.template_versions(name text) returns voygen_api.template_version[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array_agg(
    (t.version, t.is_active, t.created_at, u.uses, u.last_used_at, u.last_used_by)::voygen_api.template_version
    order by t.template_id desc)
  from template_definitions as t
  cross join lateral (
    select coalesce(sum(c.uses), 0)::bigint as uses, max(c.last_used_at) as last_used_at,
      nullif((array_agg(c.user_id order by c.last_used_at desc))[1], 0) as last_used_by
    from template_uses as c
    where c.agency_id = t.agency_id and c.template_id = t.template_id) as u
  where t.agency_id = voygen_lib.agency()
    and t.name = template_versions.name
$$;
comment on function voygen_lib.template_versions(text) is 'The versions of a template, the newest first.';

create function voygen_api.list_templates(category voygen_api.template_category default null) returns voygen_api.template_list
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select row(coalesce(
    array_agg(
      (t.name, t.aliases, t.title, t.description, t.category, t.format, t.version, cardinality(v.versions),
        voygen_lib.required_variables(t.variables_schema),
        (select sum(o.uses) from unnest(v.versions) as o), (select max(o.last_used_at) from unnest(v.versions) as o))::voygen_api.template_line
      order by t.name),
    '{}'))::voygen_api.template_list
  from voygen_lib.current_templates() as t
  cross join lateral (select voygen_lib.template_versions(t.name) as versions) as v
  where list_templates.category is null
     or t.category = list_templates.category::text
$$;
comment on function voygen_api.list_templates is
'List templates
Lists the texts with placeholders the agency has: letters, proposals, confirmations. process_template fills one in.
@param category Only those for this.
@example {"category": "client-communication"}';

create type voygen_lib.checked_template as (
  variables text[],
  undefined text[],
  unused text[],
  remarks text[]
);
comment on type voygen_lib.checked_template is 'What placeholders_check says of a template.';

create function voygen_lib.check_template(template voygen.template_definitions) returns voygen_lib.checked_template
language plpgsql stable parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  checked voygen_lib.checked_template;
begin
  select c.*
  into checked
  from placeholders_check(template.content, template.variables_schema, template.default_values) as c;
  return checked;
exception
  when sqlstate 'VG001' then
    return ('{}', '{}', '{}', array['it cannot be filled in: ' || sqlerrm])::voygen_lib.checked_template;
end
$$;
comment on function voygen_lib.check_template(voygen.template_definitions) is
'What a stored template uses and what is wrong with it: one that was written past the tools may not even compile, and is shown all the same.';

create function voygen_api.get_template(template_name text, version text default null) returns voygen_api.template
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  template template_definitions := voygen_lib.require_template(get_template.template_name, get_template.version);
  checked voygen_lib.checked_template := voygen_lib.check_template(template);
begin
  return (
    template.name, template.aliases, template.title, template.description, template.category, template.format, template.version,
    template.is_active, template.content, template.variables_schema, template.default_values, template.usage_examples, checked.variables,
    checked.undefined, checked.unused, checked.remarks, voygen_lib.template_versions(template.name))::voygen_api.template;
end
$$;
comment on function voygen_api.get_template is
'Look at a template
Tells the text of a template, the variables it takes and what it was tried with, and lists its versions.
@param template_name Its name, or another of its names. @max 100 @example followup-email
@param version An earlier version than the one in use. @max 40 @example 1.0.0
@example {"template_name": "client-welcome-email"}';
