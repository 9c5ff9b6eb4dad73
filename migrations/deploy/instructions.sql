-- Deploy voygen:instructions to pg
-- instruction_sets is older than Voygen. One found in schema voygen is adopted as it is: rows, owner, grants and
-- queries stay, and a later change
-- only adds columns. One found in schema public stays where it is, for whoever uses it there; its rows are copied.
begin;

do $$
begin
  if to_regclass('voygen.instruction_sets') is not null then
    insert into voygen.adopted (kind, name, owner)
    select 'table', 'voygen.instruction_sets', pg_catalog.pg_get_userbyid(relowner)
    from pg_catalog.pg_class
    where oid = 'voygen.instruction_sets'::regclass;
    raise notice 'table voygen.instruction_sets was there before: kept with its rows, owner and grants';
    return;
  end if;

  create table voygen.instruction_sets (
    id text primary key default gen_random_uuid()::text,
    name text not null,
    title text,
    content text not null,
    description text,
    category text,
    is_active boolean not null default true,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  );
  alter table voygen.instruction_sets owner to voygen_owner;
  comment on table voygen.instruction_sets is 'Texts that tell an assistant how to work.';
  comment on column voygen.instruction_sets.name is 'Name the set is asked for by.';
  comment on column voygen.instruction_sets.content is 'Markdown.';

  if to_regclass('public.instruction_sets') is not null then
    insert into voygen.instruction_sets (id, name, title, content, description, category, is_active, created_at, updated_at)
    select id, name, title, coalesce(content, ''), description, category, coalesce(is_active, true), coalesce(created_at, now()), coalesce(updated_at, now())
    from public.instruction_sets;
    raise notice 'table public.instruction_sets was there before: left as it is, its rows copied to voygen.instruction_sets';
  end if;
end
$$;

commit;
