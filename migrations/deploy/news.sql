-- Deploy voygen:news to pg
-- Who keeps lists of tools and prompts hears when they change: on channel voygen_catalogue for tools, voygen_prompts for
-- templates and instruction sets. What is sent is the number of the agency whose lists changed, or "all".
begin;

-- A change of the tools is told once per transaction, so a deployment once. The setting is local to the transaction, as the
-- news is. Of a grant the server does not say on what it was, so one on any function or schema is news.
create function voygen.tell_of_tools() returns event_trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('voygen_news.tools_told', true) = 'yes' then
    return;
  end if;
  if tg_event = 'sql_drop' then
    perform from pg_event_trigger_dropped_objects() as o where o.schema_name = 'voygen_api';
  else
    perform
    from pg_event_trigger_ddl_commands() as c
    where c.schema_name = 'voygen_api'
       or (c.command_tag in ('GRANT', 'REVOKE') and lower(c.object_type) in ('function', 'routine', 'procedure', 'schema'));
  end if;
  if found then
    perform set_config('voygen_news.tools_told', 'yes', true);
    notify voygen_catalogue, 'all';
  end if;
end
$$;
alter function voygen.tell_of_tools() owner to voygen_owner;
revoke execute on function voygen.tell_of_tools() from public;
comment on function voygen.tell_of_tools() is
  'Event trigger: sends "all" on channel voygen_catalogue when a function or type of voygen_api, a comment on one, or a grant changes.';

create event trigger voygen_tools_changed on ddl_command_end
  when tag in ('CREATE FUNCTION', 'ALTER FUNCTION', 'CREATE TYPE', 'ALTER TYPE', 'COMMENT', 'GRANT', 'REVOKE')
  execute function voygen.tell_of_tools();
comment on event trigger voygen_tools_changed is 'Tells of changed tools.';
create event trigger voygen_tools_dropped on sql_drop
  execute function voygen.tell_of_tools();
comment on event trigger voygen_tools_dropped is 'Tells of dropped tools.';

create trigger tell after insert or delete or update of role, scopes, expires_at, revoked_at, user_id, digest on voygen.tokens
  for each row execute function voygen.tell_agency('voygen_catalogue');
create trigger tell after insert or delete or update on voygen.feature_flags
  for each row execute function voygen.tell_agency('voygen_catalogue');
create trigger tell after insert or delete or update on voygen.template_definitions
  for each row execute function voygen.tell_agency('voygen_prompts');
create trigger tell after insert or delete or update on voygen.instruction_sets
  for each row execute function voygen.tell_agency('voygen_prompts');

create function voygen.inventory_news() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'event trigger', evtname::text,
    concat_ws(', ', evtevent, evtfoid::regprocedure::text, array_to_string(evttags, ' | '), 'enabled ' || evtenabled::text)
  from pg_event_trigger
  where evtname like 'voygen%'
     or evtfoid::regprocedure::text like 'voygen.%'
$$;
alter function voygen.inventory_news() owner to voygen_owner;
revoke execute on function voygen.inventory_news() from public;
comment on function voygen.inventory_news() is 'Event triggers for voygen.inventory.';

create or replace function voygen.inventory() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select i.kind, i.identity, i.definition
  from (
    select 'schema' as kind, quote_ident(nspname) as identity, 'owner ' || voygen.inventory_role(nspowner) as definition
    from pg_namespace
    where oid = any (voygen.inventory_schemas())
    union all
    select 'extension', extname, extversion || ', schema ' || extnamespace::regnamespace
    from pg_extension
    where extname = 'voygen'
    union all
    select 'extension member', pg_describe_object(d.classid, d.objid, 0), ''
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
    where e.extname = 'voygen' and d.deptype = 'e'
    union all select * from voygen.inventory_tables()
    union all select * from voygen.inventory_columns()
    union all select * from voygen.inventory_table_rules()
    union all select * from voygen.inventory_routines()
    union all select * from voygen.inventory_types()
    union all select * from voygen.inventory_grants()
    union all select * from voygen.inventory_server_grants()
    union all select * from voygen.inventory_roles()
    union all select * from voygen.inventory_comments()
    union all select * from voygen.inventory_jobs()
    union all select * from voygen.inventory_table_details()
    union all select * from voygen.inventory_details()
    union all select * from voygen.inventory_surroundings()
    union all select * from voygen.inventory_passwords()
    union all select * from voygen.inventory_news()
  ) i
  order by i.kind collate "C", i.identity collate "C"
$$;
commit;
