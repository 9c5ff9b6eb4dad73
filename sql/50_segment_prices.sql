-- Low, medium and high of any prices.

create type voygen_api.segment_method as enum ('auto', 'percentile', 'kmeans', 'kmeans_log', 'rank');
comment on type voygen_api.segment_method is
'percentile: cut at two percentiles; kmeans: three natural groups; kmeans_log: the same by ratio; rank: thirds; auto: percentile from 9 prices on, rank below.';

create type voygen_api.segments as (
  tiers text[],
  cuts numeric[],
  method text,
  note text
);
comment on type voygen_api.segments is 'Tier of each price, in the order of the prices.';
comment on column voygen_api.segments.tiers is 'low, medium or high.';
comment on column voygen_api.segments.cuts is 'low is below the first, high is from the second on; null when there are none.';
comment on column voygen_api.segments.method is 'The method that was used; few when there were fewer than 3 prices.';

create function voygen_lib.require_cuts(cuts numeric[]) returns numeric[]
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  given numeric[] := coalesce(
    cuts,
    (select array[low_cut, high_cut] from agencies where agency_id = current_agency()),
    array[25, 75]);
begin
  if cardinality(given) <> 2
    or array_position(given, null) is not null
    or not (0 < given[1] and given[1] < given[2] and given[2] < 100)
    or greatest(scale(trim_scale(given[1])), scale(trim_scale(given[2]))) > 2 then
    perform voygen.raise('invalid_argument', 'cuts are not two percentiles', path => '/cuts',
      expected => 'two numbers above 0 and below 100 with at most 2 decimals, the lower first', got => left(given::text, 80));
  end if;
  return given;
end
$$;
comment on function voygen_lib.require_cuts(numeric[]) is 'Two percentiles: as given, else the agency''s, else 25 and 75.';

create function voygen_lib.segment_note(method text, tiers text[]) returns text
language sql immutable parallel safe
begin atomic
  select case
    when method = 'few' then 'Fewer than 3 prices: all are medium.'
    when pg_catalog.cardinality(tiers) > 0 and tiers[1] = all (tiers) then 'The prices do not differ enough to be told apart.'
  end;
end;
comment on function voygen_lib.segment_note(text, text[]) is 'What to say of a segmentation that does not tell prices apart.';

create function voygen_api.segment_prices(
  prices numeric[],
  method voygen_api.segment_method default 'auto',
  cuts numeric[] default null
) returns voygen_api.segments
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  positions numeric[] := voygen_lib.require_cuts(segment_prices.cuts);
  found_tiers record;
begin
  select *
  into found_tiers
  from voygen.segment_prices(segment_prices.prices, coalesce(segment_prices.method, 'auto')::text, positions[1], positions[2]) as s;
  return (
    found_tiers.tiers,
    case when found_tiers.low_below is not null then array[found_tiers.low_below, found_tiers.high_from] end,
    found_tiers.method_used,
    voygen_lib.segment_note(found_tiers.method_used, found_tiers.tiers))::voygen_api.segments;
end
$$;
comment on function voygen_api.segment_prices is
'Cut prices into low, medium and high
Answers the tier of each price. Equal prices never fall in two tiers.
@param prices The prices, all of one currency and basis. @max_items 1000000 @example [120, 150.50, 310]
@param method How to cut.
@param cuts The percentiles of method percentile, for example [25, 75]; the agency''s when absent. @max_items 2 @example [25, 75]
@example {"prices": [80, 95, 110, 120, 135, 150, 180, 240, 410], "method": "percentile"}';
