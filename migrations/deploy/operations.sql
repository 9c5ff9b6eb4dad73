-- Deploy voygen:operations to pg
-- What the running of tools leaves behind.
begin;
set local role voygen_owner;

create table voygen.audit (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  audit_id bigint not null default voygen.next_id(),
  at timestamptz not null default now(),
  user_id bigint,
  role text,
  tool text not null,
  args jsonb,
  outcome text not null,
  duration_us bigint check (duration_us >= 0),
  primary key (agency_id, audit_id)
);
create index idx_audit_at on voygen.audit (agency_id, at);
comment on table voygen.audit is
  'Every call that could change something: who, what, with which outcome. Rows are added, never changed.';
comment on column voygen.audit.args is 'Arguments with what is marked @redact left out.';
comment on column voygen.audit.outcome is 'ok, or the code of the error.';

create table voygen.idempotency_keys (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  key text not null check (key <> '' and length(key) <= 200),
  tool text not null,
  args_digest bytea not null,
  result text,
  created_at timestamptz not null default now(),
  primary key (agency_id, key)
);
create index idx_idempotency_keys_created on voygen.idempotency_keys (agency_id, created_at);
comment on table voygen.idempotency_keys is
  'Calls that must run once: the same key gets the stored result, the same key with other arguments a conflict.';
comment on column voygen.idempotency_keys.args_digest is 'SHA-256 of the arguments, to tell a repeat from a mistake.';
comment on column voygen.idempotency_keys.result is 'What the first call answered.';

create table voygen.starter_data (
  kind text not null check (kind in ('site', 'rate', 'rule', 'template', 'chain', 'instruction')),
  name text not null,
  body jsonb not null check (jsonb_typeof(body) = 'object'),
  primary key (kind, name)
);
comment on table voygen.starter_data is
  'What a new agency begins with; loaded from the files sql/starter_*.sql, copied by voygen.load_starter_data.';
comment on column voygen.starter_data.body is 'Columns of the row to make, by name.';

call voygen.protect_table('voygen.audit');
call voygen.protect_table('voygen.idempotency_keys');
grant select on voygen.audit to voygen_admin;

create function voygen.refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Old rows are taken away by the retention job alone, which runs as a role of its own.
  if tg_op = 'DELETE' and current_user = 'voygen_jobs' then
    return null;
  end if;
  raise exception 'rows of %.% are never changed: % refused', tg_table_schema, tg_table_name, lower(tg_op)
    using errcode = 'restrict_violation', hint = 'Add a row that corrects the earlier one.';
end
$$;
comment on function voygen.refuse_change() is 'Keeps a table append-only, for its owner too.';

create trigger append_only before update or delete or truncate on voygen.audit
  for each statement execute function voygen.refuse_change();
create trigger append_only before update or delete or truncate on voygen.commission_audit
  for each statement execute function voygen.refuse_change();

commit;
