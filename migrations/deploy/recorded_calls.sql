-- Deploy voygen:recorded_calls to pg
-- The program in front keeps one row of the audit per call. What writes has left its row itself; the rest comes here, many
-- calls in one statement.
begin;
set local role voygen_owner;

create function voygen.record_calls(
  agency_ids bigint[], token_digests bytea[], tools text[], arguments bytea[], outcomes text[], durations_us bigint[],
  ended_at timestamptz[] default null
) returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  codes constant text[] := array['ok', 'invalid_argument', 'unknown_name', 'not_found', 'conflict', 'not_allowed', 'precondition_failed',
    'rate_limited', 'timeout', 'unavailable', 'cancelled', 'internal'];
  recorded integer;
begin
  with said as materialized (
    select
      s.agency_id, s.digest, coalesce(left(s.tool, 63), '') as tool, s.arguments,
      coalesce(codes[array_position(codes, s.outcome)], 'internal') as outcome, case when s.duration_us is not null then greatest(s.duration_us, 0) end as duration_us,
      -- The clock of the program in front is believed within the hour, and not ahead of ours.
      greatest(least(coalesce(s.ended_at, now()), clock_timestamp()), now() - interval '1 hour') as at,
      s.place
    from unnest(agency_ids, token_digests, tools, record_calls.arguments, outcomes, durations_us, record_calls.ended_at)
      with ordinality as s(agency_id, digest, tool, arguments, outcome, duration_us, ended_at, place)
  ),
  -- Who shows no token of the agency leaves nothing behind; one that has ended is worth a row.
  known as materialized (
    select s.*, t.token_id, t.user_id, t.role
    from said as s
    join voygen.tokens as t on t.agency_id = s.agency_id and t.digest = s.digest
    where s.outcome <> 'ok'
       -- A call that wrote was recorded in its own transaction.
       or not exists (
         select
         from pg_proc as p
         where p.proname = s.tool
           and p.pronamespace = to_regnamespace('voygen_api')
           and p.provolatile = 'v')
         and not exists (
           select
           from voygen.feature_flags as f
           where f.agency_id = s.agency_id
             and f.flag = 'audit_reads'
             and not f.is_on)
  ),
  kept as (
    insert into voygen.audit (agency_id, audit_id, at, user_id, role, tool, args, outcome, duration_us)
    select
      k.agency_id, nextval(format('voygen.ids_%s', k.agency_id)::regclass), k.at, k.user_id, k.role, k.tool,
      case
        when k.arguments is null then null
        -- What a call was refused for may be anywhere, under any name.
        when k.outcome <> 'ok' then jsonb_build_object('(sha256)', encode(sha256(k.arguments), 'hex'))
        else voygen.recorded_arguments(k.tool, k.arguments)::jsonb
      end,
      k.outcome, k.duration_us
    from (select * from known order by place) as k
    returning 1
  ),
  used as (
    update voygen.tokens as t
    set last_used_at = u.at
    from (select k.agency_id, k.token_id, max(k.at) as at from known as k group by k.agency_id, k.token_id) as u
    where t.agency_id = u.agency_id
      and t.token_id = u.token_id
      and (t.last_used_at is null or t.last_used_at < u.at - interval '1 minute')
  )
  select count(*) into recorded from kept;
  return recorded;
end
$$;
comment on function voygen.record_calls(bigint[], bytea[], text[], bytea[], text[], bigint[], timestamptz[]) is
  'Puts calls that are over into the audit, the lists in step: agency, digest of the token, tool, arguments as they were sent, '
  'ok, cancelled or the code of the error, time taken, when it ended. Leaves out calls of writing tools that went well, which are there '
  'already, and callers nobody knows. What is marked @redact is left out of the arguments here; of a call that failed only their '
  'digest is kept. Answers how many rows were added.';
revoke execute on function voygen.record_calls(bigint[], bytea[], text[], bytea[], text[], bigint[], timestamptz[]) from public;
grant execute on function voygen.record_calls(bigint[], bytea[], text[], bytea[], text[], bigint[], timestamptz[]) to voygen_gateway;
comment on table voygen.audit is
  'Every call through the program in front, and every call that changed something: who, what, with which outcome. Rows are '
  'added, never changed.';
comment on column voygen.tokens.last_used_at is 'To the minute or so; only the program in front tells.';

commit;
