-- Low, medium and high for any query.

create type voygen.price_cuts as (method text, low_below numeric, high_from numeric);
comment on type voygen.price_cuts is
  'Where prices are cut: low below the first, high from the second on, medium between; null where there is no cut.';

create function voygen.price_cuts_add(internal, numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_add';
comment on function voygen.price_cuts_add(internal, numeric) is 'Step of the aggregate price_cuts.';

create function voygen.price_cuts_add(internal, numeric, text, numeric, numeric) returns internal
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_add';
comment on function voygen.price_cuts_add(internal, numeric, text, numeric, numeric) is 'Step of the aggregate price_cuts.';

create function voygen.price_cuts_final(internal) returns voygen.price_cuts
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_cuts_final';
comment on function voygen.price_cuts_final(internal) is 'End of the aggregate price_cuts.';

create aggregate voygen.price_cuts(price numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_cuts_final, parallel = safe);
comment on aggregate voygen.price_cuts(numeric) is
  'Cuts of prices into low, medium and high: at 25 and 75 percent from nine prices on, thirds by rank below, none below three.';

create aggregate voygen.price_cuts(price numeric, method text, low_percent numeric, high_percent numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_cuts_final, parallel = safe);
comment on aggregate voygen.price_cuts(numeric, text, numeric, numeric) is
  'Cuts of prices by a method (auto, percentile, kmeans, kmeans_log, rank); the percents are those of percentile.';

create type voygen.price_tier_counts as (method text, low_below numeric, high_from numeric, low bigint, medium bigint, high bigint);
comment on type voygen.price_tier_counts is
  'Where prices are cut, as price_cuts, and how many prices are low, medium and high.';

create function voygen.price_tier_counts_final(internal) returns voygen.price_tier_counts
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier_counts_final';
comment on function voygen.price_tier_counts_final(internal) is 'End of the aggregate price_tier_counts.';

create aggregate voygen.price_tier_counts(price numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_tier_counts_final, parallel = safe);
comment on aggregate voygen.price_tier_counts(numeric) is
  'Cuts of prices as price_cuts makes them, and how many prices fall in each tier.';

create aggregate voygen.price_tier_counts(price numeric, method text, low_percent numeric, high_percent numeric) (
  sfunc = voygen.price_cuts_add, stype = internal, finalfunc = voygen.price_tier_counts_final, parallel = safe);
comment on aggregate voygen.price_tier_counts(numeric, text, numeric, numeric) is
  'Cuts of prices by a method (auto, percentile, kmeans, kmeans_log, rank), and how many prices fall in each tier.';

create function voygen.price_tier_of(price numeric, low_below numeric, high_from numeric) returns text
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_price_tier_of';
comment on function voygen.price_tier_of(numeric, numeric, numeric) is
  'Tier of a price by cuts that are known: low, medium or high.';

create function voygen.price_tier(price numeric) returns text
  language c immutable window parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier';
comment on function voygen.price_tier(numeric) is
  'Window function: tier of a row''s price among those of its partition. price_tier(price) over (partition by leg_id)';

create function voygen.price_tier(price numeric, method text, low_percent numeric, high_percent numeric) returns text
  language c immutable window parallel safe
  as 'MODULE_PATHNAME', 'voygen_price_tier';
comment on function voygen.price_tier(numeric, text, numeric, numeric) is
  'Window function: tier of a row''s price among those of its partition, cut by a method and its percents.';
