-- HotelOption: a hotel as extractors and people bring it, and how its fields become columns.

create type voygen_api.coordinates as (
  lat numeric,
  lng numeric
);
comment on type voygen_api.coordinates is 'Degrees, WGS 84.';
comment on column voygen_api.coordinates.lat is '@min -90 @max 90';
comment on column voygen_api.coordinates.lng is '@min -180 @max 180';

create type voygen_api.lead_price as (
  amount numeric,
  currency text,
  per_night boolean,
  basis voygen_api.price_basis,
  tax voygen_api.tax_basis
);
comment on type voygen_api.lead_price is 'The price a site shows first.';
comment on column voygen_api.lead_price.amount is 'Not more decimals than the currency has. @required @min 0 @example 285.00';
comment on column voygen_api.lead_price.currency is 'ISO 4217 code. @required @example USD';
comment on column voygen_api.lead_price.per_night is 'true: one night, false: the whole stay; basis wins where both are given.';
comment on column voygen_api.lead_price.basis is 'What the price pays for; unknown when neither it nor per_night is given.';
comment on column voygen_api.lead_price.tax is 'Whether taxes are in it; unknown when absent.';

create type voygen_api.stay_total as (
  amount numeric,
  tax voygen_api.tax_basis
);
comment on type voygen_api.stay_total is 'Price of the whole stay, in the currency of the lead price; it is the price when the lead price has no amount.';
comment on column voygen_api.stay_total.amount is '@required @min 0 @example 1995.00';

create type voygen_api.stated_commission as (
  amount numeric,
  percent numeric
);
comment on type voygen_api.stated_commission is 'Commission as a portal states it; null where it does not.';
comment on column voygen_api.stated_commission.amount is 'For the stay, in the currency of the price. @min 0';
comment on column voygen_api.stated_commission.percent is '30 is 30 %. @min 0 @max 100';

create type voygen_api.hotel_option as (
  giata_id text,
  site_id text,
  name text,
  chain text,
  supplier text,
  city text,
  region text,
  country text,
  address text,
  coordinates voygen_api.coordinates,
  distance_to_center numeric,
  lead_price voygen_api.lead_price,
  total voygen_api.stay_total,
  tax_amount numeric,
  check_in date,
  check_out date,
  nights integer,
  guests integer,
  star_rating numeric,
  review_score numeric,
  review_scale integer,
  review_count integer,
  amenities text[],
  images text[],
  available boolean,
  checked_at timestamptz,
  refundable boolean,
  free_cancellation_until timestamptz,
  stated_commission voygen_api.stated_commission,
  product_type text,
  rate_type text,
  raw_json jsonb,
  provenance jsonb
);
comment on type voygen_api.hotel_option is 'A hotel as a site offers it. What is not known is left out; nothing is guessed.';
comment on column voygen_api.hotel_option.giata_id is 'The trade''s shared number of the house.';
comment on column voygen_api.hotel_option.site_id is 'The number it has on the site. Without one the hotel is known by its name and city.';
comment on column voygen_api.hotel_option.name is '@required';
comment on column voygen_api.hotel_option.distance_to_center is '@unit km @min 0';
comment on column voygen_api.hotel_option.tax_amount is 'Taxes of the stay, in the currency of the price. @min 0';
comment on column voygen_api.hotel_option.check_in is 'Wins over the check_in of the call.';
comment on column voygen_api.hotel_option.check_out is 'Wins over the check_out of the call.';
comment on column voygen_api.hotel_option.nights is 'Nights the price is for; else they follow from the dates, and these from the leg.';
comment on column voygen_api.hotel_option.guests is 'People a price per person is for; else the travelers of the trip.';
comment on column voygen_api.hotel_option.star_rating is '0 means unknown. @min 0 @max 7';
comment on column voygen_api.hotel_option.review_score is 'On the scale of review_scale; kept on the scale to 10.';
comment on column voygen_api.hotel_option.review_scale is '5 or 10; 10 when absent.';
comment on column voygen_api.hotel_option.available is 'Absent: not checked.';
comment on column voygen_api.hotel_option.checked_at is 'When that was so; the moment of the call when absent.';
comment on column voygen_api.hotel_option.product_type is 'hotel, resort, villa or package; hotel when absent.';
comment on column voygen_api.hotel_option.rate_type is 'standard, refundable, promo, package or net.';
comment on column voygen_api.hotel_option.raw_json is 'The offer as the site gave it. @format any';
comment on column voygen_api.hotel_option.provenance is 'Where fields came from when several sources were merged. @format any';

