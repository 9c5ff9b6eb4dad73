-- Deploy voygen:inventory to pg
-- What the database is made of, one line per object, so that it can be compared with what it should be made of
-- (inventory.txt).
-- One function per sort of object, all of the same shape: kind, identity, definition. Parts that do not apply are null,
-- which concat_ws leaves out.
begin;
set local role voygen_owner;

-- The names in a grant: PUBLIC for everybody, and one word for whichever superuser deployed.
create function voygen.inventory_role(role oid) returns text
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select case
    when role = 0 then 'PUBLIC'
    else (select case when rolsuper then 'superuser' else rolname end from pg_roles where oid = role)
  end
$$;
comment on function voygen.inventory_role(oid) is 'Name of a role as the inventory writes it.';

create function voygen.inventory_schemas() returns oid[]
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select array_agg(oid)
  from pg_namespace
  where nspname in ('voygen', 'voygen_api', 'voygen_lib')
$$;
comment on function voygen.inventory_schemas() is 'The schemas that are Voygen''s.';

create function voygen.inventory_is_foreign(class regclass, object oid) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
    from pg_depend d
    join pg_extension e on e.oid = d.refobjid
    where d.classid = class
      and d.objid = object
      and d.refclassid = 'pg_extension'::regclass
      and d.deptype = 'e'
      and e.extname <> 'voygen')
$$;
comment on function voygen.inventory_is_foreign(regclass, oid) is
  'An object that another extension brought is not Voygen''s, wherever it lies.';

create function voygen.inventory_is_agency_sequence(relation oid) returns boolean
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (select from pg_class where oid = relation and relkind = 'S' and relname ~ '^ids_[0-9]+$')
$$;
comment on function voygen.inventory_is_agency_sequence(oid) is 'The ids of one agency: data, not schema.';

create function voygen.inventory_tables() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end,
    c.oid::regclass::text,
    concat_ws(', ',
      'owner ' || voygen.inventory_role(c.relowner),
      case c.relpersistence when 'u' then 'unlogged' end,
      case when c.relkind = 'p' then 'partitioned by ' || pg_get_partkeydef(c.oid) end,
      case when c.relrowsecurity then 'row security' end,
      case when c.relforcerowsecurity then 'forced' end,
      'options ' || array_to_string(c.reloptions, ' '),
      case when c.relkind in ('v', 'm') then 'as' || pg_get_viewdef(c.oid) end)
  from pg_class c
  where c.relnamespace = any (voygen.inventory_schemas())
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and not voygen.inventory_is_foreign('pg_class', c.oid)
  union all
  select
    'sequence',
    c.oid::regclass::text,
    concat_ws(', ',
      'owner ' || voygen.inventory_role(c.relowner),
      format_type(s.seqtypid, null),
      'start ' || s.seqstart,
      'by ' || s.seqincrement,
      'from ' || s.seqmin,
      'to ' || s.seqmax,
      'cache ' || s.seqcache,
      case when s.seqcycle then 'cycle' end)
  from pg_class c
  join pg_sequence s on s.seqrelid = c.oid
  where c.relnamespace = any (voygen.inventory_schemas())
    and not voygen.inventory_is_agency_sequence(c.oid)
    and not voygen.inventory_is_foreign('pg_class', c.oid)
  union all
  select
    'index',
    c.oid::regclass::text,
    concat_ws(', ', pg_get_indexdef(c.oid), case when not i.indisvalid or not i.indisready then 'invalid' end)
  from pg_class c
  join pg_index i on i.indexrelid = c.oid
  where c.relnamespace = any (voygen.inventory_schemas())
$$;
comment on function voygen.inventory_tables() is 'Tables, views, sequences and indexes for voygen.inventory.';

create function voygen.inventory_columns() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case c.relkind when 'c' then 'type column' else 'column' end,
    c.oid::regclass || '.' || quote_ident(a.attname),
    concat_ws(', ',
      format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then 'not null' end,
      case a.attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
      case when a.attgenerated = 's' then 'generated ' else 'default ' end || pg_get_expr(d.adbin, d.adrelid),
      case when a.attcompression <> '' then 'compression ' || a.attcompression::text end,
      case when a.attstorage <> t.typstorage then 'storage ' || a.attstorage::text end,
      case when a.attcollation <> t.typcollation then 'collation ' || a.attcollation::regcollation end)
  from pg_class c
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relnamespace = any (voygen.inventory_schemas())
    and c.relkind in ('r', 'p', 'v', 'm', 'f', 'c')
    and not voygen.inventory_is_foreign('pg_class', c.oid)
