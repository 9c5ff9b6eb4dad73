-- Deploy voygen:foundation to pg
-- The schema, the extension, and what every later change leans on: rights by default, and one way to put a table under
-- its agency.
begin;

-- A schema of this name may be there before us, with somebody's tables in it (see instruction_sets): it then keeps its
-- owner.
create temporary table found_schema on commit drop as
select pg_catalog.pg_get_userbyid(nspowner) as owner
from pg_catalog.pg_namespace
where nspname = 'voygen';

create schema if not exists voygen authorization voygen_owner;
grant usage, create on schema voygen to voygen_owner;

create extension voygen with schema voygen;
grant execute on all routines in schema voygen to voygen_owner;
grant usage on schema voygen to voygen_admin, voygen_agent, voygen_reader, voygen_gateway, voygen_jobs;

-- The grant to PUBLIC is a built-in default, which only a rule for all schemas can take away.
alter default privileges for role voygen_owner revoke execute on functions from public;

create table voygen.adopted (
  kind text not null check (kind in ('schema', 'table')),
  name text not null,
  owner text not null,
  adopted_at timestamptz not null default now(),
  primary key (kind, name)
);
alter table voygen.adopted owner to voygen_owner;
comment on table voygen.adopted is
  'Schemas and tables that were in the database before Voygen: going back a version leaves these and their rows in '
  'place.';
comment on column voygen.adopted.owner is 'Role that owned the object when it was found, and owns it still.';

insert into voygen.adopted (kind, name, owner)
select 'schema', 'voygen', owner
from found_schema;

create procedure voygen.protect_table(subject regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format('alter table %s enable row level security', subject);
  execute format('create policy agency on %s using (agency_id = voygen.current_agency()) with check (agency_id = voygen.current_agency())', subject);
end
$$;
alter procedure voygen.protect_table(regclass) owner to voygen_owner;
revoke execute on procedure voygen.protect_table(regclass) from public;
comment on procedure voygen.protect_table(regclass) is
  'Puts a table with an agency_id column under row-level security: every role but the owner sees and writes the '
  'current agency''s rows only.';

create procedure voygen.detach_tables(variadic subjects regclass[])
language plpgsql
as $$
declare
  doomed record;
begin
  for doomed in
    select c.conrelid::regclass as subject, c.conname as name
    from pg_catalog.pg_constraint c
    where c.contype = 'f'
      and c.conrelid = any (subjects)
      and not c.confrelid = any (subjects)
    order by c.conrelid, c.conname
  loop
    execute format('alter table %s drop constraint %I', doomed.subject, doomed.name);
    commit;
  end loop;
end
$$;
alter procedure voygen.detach_tables(regclass[]) owner to voygen_owner;
revoke execute on procedure voygen.detach_tables(regclass[]) from public;
comment on procedure voygen.detach_tables(regclass[]) is
  'Cuts the foreign keys of tables about to be dropped, one per transaction: dropping them all at once would lock '
  'many tables that clients write, in another order than theirs.';

commit;