create function voygen_lib.hotel_fields() returns jsonb
language sql immutable parallel safe
begin atomic
  select '[
    {"path": "giata_id", "kind": "text", "high": 100},
    {"path": "site_id", "kind": "text", "low": 1, "high": 300},
    {"path": "name", "kind": "text", "low": 1, "high": 500, "required": true},
    {"path": "chain", "kind": "text", "high": 200},
    {"path": "supplier", "kind": "text", "high": 200},
    {"path": "city", "kind": "text", "high": 200},
    {"path": "region", "kind": "text", "high": 200},
    {"path": "country", "kind": "text", "high": 200},
    {"path": "address", "kind": "text", "high": 1000},
    {"path": "coordinates", "kind": "object"},
    {"path": "coordinates/lat", "kind": "number", "low": -90, "high": 90},
    {"path": "coordinates/lng", "kind": "number", "low": -180, "high": 180},
    {"path": "distance_to_center", "kind": "number", "low": 0, "high": 20000},
    {"path": "lead_price", "kind": "object"},
    {"path": "lead_price/amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "lead_price/currency"},
    {"path": "lead_price/currency", "kind": "currency"},
    {"path": "lead_price/per_night", "kind": "boolean"},
    {"path": "lead_price/basis", "kind": "text", "words": ["per_night", "per_stay", "per_person", "package"]},
    {"path": "lead_price/tax", "kind": "text", "words": ["included", "excluded", "unknown"]},
    {"path": "total", "kind": "object"},
    {"path": "total/amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "lead_price/currency"},
    {"path": "total/tax", "kind": "text", "words": ["included", "excluded", "unknown"]},
    {"path": "tax_amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "lead_price/currency"},
    {"path": "check_in", "kind": "date"},
    {"path": "check_out", "kind": "date"},
    {"path": "nights", "kind": "whole", "low": 1, "high": 1000},
    {"path": "guests", "kind": "whole", "low": 1, "high": 1000},
    {"path": "star_rating", "kind": "number", "low": 0, "high": 7, "decimals": 1},
    {"path": "review_score", "kind": "number", "low": 0, "high": 10},
    {"path": "review_scale", "kind": "whole", "low": 5, "high": 10},
    {"path": "review_count", "kind": "whole", "low": 0, "high": 2000000000},
    {"path": "amenities", "kind": "list"},
    {"path": "images", "kind": "list"},
    {"path": "available", "kind": "boolean"},
    {"path": "checked_at", "kind": "instant"},
    {"path": "refundable", "kind": "boolean"},
    {"path": "free_cancellation_until", "kind": "instant"},
    {"path": "stated_commission", "kind": "object"},
    {"path": "stated_commission/amount", "kind": "number", "low": 0, "high": 99999999999, "currency": "lead_price/currency"},
    {"path": "stated_commission/percent", "kind": "number", "low": 0, "high": 100, "decimals": 4},
    {"path": "product_type", "kind": "text", "words": ["hotel", "resort", "villa", "package", "tour", "air", "transfer", "insurance", "car", "cruise"]},
    {"path": "rate_type", "kind": "text", "words": ["standard", "refundable", "promo", "package", "net"]},
    {"path": "raw_json", "kind": "any"},
    {"path": "provenance", "kind": "any"}
  ]'::jsonb;
end;
comment on function voygen_lib.hotel_fields() is 'What the fields of a HotelOption may hold, for voygen.item_faults.';

create type voygen_lib.hotel_item as (
  index integer,
  hotel_key text,
  site_id text,
  giata_id text,
  name text,
  chain text,
  supplier text,
  city text,
  region text,
  country text,
  address text,
  lat numeric,
  lng numeric,
  distance_to_center numeric,
  star_rating numeric,
  review_given numeric,
  review_scale integer,
  review_count integer,
  price_amount numeric,
  currency text,
  price_basis text,
  price_tax text,
  total_amount numeric,
  total_tax text,
  tax_amount numeric,
  check_in date,
  check_out date,
  nights integer,
  guests integer,
  available boolean,
  checked_at timestamptz,
  refundable boolean,
  free_cancellation_until timestamptz,
  commission_amount numeric,
  commission_percent numeric,
  product_type text,
  rate_type text,
  amenities text[],
  images text[],
  raw_json jsonb,
  provenance jsonb
);
comment on type voygen_lib.hotel_item is 'A HotelOption whose fields have their types, before it is checked as a whole.';

create function voygen_lib.hotel_items(site text, hotels jsonb, skipped integer[], check_in date, check_out date) returns setof voygen_lib.hotel_item
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
set timezone = 'UTC'
as $$
  with option as materialized (
    select (place - 1)::integer as index, o
    from jsonb_array_elements(hotels) with ordinality as one(o, place)
    where (place - 1)::integer not in (select unnest(skipped))
  ),
  stay as materialized (
    select index, o,
      btrim(o ->> 'name') as name,
      coalesce((o ->> 'check_in')::date, hotel_items.check_in) as first_day,
      -- An item with a first day of its own does not take its last day from the call.
      coalesce((o ->> 'check_out')::date, case when o ->> 'check_in' is null then hotel_items.check_out end) as last_day
    from option
  )
  select
    index,
    hotel_items.site || ':' || coalesce(
      btrim(o ->> 'site_id'),
      '=' || voygen_lib.digest(coalesce(voygen.hotel_identity(o ->> 'giata_id', name), name) || '|' || coalesce(voygen_lib.plain(o ->> 'city'), ''))),
    btrim(o ->> 'site_id'),
    nullif(btrim(o ->> 'giata_id'), ''),
    name,
    nullif(btrim(o ->> 'chain'), ''),
    nullif(btrim(o ->> 'supplier'), ''),
    nullif(btrim(o ->> 'city'), ''),
    nullif(btrim(o ->> 'region'), ''),
    nullif(btrim(o ->> 'country'), ''),
    nullif(btrim(o ->> 'address'), ''),
    round(voygen_lib.number(o #> '{coordinates,lat}'), 6),
    round(voygen_lib.number(o #> '{coordinates,lng}'), 6),
    round(voygen_lib.number(o -> 'distance_to_center'), 3),
    nullif(round(voygen_lib.number(o -> 'star_rating'), 1), 0),
    voygen_lib.number(o -> 'review_score'),
    coalesce(voygen_lib.number(o -> 'review_scale')::integer, 10),
    voygen_lib.number(o -> 'review_count')::integer,
    -- A total alone is a price too: of the whole stay.
    voygen_lib.number(case when o #>> '{lead_price,amount}' is null then o #> '{total,amount}' else o #> '{lead_price,amount}' end),
    o #>> '{lead_price,currency}',
    case
      when o #>> '{lead_price,amount}' is null and o #>> '{total,amount}' is not null then 'per_stay'
      else coalesce(
        o #>> '{lead_price,basis}',
        case (o #>> '{lead_price,per_night}')::boolean when true then 'per_night' when false then 'per_stay' end)
    end,
    coalesce(o #>> case when o #>> '{lead_price,amount}' is null then '{total,tax}' else '{lead_price,tax}' end::text[], 'unknown'),
    voygen_lib.number(o #> '{total,amount}'),
    coalesce(o #>> '{total,tax}', 'unknown'),
    voygen_lib.number(o -> 'tax_amount'),
    first_day,
    last_day,
    coalesce(voygen_lib.number(o -> 'nights')::integer, last_day - first_day),
    voygen_lib.number(o -> 'guests')::integer,
    (o ->> 'available')::boolean,
    (o ->> 'checked_at')::timestamptz,
    (o ->> 'refundable')::boolean,
    (o ->> 'free_cancellation_until')::timestamptz,
    voygen_lib.number(o #> '{stated_commission,amount}'),
    voygen_lib.number(o #> '{stated_commission,percent}'),
    coalesce(o ->> 'product_type', 'hotel'),
    o ->> 'rate_type',
    voygen_lib.texts(o -> 'amenities'),
    voygen_lib.texts(o -> 'images'),
    nullif(o -> 'raw_json', 'null'),
    nullif(o -> 'provenance', 'null')
  from stay
$$;
comment on function voygen_lib.hotel_items(text, jsonb, integer[], date, date) is
'The options of a call as typed rows, but for those skipped because a field of theirs is at fault.';

create function voygen_lib.hotel_fault(item voygen_lib.hotel_item) returns text[]
language sql immutable parallel safe
begin atomic
  select case
    when item.review_scale not in (5, 10) then array['/review_scale', pg_catalog.format('expected 5 or 10, got %s', item.review_scale)]
    when item.review_given > item.review_scale then
      array['/review_score', pg_catalog.format('expected 0 to %s, got %s', item.review_scale, item.review_given)]
    when item.check_out <= item.check_in then
      array['/check_out', pg_catalog.format('expected a day after %s, got %s', item.check_in, item.check_out)]
    when item.nights <> item.check_out - item.check_in then
      array['/nights', pg_catalog.format('expected %s from check_in to check_out, got %s', item.check_out - item.check_in, item.nights)]
    when item.nights > 1000 then array['/check_out', pg_catalog.format('expected a stay of at most 1000 nights, got %s', item.nights)]
    when item.total_tax = 'included' and item.tax_amount > item.total_amount then
      array['/tax_amount', 'is more than the total it is included in']
  end;
end;
comment on function voygen_lib.hotel_fault(voygen_lib.hotel_item) is
'What is wrong with an option as a whole, its fields being right each by itself: path and message, or null.';
