-- Deploy voygen:inventory_details to pg
-- What the first inventory left out: settings that are seldom changed, sorts of objects that are seldom made, and what
-- lies around the schemas. There is a line only for what is not as PostgreSQL would have it, so that a sound database
-- has few of them and each is worth naming.
begin;
set local role voygen_owner;

create function voygen.inventory_table_details() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with ours as (
    select c.*
    from pg_class c
    where c.relnamespace = any (voygen.inventory_schemas())
      and not voygen.inventory_is_foreign('pg_class', c.oid)
  ),
  detail as (
    select
      'table setting' as kind,
      c.oid::regclass::text as identity,
      concat_ws(', ',
        case c.relreplident when 'n' then 'replica identity nothing' when 'f' then 'replica identity full' when 'i' then 'replica identity by index' end,
        'toast options ' || array_to_string(t.reloptions, ' '),
        'access method ' || nullif(m.amname, 'heap'),
        'tablespace ' || s.spcname) as definition
    from ours c
    left join pg_class t on t.oid = c.reltoastrelid
    left join pg_am m on m.oid = c.relam
    left join pg_tablespace s on s.oid = c.reltablespace
    where c.relkind in ('r', 'p', 'm')
    union all
    select 'index setting', i.indexrelid::regclass::text,
      concat_ws(', ', case when i.indisclustered then 'clustered on' end, case when i.indisreplident then 'replica identity' end)
    from ours c
    join pg_index i on i.indexrelid = c.oid
    union all
    select 'column setting', c.oid::regclass || '.' || quote_ident(a.attname),
      -- Options that begin with pg_ are the server's own notes.
      concat_ws(', ',
        'statistics ' || nullif(a.attstattarget, -1),
        'options ' || (select string_agg(o, ' ' order by o) from unnest(a.attoptions) o where o not like 'pg\_%'))
    from ours c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relkind in ('r', 'p', 'm', 'f')
  )
  select d.kind, d.identity, d.definition
  from detail d
  where d.definition <> ''
  union all
  select 'heir', format('%s of %s', h.inhrelid::regclass, h.inhparent::regclass), case when c.relispartition then 'partition' else 'rows appear in both' end
  from pg_inherits h
  join pg_class c on c.oid = h.inhrelid
  where c.relkind in ('r', 'p', 'f')
    and exists (select from ours where ours.oid in (h.inhrelid, h.inhparent))
  union all
  select 'statistics', format('%I.%I', n.nspname, x.stxname), pg_get_statisticsobjdef(x.oid)
  from pg_statistic_ext x
  join pg_namespace n on n.oid = x.stxnamespace
  where exists (select from ours where ours.oid = x.stxrelid)
  union all
  select 'sequence owner', d.objid::regclass::text, d.refobjid::regclass || '.' || quote_ident(a.attname)
  from pg_depend d
  join ours c on c.oid = d.objid and c.relkind = 'S'
  join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
  where d.classid = 'pg_class'::regclass
    and d.refclassid = 'pg_class'::regclass
    and d.deptype in ('a', 'i')
    and not voygen.inventory_is_agency_sequence(c.oid)
$$;
comment on function voygen.inventory_table_details() is
  'Of tables, indexes, columns and sequences what is not as PostgreSQL would have it, for voygen.inventory.';

create function voygen.inventory_details() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    'function setting',
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
    concat_ws(', ',
      'cost ' || nullif(p.procost, case when l.lanname in ('c', 'internal') then 1 else 100 end),
      'rows ' || nullif(p.prorows, case when p.proretset then 1000 else 0 end),
      'support ' || nullif(p.prosupport::oid, 0)::regproc)
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where p.pronamespace = any (voygen.inventory_schemas())
    and (p.procost <> case when l.lanname in ('c', 'internal') then 1 else 100 end
      or p.prorows <> case when p.proretset then 1000 else 0 end
      or p.prosupport <> 0)
    and not voygen.inventory_is_foreign('pg_proc', p.oid)
  union all
  select i.type, i.identity, ''
  from (
    select 'pg_operator'::regclass as class, oid from pg_operator where oprnamespace = any (voygen.inventory_schemas())
    union all select 'pg_collation'::regclass, oid from pg_collation where collnamespace = any (voygen.inventory_schemas())
    union all select 'pg_conversion'::regclass, oid from pg_conversion where connamespace = any (voygen.inventory_schemas())
    union all select 'pg_opclass'::regclass, oid from pg_opclass where opcnamespace = any (voygen.inventory_schemas())
    union all select 'pg_opfamily'::regclass, oid from pg_opfamily where opfnamespace = any (voygen.inventory_schemas())
    union all select 'pg_ts_config'::regclass, oid from pg_ts_config where cfgnamespace = any (voygen.inventory_schemas())
    union all select 'pg_ts_dict'::regclass, oid from pg_ts_dict where dictnamespace = any (voygen.inventory_schemas())
    union all select 'pg_ts_parser'::regclass, oid from pg_ts_parser where prsnamespace = any (voygen.inventory_schemas())
    union all select 'pg_ts_template'::regclass, oid from pg_ts_template where tmplnamespace = any (voygen.inventory_schemas())
    union all
    select 'pg_cast'::regclass, c.oid
    from pg_cast c
    join pg_type t on t.oid in (c.castsource, c.casttarget)
    where t.typnamespace = any (voygen.inventory_schemas())
      and not voygen.inventory_is_foreign('pg_type', t.oid)
  ) other
  cross join pg_identify_object(other.class, other.oid, 0) i
  where not voygen.inventory_is_foreign(other.class, other.oid)
  union all
  select 'comment', 'extension voygen', d.description
  from pg_description d
  join pg_extension e on e.oid = d.objoid
  where d.classoid = 'pg_extension'::regclass
    and e.extname = 'voygen'
  union all
  select 'extension', e.extname, concat(e.extversion, ', schema ', e.extnamespace::regnamespace)
  from pg_extension e
  where e.extname <> 'voygen'
    and e.extnamespace = any (voygen.inventory_schemas())
