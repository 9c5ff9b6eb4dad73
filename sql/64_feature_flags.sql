-- Switches of the agency. They hold from the next call on: voygen.call and voygen.tools read them each time.

create type voygen_api.feature_flag as (
  flag text,
  enabled boolean,
  is_default boolean,
  meaning text,
  reason text,
  set_by bigint,
  set_at timestamptz
);
comment on type voygen_api.feature_flag is 'A switch and how it is set.';
comment on column voygen_api.feature_flag.flag is 'A behaviour, or tool. and the name of a tool. @required';
comment on column voygen_api.feature_flag.enabled is '@required';
comment on column voygen_api.feature_flag.is_default is 'The agency has not set it. @required';
comment on column voygen_api.feature_flag.meaning is '@required';
comment on column voygen_api.feature_flag.set_by is 'Number of the person, where the token names one.';

create type voygen_api.feature_flag_list as (
  flags voygen_api.feature_flag[]
);
comment on type voygen_api.feature_flag_list is 'The switches of the agency.';

create type voygen_api.feature_flag_change as (
  flag text,
  enabled boolean,
  is_default boolean,
  changed boolean
);
comment on type voygen_api.feature_flag_change is 'What a switch is now.';
comment on column voygen_api.feature_flag_change.changed is 'false: it was so before.';

create function voygen_api.list_feature_flags() returns voygen_api.feature_flag_list
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select row(array_agg(
    (flag, coalesce(f.is_on, l.is_on), f.flag is null, l.meaning, f.reason, f.set_by, f.set_at)::voygen_api.feature_flag
    order by flag))::voygen_api.feature_flag_list
  from (
    select d.flag, d.is_on, d.meaning
    from feature_list() as d
    union all
    select 'tool.' || p.proname, true, 'The tool ' || p.proname || ' is there.'
    from pg_proc as p
    where p.pronamespace = 'voygen_api'::regnamespace
  ) as l
  left join feature_flags as f using (flag)
  where f.flag is not null
     or flag not like 'tool.%'
$$;
comment on function voygen_api.list_feature_flags is
'List the switches of the agency
Lists what can be switched on and off for this agency, what each switch means and how it is set. Tools are listed only where somebody has set their switch; every tool has one, named tool. and its name.';

create function voygen_api.set_feature_flag(
  flag text,
  enabled boolean default null,
  reason text default null,
  idempotency_key text default null
) returns voygen_api.feature_flag_change
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  changed boolean;
begin
  if set_feature_flag.enabled is null then
    perform require_feature_flag(set_feature_flag.flag, true);
    delete from feature_flags as f
    where f.agency_id = voygen_lib.agency()
      and f.flag = set_feature_flag.flag;
    changed := found;
  else
    insert into feature_flags as f (flag, is_on, reason)
    values (set_feature_flag.flag, set_feature_flag.enabled, set_feature_flag.reason)
    on conflict (agency_id, flag) do update
    set is_on = excluded.is_on, reason = excluded.reason, set_by = excluded.set_by, set_at = excluded.set_at
    where (f.is_on, f.reason) is distinct from (excluded.is_on, excluded.reason);
    changed := found;
  end if;
  return (set_feature_flag.flag, feature_on(set_feature_flag.flag), set_feature_flag.enabled is null, changed)::voygen_api.feature_flag_change;
end
$$;
comment on function voygen_api.set_feature_flag is
'Switch something on or off for the agency
Switches a tool or a behaviour on or off for everybody of this agency, from the next call on. A tool that is off is not there: it is not listed, and calling it is refused as a name nobody knows. list_feature_flags names the behaviours.
@param flag A behaviour of list_feature_flags, or tool. and the name of a tool. @max 80 @example tool.recalculate_commission
@param enabled true: on, false: off, absent: as it is when nobody sets it.
@param reason Why, for those who wonder later. @max 500
@param idempotency_key The same key with the same arguments runs once and answers the same.
@idempotent
@example {"flag": "apps", "enabled": false, "reason": "our client shows no pages"}';
grant execute on function voygen_api.set_feature_flag to voygen_admin;
