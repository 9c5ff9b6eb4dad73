-- Types that tools of several subjects share. Word lists are enums so that the derived schema names the valid words.

create type voygen_api.client_tier as enum ('standard', 'premium', 'vip', 'platinum');
comment on type voygen_api.client_tier is 'How the agency ranks a client; commission rules can ask for it.';

create type voygen_api.trip_status as enum (
  'planning', 'proposed', 'confirmed', 'deposit_paid', 'paid_in_full', 'in_progress', 'completed', 'cancelled');
comment on type voygen_api.trip_status is 'Where a trip stands, from the first idea to the journey home.';

create type voygen_api.activity_status as enum ('proposed', 'selected', 'booked', 'cancelled');
comment on type voygen_api.activity_status is 'Where an activity of a trip stands.';

create type voygen_api.booking_kind as enum (
  'hotel', 'air', 'transfer', 'insurance', 'car', 'activity', 'package', 'cruise', 'other');
comment on type voygen_api.booking_kind is 'What was booked.';

create type voygen_api.booking_status as enum ('pending', 'booked', 'cancelled', 'completed');
comment on type voygen_api.booking_status is 'Where a booking stands. A cancelled one earns nothing.';

create type voygen_api.price_basis as enum ('per_night', 'per_stay', 'per_person', 'package');
comment on type voygen_api.price_basis is 'What one price pays for.';

create type voygen_api.tax_basis as enum ('included', 'excluded', 'unknown');
comment on type voygen_api.tax_basis is 'Whether a price contains its taxes.';

create type voygen_api.money as (
  amount numeric,
  currency text
);
comment on type voygen_api.money is 'An exact amount with its currency.';
comment on column voygen_api.money.amount is 'Not more decimals than the currency has. @required @min 0 @example 1250.00';
comment on column voygen_api.money.currency is 'ISO 4217 code. @required @example USD';

create type voygen_api.price as (
  amount numeric,
  currency text,
  basis text,
  tax text
);
comment on type voygen_api.price is 'An exact price with what it pays for and whether taxes are in it; basis is null where the source did not say.';

create type voygen_api.truncated as (
  left_out bigint,
  cursor text
);
comment on type voygen_api.truncated is 'Said of a list that was cut.';
comment on column voygen_api.truncated.left_out is 'How many more there are.';
comment on column voygen_api.truncated.cursor is 'Hand this back as cursor for the next part.';

create type voygen_api.rejection as (
  index integer,
  path text,
  message text
);
comment on type voygen_api.rejection is 'An item that was not taken, and why.';
comment on column voygen_api.rejection.index is 'Position in the list that was handed in, from 0.';
comment on column voygen_api.rejection.path is 'JSON pointer to the fault inside the item.';
comment on column voygen_api.rejection.message is 'What is wrong, what was expected and what came.';

create type voygen_api.ingest_result as (
  inserted integer,
  updated integer,
  unchanged integer,
  rejected voygen_api.rejection[]
);
comment on type voygen_api.ingest_result is 'What became of each item of an ingest.';
comment on column voygen_api.ingest_result.inserted is 'Items that were new.';
comment on column voygen_api.ingest_result.updated is 'Items that were known and differed.';
comment on column voygen_api.ingest_result.unchanged is 'Items that were known and equal; nothing was written.';
comment on column voygen_api.ingest_result.rejected is 'Items not taken, in the order of the list.';
