-- Deploy voygen:rule_checks to pg
-- A rule with a condition nobody knows would hold for every offer, and one with a value of another kind would stop every
-- calculation of its agency: both are refused when they are written. Rules that are there already are not looked at.
begin;
set local role voygen_owner;

create function voygen.check_rule() returns trigger
language plpgsql
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  strange record;
begin
  select part.path, part.word, part.known
  into strange
  from (
    select '/conditions' as path, jsonb_object_keys(new.conditions) as word,
      '{trip_budget,client_tier,destination,travel_dates,min_nights,site,refundable}'::text[] as known
    where jsonb_typeof(new.conditions) = 'object'
    union all
    select '/conditions/trip_budget', jsonb_object_keys(new.conditions -> 'trip_budget'), '{min,max}'
    where jsonb_typeof(new.conditions -> 'trip_budget') = 'object'
    union all
    select '/conditions/travel_dates', jsonb_object_keys(new.conditions -> 'travel_dates'), '{start,end}'
    where jsonb_typeof(new.conditions -> 'travel_dates') = 'object'
    union all
    select '/actions', jsonb_object_keys(new.actions),
      '{commission_multiplier,bonus_fixed,prefer_sites,require_refundable,min_commission_percent,exclude}'
    where jsonb_typeof(new.actions) = 'object'
  ) as part
  where part.word <> all (part.known)
  limit 1;
  if found then
    perform voygen.raise('unknown_name', format('rule %s does not know %s', left(new.name, 80), left(strange.word, 80)),
      path => strange.path || '/' || left(strange.word, 80), expected => 'one of the names ' || array_to_string(strange.known, ', '),
      got => left(strange.word, 80));
  end if;
  -- What reads the rules says what is wrong with their values.
  perform voygen.commission_quotes(
    '[]', '[]', jsonb_build_array(jsonb_build_object('id', new.rule_id, 'conditions', new.conditions, 'actions', new.actions)), 'half_up', false,
    current_date);
  return new;
end
$$;
comment on function voygen.check_rule() is 'Refuses a rule whose conditions or actions no calculation would understand.';
revoke execute on function voygen.check_rule() from public;

create trigger check_rule before insert or update of conditions, actions on voygen.commission_rules
  for each row execute function voygen.check_rule();

commit;
