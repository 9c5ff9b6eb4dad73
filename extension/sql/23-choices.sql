-- Tiers of prices, picks of hotels, the best choice of offers.

create function voygen.segment_prices(
  prices numeric[], method text, low_cut numeric, high_cut numeric,
  out tiers text[], out low_below numeric, out high_from numeric, out method_used text)
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_segment_prices';
comment on function voygen.segment_prices(numeric[], text, numeric, numeric) is
  'Tier of each price, in the order of the prices: low below low_below, high from high_from, else medium. The cuts of '
  'percentile are percents; method is auto, percentile, kmeans, kmeans_log or rank.';

create function voygen.choose_picks(
  candidates jsonb, per_tier integer,
  out index integer, out score numeric, out reason text)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_choose_picks';
comment on function voygen.choose_picks(jsonb, integer) is
  'Which hotels of each tier to show: best score first, but not two of one chain or place while others are left.';

create function voygen.optimize_offers(legs jsonb, currency text, options jsonb) returns jsonb
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_optimize_offers';
comment on function voygen.optimize_offers(jsonb, text, jsonb) is
  'One offer per leg with the greatest expected commission, exactly, within budget and price premium.';