$$;
comment on function voygen.inventory_columns() is 'Columns of tables, views and types for voygen.inventory.';

create function voygen.inventory_table_rules() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    'trigger',
    t.tgrelid::regclass || '.' || quote_ident(t.tgname),
    concat_ws(', ',
      pg_get_triggerdef(t.oid),
      case t.tgenabled when 'D' then 'disabled' when 'R' then 'enabled replica' when 'A' then 'enabled always' end)
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = any (voygen.inventory_schemas())
    and not t.tgisinternal
  union all
  select 'rule', w.ev_class::regclass || '.' || quote_ident(w.rulename), pg_get_ruledef(w.oid)
  from pg_rewrite w
  join pg_class c on c.oid = w.ev_class
  where c.relnamespace = any (voygen.inventory_schemas())
    and w.rulename <> '_RETURN'
  union all
  select
    'policy',
    p.polrelid::regclass || '.' || quote_ident(p.polname),
    concat_ws(', ',
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      'to ' || (select string_agg(voygen.inventory_role(m), ' ' order by voygen.inventory_role(m)) from unnest(p.polroles) m),
      'using ' || pg_get_expr(p.polqual, p.polrelid),
      'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  where c.relnamespace = any (voygen.inventory_schemas())
  union all
  select
    'constraint',
    coalesce(c.conrelid::regclass::text, c.contypid::regtype::text) || '.' || quote_ident(c.conname),
    -- Switching off the triggers behind a foreign key switches off the key.
    concat_ws(', ',
      pg_get_constraintdef(c.oid),
      case when exists (select from pg_trigger g where g.tgconstraint = c.oid and g.tgisinternal and g.tgenabled = 'D') then 'disabled' end)
  from pg_constraint c
  where c.connamespace = any (voygen.inventory_schemas())
    and c.contype <> 't'
$$;
comment on function voygen.inventory_table_rules() is 'Triggers, rules, policies and constraints for voygen.inventory.';

create function voygen.inventory_routines() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
    format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
    concat_ws(', ',
      '(' || pg_get_function_arguments(p.oid) || ')',
      'returns ' || pg_get_function_result(p.oid),
      'language ' || l.lanname,
      case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' else 'parallel unsafe' end,
      case when p.proisstrict then 'strict' end,
      case when p.proleakproof then 'leakproof' end,
      case when p.prosecdef then 'security definer' end,
      case when p.prokind = 'w' then 'window' end,
      'owner ' || voygen.inventory_role(p.proowner),
      'set ' || array_to_string(p.proconfig, ' '),
      -- A C function is known by its symbol, every other by a digest of its text.
      case
        when l.lanname = 'c' then 'symbol ' || p.prosrc
        else 'body ' || md5(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc))
      end,
      (select concat_ws(' ', 'state', g.aggtransfn, format_type(g.aggtranstype, null), nullif(g.aggfinalfn::oid, 0)::regproc,
                        g.agginitval, nullif(g.aggcombinefn::oid, 0)::regproc, nullif(g.aggmtransfn::oid, 0)::regproc)
       from pg_aggregate g
       where g.aggfnoid = p.oid))
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang
  where p.pronamespace = any (voygen.inventory_schemas())
    and not voygen.inventory_is_foreign('pg_proc', p.oid)
$$;
comment on function voygen.inventory_routines() is 'Functions, procedures and aggregates for voygen.inventory.';

