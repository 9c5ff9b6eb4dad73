-- Which leg of a trip an offer belongs to. Only what the offer says decides; two legs that both fit mean none.

create function voygen_lib.leg_for(agency_id bigint, trip_id bigint, city text, check_in date, check_out date) returns bigint
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with leg as (
    select l.leg_id,
      voygen_lib.plain(l.city) = voygen_lib.plain(leg_for.city) as same_city,
      l.arrive_date <= leg_for.check_in and coalesce(leg_for.check_out, leg_for.check_in) <= l.depart_date as same_days
    from voygen.trip_legs as l
    where l.agency_id = leg_for.agency_id
      and l.trip_id = leg_for.trip_id
  ),
  counted as (
    select
      count(*) as every,
      min(leg_id) as any_leg,
      bool_or(same_days is false) as other_days,
      count(*) filter (where same_city) as in_city,
      min(leg_id) filter (where same_city) as city_leg,
      count(*) filter (where same_days) as on_days,
      min(leg_id) filter (where same_days) as days_leg,
      count(*) filter (where same_city and same_days) as in_both,
      min(leg_id) filter (where same_city and same_days) as both_leg
    from leg
  )
  select case
    -- The only leg of a trip takes everything found for the trip, unless the dates say otherwise.
    when every = 1 then case when not coalesce(other_days, false) then any_leg end
    when leg_for.check_in is not null and in_city > 0 then case when in_both = 1 then both_leg end
    when leg_for.check_in is not null then case when on_days = 1 then days_leg end
    when in_city = 1 then city_leg
  end
  from counted
$$;
comment on function voygen_lib.leg_for(bigint, bigint, text, date, date) is
'The one leg whose city and days an offer fits; null when none or several do. A city no leg has (a suburb) says nothing, the days then decide.';
