-- Checks of what an ingest brings, and currencies.

create function voygen.currency_exponent(code text) returns integer
  language c immutable strict parallel safe cost 1
  as 'MODULE_PATHNAME', 'voygen_currency_exponent';
comment on function voygen.currency_exponent(text) is
  'Decimals of a currency by ISO 4217; null for a code that is not on the list.';

create function voygen.item_faults(items jsonb, fields jsonb, out index integer, out path text, out message text)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_item_faults';
comment on function voygen.item_faults(jsonb, jsonb) is
  'The first fault of each item of a list that does not keep to its fields; items without a fault have no row.';
