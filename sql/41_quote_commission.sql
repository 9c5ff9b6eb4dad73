-- Commission of one offer by rates that are given with it. Nothing of the agency's is read but its way of rounding;
-- what was asked and answered is kept.

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

create function voygen_lib.require_volume(volume jsonb) returns jsonb
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  measures constant text[] := array['amount', 'room_nights', 'bookings'];
  windows constant text[] := array['month', 'quarter', 'year'];
  strange record;
begin
  if jsonb_typeof(volume) not in ('number', 'string', 'object', 'null') then
    perform voygen.raise('invalid_argument', 'volume is neither a number nor an object', path => '/volume',
      expected => 'a number or an object', got => left(volume::text, 80));
  end if;
  select part.at, part.named, part.known
  into strange
  from (
    select '/volume' as at, jsonb_object_keys(volume) as named, measures || windows as known
    where jsonb_typeof(volume) = 'object'
    union all
    select '/volume/' || window_name, jsonb_object_keys(volume -> window_name), measures
    from unnest(windows) as window_name
    where jsonb_typeof(volume -> window_name) = 'object') as part
  where part.named <> all (part.known)
  limit 1;
  if found then
    perform voygen.raise('unknown_name', format('volume does not know %s', left(strange.named, 80)), path => strange.at || '/' || left(strange.named, 80),
      expected => 'one of the names ' || array_to_string(strange.known, ', '), got => left(strange.named, 80));
  end if;
  return volume;
end
$$;
comment on function voygen_lib.require_volume(jsonb) is 'A volume whose names are all known; commission_quote checks its numbers.';

create function voygen_lib.kept_inputs(inputs jsonb) returns jsonb
language sql immutable parallel safe
begin atomic
  select case
    when octet_length(inputs::text) <= 32768 then inputs
    else pg_catalog.jsonb_build_object('(bytes)', octet_length(inputs::text),
      '(sha256)', pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(inputs::text, 'UTF8')), 'hex'))
  end;
end;
comment on function voygen_lib.kept_inputs(jsonb) is 'What the audit keeps of the inputs of a calculation: all, or length and digest.';

create function voygen_lib.kept_amount(amount numeric) returns numeric
language sql immutable parallel safe
begin atomic
  select case when pg_catalog.abs(amount) < 1e11 then amount end;
end;
comment on function voygen_lib.kept_amount(numeric) is
'An amount as the tables hold it; null beyond what they can, where the inputs tell.';

create function voygen_api.quote_commission(
  offer voygen_api.commission_offer,
  rates voygen_api.commission_rate[],
  rules voygen_api.commission_rule[] default null,
  volume jsonb default null,
  idempotency_key text default null
) returns voygen_api.commission_quote
language plpgsql volatile parallel unsafe
security definer -- readers may ask too, and a calculation is kept whoever asks; no role but this one's owner could keep another result
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency bigint := voygen_lib.agency();
  quote voygen_api.commission_quote;
begin
  select q.*
  into quote
  from jsonb_populate_record(
    null::voygen_api.commission_quote,
    commission_quote(
      to_jsonb(quote_commission.offer) || jsonb_build_object('volume', voygen_lib.require_volume(quote_commission.volume)),
      coalesce(to_jsonb(quote_commission.rates), '[]'),
      coalesce(to_jsonb(quote_commission.rules), '[]'),
      voygen_lib.rounding(),
      voygen_lib.today())) as q;
  insert into commission_audit (agency_id, rate_id, base, commission, currency, source, reason, trace, inputs)
  values (
    agency, quote.rate_id, voygen_lib.kept_amount(quote.base), voygen_lib.kept_amount(quote.expected), quote.currency, quote.source,
    'quote_commission', to_jsonb(quote.trace),
    voygen_lib.kept_inputs(jsonb_strip_nulls(jsonb_build_object(
      'offer', quote_commission.offer, 'rates', quote_commission.rates, 'rules', quote_commission.rules, 'volume', quote_commission.volume))));
  return quote;
end
$$;
revoke execute on function voygen_api.quote_commission from public;
grant execute on function voygen_api.quote_commission to voygen_admin, voygen_agent, voygen_reader;
comment on function voygen_api.quote_commission is
'Quote a commission
Works out what an offer earns by the rates and rules given, and says step by step why. Taxes and fees are taken out of the base; one base rate is chosen, overrides and bonuses are added, then cap, floor and rules act, and the end is rounded once. The calculation is kept in the audit.
@param offer The offer with the parts of its price.
@param rates The rates to choose from. @max_items 5000
@param rules Rules that change, favour or exclude it. @max_items 1000
@param volume What was booked before, for rates with tiers: a number in what the rate measures, or {"amount", "room_nights", "bookings"}, each window''s own under "month", "quarter", "year". 0 when absent. @format any @example 125000
@param idempotency_key The same key with the same arguments runs once and answers the same.
@example {"offer": {"site": "navitrip", "currency": "USD", "components": [{"kind": "room", "amount": 296.00, "tax": "included", "tax_amount": 11.03}]}, "rates": [{"id": 1, "kind": "percent", "value": 30}]}';
