-- Deploy voygen:failed_calls to pg
-- A call that fails takes its own audit row back with all else it did. The program in front sends what is left of it, in
-- a statement of its own.
begin;
set local role voygen_owner;

create function voygen.record_failure(
  agency_id bigint, token_digest bytea, tool text, code text, arguments_digest bytea, duration_us bigint
) returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  -- Failures of one caller that are kept within a minute; more say nothing new and would fill the table.
  most constant integer := 60;
  codes constant text[] := array['invalid_argument', 'unknown_name', 'not_found', 'conflict', 'not_allowed', 'precondition_failed',
    'rate_limited', 'timeout', 'unavailable', 'internal'];
  caller record;
  kept integer;
begin
  select t.role, t.user_id
  into caller
  from voygen.tokens as t
  where t.agency_id = record_failure.agency_id
    and t.digest = record_failure.token_digest;
  -- Who shows no token of the agency leaves nothing behind. One that was revoked is worth a line.
  if not found then
    return false;
  end if;

  select count(*)
  into kept
  from (
    select
    from voygen.audit as a
    where a.agency_id = record_failure.agency_id
      and a.at > now() - interval '1 minute'
      and a.outcome <> 'ok'
      and a.role = caller.role
      and a.user_id is not distinct from caller.user_id
    limit most) as lately;
  if kept >= most then
    return false;
  end if;

  insert into voygen.audit (agency_id, audit_id, user_id, role, tool, args, outcome, duration_us)
  values (
    record_failure.agency_id,
    nextval(format('voygen.ids_%s', record_failure.agency_id)::regclass),
    caller.user_id,
    caller.role,
    coalesce(left(record_failure.tool, 63), ''),
    jsonb_strip_nulls(jsonb_build_object(
      '(sha256)', encode(substr(record_failure.arguments_digest, 1, 32), 'hex'),
      '(left out)', case when kept = most - 1 then 'further failures within the minute' end)),
    coalesce(codes[array_position(codes, record_failure.code)], 'internal'),
    greatest(record_failure.duration_us, 0));
  return true;
end
$$;
comment on function voygen.record_failure(bigint, bytea, text, text, bytea, bigint) is
  'Puts a call that failed into the audit, with the digest of its arguments: for the program in front, after the call. '
  'Answers whether it did: not for a token nobody has, and not for more than 60 failures of a caller within a minute.';
revoke execute on function voygen.record_failure(bigint, bytea, text, text, bytea, bigint) from public;
grant execute on function voygen.record_failure(bigint, bytea, text, text, bytea, bigint) to voygen_gateway;
comment on table voygen.audit is
  'Every call that changed something, and every call through the program that failed: who, what, with which outcome. Rows '
  'are added, never changed.';
comment on column voygen.audit.args is
  'Arguments with what is marked @redact left out; of a call that failed, and of more than 32 kB, the SHA-256.';

commit;
