-- Reading a resource. What is not there, is another agency's or not for this caller is one and the same: not found.

create function voygen_lib.text_contents(uri text, mime_type text, content text) returns json
language sql immutable parallel safe
begin atomic
  select case
    when content is not null
    then pg_catalog.json_build_array(pg_catalog.json_build_object('uri', uri, 'mimeType', mime_type, 'text', content))
  end;
end;
comment on function voygen_lib.text_contents(text, text, text) is 'The contents of a resource of one text; null when there is none.';

create function voygen_lib.as_number(name text) returns bigint
language sql immutable parallel safe
begin atomic
  select case when name ~ '^[0-9]{1,18}$' then name::bigint end;
end;
comment on function voygen_lib.as_number(text) is 'A name as the number it may be.';

create function voygen_lib.trip_resource(name text) returns text
language sql stable parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select row_to_json(f)::text
  from trips as t
  cross join lateral unnest((voygen_api.query_trip_facts(trip_ids => array[t.trip_id::text])).trips) as f
  where t.agency_id = voygen_lib.agency()
    and (t.slug = trip_resource.name or t.trip_id = voygen_lib.as_number(trip_resource.name))
$$;
comment on function voygen_lib.trip_resource(text) is 'A trip as query_trip_facts answers it.';

create function voygen_lib.client_resource(name text) returns text
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_build_object(
    'client_id', c.client_id::text, 'slug', c.slug, 'name', c.name, 'email', c.email, 'phone', c.phone, 'tier', c.tier, 'preferences', c.preferences,
    'notes', c.notes, 'archived_at', voygen_lib.instant_text(c.archived_at),
    'trips', array(
      select json_build_object('uri', 'voygen://trip/' || t.slug, 'title', t.title, 'destination', t.destination, 'status', t.status,
        'start_date', t.start_date, 'end_date', t.end_date)
      from trips as t
      where t.agency_id = c.agency_id
        and t.client_id = c.client_id
        and t.archived_at is null
      order by t.trip_id desc
      limit 100))::text
  from clients as c
  where c.agency_id = voygen_lib.agency()
    and (c.slug = client_resource.name or c.client_id = voygen_lib.as_number(client_resource.name))
$$;
comment on function voygen_lib.client_resource(text) is 'A client and the newest of the trips planned for them.';

create function voygen_lib.template_resource(name text) returns text
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_build_object('name', t.name, 'title', t.title, 'description', t.description, 'category', t.category, 'format', t.format,
    'version', t.version, 'variables_schema', t.variables_schema, 'default_values', t.default_values, 'usage_examples', t.usage_examples, 'content', t.content)::text
  from voygen_lib.current_templates() as t
  where t.name = template_resource.name
$$;
comment on function voygen_lib.template_resource(text) is 'A template with all there is to say of it.';

create function voygen_lib.document_content(uri text, document voygen.proposal_documents) returns json
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case document.kind
    when 'html' then json_build_object('uri', uri, 'mimeType', 'text/html', 'text', convert_from(document.content, 'UTF8'))
    else json_build_object('uri', uri, 'mimeType', 'application/pdf', 'blob', replace(encode(document.content, 'base64'), E'\n', ''))
  end
$$;
comment on function voygen_lib.document_content(text, voygen.proposal_documents) is 'A document of a proposal as the content of a resource.';

create function voygen_lib.document_contents(uri text, number bigint, kind text) returns json
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_build_array(voygen_lib.document_content(uri, d))
  from proposal_documents as d
  where d.agency_id = voygen_lib.agency()
    and d.proposal_id = number
    and d.kind = document_contents.kind
    and voygen_lib.resource_visible('proposal')
$$;
comment on function voygen_lib.document_contents(text, bigint, text) is 'voygen://proposal/{id}/html or /pdf; null when there is none for this caller.';

create function voygen_lib.proposal_contents(uri text, number bigint) returns json
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_agg(said.contents order by said.place)
  from proposals as p
  join trips as t on t.agency_id = p.agency_id and t.trip_id = p.trip_id
  cross join lateral (
    select 1 as place, json_build_object('uri', uri, 'mimeType', 'application/json', 'text',
      json_build_object('proposal_id', p.proposal_id::text, 'trip', 'voygen://trip/' || t.slug, 'version', p.version, 'status', p.status,
        'template', p.template, 'title', p.title, 'total', p.total_cost, 'commission', p.total_commission, 'currency', p.currency,
        'valid_until', p.valid_until, 'sent_at', voygen_lib.instant_text(p.sent_at), 'viewed_at', voygen_lib.instant_text(p.viewed_at),
        'decided_at', voygen_lib.instant_text(p.decided_at),
        'decision', (
          select json_build_object('decision', d.decision, 'name', d.name, 'option', d.option, 'comment', d.comment)
          from proposal_decisions as d
          where d.agency_id = p.agency_id and d.proposal_id = p.proposal_id),
        'open_questions', (
          select count(*)
          from client_questions as q
          where q.agency_id = p.agency_id and q.proposal_id = p.proposal_id and q.answered_at is null))::text) as contents
    union all
    select 2, json_build_object('uri', uri, 'mimeType', 'text/html', 'text', p.rendered_html)
    where p.rendered_html is not null
    union all
    select case d.kind when 'html' then 3 else 4 end, voygen_lib.document_content('voygen://proposal/' || p.proposal_id || '/' || d.kind, d)
    from proposal_documents as d
    where d.agency_id = p.agency_id
      and d.proposal_id = p.proposal_id
      -- A PDF is fetched by its own address.
      and d.kind = 'html'
  ) as said
  where p.agency_id = voygen_lib.agency()
    and p.proposal_id = number
