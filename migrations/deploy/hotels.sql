-- Deploy voygen:hotels to pg
-- Offers the portals made for a trip: hotels, and their rooms.
begin;
set local role voygen_owner;

create table voygen.hotel_cache (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  hotel_id bigint not null default voygen.next_id(),
  leg_id bigint,
  site text not null,
  hotel_key text not null check (hotel_key <> ''),
  site_id text,
  giata_id text,
  session_id text,
  name text not null check (name <> ''),
  chain text,
  supplier text,
  city text,
  region text,
  country text,
  address text,
  lat numeric(9,6) check (lat between -90 and 90),
  lng numeric(9,6) check (lng between -180 and 180),
  distance_to_center numeric(8,3) check (distance_to_center >= 0),
  star_rating numeric(2,1) check (star_rating between 0 and 7),
  review_score numeric(4,2) check (review_score between 0 and 10),
  review_count integer check (review_count >= 0),
  price_amount numeric(14,3) check (price_amount >= 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  price_basis text check (price_basis in ('per_night', 'per_stay', 'per_person', 'package')),
  price_tax text not null default 'unknown' check (price_tax in ('included', 'excluded', 'unknown')),
  total_amount numeric(14,3) check (total_amount >= 0),
  total_tax text not null default 'unknown' check (total_tax in ('included', 'excluded', 'unknown')),
  tax_amount numeric(14,3) check (tax_amount >= 0),
  check_in date,
  check_out date,
  nights smallint check (nights > 0),
  guests smallint check (guests > 0),
  nightly_amount numeric(14,3) generated always as (voygen.nightly_amount(price_amount, price_basis, nights, guests, currency)) stored,
  same_as text generated always as (voygen.hotel_identity(giata_id, name)) stored,
  availability_status text not null default 'not_checked'
    check (availability_status in ('available', 'sold_out', 'not_checked', 'extract_failed')),
  checked_at timestamptz,
  refundable boolean,
  free_cancellation_until timestamptz,
  commission_amount numeric(14,3) check (commission_amount >= 0),
  commission_percent numeric(9,4) check (commission_percent >= 0),
  product_type text not null default 'hotel'
    check (product_type in (
      'hotel', 'resort', 'villa', 'package', 'tour', 'air', 'transfer', 'insurance', 'car', 'cruise')),
  rate_type text check (rate_type in ('standard', 'refundable', 'promo', 'package', 'net')),
  amenities text[] not null default '{}',
  images text[] not null default '{}',
  raw_json jsonb,
  provenance jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, hotel_id),
  constraint hotel_cache_key unique nulls not distinct (agency_id, trip_id, hotel_key, leg_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, trip_id, leg_id) references voygen.trip_legs on delete set null (leg_id),
  foreign key (agency_id, site) references voygen.sites,
  constraint hotel_cache_dates_check check (check_out > check_in)
);
alter table voygen.hotel_cache alter column raw_json set compression lz4;
create index idx_hotel_cache_city on voygen.hotel_cache (agency_id, lower(city), nightly_amount);
create index idx_hotel_cache_giata on voygen.hotel_cache (agency_id, giata_id) where giata_id is not null;
comment on table voygen.hotel_cache is
  'Hotel offers found for a trip, one row per site and hotel of a leg; unknown is null, never a guess.';
comment on column voygen.hotel_cache.hotel_key is
  'Name of the offer that stays the same over searches: site:site_id, or site:= and a digest of name and city when '
  'the site gives no id.';
comment on column voygen.hotel_cache.giata_id is 'The trade''s shared hotel number: equal numbers are the same house.';
comment on column voygen.hotel_cache.session_id is
  'Extraction session that brought the row, or the caller''s own mark.';
comment on column voygen.hotel_cache.distance_to_center is 'Kilometres.';
comment on column voygen.hotel_cache.review_score is 'On a scale of 10, whatever the site''s own.';
comment on column voygen.hotel_cache.price_amount is 'Lead price, in the sense of price_basis.';
comment on column voygen.hotel_cache.price_tax is 'Whether price_amount includes taxes.';
comment on column voygen.hotel_cache.total_amount is 'Price of the whole stay when the site states it.';
comment on column voygen.hotel_cache.nightly_amount is
  'Price of one night of the room, from price and basis; null when a part of it is unknown.';
comment on column voygen.hotel_cache.same_as is
  'Rows of a leg with equal same_as are one hotel offered twice: counted once, at the cheapest.';
comment on column voygen.hotel_cache.availability_status is
  'As found at checked_at; a failed extraction is never sold_out.';
comment on column voygen.hotel_cache.commission_amount is 'As the portal states it, for the stay.';
comment on column voygen.hotel_cache.commission_percent is 'As the portal states it.';
comment on column voygen.hotel_cache.raw_json is 'The offer as the site gave it.';
comment on column voygen.hotel_cache.provenance is 'Where fields came from when several sources were merged.';

create table voygen.rooms_cache (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  hotel_id bigint not null,
  room_id bigint not null default voygen.next_id(),
  room_key text not null check (room_key <> ''),
  name text not null check (name <> ''),
  nightly_amount numeric(14,3) check (nightly_amount >= 0),
  total_amount numeric(14,3) check (total_amount >= 0),
  tax_basis text not null default 'unknown' check (tax_basis in ('included', 'excluded', 'unknown')),
  tax_amount numeric(14,3) check (tax_amount >= 0),
  resort_fee_amount numeric(14,3) check (resort_fee_amount >= 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  max_occupancy smallint check (max_occupancy > 0),
  bed_types text[] not null default '{}',
  rate_type text check (rate_type in ('standard', 'refundable', 'promo', 'package', 'net')),
  refundable boolean,
  cancellation_deadline timestamptz,
  cancellation_fee numeric(14,3) check (cancellation_fee >= 0),
  commission_eligible boolean,
  commission_percent numeric(9,4) check (commission_percent >= 0),
  commission_amount numeric(14,3) check (commission_amount >= 0),
  availability_status text not null default 'available'
    check (availability_status in ('available', 'sold_out', 'not_checked', 'extract_failed')),
  raw_json jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, hotel_id, room_id),
  constraint rooms_cache_key unique (agency_id, trip_id, hotel_id, room_key),
  foreign key (agency_id, trip_id, hotel_id) references voygen.hotel_cache on delete cascade
);
alter table voygen.rooms_cache alter column raw_json set compression lz4;
comment on table voygen.rooms_cache is 'Rooms and their rates within a hotel offer.';
comment on column voygen.rooms_cache.room_key is 'The site''s room id, or a digest of its name and terms.';
comment on column voygen.rooms_cache.total_amount is 'Price of the whole stay.';
comment on column voygen.rooms_cache.tax_basis is 'Whether nightly and total amounts include tax_amount.';
comment on column voygen.rooms_cache.resort_fee_amount is 'Fee paid at the house; earns no commission.';
comment on column voygen.rooms_cache.commission_eligible is 'False when the portal says this rate pays no commission.';
comment on column voygen.rooms_cache.commission_amount is 'As the portal states it, for the stay.';

call voygen.protect_table('voygen.hotel_cache');
call voygen.protect_table('voygen.rooms_cache');
grant select on voygen.hotel_cache, voygen.rooms_cache to voygen_reader;
grant select, insert, update, delete on voygen.hotel_cache, voygen.rooms_cache to voygen_agent, voygen_admin;

commit;
