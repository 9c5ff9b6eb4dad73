-- Deploy voygen:trips to pg
-- Clients, and the trips planned for them, with everything a trip is made of except its hotel offers.
begin;
set local role voygen_owner;

create table voygen.clients (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  client_id bigint not null default voygen.next_id(),
  slug text not null check (slug <> ''),
  name text not null check (name <> ''),
  email text,
  phone text,
  tier text not null default 'standard' check (tier in ('standard', 'premium', 'vip', 'platinum')),
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived_at timestamptz,
  primary key (agency_id, client_id),
  unique (agency_id, slug)
);
create index idx_clients_email on voygen.clients (agency_id, lower(email));
create index idx_clients_name on voygen.clients (agency_id, lower(name) text_pattern_ops);
comment on table voygen.clients is 'People an agency travels for.';
comment on column voygen.clients.slug is
  'Readable key, unique within the agency, accepted wherever the client''s number is.';
comment on column voygen.clients.tier is 'Standing with the agency; commission rules can ask for it.';
comment on column voygen.clients.preferences is
  'What the client likes and needs, free form: {"seat": "aisle", "diet": "vegetarian"}.';

create table voygen.trips (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  trip_id bigint not null default voygen.next_id(),
  slug text not null check (slug <> ''),
  client_id bigint not null,
  title text not null check (title <> ''),
  destination text not null,
  start_date date,
  end_date date,
  status text not null default 'planning'
    check (status in (
      'planning', 'proposed', 'confirmed', 'deposit_paid', 'paid_in_full', 'in_progress', 'completed', 'cancelled')),
  traveler_count smallint check (traveler_count > 0),
  traveler_names text[] not null default '{}',
  currency char(3) not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  budget_amount numeric(14,3) check (budget_amount >= 0),
  budget_currency char(3) check (budget_currency ~ '^[A-Z]{3}$'),
  advisor_id bigint,
  notes text,
  search tsvector generated always as (to_tsvector('simple'::regconfig, title || ' ' || destination || ' ' || translate(slug, '-', ' '))) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived_at timestamptz,
  primary key (agency_id, trip_id),
  unique (agency_id, slug),
  foreign key (agency_id, client_id) references voygen.clients,
  foreign key (agency_id, advisor_id) references voygen.users,
  constraint trips_dates_check check (end_date >= start_date)
);
create index idx_trips_client on voygen.trips (agency_id, client_id);
create index idx_trips_status on voygen.trips (agency_id, status, start_date);
create index idx_trips_start on voygen.trips (agency_id, start_date, trip_id);
create index idx_trips_advisor on voygen.trips (agency_id, advisor_id) where advisor_id is not null;
create index idx_trips_search on voygen.trips using gin (search);
comment on table voygen.trips is 'One journey planned for a client.';
comment on column voygen.trips.slug is
  'Readable key such as andersen-dublin-2027, unique within the agency, accepted wherever the trip''s number is.';
comment on column voygen.trips.currency is
  'Currency in which the trip''s prices and commissions are added up; amounts of another are listed beside.';
comment on column voygen.trips.advisor_id is 'User who looks after the trip.';
comment on column voygen.trips.search is 'Words of title, destination and slug, not stemmed.';

create table voygen.trip_legs (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  leg_id bigint not null default voygen.next_id(),
  seq smallint not null check (seq > 0),
  city text not null check (city <> ''),
  region text,
  country text,
  arrive_date date,
  depart_date date,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, leg_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  constraint trip_legs_dates_check check (depart_date >= arrive_date)
);
create index idx_trip_legs_seq on voygen.trip_legs (agency_id, trip_id, seq, leg_id);
comment on table voygen.trip_legs is 'Stays of a trip, one city each, in order.';
comment on column voygen.trip_legs.seq is
  'Place in the journey; two legs may share one while an advisor reorders them, then the lower leg_id comes first.';

