-- Checks that several tools make on their arguments. Each raises an error that names the argument.

create function voygen_lib.refuse_without_agency() returns bigint
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen.raise('not_allowed', 'no agency is set for this session',
    hint => 'Call through voygen.call, or use a login that has voygen.agency_id set.');
  return null;
end
$$;
comment on function voygen_lib.refuse_without_agency() is 'Raises that no agency is set.';

-- Every tool asks; so it is an expression that is folded into the one around it, without a path to set.
create function voygen_lib.agency() returns bigint
language sql stable parallel safe
begin atomic
  select coalesce(voygen.current_agency(), voygen_lib.refuse_without_agency());
end;
comment on function voygen_lib.agency() is 'The agency of the call; an error when there is none, so that nothing is written for nobody.';

create function voygen_lib.require_text(value text, path text, longest integer default 300) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if btrim(coalesce(value, '')) = '' then
    perform voygen.raise('invalid_argument', format('%s is empty', ltrim(path, '/')), path => path, expected => 'a text', got => 'nothing');
  end if;
  if length(value) > longest then
    perform voygen.raise('invalid_argument', format('%s is too long', ltrim(path, '/')), path => path,
      expected => format('at most %s characters', longest), got => format('%s characters', length(value)));
  end if;
  return btrim(value);
end
$$;
comment on function voygen_lib.require_text(text, text, integer) is 'A text that says something and is not too long, trimmed.';

create function voygen_lib.require_confirm(confirm boolean, what text) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if confirm is not true then
    perform voygen.raise('precondition_failed', format('%s needs confirm', what), path => '/confirm', expected => 'true',
      got => coalesce(confirm::text, 'nothing'), hint => 'Ask the person, then call again with confirm set to true.');
  end if;
end
$$;
comment on function voygen_lib.require_confirm(boolean, text) is 'Refuses a destructive call that was not confirmed.';

create function voygen_lib.require_clearable(clear text[], allowed text[]) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  named record;
begin
  for named in
    select one.word, one.place - 1 as at
    from unnest(clear) with ordinality as one(word, place)
  loop
    if named.word is null or named.word <> all (allowed) then
      perform voygen.raise('unknown_name', format('%s cannot be cleared', coalesce(named.word, 'null')), path => format('/clear/%s', named.at),
        expected => array_to_string(allowed, ', '), got => coalesce(named.word, 'null'));
    end if;
  end loop;
  return coalesce(clear, '{}');
end
$$;
comment on function voygen_lib.require_clearable(text[], text[]) is
'The fields an update shall empty. A null argument leaves its field unchanged, so emptying needs a way of its own.';

create function voygen_lib.updated(emptied text[], field text, given anycompatible, was anycompatible) returns anycompatible
language sql immutable parallel safe
as $$
  select case when field operator(pg_catalog.=) any (emptied) then null else coalesce(given, was) end
$$;
comment on function voygen_lib.updated(text[], text, anycompatible, anycompatible) is
'What an update makes of a field: empty, or as given, or as it was. Without a search_path of its own, so that the planner puts it in place of the call.';

create function voygen_lib.require_dates(first_day date, last_day date, first_path text, last_path text) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if last_day < first_day then
    perform voygen.raise('invalid_argument', format('%s is before %s', ltrim(last_path, '/'), ltrim(first_path, '/')),
      path => last_path, expected => format('%s or later', first_day), got => last_day::text);
  end if;
end
$$;
comment on function voygen_lib.require_dates(date, date, text, text) is 'A last day may not lie before its first; an unknown one may.';

