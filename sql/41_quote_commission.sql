-- Commission of one offer by rates that are given with it. Nothing of the agency's is read but its way of rounding.

create function voygen_lib.rounding() returns text
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce((select rounding from agencies where agency_id = current_agency()), 'half_up')
$$;
comment on function voygen_lib.rounding() is 'How the agency rounds the last step of a commission.';

create function voygen_lib.today() returns date
language sql stable parallel safe
begin atomic
  select (pg_catalog.now() at time zone 'UTC')::date;
end;
comment on function voygen_lib.today() is 'The day in UTC: booking dates are compared with it.';

create function voygen_api.quote_commission(
  offer voygen_api.commission_offer,
  rates voygen_api.commission_rate[],
  rules voygen_api.commission_rule[] default null,
  volume jsonb default null
) returns voygen_api.commission_quote
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  quote voygen_api.commission_quote;
begin
  select q.*
  into quote
  from jsonb_populate_record(
    null::voygen_api.commission_quote,
    commission_quote(
      to_jsonb(quote_commission.offer) || jsonb_build_object('volume', quote_commission.volume),
      coalesce(to_jsonb(quote_commission.rates), '[]'),
      coalesce(to_jsonb(quote_commission.rules), '[]'),
      voygen_lib.rounding(),
      voygen_lib.today())) as q;
  return quote;
end
$$;
comment on function voygen_api.quote_commission is
'Quote a commission
Works out what an offer earns by the rates and rules given, and says step by step why. Taxes and fees are taken out of the base; one base rate is chosen, overrides and bonuses are added, then cap, floor and rules act, and the end is rounded once.
@param offer The offer with the parts of its price.
@param rates The rates to choose from. @max_items 5000
@param rules Rules that change, favour or exclude it. @max_items 1000
@param volume What was booked before, for rates with tiers: a number in what the rate measures, or {"amount", "room_nights", "bookings"}, each window''s own under "month", "quarter", "year". 0 when absent. @format any @example 125000
@example {"offer": {"site": "navitrip", "currency": "USD", "components": [{"kind": "room", "amount": 296.00, "tax": "included", "tax_amount": 11.03}]}, "rates": [{"id": 1, "kind": "percent", "value": 30}]}';
