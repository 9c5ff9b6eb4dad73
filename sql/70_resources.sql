-- What the program in front offers beside tools: resources, prompts and completion (70 to 75). It asks through voygen.call, with
-- the token of its caller: the name mcp.read_resource there is the function voygen_lib.mcp_read_resource here. No list of tools
-- has these, they only read, and each answers the text of a result of the protocol. What they show, the caller could have asked
-- a tool for: voygen.caller_may says so.

create function voygen_lib.instant_text(moment timestamptz) returns text
language sql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;
comment on function voygen_lib.instant_text(timestamptz) is 'An instant as the protocol writes it.';

create function voygen_lib.resource_kinds() returns table (
  kind text, variable text, tool text, title text, description text, mime_type text)
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  values
    ('trip', 'slug', 'query_trip_facts', 'Facts of a trip', 'All that is known of a trip as one document, never out of date.', 'application/json'),
    ('client', 'slug', 'find_clients', 'A client', 'A client and the trips planned for them.', 'application/json'),
    ('template', 'name', 'process_template', 'A template', 'A template of the agency: its text and the variables it takes.', 'application/json'),
    ('proposal', 'id', 'get_trip', 'A proposal', 'A version of what a client was offered, and its document; /html and /pdf behind the address are the documents alone.', 'application/json'),
    ('tool', 'name', null, 'Reference of a tool', 'What a tool does, what it takes and what it answers.', 'text/markdown')
$$;
comment on function voygen_lib.resource_kinds() is
'The kinds of resources voygen://kind/{variable}, and the tool whose callers may read them; null: everybody.';

create function voygen_lib.resource_visible(kind text) returns boolean
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select feature_on('resources')
    and exists (
      select
      from voygen_lib.resource_kinds() as k
      where k.kind = resource_visible.kind
        and (k.tool is null or caller_may(k.tool)))
$$;
comment on function voygen_lib.resource_visible(text) is 'Whether the caller may read resources of a kind.';

-- The pages tools name are put together here from the files of service/templates/apps, which the build of this schema carries into
-- the database. The policy of a page lets just its own style and script in, by their digests.
\set page `cat ../service/templates/apps/page.html`
\set look `cat ../service/templates/apps/look.css`
\set bridge `cat ../service/templates/apps/bridge.js`
\set shortlist `cat ../service/templates/apps/shortlist.js`
\set commission `cat ../service/templates/apps/commission.js`

create function voygen_lib.policy_digest(content text) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select format('''sha256-%s''', encode(sha256(convert_to(content, 'UTF8')), 'base64'))
$$;
comment on function voygen_lib.policy_digest(text) is 'A style or script as a content security policy names it.';

create function voygen_lib.page_html(title text, script text) returns text
language sql immutable parallel safe
begin atomic
  select pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(:'page',
      '{{policy}}', pg_catalog.format('default-src ''none''; base-uri ''none''; form-action ''none''; style-src %s; script-src %s',
        voygen_lib.policy_digest(:'look'), voygen_lib.policy_digest(:'bridge' || pg_catalog.chr(10) || script))),
      '{{title}}', title),
      '{{style}}', :'look'),
      '{{script}}', :'bridge' || pg_catalog.chr(10) || script);
end;
comment on function voygen_lib.page_html(text, text) is 'A page, whole: the frame, the look and the talk with its host, and a script of its own.';

create function voygen_lib.pages() returns table (uri text, name text, tool text, title text, description text, script text)
language sql immutable parallel safe
begin atomic
  select *
  from (values
    ('ui://voygen/shortlist', 'shortlist', 'shortlist_hotels', 'Shortlist', 'The hotels of a shortlist as cards: low, medium, high.', :'shortlist'),
    ('ui://voygen/commission', 'commission', 'calculate_trip_commission', 'Commission report', 'What a trip earns, by leg and by site.', :'commission')
  ) as page(uri, name, tool, title, description, script);
end;
comment on function voygen_lib.pages() is 'The pages that show results of tools.';

create function voygen_lib.page_meta() returns json
language sql immutable parallel safe
begin atomic
  select '{"ui": {"csp": {"connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []}, "prefersBorder": true}}'::pg_catalog.json;
end;
comment on function voygen_lib.page_meta() is 'What a host is told of a page: it reaches nothing and nobody.';

