-- Deploy voygen:commission to pg
begin;
set local role voygen_owner;

create table voygen.commission_rates (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  rate_id bigint not null default voygen.next_id(),
  kind text not null default 'percent'
    check (kind in (
      'percent', 'fixed_per_stay', 'fixed_per_night', 'fixed_per_room_night', 'net_markup', 'tier_percent',
      'override_percent', 'bonus_fixed')),
  site text,
  supplier text,
  chain text,
  property text,
  accommodation_type text
    check (accommodation_type in (
      'hotel', 'resort', 'villa', 'package', 'tour', 'air', 'transfer', 'insurance', 'car', 'cruise')),
  rate_type text check (rate_type in ('standard', 'refundable', 'promo', 'package', 'net')),
  refundable boolean,
  prepaid boolean,
  min_nights smallint check (min_nights > 0),
  stay_from date,
  stay_until date,
  effective_from date,
  effective_until date,
  weekdays smallint[] check (weekdays <@ array[1, 2, 3, 4, 5, 6, 7]::smallint[] and cardinality(weekdays) > 0),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  advisor text,
  commission_percent numeric(9,4) check (commission_percent >= 0),
  fixed_amount numeric(14,3) check (fixed_amount >= 0),
  tiers jsonb check (jsonb_typeof(tiers) = 'array'),
  tier_mode text check (tier_mode in ('whole', 'marginal')),
  tier_window text check (tier_window in ('month', 'quarter', 'year')),
  tier_measure text check (tier_measure in ('amount', 'room_nights', 'bookings')),
  min_commission_amount numeric(14,3) check (min_commission_amount >= 0),
  max_commission_amount numeric(14,3) check (max_commission_amount >= 0),
  first_nights smallint check (first_nights > 0),
  priority integer not null default 0,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, rate_id),
  foreign key (agency_id, site) references voygen.sites,
  constraint commission_rates_stay_check check (stay_until >= stay_from),
  constraint commission_rates_effective_check check (effective_until >= effective_from),
  constraint commission_rates_limits_check check (max_commission_amount >= min_commission_amount),
  constraint commission_rates_value_check check (
    case
      when kind in ('percent', 'net_markup', 'override_percent') then commission_percent is not null
      when kind = 'tier_percent' then tiers is not null and tier_mode is not null and tier_window is not null and tier_measure is not null
      else fixed_amount is not null
    end)
);
create index idx_commission_rates_site on voygen.commission_rates (agency_id, site, effective_from) where is_active;
comment on table voygen.commission_rates is
  'What an agency earns: one base rate is chosen for an offer (most matching keys, then priority, newest '
  'effective_from, lowest id); overrides and bonuses that match are added.';
comment on column voygen.commission_rates.site is
  'Keys (site to advisor): null matches anything, a given value must equal the offer''s.';
comment on column voygen.commission_rates.accommodation_type is 'The product type the rate is for.';
comment on column voygen.commission_rates.stay_from is
  'Stay window, compared with the check-in day; both ends inclusive.';
comment on column voygen.commission_rates.effective_from is
  'Booking window, compared with the booking day; both ends inclusive.';
comment on column voygen.commission_rates.weekdays is 'ISO days of arrival, Monday is 1.';
comment on column voygen.commission_rates.commission_percent is 'Percent: 30 is 30 %.';
comment on column voygen.commission_rates.fixed_amount is 'In the offer''s currency.';
comment on column voygen.commission_rates.tiers is
  'Steps of a tier_percent rate: [{"from": 0, "value": 8}, {"from": 100000, "value": 10}].';
comment on column voygen.commission_rates.min_commission_amount is 'Floor of this rate''s commission.';
comment on column voygen.commission_rates.max_commission_amount is 'Cap of this rate''s commission.';
comment on column voygen.commission_rates.first_nights is 'Only the first so many nights earn.';

create table voygen.commission_rules (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  rule_id bigint not null default voygen.next_id(),
  name text not null check (name <> ''),
  conditions jsonb not null default '{}' check (jsonb_typeof(conditions) = 'object'),
  actions jsonb not null default '{}' check (jsonb_typeof(actions) = 'object'),
  priority integer not null default 0,
  is_active boolean not null default true,
  effective_from date,
  effective_until date,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, rule_id),
  unique (agency_id, name),
  constraint commission_rules_effective_check check (effective_until >= effective_from)
);
create index idx_commission_rules_priority on voygen.commission_rules (agency_id, priority desc, rule_id)
  where is_active;
comment on table voygen.commission_rules is
  'What an agency prefers: conditions on the trip and the offer, and what follows from them; highest priority first.';
comment on column voygen.commission_rules.conditions is
  'All must hold: trip_budget {min, max}, client_tier [], destination [], travel_dates {start, end}, min_nights, site '
  '[], refundable.';
comment on column voygen.commission_rules.actions is
  'commission_multiplier, bonus_fixed, prefer_sites [], require_refundable, min_commission_percent, exclude.';

create table voygen.commission_volumes (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  site text not null,
  window_kind text not null check (window_kind in ('month', 'quarter', 'year')),
  window_start date not null,
  amount numeric(14,3) not null default 0,
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  room_nights bigint not null default 0,
  bookings bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (agency_id, site, window_kind, window_start),
  foreign key (agency_id, site) references voygen.sites
);
comment on table voygen.commission_volumes is
  'Business done with a site per month, quarter and year, for rates in volume tiers; rebuilt from bookings by the '
  'volumes job.';
comment on column voygen.commission_volumes.amount is
  'Booked value in currency, the agency''s own; bookings in another are left out.';

create table voygen.commission_audit (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  audit_id bigint not null default voygen.next_id(),
  calculated_at timestamptz not null default now(),
  trip_id bigint,
  booking_id bigint,
  hotel_key text,
  room_key text,
  rate_id bigint,
  base numeric(14,3),
  commission numeric(14,3),
  currency char(3),
  previous numeric(14,3),
  source text check (source in ('stated', 'computed')),
  reason text,
  trace jsonb,
  user_id bigint,
  primary key (agency_id, audit_id)
);
create index idx_commission_audit_trip on voygen.commission_audit (agency_id, trip_id, calculated_at);
create index idx_commission_audit_at on voygen.commission_audit (agency_id, calculated_at);
comment on table voygen.commission_audit is
  'Every commission that was calculated for a booking, and why; rows are added, never changed. Names what it is about '
  'by number, so that it outlives the trip.';
comment on column voygen.commission_audit.previous is
  'What the commission was before, when a new calculation replaced it.';
comment on column voygen.commission_audit.trace is
  'Steps of the calculation: base, rate, additions, limits, rules, rounding.';

call voygen.protect_table('voygen.commission_rates');
call voygen.protect_table('voygen.commission_rules');
call voygen.protect_table('voygen.commission_volumes');
call voygen.protect_table('voygen.commission_audit');
grant select on voygen.commission_rates, voygen.commission_rules, voygen.commission_volumes, voygen.commission_audit to
  voygen_reader, voygen_agent, voygen_admin;
grant insert, update, delete on voygen.commission_rates, voygen.commission_rules, voygen.commission_volumes to
  voygen_admin;
grant insert on voygen.commission_audit to voygen_agent, voygen_admin;

commit;