create function voygen_lib.require_currency(currency text, path text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if currency is not null and voygen.currency_exponent(currency) is null then
    perform voygen.raise('unknown_name', format('unknown currency %s', currency), path => path,
      expected => 'an ISO 4217 code such as USD', got => currency);
  end if;
  return currency;
end
$$;
comment on function voygen_lib.require_currency(text, text) is 'A currency this system knows, or none.';

create function voygen_lib.require_amount(amount numeric, currency text, path text) returns numeric
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  fault text := voygen_lib.amount_fault(amount, currency);
begin
  if fault is not null then
    perform voygen.raise('invalid_argument', format('%s: %s', ltrim(path, '/'), fault), path => path,
      expected => format('an amount from 0 with at most %s decimals', voygen.currency_exponent(currency)), got => amount::text);
  end if;
  return amount;
end
$$;
comment on function voygen_lib.require_amount(numeric, text, text) is 'An amount its currency can hold exactly; decimals too many are an error, never rounded away.';

create function voygen_lib.require_money(value voygen_api.money, path text) returns voygen_api.money
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if value is null then
    return null;
  end if;
  if value.amount is null then
    perform voygen.raise('invalid_argument', format('%s has no amount', ltrim(path, '/')), path => path || '/amount', expected => 'an amount', got => 'nothing');
  end if;
  if value.currency is null then
    perform voygen.raise('invalid_argument', format('%s has no currency', ltrim(path, '/')), path => path || '/currency', expected => 'an ISO 4217 code', got => 'nothing');
  end if;
  perform voygen_lib.require_currency(value.currency, path || '/currency');
  perform voygen_lib.require_amount(value.amount, value.currency, path || '/amount');
  return value;
end
$$;
comment on function voygen_lib.require_money(voygen_api.money, text) is 'An amount with a known currency, or nothing.';

create function voygen_lib.highest_amount() returns numeric
language sql immutable parallel safe
begin atomic
  select 99999999999.999;
end;
comment on function voygen_lib.highest_amount() is 'No price, and nothing a price comes to, is higher: columns of money hold eleven digits before the point.';

create function voygen_lib.amount_fault(amount numeric, currency text) returns text
language sql immutable parallel safe
begin atomic
  select case
    when amount is null then null
    when amount = 'NaN' or amount in ('Infinity', '-Infinity') then 'not a number'
    when amount < 0 then pg_catalog.format('%s is negative', amount)
    when amount > voygen_lib.highest_amount() then pg_catalog.format('%s is larger than any price', amount)
    when pg_catalog.scale(pg_catalog.trim_scale(amount)) > voygen.currency_exponent(currency)
      then pg_catalog.format('%s has more than the %s decimals of %s', amount, voygen.currency_exponent(currency), currency)
  end;
end;
comment on function voygen_lib.amount_fault(numeric, text) is 'What is wrong with an amount of a currency, or null.';

create function voygen_lib.exact(amount numeric, currency text) returns numeric
language sql immutable parallel safe
begin atomic
  select pg_catalog.round(amount, coalesce(voygen.currency_exponent(currency), 3));
end;
comment on function voygen_lib.exact(numeric, text) is
'A stored amount with the digits its currency has. Stored amounts never have more, so nothing is rounded away.';

create function voygen_lib.require_limit(wanted integer, most integer default 100) returns integer
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if wanted is not null and wanted not between 1 and most then
    perform voygen.raise('invalid_argument', format('limit %s is out of range', wanted), path => '/limit',
      expected => format('1 to %s', most), got => wanted::text);
  end if;
  return coalesce(wanted, least(20, most));
end
$$;
comment on function voygen_lib.require_limit(integer, integer) is 'How many rows a list may have; 20 when nobody says.';

create function voygen_lib.trips_at(trip_ids text[], path text) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  named text;
  place integer := 0;
  met bigint[] := '{}';
begin
  foreach named in array trip_ids loop
    met := met || voygen.resolve_trip(named);
    place := place + 1;
  end loop;
  return met;
exception
  when sqlstate 'VG003' then
    perform voygen.raise('not_found', sqlerrm, path => path || '/' || place, expected => 'number or slug of a trip', got => left(named, 100),
      hint => 'find_trips finds a trip by words of its client, place or title.');
end
$$;
comment on function voygen_lib.trips_at(text[], text) is
'The ids of trips in a list at this path, in its order; one that does not exist is named with its place.';

create function voygen_lib.trip_at(trip_id text, path text) returns bigint
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return case when trip_at.trip_id is not null then voygen.resolve_trip(trip_at.trip_id) end;
exception
  when sqlstate 'VG003' then
    perform voygen.raise('not_found', sqlerrm, path => path, expected => 'number or slug of a trip', got => left(trip_at.trip_id, 100),
      hint => 'find_trips finds a trip by words of its client, place or title.');
end
$$;
comment on function voygen_lib.trip_at(text, text) is 'The id of the trip that the argument at this path names; null where it names none.';

create function voygen_lib.client_at(client_id text, path text) returns bigint
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return case when client_at.client_id is not null then voygen.resolve_client(client_at.client_id) end;
exception
  when sqlstate 'VG003' then
    perform voygen.raise('not_found', sqlerrm, path => path, expected => 'number or slug of a client', got => left(client_at.client_id, 100),
      hint => 'find_clients finds a client by words of its name or address.');
end
$$;
comment on function voygen_lib.client_at(text, text) is 'The id of the client that the argument at this path names; null where it names none.';
