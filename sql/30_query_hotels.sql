-- Looking through the hotels that were taken in.

create type voygen_api.hotel_sort as enum ('price', 'rating', 'commission', 'distance', 'score');
comment on type voygen_api.hotel_sort is
'price: cheapest night first; rating: best reviewed; commission: highest first; distance: nearest the centre; score: best by the score of shortlist_hotels.';

create type voygen_api.hotel_commission as (
  amount numeric,
  percent numeric,
  source text
);
comment on type voygen_api.hotel_commission is 'Best commission of a hotel''s available offers.';
comment on column voygen_api.hotel_commission.amount is 'Expected, in the currency of the price.';
comment on column voygen_api.hotel_commission.source is 'stated by the portal or computed from the agency''s rates.';

create type voygen_api.hotel as (
  hotel_key text,
  trip_id bigint,
  leg_id bigint,
  site text,
  name text,
  chain text,
  city text,
  region text,
  country text,
  address text,
  coordinates voygen_api.coordinates,
  distance_to_center numeric,
  price voygen_api.price,
  nightly_amount numeric,
  total_amount numeric,
  stars numeric,
  review_score numeric,
  review_count integer,
  commission voygen_api.hotel_commission,
  refundable boolean,
  free_cancellation_until timestamptz,
  availability text,
  checked_at timestamptz,
  check_in date,
  check_out date,
  rooms bigint,
  amenities text[],
  images text[],
  giata_id text,
  score numeric
);
comment on type voygen_api.hotel is 'A hotel offer of a trip. What is not known is null.';
comment on column voygen_api.hotel.nightly_amount is 'One night for the whole party, in the currency of the price.';
comment on column voygen_api.hotel.review_score is 'On the scale to 10.';
comment on column voygen_api.hotel.distance_to_center is '@unit km';
comment on column voygen_api.hotel.availability is 'available, sold_out, not_checked or extract_failed; a check is good for a day.';
comment on column voygen_api.hotel.score is 'Nearness, reviews, commission, refundability and stars in one number, as shortlist_hotels uses it.';

create type voygen_api.hotel_list as (
  hotels voygen_api.hotel[],
  total bigint,
  truncated voygen_api.truncated
);
comment on type voygen_api.hotel_list is 'Hotels found, in the order asked for.';
