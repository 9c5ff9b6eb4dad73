-- Calling tools: the catalogue of tools, the door they are called through, and the errors they raise.

create function voygen.describe_tool(function oid, out title text, out description text, out input_schema jsonb, out output_schema jsonb,
    out read_only boolean, out destructive boolean, out idempotent boolean, out job_schema jsonb, out examples jsonb)
  language c stable strict parallel safe cost 1000
  as 'MODULE_PATHNAME', 'voygen_describe_tool';
comment on function voygen.describe_tool(oid) is
  'What a function is as a tool: its signature as JSON Schema, its comment as words, its volatility as hints.';

create function voygen.tool_faults(function oid) returns table (problem text)
  language c stable strict parallel safe cost 1000 rows 1
  as 'MODULE_PATHNAME', 'voygen_tool_faults';
comment on function voygen.tool_faults(oid) is
  'What keeps a function from being a good tool: wrong tags, parameters without words, types without a schema, examples its own schema refuses.';

create view voygen.tool with (security_invoker) as
select
  p.proname::text as name,
  d.title,
  d.description,
  d.input_schema,
  d.output_schema,
  d.read_only,
  d.destructive,
  d.idempotent,
  d.job_schema is not null as is_job,
  d.job_schema,
  d.examples,
  p.oid as function
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
cross join lateral voygen.describe_tool(p.oid) d
where n.nspname = 'voygen_api'
  and p.prokind = 'f'
  and pg_catalog.has_function_privilege(p.oid, 'execute');
comment on view voygen.tool is
  'The tools the current role may call, derived from the functions of schema voygen_api; there is no other list of tools.';
comment on column voygen.tool.read_only is 'The function is STABLE: it runs as a role that can write nothing.';
comment on column voygen.tool.idempotent is 'Calling it again with the same arguments changes nothing more.';
comment on column voygen.tool.is_job is 'The result is the id of a job; job_schema is the schema of what the job answers in the end.';
grant select on voygen.tool to public;

create function voygen.tool_problems() returns table (tool text, problem text)
  language sql stable parallel safe
  set search_path = pg_catalog, pg_temp
  as $$
  select p.proname::text, f.problem
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  cross join lateral voygen.tool_faults(p.oid) f
  where n.nspname = 'voygen_api'
    and p.prokind = 'f'
  union all
  select p.proname::text, 'has several functions of this name'
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname = 'voygen_api'
  group by p.proname
  having count(*) > 1
  order by 1, 2
  $$;
comment on function voygen.tool_problems() is
  'Every fault of the catalogue of tools; empty when all is well. Tests and voygen doctor ask it.';

create function voygen.raise(code text, message text, path text default null, expected text default null, got text default null,
    hint text default null) returns void
  language c volatile parallel safe
  as 'MODULE_PATHNAME', 'voygen_raise';
comment on function voygen.raise(text, text, text, text, text, text) is
  'Raises an error for the caller of a tool: SQLSTATE VG001 to VG010 by code, the parts as JSON in DETAIL. Never returns.';

create function voygen.call(agency_id bigint, token_digest bytea, tool text, arguments text) returns text
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_call';
comment on function voygen.call(bigint, bytea, text, text) is
  'Calls a tool for the identity behind a token (SHA-256 of it) and answers its result as JSON.';
revoke execute on function voygen.call(bigint, bytea, text, text) from public;

-- The same for arguments as bytes: the server refuses a text with NUL or broken UTF-8 before anybody could say where it is.
create function voygen.call(agency_id bigint, token_digest bytea, tool text, arguments bytea) returns text
  language c volatile parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_call';
comment on function voygen.call(bigint, bytea, text, bytea) is
  'Calls a tool as voygen.call with text does; what is no JSON text at all is refused with its place too.';
revoke execute on function voygen.call(bigint, bytea, text, bytea) from public;

create function voygen.tools(agency_id bigint, token_digest bytea) returns text
  language c stable parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_tools';
comment on function voygen.tools(bigint, bytea) is
  'The tools a token may call, as a JSON list in the shape of an MCP tools/list result.';
revoke execute on function voygen.tools(bigint, bytea) from public;

create function voygen.caller(out user_id bigint, out role text, out tool text)
  language c stable parallel restricted
  as 'MODULE_PATHNAME', 'voygen_caller';
comment on function voygen.caller() is
  'Whose work is done: person, role and tool of the call that runs; outside of calls the role the session has taken. For the defaults of records.';

create function voygen.hold_calls() returns void
  language c volatile strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_hold_calls';
comment on function voygen.hold_calls() is
  'Waits for the calls that run and holds new ones to the end of the transaction, so that tools can be exchanged.';
revoke execute on function voygen.hold_calls() from public;