create function voygen_lib.listed_things() returns setof json
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select json_build_object('uri', 'voygen://tools', 'name', 'tools', 'title', 'Reference of the tools', 'description', 'The tools there are, in one line each.', 'mimeType', 'text/markdown')
  where feature_on('resources')
  union all
  select json_build_object('uri', p.uri, 'name', p.name, 'title', p.title, 'description', p.description, 'mimeType', 'text/html;profile=mcp-app', '_meta', voygen_lib.page_meta())
  from voygen_lib.pages() as p
  where feature_on('apps')
    and caller_may(p.tool)
  union all
  select json_strip_nulls(json_build_object('uri', 'voygen://template/' || t.name, 'name', t.name, 'title', t.title, 'description', t.description,
    'mimeType', 'application/json', 'annotations', json_build_object('lastModified', voygen_lib.instant_text(t.updated_at))))
  from voygen_lib.current_templates() as t
  where voygen_lib.resource_visible('template')
$$;
comment on function voygen_lib.listed_things() is 'What a list of resources begins with: everything that is not a trip.';

create function voygen_lib.listed_trips(before bigint, most integer) returns table (trip_id bigint, resource json)
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select t.trip_id, json_build_object('uri', 'voygen://trip/' || t.slug, 'name', t.slug, 'title', t.title, 'description', concat_ws(', ', t.destination, t.start_date::text),
    'mimeType', 'application/json', 'annotations', json_build_object('lastModified', voygen_lib.instant_text(t.updated_at)))
  from trips as t
  where t.agency_id = voygen_lib.agency()
    and t.trip_id < before
    and t.archived_at is null
    and voygen_lib.resource_visible('trip')
  order by t.trip_id desc
  limit most
$$;
comment on function voygen_lib.listed_trips(bigint, integer) is 'The newest trips before one, as resources.';

create function voygen_lib.refuse_cursor(cursor text, expected text) returns void
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen.raise('invalid_argument', 'cursor is not one of this list', path => '/cursor', expected => refuse_cursor.expected, got => left(cursor, 80));
end
$$;
comment on function voygen_lib.refuse_cursor(text, text) is 'Raises that a cursor is none that the list has given.';

create function voygen_lib.mcp_list_resources(cursor text default null) returns json
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  each constant integer := 100;
  -- Beyond these a trip is found by its words (find_trips, completion) and read all the same; no client reads a list of thousands.
  most_pages constant integer := 5;
  page integer := 1;
  before bigint := 9223372036854775807;
  listed json[];
  numbers bigint[];
begin
  if cursor !~ '^[0-9]{1,18}~[2-5]$' then
    perform voygen_lib.refuse_cursor(cursor, 'the nextCursor of an earlier page');
  end if;
  if cursor is not null then
    before := split_part(cursor, '~', 1)::bigint;
    page := split_part(cursor, '~', 2)::integer;
  end if;
  select array_agg(t.resource order by t.trip_id desc), array_agg(t.trip_id order by t.trip_id desc)
  into listed, numbers
  from voygen_lib.listed_trips(before, each + 1) as t;
  return json_strip_nulls(json_build_object(
    'resources', to_json(
      case when cursor is null then array(select t from voygen_lib.listed_things() as t) else '{}' end || coalesce(listed[:each], '{}')),
    'nextCursor', case when cardinality(numbers) > each and page < most_pages then numbers[each] || '~' || page + 1 end));
end
$$;
comment on function voygen_lib.mcp_list_resources(text) is
'List resources
Pages, templates and the newest 500 trips.
@param cursor The nextCursor of an earlier page.';

create function voygen_lib.mcp_list_resource_templates(cursor text default null) returns json
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if cursor is not null then
    perform voygen_lib.refuse_cursor(cursor, 'none: there is one page');
  end if;
  return (
    select json_build_object('resourceTemplates', coalesce(
      json_agg(json_build_object('uriTemplate', format('voygen://%s/{%s}', k.kind, k.variable), 'name', k.kind, 'title', k.title, 'description', k.description, 'mimeType', k.mime_type)
        order by k.kind),
      '[]'))
    from voygen_lib.resource_kinds() as k
    where voygen_lib.resource_visible(k.kind));
end
$$;
comment on function voygen_lib.mcp_list_resource_templates(text) is
'List templates of resources
The addresses resources have.
@param cursor There is one page.';
