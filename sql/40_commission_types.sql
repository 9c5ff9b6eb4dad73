-- What commission is spoken of in: rates, rules, offers, quotes.

create type voygen_api.rate_kind as enum (
  'percent', 'fixed_per_stay', 'fixed_per_night', 'fixed_per_room_night', 'net_markup', 'tier_percent', 'override_percent',
  'bonus_fixed');
comment on type voygen_api.rate_kind is
'percent, fixed and net_markup and tier_percent rates are base rates, of which one is chosen; override_percent and bonus_fixed are added to it.';

create type voygen_api.product_type as enum (
  'hotel', 'resort', 'villa', 'package', 'tour', 'air', 'transfer', 'insurance', 'car', 'cruise');
comment on type voygen_api.product_type is 'What is sold.';

create type voygen_api.rate_type as enum ('standard', 'refundable', 'promo', 'package', 'net');
comment on type voygen_api.rate_type is 'At which kind of rate it is sold.';

create type voygen_api.tier_mode as enum ('whole', 'marginal');
comment on type voygen_api.tier_mode is 'whole: all of a booking earns the tier reached; marginal: each part earns the tier it falls in.';

create type voygen_api.tier_window as enum ('month', 'quarter', 'year');
comment on type voygen_api.tier_window is 'How long volume adds up.';

create type voygen_api.tier_measure as enum ('amount', 'room_nights', 'bookings');
comment on type voygen_api.tier_measure is 'What volume is measured in.';

create type voygen_api.component_kind as enum (
  'room', 'service_charge', 'addon', 'air', 'transfer', 'insurance', 'car', 'tax', 'resort_fee', 'ncf', 'penalty');
comment on type voygen_api.component_kind is 'Part of a price. tax, resort_fee, ncf and penalty earn nothing unless said otherwise.';

create type voygen_api.rate_tier as (
  "from" numeric,
  value numeric
);
comment on type voygen_api.rate_tier is 'A step of a volume scale.';
comment on column voygen_api.rate_tier."from" is 'Volume from which the step holds. @required @min 0';
comment on column voygen_api.rate_tier.value is 'Percent. @required @min 0';

create type voygen_api.commission_rate as (
  id bigint,
  kind voygen_api.rate_kind,
  value numeric,
  site text,
  supplier text,
  chain text,
  property text,
  product_type voygen_api.product_type,
  rate_type voygen_api.rate_type,
  refundable boolean,
  prepaid boolean,
  min_nights integer,
  stay_from date,
  stay_until date,
  effective_from date,
  effective_until date,
  weekdays integer[],
  currency text,
  advisor text,
  priority integer,
  tiers voygen_api.rate_tier[],
  mode voygen_api.tier_mode,
  "window" voygen_api.tier_window,
  measure voygen_api.tier_measure,
  cap numeric,
  floor numeric,
  first_nights integer
);
comment on type voygen_api.commission_rate is 'What is earned on offers that match every key given; a key left out matches any.';
comment on column voygen_api.commission_rate.id is 'Its number; its place in the list when absent.';
comment on column voygen_api.commission_rate.kind is 'percent when absent.';
comment on column voygen_api.commission_rate.value is 'Percent (30 is 30 %) of percent kinds, an amount in the offer''s currency of fixed ones; not needed with tiers. @min 0';
comment on column voygen_api.commission_rate.property is 'hotel_key of the house.';
comment on column voygen_api.commission_rate.min_nights is '@min 1';
comment on column voygen_api.commission_rate.stay_from is 'First day of arrival, inclusive.';
comment on column voygen_api.commission_rate.stay_until is 'Last day of arrival, inclusive.';
comment on column voygen_api.commission_rate.effective_from is 'First day of booking, inclusive.';
comment on column voygen_api.commission_rate.effective_until is 'Last day of booking, inclusive.';
comment on column voygen_api.commission_rate.weekdays is 'Days of arrival, Monday is 1.';
comment on column voygen_api.commission_rate.priority is 'Decides between rates with equally many keys; higher wins, 0 when absent.';
comment on column voygen_api.commission_rate.tiers is 'Steps of a tier_percent rate, ascending.';
comment on column voygen_api.commission_rate.mode is 'whole when absent.';
comment on column voygen_api.commission_rate."window" is 'month when absent.';
comment on column voygen_api.commission_rate.measure is 'amount when absent.';
comment on column voygen_api.commission_rate.cap is 'Most a sale earns. @min 0';
comment on column voygen_api.commission_rate.floor is 'Least a sale earns. @min 0';
comment on column voygen_api.commission_rate.first_nights is 'Only so many nights earn. @min 1';

create type voygen_api.amount_range as (
  min numeric,
  max numeric
);
comment on type voygen_api.amount_range is 'Bounds of an amount, both inclusive.';

create type voygen_api.date_range as (
  start date,
  "end" date
);
comment on type voygen_api.date_range is 'First and last day, both inclusive.';

create type voygen_api.rule_conditions as (
  trip_budget voygen_api.amount_range,
  client_tier voygen_api.client_tier[],
  destination text[],
  travel_dates voygen_api.date_range,
  min_nights integer,
  site text[],
  refundable boolean
);
comment on type voygen_api.rule_conditions is 'All that are given must hold.';