create function voygen.inventory_types() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    case t.typtype when 'd' then 'domain' else 'type' end,
    format('%I.%I', n.nspname, t.typname),
    concat_ws(', ',
      case t.typtype
        when 'c' then 'composite' when 'e' then 'enum' when 'd' then 'domain'
        when 'r' then 'range' when 'm' then 'multirange' else 'base'
      end,
      'owner ' || voygen.inventory_role(t.typowner),
      (select 'labels ' || string_agg(quote_literal(e.enumlabel), ' ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
      case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
      case when t.typnotnull then 'not null' end,
      'default ' || t.typdefault,
      (select 'columns ' || string_agg(a.attname, ' ' order by a.attnum)
       from pg_attribute a
       where t.typtype = 'c' and a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  left join pg_class c on c.oid = t.typrelid
  where t.typnamespace = any (voygen.inventory_schemas())
    and coalesce(c.relkind, 'c') = 'c'
    and not (t.typcategory = 'A' and t.typelem <> 0)
    and not voygen.inventory_is_foreign('pg_type', t.oid)
$$;
comment on function voygen.inventory_types() is 'Types and domains for voygen.inventory.';

create function voygen.inventory_grants() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with rights as (
    select 'schema ' || quote_ident(n.nspname) as subject, coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from pg_namespace n
    where n.oid = any (voygen.inventory_schemas())
    union all
    select
      case c.relkind when 'S' then 'sequence ' else 'table ' end || c.oid::regclass,
      coalesce(c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner))
    from pg_class c
    where c.relnamespace = any (voygen.inventory_schemas())
      and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not voygen.inventory_is_agency_sequence(c.oid)
      and not voygen.inventory_is_foreign('pg_class', c.oid)
    union all
    select 'column ' || c.oid::regclass || '.' || quote_ident(a.attname), a.attacl
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    where c.relnamespace = any (voygen.inventory_schemas())
      and a.attacl is not null
      and not a.attisdropped
    union all
    select
      'function ' || format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
      coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where p.pronamespace = any (voygen.inventory_schemas())
      and not voygen.inventory_is_foreign('pg_proc', p.oid)
    union all
    select 'type ' || t.oid::regtype, t.typacl
    from pg_type t
    where t.typnamespace = any (voygen.inventory_schemas())
      and t.typacl is not null
  )
  select
    'grant',
    r.subject || ' to ' || voygen.inventory_role(a.grantee),
    string_agg(lower(a.privilege_type) || case when a.is_grantable then ' with grant option' else '' end, ', ' order by a.privilege_type)
  from rights r
  cross join aclexplode(r.acl) a
  group by r.subject, voygen.inventory_role(a.grantee)
$$;
comment on function voygen.inventory_grants() is
  'Who may do what with each schema, table, column, function and type, for voygen.inventory.';

create function voygen.inventory_server_grants() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    'default grant',
    format('role %s%s, %s', voygen.inventory_role(d.defaclrole), ' in schema ' || n.nspname,
           case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' else 'schemas' end),
    (select string_agg(voygen.inventory_role(a.grantee) || ' ' || lower(a.privilege_type), ', '
                       order by voygen.inventory_role(a.grantee), a.privilege_type)
     from aclexplode(d.defaclacl) a)
  from pg_default_acl d
  left join pg_namespace n on n.oid = d.defaclnamespace
  where voygen.inventory_role(d.defaclrole) like 'voygen%'
     or n.oid = any (voygen.inventory_schemas())
  union all
  -- Functions of PostgreSQL itself whose rights are not as the server was made with.
  select
    'system function',
    p.oid::regprocedure::text,
    (select string_agg(voygen.inventory_role(a.grantee), ', ' order by voygen.inventory_role(a.grantee)) from aclexplode(p.proacl) a)
  from pg_proc p
  left join pg_init_privs i on i.objoid = p.oid and i.classoid = 'pg_proc'::regclass and i.objsubid = 0
  where p.pronamespace = 'pg_catalog'::regnamespace
    and p.proacl is not null
    and p.proacl is distinct from i.initprivs
  union all
  select
    'parameter grant',
    p.parname || ' to ' || voygen.inventory_role(a.grantee),
    string_agg(lower(a.privilege_type), ', ' order by a.privilege_type)
  from pg_parameter_acl p
  cross join aclexplode(p.paracl) a
  where p.parname like 'voygen.%'
    and voygen.inventory_role(a.grantee) <> 'superuser'
  group by p.parname, a.grantee
$$;
comment on function voygen.inventory_server_grants() is 'Default grants, and rights on system functions and settings that are not PostgreSQL''s own, '
  'for voygen.inventory.';

create function voygen.inventory_roles() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with ours as (
    select *
    from pg_roles
    where rolname in ('voygen_owner', 'voygen_admin', 'voygen_agent', 'voygen_reader', 'voygen_gateway', 'voygen_jobs')
  )
  select
    'role',
    rolname,
    concat_ws(', ',
      case when rolsuper then 'superuser' end,
      case when rolcanlogin then 'login' else 'nologin' end,
      case when not rolinherit then 'noinherit' end,
      case when rolcreaterole then 'createrole' end,
      case when rolcreatedb then 'createdb' end,
      case when rolreplication then 'replication' end,
      case when rolbypassrls then 'bypassrls' end,
      case when rolconnlimit >= 0 then 'limit ' || rolconnlimit end)
  from ours
  union all
  select 'membership', format('%s in %s', m.rolname, r.rolname), case when a.admin_option then 'admin' else 'member' end
  from pg_auth_members a
  join pg_roles r on r.oid = a.roleid
  join pg_roles m on m.oid = a.member
  where m.rolname in (select rolname from ours)
     or r.rolname = 'voygen_owner'
  union all
  select 'setting', format('role %s', o.rolname), array_to_string(s.setconfig, ', ')
  from pg_db_role_setting s
  join ours o on o.oid = s.setrole
  where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
$$;
comment on function voygen.inventory_roles() is
  'Roles, their attributes, memberships and settings for voygen.inventory.';

create function voygen.inventory_comments() returns table (kind text, identity text, definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select 'comment', i.type || ' ' || i.identity, d.description
  from pg_description d
  cross join pg_identify_object(d.classoid, d.objoid, d.objsubid) i
  where (i.schema in ('voygen', 'voygen_api', 'voygen_lib')
         or (i.type = 'schema' and i.identity in ('voygen', 'voygen_api', 'voygen_lib'))
         or (i.type in ('trigger', 'policy', 'table constraint', 'rule') and i.identity ~ ' on voygen(_api|_lib)?\.'))
    and not voygen.inventory_is_foreign(d.classoid, d.objoid)
$$;
comment on function voygen.inventory_comments() is
  'Comments, with the tags that make tools'' schemas, for voygen.inventory.';

create function voygen.inventory_jobs() returns table (kind text, identity text, definition text)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- pg_cron is in one database of a server only.
  if to_regclass('cron.job') is not null then
    return query execute $query$
      select 'job', jobname::text, concat_ws(', ', schedule, command, 'as ' || username, case when not active then 'inactive' end)
      from cron.job
      where database = current_database() and (jobname like 'voygen%' or username like 'voygen%')$query$;
  end if;
end
$$;
comment on function voygen.inventory_jobs() is 'Scheduled jobs for voygen.inventory.';

create function voygen.inventory() returns table (kind text, identity text, definition text)
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
  ) i
  order by i.kind collate "C", i.identity collate "C"
$$;
comment on function voygen.inventory() is 'Every object Voygen is made of and what makes it what it is, without the data: '
  'the schemas voygen, voygen_api and voygen_lib, rights, roles, comments, jobs.';

create function voygen.inventory_check(expected text)
  returns table (kind text, identity text, problem text, expected_definition text, found_definition text)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  with wanted as (
    -- Lines as COPY writes them: three columns between tabs, newline, tab and backslash escaped.
    select split_part(line, E'\t', 1) as kind,
           replace(replace(replace(replace(split_part(line, E'\t', 2), '\\', chr(1)), '\n', chr(10)), '\t', chr(9)), chr(1), '\') as identity,
           replace(replace(replace(replace(split_part(line, E'\t', 3), '\\', chr(1)), '\n', chr(10)), '\t', chr(9)), chr(1), '\') as definition
    from regexp_split_to_table(expected, E'\n') as line
    where line <> ''
  ),
  compared as (
    select coalesce(w.kind, f.kind) as kind, coalesce(w.identity, f.identity) as identity,
           case when f.kind is null then 'missing' when w.kind is null then 'unexpected' else 'altered' end as problem,
           w.definition as expected_definition, f.definition as found_definition
    from wanted w
    full join voygen.inventory() f on f.kind = w.kind and f.identity = w.identity
    where w.definition is distinct from f.definition
  )
  select c.kind, c.identity, c.problem, c.expected_definition, c.found_definition
  from compared c
  where not (c.kind = 'job' and current_setting('cron.database_name', true) is distinct from current_database())
    -- A table that is older than Voygen keeps its own shape, but for the columns and policies that were added.
    and not exists (
      select
      from voygen.adopted a
      where a.kind = 'table'
        and position(a.name in c.identity) > 0
        and not (c.kind in ('column', 'policy') and c.problem <> 'unexpected'
                 and split_part(c.identity, '.', 3) in (
                   'template_variables', 'supports_templating', 'chain_compatible', 'default_template_id', 'agency_id',
                   'agency', 'agency_insert', 'agency_update', 'agency_delete')))
  order by c.kind collate "C", c.identity collate "C"
$$;
comment on function voygen.inventory_check(text) is 'What differs between the database and an expected inventory (the text of migrations/inventory.txt): '
  'missing, altered or unexpected objects.';

commit;