create table voygen.trip_activities (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  activity_id bigint not null default voygen.next_id(),
  leg_id bigint,
  site text,
  product_code text,
  title text not null check (title <> ''),
  activity_date date,
  start_time time,
  duration_minutes integer check (duration_minutes >= 0),
  price_amount numeric(14,3) check (price_amount >= 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  price_basis text check (price_basis in ('per_person', 'per_group', 'total')),
  rating numeric(4,2),
  review_count integer check (review_count >= 0),
  images text[] not null default '{}',
  status text not null default 'proposed' check (status in ('proposed', 'selected', 'booked', 'cancelled')),
  url text,
  notes text,
  raw_json jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, activity_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, trip_id, leg_id) references voygen.trip_legs on delete set null (leg_id),
  foreign key (agency_id, site) references voygen.sites
);
create unique index idx_trip_activities_product on voygen.trip_activities (agency_id, trip_id, site, product_code, activity_date) nulls not distinct
  where product_code is not null;
comment on table voygen.trip_activities is 'Tours, tickets and other things to do on a trip.';
comment on column voygen.trip_activities.start_time is 'Local time at the place of the activity.';
comment on column voygen.trip_activities.price_basis is
  'What price_amount pays for: one person, the group, or all of it.';
comment on column voygen.trip_activities.rating is 'Reviews on a scale of 10, whatever the site''s own.';
comment on column voygen.trip_activities.raw_json is 'The offer as the site gave it.';

create table voygen.flights (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  flight_id bigint not null default voygen.next_id(),
  carrier text,
  flight_number text,
  origin char(3) check (origin ~ '^[A-Z]{3}$'),
  destination char(3) check (destination ~ '^[A-Z]{3}$'),
  depart_at timestamptz,
  arrive_at timestamptz,
  cabin text,
  price_amount numeric(14,3) check (price_amount >= 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'proposed' check (status in ('proposed', 'selected', 'booked', 'cancelled')),
  raw_json jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, flight_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade
);
comment on table voygen.flights is 'Flights of a trip, one segment each.';
comment on column voygen.flights.origin is 'IATA code of the airport.';
comment on column voygen.flights.destination is 'IATA code of the airport.';
comment on column voygen.flights.price_amount is 'For the whole party.';

create table voygen.transfers (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  transfer_id bigint not null default voygen.next_id(),
  kind text,
  from_place text,
  to_place text,
  pickup_at timestamptz,
  price_amount numeric(14,3) check (price_amount >= 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  status text not null default 'proposed' check (status in ('proposed', 'selected', 'booked', 'cancelled')),
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, transfer_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade
);
comment on table voygen.transfers is 'Ground transport of a trip: shuttle, car, train, ferry.';
comment on column voygen.transfers.price_amount is 'For the whole party.';

create table voygen.bookings (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  booking_id bigint not null default voygen.next_id(),
  leg_id bigint,
  kind text not null
    check (kind in ('hotel', 'air', 'transfer', 'insurance', 'car', 'activity', 'package', 'cruise', 'other')),
  site text,
  supplier text,
  reference text,
  hotel_key text,
  room_key text,
  status text not null default 'booked' check (status in ('pending', 'booked', 'cancelled', 'completed')),
  price_amount numeric(14,3) check (price_amount >= 0),
  tax_amount numeric(14,3) check (tax_amount >= 0),
  tax_basis text not null default 'unknown' check (tax_basis in ('included', 'excluded', 'unknown')),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  nights smallint check (nights > 0),
  rooms smallint not null default 1 check (rooms > 0),
  refundable boolean,
  rate_type text check (rate_type in ('standard', 'refundable', 'promo', 'package', 'net')),
  product_type text
    check (product_type in (
      'hotel', 'resort', 'villa', 'package', 'tour', 'air', 'transfer', 'insurance', 'car', 'cruise')),
  booked_on date not null default current_date,
  check_in date,
  check_out date,
  commission_amount numeric(14,3) check (commission_amount >= 0),
  commission_percent numeric(9,4) check (commission_percent >= 0),
  commission_source text check (commission_source in ('stated', 'computed')),
  rate_id bigint,
  cancelled_at timestamptz,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, booking_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, trip_id, leg_id) references voygen.trip_legs on delete set null (leg_id),
  foreign key (agency_id, site) references voygen.sites,
  constraint bookings_dates_check check (check_out >= check_in)
);
create index idx_bookings_booked_on on voygen.bookings (agency_id, booked_on);
create index idx_bookings_site on voygen.bookings (agency_id, site, booked_on);
comment on table voygen.bookings is 'What has been bought for a trip, with the commission expected for it.';
comment on column voygen.bookings.reference is 'The supplier''s confirmation number.';
comment on column voygen.bookings.hotel_key is
  'Key the hotel had in hotel_cache when it was booked; offers there come and go.';
comment on column voygen.bookings.tax_basis is 'Whether price_amount includes tax_amount; decides the commission base.';
comment on column voygen.bookings.commission_amount is 'Expected commission in the booking''s currency.';
comment on column voygen.bookings.commission_source is
  'stated: what the portal says; computed: by the agency''s rates.';
comment on column voygen.bookings.rate_id is 'Rate the commission was computed with; kept even when the rate is gone.';

create table voygen.payment_schedule (
  agency_id bigint not null default voygen.current_agency(),
  trip_id bigint not null,
  payment_id bigint not null default voygen.next_id(),
  booking_id bigint,
  due_on date not null,
  kind text not null default 'deposit' check (kind in ('deposit', 'installment', 'final', 'refund')),
  amount numeric(14,3) not null check (amount >= 0),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  paid_at timestamptz,
  notes text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, trip_id, payment_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, trip_id, booking_id) references voygen.bookings on delete set null (booking_id)
);
create index idx_payment_schedule_due on voygen.payment_schedule (agency_id, due_on) where paid_at is null;
comment on table voygen.payment_schedule is 'When the client owes what for a trip.';