$$;
comment on function voygen.inventory_details() is
  'Of functions what is not as PostgreSQL would have it, and seldom sorts of objects, for voygen.inventory.';

create function voygen.inventory_surroundings() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with ours as (
    select oid, rolname, rolvaliduntil
    from pg_roles
    where rolname in ('voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_gateway', 'voygen_jobs')
  ),
  around as (
    select 'database' as subject, datacl as acl
    from pg_database
    where datname = current_database()
    union all
    -- pg_cron is in one database of a server only; what sql/jobs.sql grants there is not asked for elsewhere.
    select 'schema ' || quote_ident(nspname), nspacl
    from pg_namespace
    where nspname not in ('voygen', 'voygen_api', 'voygen_lib', 'cron')
  )
  select
    'grant',
    a.subject || ' to ' || voygen.inventory_role(g.grantee),
    string_agg(lower(g.privilege_type) || case when g.is_grantable then ' with grant option' else '' end, ', ' order by g.privilege_type)
  from around a
  cross join aclexplode(a.acl) g
  where g.grantee in (select oid from ours)
    or (g.grantee = 0 and g.privilege_type = 'CREATE')
  group by a.subject, voygen.inventory_role(g.grantee)
  union all
  select
    'default grant',
    format('role %s%s, %s to %s', voygen.inventory_role(d.defaclrole), ' in schema ' || n.nspname,
           case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end,
           voygen.inventory_role(g.grantee)),
    string_agg(lower(g.privilege_type), ', ' order by g.privilege_type)
  from pg_default_acl d
  left join pg_namespace n on n.oid = d.defaclnamespace
  cross join aclexplode(d.defaclacl) g
  where g.grantee in (select oid from ours)
    and voygen.inventory_role(d.defaclrole) not like 'voygen%'
    and (n.oid = any (voygen.inventory_schemas())) is not true
  group by d.defaclrole, n.nspname, d.defaclobjtype, g.grantee
  union all
  select 'setting', case s.setdatabase when 0 then 'every role' else 'database' end, array_to_string(s.setconfig, ', ')
  from pg_db_role_setting s
  where s.setrole = 0
    and s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  union all
  select 'role validity', rolname, 'until ' || (rolvaliduntil at time zone 'UTC')
  from ours
  where rolvaliduntil <> 'infinity'
  union all
  -- Into the admin, the agent and the reader an agency's own logins are taken; into these two nobody.
  select 'membership', format('%s in %s', m.rolname, r.rolname), case when a.admin_option then 'admin' else 'member' end
  from pg_auth_members a
  join pg_roles r on r.oid = a.roleid
  join pg_roles m on m.oid = a.member
  where r.rolname in ('voygen_jobs', 'voygen_gateway')
    and m.oid not in (select oid from ours)
$$;
comment on function voygen.inventory_surroundings() is
  'Rights of Voygen''s roles outside its schemas, settings of the database, and who is in its roles, for voygen.inventory.';

create function voygen.inventory_passwords() returns table (kind text, identity text, definition text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Only a superuser sees whether a role has a password. The gateway has one, of each server its own.
  if has_table_privilege('pg_authid', 'select') then
    return query
      select 'password', rolname::text, ''
      from pg_authid
      where rolname in ('voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_jobs')
        and rolpassword is not null;
  end if;
end
$$;
comment on function voygen.inventory_passwords() is 'Roles with a password that should have none, for voygen.inventory.';

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

commit;
