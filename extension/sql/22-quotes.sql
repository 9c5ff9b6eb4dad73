-- Commission of any offers by any rates.

create function voygen.commission_quotes(
  offers jsonb, rates jsonb, rules jsonb, rounding text, traced boolean, booked_on date,
  out index integer, out quote jsonb)
  returns setof record
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_commission_quotes';
comment on function voygen.commission_quotes(jsonb, jsonb, jsonb, text, boolean, date) is
  'Commission of each offer of a list by the rates and rules given, with the trace when it is asked for; '
  'booked_on is for offers that name no booking date.';

create function voygen.commission_quote(offer jsonb, rates jsonb, rules jsonb, rounding text, booked_on date) returns jsonb
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_commission_quote';
comment on function voygen.commission_quote(jsonb, jsonb, jsonb, text, date) is
  'Commission of one offer by the rates and rules given, with its trace.';