create table voygen.followups (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  followup_id bigint not null default voygen.next_id(),
  trip_id bigint,
  client_id bigint,
  due_at timestamptz not null,
  kind text not null default 'other' check (kind in ('call', 'email', 'message', 'meeting', 'other')),
  note text,
  done_at timestamptz,
  cancelled_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, followup_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, client_id) references voygen.clients on delete cascade,
  constraint followups_subject_check check (num_nonnulls(trip_id, client_id) > 0)
);
create index idx_followups_due on voygen.followups (agency_id, due_at) where done_at is null and cancelled_at is null;
create index idx_followups_trip on voygen.followups (agency_id, trip_id);
create index idx_followups_client on voygen.followups (agency_id, client_id);
comment on table voygen.followups is 'Reminders to get back to a client.';

create table voygen.client_questions (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  question_id bigint not null default voygen.next_id(),
  trip_id bigint,
  client_id bigint not null,
  question text not null check (question <> ''),
  answer text,
  asked_at timestamptz not null default now(),
  answered_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, question_id),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, client_id) references voygen.clients on delete cascade
);
create index idx_client_questions_client on voygen.client_questions (agency_id, client_id, asked_at);
create index idx_client_questions_trip on voygen.client_questions (agency_id, trip_id);
comment on table voygen.client_questions is 'What clients asked, and the answers they got.';

call voygen.protect_table('voygen.clients');
call voygen.protect_table('voygen.trips');
call voygen.protect_table('voygen.trip_legs');
call voygen.protect_table('voygen.trip_activities');
call voygen.protect_table('voygen.flights');
call voygen.protect_table('voygen.transfers');
call voygen.protect_table('voygen.bookings');
call voygen.protect_table('voygen.payment_schedule');
call voygen.protect_table('voygen.followups');
call voygen.protect_table('voygen.client_questions');

grant select on voygen.clients, voygen.trips, voygen.trip_legs, voygen.trip_activities, voygen.flights,
  voygen.transfers,
  voygen.bookings, voygen.payment_schedule, voygen.followups, voygen.client_questions to voygen_reader;
grant select, insert, update, delete on voygen.clients, voygen.trips, voygen.trip_legs, voygen.trip_activities,
  voygen.flights, voygen.transfers,
  voygen.bookings, voygen.payment_schedule, voygen.followups, voygen.client_questions to voygen_agent, voygen_admin;

commit;