$$;
comment on function voygen_lib.proposal_contents(text, bigint) is 'A proposal, and its document once there is one.';

create function voygen_lib.tools_of_caller(wanted text default null) returns table (
  name text, title text, description text, input_schema jsonb, read_only boolean, destructive boolean, examples jsonb)
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select p.proname::text, d.title, d.description, d.input_schema, d.read_only, d.destructive, d.examples
  from pg_proc as p
  cross join lateral describe_tool(p.oid) as d
  where p.pronamespace = 'voygen_api'::regnamespace
    and (wanted is null or p.proname = wanted)
    and caller_may(p.proname)
  order by p.proname
$$;
comment on function voygen_lib.tools_of_caller(text) is 'The tools the caller may call, or the one of that name.';

create function voygen_lib.tools_resource() returns text
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select concat(E'# Tools\n\n', string_agg(format('- [%s](voygen://tool/%s): %s', t.name, t.name, t.title), E'\n' order by t.name), E'\n')
  from voygen_lib.tools_of_caller() as t
$$;
comment on function voygen_lib.tools_resource() is 'The tools of the caller in one line each, as Markdown.';

create function voygen_lib.value_kind(property jsonb) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select case
    when property ? 'enum' then (select string_agg(word, ', ') from jsonb_array_elements_text(property->'enum') as word)
    when property ? 'anyOf' then (select string_agg(kind->>'type', ' or ') from jsonb_array_elements(property->'anyOf') as kind)
    when property->>'type' = 'array' then 'list of ' || coalesce(property #>> '{items,type}', 'values')
    when property ? 'format' then property->>'format'
    else coalesce(property->>'type', 'any value')
  end
$$;
comment on function voygen_lib.value_kind(jsonb) is 'What a value is, in a word or two, by its schema.';

create function voygen_lib.tool_resource(name text) returns text
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select concat(
    format(E'# %s\n\n%s\n\n%s\n', t.name, t.title, t.description),
    case when t.read_only then E'\nOnly reads.\n' when t.destructive then E'\nTakes something away: ask the person first.\n' else E'\nWrites.\n' end,
    E'\n| argument | is | needed | |\n|---|---|---|---|\n',
    (select string_agg(
        format('| `%s` | %s | %s | %s |', a.key, replace(voygen_lib.value_kind(a.value), '|', '\|'),
          case when t.input_schema->'required' ? a.key then 'yes' else '' end, replace(a.value->>'description', '|', '\|')),
        E'\n' order by (t.input_schema->'required' ? a.key) desc nulls last, a.key)
     from jsonb_each(t.input_schema->'properties') as a),
    E'\n',
    (select string_agg(format(E'\n```json\n%s\n```\n', e), '') from jsonb_array_elements(t.examples) as e))
  from voygen_lib.tools_of_caller(tool_resource.name) as t
$$;
comment on function voygen_lib.tool_resource(text) is 'The reference of a tool as Markdown.';

create function voygen_lib.page_contents(uri text) returns json
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_build_array(json_build_object('uri', p.uri, 'mimeType', 'text/html;profile=mcp-app', 'text', voygen_lib.page_html(p.title, p.script), '_meta', voygen_lib.page_meta()))
  from voygen_lib.pages() as p
  where p.uri = page_contents.uri
    and feature_on('apps')
    and caller_may(p.tool)
$$;
comment on function voygen_lib.page_contents(text) is 'A page, whole, with what its host must know.';

create function voygen_lib.kind_contents(uri text, kind text, name text) returns json
language plpgsql stable parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if not voygen_lib.resource_visible(kind) then
    return null;
  end if;
  return case kind
    when 'trip' then voygen_lib.text_contents(uri, 'application/json', voygen_lib.trip_resource(name))
    when 'client' then voygen_lib.text_contents(uri, 'application/json', voygen_lib.client_resource(name))
    when 'template' then voygen_lib.text_contents(uri, 'application/json', voygen_lib.template_resource(name))
    when 'proposal' then voygen_lib.proposal_contents(uri, voygen_lib.as_number(name))
    when 'tool' then voygen_lib.text_contents(uri, 'text/markdown', voygen_lib.tool_resource(name))
  end;
end
$$;
comment on function voygen_lib.kind_contents(text, text, text) is 'The contents of voygen://kind/name, null when there are none for this caller.';

create function voygen_lib.mcp_read_resource(uri text) returns json
language plpgsql stable parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  parts text[] := regexp_match(uri, '^voygen://([a-z]{1,20})/([A-Za-z0-9_-]{1,200})$');
  document text[] := regexp_match(uri, '^voygen://proposal/([0-9]{1,18})/(html|pdf)$');
  contents json := case
    when document is not null then voygen_lib.document_contents(uri, document[1]::bigint, document[2])
    when uri like 'ui:%' then voygen_lib.page_contents(uri)
    when uri = 'voygen://tools' and feature_on('resources') then voygen_lib.text_contents(uri, 'text/markdown', voygen_lib.tools_resource())
    when parts is not null then voygen_lib.kind_contents(uri, parts[1], parts[2])
  end;
begin
  if contents is null then
    perform voygen.raise('not_found', format('there is no resource %s', left(uri, 200)), path => '/uri', expected => 'the address of a resource',
      got => left(uri, 200), hint => 'resources/list and resources/templates/list say which there are.');
  end if;
  return json_build_object('contents', contents);
end
$$;
comment on function voygen_lib.mcp_read_resource(text) is
'Read a resource
Answers the contents of a resource.
@param uri Its address.';
