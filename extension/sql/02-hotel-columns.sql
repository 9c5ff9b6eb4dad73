-- Generated columns of hotel_cache.

create function voygen.nightly_amount(price numeric, basis text, nights integer, guests integer, currency bpchar)
  returns numeric
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_nightly_amount';
comment on function voygen.nightly_amount(numeric, text, integer, integer, bpchar) is
  'Price of one night for the whole party: per_night as it is, per_stay / nights, per_person * guests / nights; '
  'null for a package or an unknown part. Rounded half-up to the digits of the currency.';

create function voygen.hotel_identity(giata_id text, name text) returns text
  language c immutable parallel safe cost 2
  as 'MODULE_PATHNAME', 'voygen_hotel_identity';
comment on function voygen.hotel_identity(text, text) is
  'What makes two listings of a trip one hotel: its GIATA id, else its name without case, blanks and punctuation; '
  'null when neither says anything.';
