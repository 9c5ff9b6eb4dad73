-- The current agency's commission for the rows of any query, and for all its offers.

create function voygen.commission_amount(
  site text, amount numeric, currency bpchar, tax text default 'unknown', tax_amount numeric default null,
  nights integer default null, rooms integer default 1, check_in date default null, supplier text default null,
  chain text default null, property text default null, product_type text default 'hotel', rate_type text default null,
  refundable boolean default null, prepaid boolean default null, advisor text default null,
  stated_amount numeric default null, stated_percent numeric default null, booked_on date default null)
  returns numeric
  language c stable parallel safe cost 10
  as 'MODULE_PATHNAME', 'voygen_commission_amount';
comment on function voygen.commission_amount(text, numeric, bpchar, text, numeric, integer, integer, date, text, text, text, text, text, boolean, boolean, text, numeric, numeric, date) is
  'Expected commission of an offer by the current agency''s rates and those rules that ask nothing about a trip: what the '
  'portal states, else computed; null when it is not known. booked_on is today when it is not given.';

create function voygen.room_commission(
  agency_id bigint, trip_id bigint, hotel_id bigint, nightly_amount numeric, total_amount numeric, tax_basis text,
  tax_amount numeric, currency bpchar, rate_type text, refundable boolean, commission_eligible boolean,
  commission_percent numeric, commission_amount numeric)
  returns numeric
  language c stable parallel safe cost 10
  as 'MODULE_PATHNAME', 'voygen_room_commission_of';
comment on function voygen.room_commission(bigint, bigint, bigint, numeric, numeric, text, numeric, bpchar, text, boolean, boolean, numeric, numeric) is
  'Expected commission of a room from its columns; room_commission(room) becomes this where its columns can be named.';

create function voygen.room_commission_support(internal) returns internal
  language c immutable strict parallel safe
  as 'MODULE_PATHNAME', 'voygen_room_commission_support';
comment on function voygen.room_commission_support(internal) is 'Tells the planner that room_commission(room) is that of the room''s columns.';

create function voygen.room_commission(room record)
  returns numeric
  language c stable strict parallel safe cost 10 support voygen.room_commission_support
  as 'MODULE_PATHNAME', 'voygen_room_commission';
comment on function voygen.room_commission(record) is
  'Expected commission of a row of rooms_cache by the current agency''s rates and those rules that ask nothing about a trip: '
  'finds the hotel itself, with the caller''s rights. Null when it is not known, when the hotel is not there for the caller or '
  'has another currency, and for another agency''s room; whether the room is available is not asked.';

create function voygen.commission_total(agency_id bigint)
  returns table (currency text, offers bigint, without_commission bigint, commission numeric)
  language c stable strict parallel restricted rows 3
  as 'MODULE_PATHNAME', 'voygen_commission_total';
revoke execute on function voygen.commission_total(bigint) from public;
comment on function voygen.commission_total(bigint) is
  'Expected commission of every offer of every trip of an agency, added up by currency, in one pass over the tables.';

create function voygen.commission_rows(query text)
  returns table (id text, base numeric, base_estimated boolean, commission numeric, currency text, source text, rate_id bigint,
                 computed numeric, stated numeric, variance numeric, eligible boolean)
  language c stable strict parallel unsafe
  as 'MODULE_PATHNAME', 'voygen_commission_rows';
comment on function voygen.commission_rows(text) is
  'Commission of every row of a query by the current agency''s rates, with base, the rate that applied and what the portal states '
  'beside what was computed. The query runs with the caller''s rights, read only; columns by name: id, site, amount, currency, tax, '
  'tax_amount, nights, rooms, check_in, supplier, chain, property, product_type, rate_type, refundable, prepaid, advisor, '
  'stated_amount, stated_percent, booked_on.';
