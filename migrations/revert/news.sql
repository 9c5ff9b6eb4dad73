-- Revert voygen:news from pg
begin;

drop event trigger voygen_tools_changed;
drop event trigger voygen_tools_dropped;
drop trigger tell on voygen.tokens;
drop trigger tell on voygen.feature_flags;
drop trigger tell on voygen.template_definitions;
drop trigger tell on voygen.instruction_sets;
drop function voygen.tell_of_tools();

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
  ) i
  order by i.kind collate "C", i.identity collate "C"
$$;
drop function voygen.inventory_news();

commit;
