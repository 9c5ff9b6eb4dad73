-- Deploy voygen:feature_flags to pg
-- Switches of an agency: which tools it has, and how the program in front behaves for it. voygen.call and voygen.tools look
-- at them with every call, so a switch holds from the next call on.
begin;
set local role voygen_owner;

create table voygen.feature_flags (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  flag text not null check (length(flag) <= 80),
  is_on boolean not null,
  reason text,
  set_by bigint default (voygen.caller()).user_id,
  set_at timestamptz not null default now(),
  primary key (agency_id, flag)
);
comment on table voygen.feature_flags is
  'Switches an agency has set; without a row a flag is as voygen.feature_list() says, and a tool is on.';
comment on column voygen.feature_flags.flag is 'A name of voygen.feature_list(), or tool. and the name of a tool.';
comment on column voygen.feature_flags.is_on is 'A tool that is off is not there for this agency.';
comment on column voygen.feature_flags.set_by is 'Whose call it was, when the token names a person.';

create function voygen.feature_list() returns table (flag text, is_on boolean, meaning text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
  values
    ('apps', true, 'Tools name the page that shows their result, and the pages can be read.'),
    ('audit_reads', true, 'Calls that only read are kept in the audit, too.'),
    ('completion', true, 'Names of trips, clients, places and templates are completed while they are typed.'),
    ('elicitation', true, 'A destructive tool asks the person for confirmation where the client can show the question; off: it needs confirm.'),
    ('prompts', true, 'Instruction sets and templates are offered as prompts.'),
    ('resources', true, 'Trips, clients, templates, proposals and the reference of the tools can be read as resources.')
$$;
comment on function voygen.feature_list() is
  'The flags there are beside those of tools, what each is without a row of voygen.feature_flags, and what it means.';

create function voygen.feature_on(flag text) returns boolean
language sql
stable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (select f.is_on from voygen.feature_flags as f where f.agency_id = voygen.current_agency() and f.flag = feature_on.flag),
    (select l.is_on from voygen.feature_list() as l where l.flag = feature_on.flag),
    feature_on.flag like 'tool.%')
$$;
comment on function voygen.feature_on(text) is 'Whether a flag is on for the current agency; false for one there is not.';

create function voygen.require_feature_flag(flag text, is_on boolean) returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  tool text := substring(flag from '^tool\.(.*)$');
begin
  if not is_on and tool in ('set_feature_flag', 'list_feature_flags') then
    perform voygen.raise('precondition_failed', format('%s cannot be switched off', tool), path => '/flag',
      hint => 'Nobody could switch it on again.');
  end if;
  if not exists (select from voygen.feature_list() as l where l.flag = require_feature_flag.flag)
     and not exists (select from pg_proc where proname = tool and pronamespace = to_regnamespace('voygen_api')) then
    perform voygen.raise('unknown_name', format('there is no flag %s', left(flag, 100)), path => '/flag',
      expected => (select string_agg(l.flag, ', ' order by l.flag) from voygen.feature_list() as l) || ', or tool. and the name of a tool',
      got => left(flag, 100), hint => 'list_feature_flags says what each of them means.');
  end if;
end
$$;
comment on function voygen.require_feature_flag(text, boolean) is 'Refuses a switch of nothing, and one that would lock its own door.';

create function voygen.check_feature_flag() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  perform voygen.require_feature_flag(new.flag, new.is_on);
  return new;
end
$$;
comment on function voygen.check_feature_flag() is 'Refuses a wrong switch, however it is written.';
create trigger known before insert or update on voygen.feature_flags
  for each row execute function voygen.check_feature_flag();

call voygen.protect_table('voygen.feature_flags');
grant select on voygen.feature_flags to voygen_reader, voygen_agent, voygen_admin;
grant insert, update, delete on voygen.feature_flags to voygen_admin;
grant execute on function voygen.feature_list(), voygen.feature_on(text), voygen.require_feature_flag(text, boolean)
  to voygen_reader, voygen_agent, voygen_admin;

commit;
