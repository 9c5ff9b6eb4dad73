-- Making a template, or a new version of one. A version is never changed: the new one takes its place, and the old ones can be read and
-- filled in by their number.

create type voygen_api.created_template as (
  name text,
  version text,
  changed boolean,
  replaced text,
  variables text[],
  undefined text[],
  unused text[],
  warnings text[],
  examples_checked integer
);
comment on type voygen_api.created_template is 'A template that is in use from now on, and what it was found to be like.';
comment on column voygen_api.created_template.name is '@required';
comment on column voygen_api.created_template.version is '@required';
comment on column voygen_api.created_template.changed is 'false: the version in use says all of this already. @required';
comment on column voygen_api.created_template.replaced is 'The version that was in use before.';
comment on column voygen_api.created_template.variables is 'Those it uses.';
comment on column voygen_api.created_template.undefined is 'Used, but not in the schema.';
comment on column voygen_api.created_template.unused is 'In the schema, but not used.';
comment on column voygen_api.created_template.warnings is 'What should be looked at.';
comment on column voygen_api.created_template.examples_checked is 'Examples whose expected text came out. @required';

-- ---- versions

create function voygen_lib.version_parts(version text) returns integer[]
language sql immutable parallel safe
begin atomic
  select pg_catalog.string_to_array(version, '.')::integer[];
end;
comment on function voygen_lib.version_parts(text) is 'The numbers of a version: it can be compared by them.';

create function voygen_lib.is_version(version text) returns boolean
language sql immutable parallel safe
begin atomic
  select version ~ '^(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})$';
end;
comment on function voygen_lib.is_version(text) is 'Three numbers with points between them.';

create function voygen_lib.newest_version(name text) returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select t.version
  from template_definitions as t
  where t.agency_id = voygen_lib.agency()
    and t.name = newest_version.name
    and voygen_lib.is_version(t.version)
  order by voygen_lib.version_parts(t.version) desc
  limit 1
$$;
comment on function voygen_lib.newest_version(text) is 'The highest version of a template; null when there is none.';

create function voygen_lib.next_version(name text, wanted text) returns text
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  newest text := voygen_lib.newest_version(name);
  parts integer[] := coalesce(voygen_lib.version_parts(newest), array[0, 9, 0]);
  following text := case when newest is null then '1.0.0' else format('%s.%s.0', parts[1], parts[2] + 1) end;
begin
  if wanted is null then
    return following;
  end if;
  if not voygen_lib.is_version(wanted) then
    perform voygen.raise('invalid_argument', format('%s is no version', left(wanted, 40)), path => '/version', expected => 'three numbers, as in ' || following,
      got => left(wanted, 40));
  end if;
  if voygen_lib.version_parts(wanted) <= parts then
    perform voygen.raise('conflict', format('template %s has version %s already, and versions only go up', name, newest), path => '/version',
      expected => 'a version above ' || newest, got => wanted, hint => 'Without a version the next one is taken: ' || following || '.');
  end if;
  return wanted;
end
$$;
comment on function voygen_lib.next_version(text, text) is 'The version a new one of a template gets: the one that is wanted, if it is above all others, else the next.';

-- ---- checks

create function voygen_lib.require_template_names(name text, aliases text[]) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  taken record;
begin
  if name !~ '^[a-zA-Z0-9_-]{3,50}$' then
    perform voygen.raise('invalid_argument', 'a template cannot have this name', path => '/name', expected => '3 to 50 letters, digits, - or _', got => left(name, 80));
  end if;
  select w.named, w.place, t.name as owner
  into taken
  from unnest(array[require_template_names.name] || aliases) with ordinality as w(named, place)
  join voygen_lib.current_templates() as t on t.name <> require_template_names.name and (t.name = w.named or w.named = any (t.aliases))
  order by w.place
  limit 1;
  if found then
    perform voygen.raise('conflict', format('%s is a name of template %s', left(taken.named, 80), taken.owner),
      path => case when taken.place = 1 then '/name' else '/aliases/' || taken.place - 2 end, expected => 'a name no other template has', got => left(taken.named, 80));
  end if;