create type voygen_api.rule_actions as (
  commission_multiplier numeric,
  bonus_fixed numeric,
  prefer_sites text[],
  require_refundable boolean,
  min_commission_percent numeric,
  exclude boolean
);
comment on type voygen_api.rule_actions is 'What follows when the conditions hold.';
comment on column voygen_api.rule_actions.commission_multiplier is '1.1 is ten percent more. @min 0';
comment on column voygen_api.rule_actions.bonus_fixed is 'In the offer''s currency. @min 0';
comment on column voygen_api.rule_actions.min_commission_percent is 'An offer that earns less of its base is not eligible. @min 0';
comment on column voygen_api.rule_actions.exclude is 'The offer is not eligible.';

create type voygen_api.commission_rule as (
  id bigint,
  priority integer,
  conditions voygen_api.rule_conditions,
  actions voygen_api.rule_actions,
  effective_from date,
  effective_until date
);
comment on type voygen_api.commission_rule is 'A rule; those of highest priority act first, then lowest id.';

create type voygen_api.offer_component as (
  kind voygen_api.component_kind,
  amount numeric,
  tax voygen_api.tax_basis,
  tax_amount numeric,
  commissionable boolean
);
comment on type voygen_api.offer_component is 'A part of an offer''s price.';
comment on column voygen_api.offer_component.kind is '@required';
comment on column voygen_api.offer_component.amount is 'Negative for a discount. @required';
comment on column voygen_api.offer_component.tax is 'Whether tax is in the amount; unknown when absent, and the base is an estimate then.';
comment on column voygen_api.offer_component.tax_amount is 'The tax that is in it. @min 0';
comment on column voygen_api.offer_component.commissionable is 'Absent: as its kind says.';

create type voygen_api.commission_offer as (
  site text,
  supplier text,
  chain text,
  property text,
  product_type voygen_api.product_type,
  rate_type voygen_api.rate_type,
  refundable boolean,
  prepaid boolean,
  currency text,
  nights integer,
  rooms integer,
  check_in date,
  check_out date,
  booked_on date,
  advisor text,
  components voygen_api.offer_component[],
  stated voygen_api.stated_commission,
  trip_budget numeric,
  client_tier voygen_api.client_tier,
  destination text,
  travel_start date
);
comment on type voygen_api.commission_offer is 'An offer whose commission is asked for. A key that is not known matches no rate that asks for it.';
comment on column voygen_api.commission_offer.site is '@example navitrip';
comment on column voygen_api.commission_offer.currency is 'ISO 4217 code. @required @example USD';
comment on column voygen_api.commission_offer.nights is 'Else from check_in and check_out. @min 1';
comment on column voygen_api.commission_offer.rooms is '1 when absent. @min 1';
comment on column voygen_api.commission_offer.booked_on is 'Today when absent.';
comment on column voygen_api.commission_offer.stated is 'What the portal states.';
comment on column voygen_api.commission_offer.trip_budget is 'For rules: what the client wants to spend on the trip.';
comment on column voygen_api.commission_offer.client_tier is 'For rules.';
comment on column voygen_api.commission_offer.destination is 'For rules.';
comment on column voygen_api.commission_offer.travel_start is 'For rules: first day of the trip; check_in goes before it.';

create type voygen_api.commission_variance as (
  amount numeric,
  percent numeric,
  alert boolean
);
comment on type voygen_api.commission_variance is 'What the portal states less what the rates give.';
comment on column voygen_api.commission_variance.percent is 'Of what is stated.';
comment on column voygen_api.commission_variance.alert is 'More than 1 %, and the base is not an estimate.';

create type voygen_api.commission_step as (
  step text,
  id bigint,
  key text,
  reason text,
  percent numeric,
  before numeric,
  after numeric
);
comment on type voygen_api.commission_step is 'A step of a calculation.';
comment on column voygen_api.commission_step.id is 'The rate or rule it is about, or the place of a component.';
comment on column voygen_api.commission_step.key is 'The key or condition that decided.';

create type voygen_api.commission_quote as (
  base numeric,
  commission numeric,
  currency text,
  effective_percent numeric,
  rate_id bigint,
  rules_applied bigint[],
  stated numeric,
  variance voygen_api.commission_variance,
  base_estimated boolean,
  expected numeric,
  source text,
  eligible boolean,
  ineligible_rule bigint,
  ineligible_reason text,
  preferred boolean,
  trace voygen_api.commission_step[]
);
comment on type voygen_api.commission_quote is 'The commission of an offer, and how it came about.';
comment on column voygen_api.commission_quote.commission is 'What the rates and rules give; what the portal states when no rate matches; null when a rule makes the offer ineligible.';
comment on column voygen_api.commission_quote.effective_percent is 'Of the base.';
comment on column voygen_api.commission_quote.rate_id is 'The base rate that was chosen.';
comment on column voygen_api.commission_quote.expected is 'What counts: the stated commission where there is one, else the computed.';
comment on column voygen_api.commission_quote.source is 'Whether expected is stated or computed.';
comment on column voygen_api.commission_quote.preferred is 'A rule prefers the site.';