end
$$;
comment on function voygen_lib.require_template_names(text, text[]) is 'Refuses names that are none, and those of other templates.';

create function voygen_lib.first_difference(expected text, got text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select format('line %s: %s', place, coalesce(left(g.line, 200), '(the end)'))
  from regexp_split_to_table(expected, E'\n') with ordinality as e(line, place)
  full join regexp_split_to_table(got, E'\n') with ordinality as g(line, place) using (place)
  where e.line is distinct from g.line
  order by place
  limit 1
$$;
comment on function voygen_lib.first_difference(text, text) is 'The first line of what came out that is not as expected.';

create function voygen_lib.check_example(template voygen.template_definitions, example voygen_api.template_example, place integer) returns boolean
language plpgsql stable parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  got text;
  message text;
  detail text;
begin
  begin
    select r.content
    into got
    from placeholders_render(
      template.content, template.format, null, template.variables_schema, template.default_values, null, example.variables, null) as r;
  exception
    when sqlstate 'VG001' or sqlstate 'VG002' then
      get stacked diagnostics message = message_text, detail = pg_exception_detail;
      perform voygen.raise('invalid_argument', format('example "%s": %s', example.name, message),
        path => format('/usage_examples/%s%s', place, detail::jsonb->>'path'), expected => detail::jsonb->>'expected', got => detail::jsonb->>'got');
  end;
  if got is distinct from example.expected and example.expected is not null then
    perform voygen.raise('invalid_argument', format('example "%s" does not come out as expected', example.name),
      path => format('/usage_examples/%s/expected', place), expected => voygen_lib.first_difference(got, example.expected),
      got => voygen_lib.first_difference(example.expected, got));
  end if;
  return example.expected is not null;
end
$$;
comment on function voygen_lib.check_example(voygen.template_definitions, voygen_api.template_example, integer) is
'Fills a template in with an example. Whether it had an expected text; an error when that did not come out, or nothing could.';

create function voygen_lib.template_warnings(checked voygen_lib.checked_template) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return checked.remarks
    || array(select format('the schema does not know the variable %s', v) from unnest(checked.undefined) as v)
    || array(select format('the variable %s of the schema is not used', v) from unnest(checked.unused) as v);
end
$$;
comment on function voygen_lib.template_warnings(voygen_lib.checked_template) is 'What placeholders_check found, as sentences.';

-- ---- the tool

create function voygen_lib.same_template(one voygen.template_definitions, other voygen.template_definitions) returns boolean
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select (one.aliases, one.title, one.description, one.content, one.format, one.variables_schema, one.category, one.default_values, one.usage_examples)
    is not distinct from
    (other.aliases, other.title, other.description, other.content, other.format, other.variables_schema, other.category, other.default_values,
      other.usage_examples)
$$;
comment on function voygen_lib.same_template(voygen.template_definitions, voygen.template_definitions) is 'Whether two versions say the same.';

create function voygen_api.create_template(
  name text,
  title text,
  category voygen_api.template_category,
  content text,
  format voygen_api.template_format default 'text',
  description text default null,
  variables_schema jsonb default null,
  default_values jsonb default null,
  usage_examples voygen_api.template_example[] default null,
  aliases text[] default null,
  version text default null,
  idempotency_key text default null
) returns voygen_api.created_template
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted template_definitions;
  old template_definitions;
  checked voygen_lib.checked_template;
  examples integer := 0;
begin
  perform voygen_lib.require_template_names(create_template.name, coalesce(create_template.aliases, '{}'));
  select c.*
  into checked
  from placeholders_check(create_template.content, create_template.variables_schema, create_template.default_values) as c;
  wanted.name := create_template.name;
  wanted.aliases := coalesce(create_template.aliases, '{}');
  wanted.title := voygen_lib.require_text(create_template.title, '/title', 200);
  wanted.description := nullif(btrim(create_template.description), '');
  wanted.content := create_template.content;
  wanted.format := create_template.format;
  wanted.variables_schema := coalesce(create_template.variables_schema, '{"type": "object"}');
  wanted.category := create_template.category;
  wanted.default_values := coalesce(create_template.default_values, '{}');
  wanted.usage_examples := coalesce(jsonb_strip_nulls(to_jsonb(create_template.usage_examples)), '[]');
  for place in 1 .. coalesce(cardinality(create_template.usage_examples), 0) loop
    examples := examples + voygen_lib.check_example(wanted, create_template.usage_examples[place], place - 1)::integer;
  end loop;
  -- Of two at once the second waits, and goes on from what the first has made.
  perform pg_advisory_xact_lock(hashtextextended('voygen template ' || create_template.name, voygen_lib.agency()));
  select t.* into old from voygen_lib.current_templates() as t where t.name = create_template.name;
  wanted.version := voygen_lib.next_version(create_template.name, create_template.version);
  if create_template.version is null and old.name is not null and voygen_lib.same_template(old, wanted) then
    return (old.name, old.version, false, null, checked.variables, checked.undefined, checked.unused, voygen_lib.template_warnings(checked), examples)::voygen_api.created_template;
  end if;
  update template_definitions as t
  set is_active = false
  where t.agency_id = voygen_lib.agency()
    and t.name = create_template.name
    and t.is_active;
  insert into template_definitions (name, aliases, title, description, content, format, variables_schema, category, default_values, usage_examples, version)
  values (
    wanted.name, wanted.aliases, wanted.title, wanted.description, wanted.content, wanted.format, wanted.variables_schema, wanted.category,
    wanted.default_values, wanted.usage_examples, wanted.version);
  return (wanted.name, wanted.version, true, old.version, checked.variables, checked.undefined, checked.unused, voygen_lib.template_warnings(checked), examples)::voygen_api.created_template;
end
$$;
grant execute on function voygen_api.create_template to voygen_admin;
comment on function voygen_api.create_template is
'Create a template
Makes a text with placeholders, or a new version of one, which is in use from then on; earlier versions stay. A text that cannot be compiled is refused with line and column, and so are examples that do not come out as expected.
In the text {name} stands for a value, {trip.city} for a part of one, {hotels[0].name} for one of a list. {agent|''our team''} has a default, {price|currency}, {day|''MMMM D, YYYY''} and {tags|join('', '')} a filter, {vip?''Dear guest'':''Dear client''} a choice; {{#if dates}}…{{else}}…{{/if}} and {{#each hotels as hotel}}…{{/each}} are blocks, \{ is a brace.
@param name Letters, digits, - and _. @max 50 @example visa-reminder
@param title What people call it. @max 200 @example Reminder of visas
@param category What it is for.
@param content The text. @min 1 @max 100000 @example Dear {client_name}, your passport has to be valid until {until|''MMMM D, YYYY''}.
@param format What it is written as; values are escaped for it.
@param description What it is for, in a sentence. @max 500
@param variables_schema The variables it takes: JSON Schema, or an object of variables like {"client_name": {"type": "string", "required": true}}. Types: string, number, integer, boolean, date, object, array; formats: email, phone, currency, date-iso, time. @example {"client_name": {"type": "string", "required": true}, "until": {"type": "date"}}
@param default_values Values for what is not given. @example {"client_name": "traveller"}
@param usage_examples It is tried with each of them. @max_items 20
@param aliases Other names it can be asked for by. @max_items 10
@param version Above those there are; the next when absent. @max 40 @example 1.1.0
@param idempotency_key The same key with the same arguments runs once and answers the same.
@example {"name": "visa-reminder", "title": "Reminder of visas", "category": "client-communication", "content": "Dear {client_name}, your passport has to be valid until {until|''MMMM D, YYYY''}.", "variables_schema": {"client_name": {"type": "string", "required": true}, "until": {"type": "date", "required": true}}}';
