-- A question about the facts of many trips: what is asked, in which order, and as which conditions of a statement.
-- 37_query_facts.sql answers it.

create type voygen_api.trip_availability as enum ('available', 'sold_out', 'not_checked', 'extract_failed');
comment on type voygen_api.trip_availability is 'Whether a trip has hotels that can be booked, as far as is known.';

create type voygen_api.facts_sort as enum ('newest', 'start_date', 'price', 'commission');
comment on type voygen_api.facts_sort is
'newest: latest made first; start_date: earliest first; price: lowest lead price first; commission: highest potential first. What is not known comes last.';

create type voygen_api.facts_filters as (
  status voygen_api.trip_status,
  destination text,
  client text,
  starts_after date,
  starts_before date,
  price_min numeric,
  price_max numeric,
  availability voygen_api.trip_availability
);
comment on type voygen_api.facts_filters is 'Which trips to answer.';
comment on column voygen_api.facts_filters.destination is 'Part of the destination; case does not count.';
comment on column voygen_api.facts_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.facts_filters.starts_after is 'First day on this day or later.';
comment on column voygen_api.facts_filters.starts_before is 'First day on this day or earlier.';
comment on column voygen_api.facts_filters.price_min is 'Lead price, in the trip''s own currency, at least. @min 0';
comment on column voygen_api.facts_filters.price_max is 'Lead price, in the trip''s own currency, at most. @min 0';

create type voygen_api.trip_facts as (
  trip_id bigint,
  slug text,
  facts jsonb,
  lead_price_min numeric,
  total_commission_potential numeric,
  currency text,
  availability_status text,
  last_availability_check timestamptz,
  refreshed_at timestamptz,
  error text
);
comment on type voygen_api.trip_facts is 'The facts of a trip, as of now.';
comment on column voygen_api.trip_facts.lead_price_min is 'Lowest nightly amount of an available hotel in the trip''s currency.';
comment on column voygen_api.trip_facts.total_commission_potential is 'Sum over legs of the best available commission.';
comment on column voygen_api.trip_facts.refreshed_at is 'When these facts were built.';
comment on column voygen_api.trip_facts.error is
'Why the facts could not be built just now; what is shown are then the last ones stored, as of refreshed_at, or nothing. Null when they are fresh.';

create type voygen_api.facts_list as (
  trips voygen_api.trip_facts[],
  total bigint,
  total_is_capped boolean,
  truncated voygen_api.truncated
);
comment on type voygen_api.facts_list is 'Facts of trips in the order asked for.';
comment on column voygen_api.facts_list.total is 'How many trips fit; at least so many when total_is_capped.';
comment on column voygen_api.facts_list.total_is_capped is 'Counting stopped after the first hundreds of trips, or before trips whose facts would have had to be built to tell.';

create function voygen_lib.facts_fields(fields text[]) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  known constant text[] := array['slug', 'title', 'status', 'destination', 'currency', 'start_date', 'end_date', 'nights',
    'traveler_count', 'traveler_names', 'budget', 'client', 'legs', 'hotels', 'activities', 'flights', 'transfers', 'bookings',
    'booked', 'other_currencies', 'availability', 'lead_price_min', 'total_commission_potential'];
  field text;
  place integer := 0;
begin
  foreach field in array coalesce(fields, '{}') loop
    if field <> all (known) or field is null then
      perform voygen.raise('unknown_name', format('facts have no field %s', coalesce(left(field, 80), 'null')),
        path => format('/return_fields/%s', place), expected => array_to_string(known, ', '), got => left(field, 80));
    end if;
    place := place + 1;
  end loop;
  return fields;
end
$$;
comment on function voygen_lib.facts_fields(text[]) is 'The fields asked for; a name that facts do not have is an error.';

-- ---- the question

create type voygen_lib.facts_place as (
  key numeric,
  tie bigint
);
comment on type voygen_lib.facts_place is 'Where a trip stands in an order; an unknown key is infinite.';

create type voygen_lib.facts_question as (
  agency bigint,
  sort voygen_api.facts_sort,
  words tsquery,
  named bigint,
  trips bigint[],
  client bigint,
  status text,
  destination text,
  starts_after date,
  starts_before date,
  price_min numeric,
  price_max numeric,
  availability text,
  asks_facts boolean,
  after voygen_lib.facts_place,
  after_value numeric,
  after_day date,
  after_trip bigint,
  shown bigint,
  wanted bigint,
  stale_kind text,
  stale bigint[],
  narrow text,
  wide text,
  worth text,
  marked text
);
comment on type voygen_lib.facts_question is 'A question to query_trip_facts with its names resolved; bound to every statement as $1.';
comment on column voygen_lib.facts_question.named is 'The trip whose slug or number the words are.';
comment on column voygen_lib.facts_question.destination is 'Pattern of LIKE for the destination in lower case.';
comment on column voygen_lib.facts_question.asks_facts is 'A filter or the order looks at facts.';
comment on column voygen_lib.facts_question.after is 'Where the last page ended, as a place, and below by the columns of the order.';
comment on column voygen_lib.facts_question.shown is 'How many trips the pages before showed.';
comment on column voygen_lib.facts_question.wanted is 'How many trips the page lacks when a first statement has found some.';
comment on column voygen_lib.facts_question.stale_kind is
'Which trips have facts that may not be asked: none, few (those of stale), all (the whole agency, or too many to tell one by one).';
comment on column voygen_lib.facts_question.narrow is
'Text of SQL, like those below: conditions that an index answers in the order asked for, or that leave few trips.';
comment on column voygen_lib.facts_question.wide is 'The other conditions on the trip.';
comment on column voygen_lib.facts_question.worth is 'Conditions on the facts.';
comment on column voygen_lib.facts_question.marked is 'Condition that a trip is one whose stored facts may not be asked.';

create function voygen_lib.facts_cursor(sort voygen_api.facts_sort, place voygen_lib.facts_place, shown bigint) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return concat_ws('~', sort, place.key, place.tie, shown);
end
$$;
comment on function voygen_lib.facts_cursor(voygen_api.facts_sort, voygen_lib.facts_place, bigint) is 'A cursor behind a place, after so many trips were shown.';

create function voygen_lib.facts_behind(question voygen_lib.facts_question, place voygen_lib.facts_place) returns voygen_lib.facts_question
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  question.after := place;
  question.after_trip := abs(place.tie);
  question.after_value := case when place.key < 'Infinity' then abs(place.key) end;
  question.after_day := case when place.key < 'Infinity' and question.sort = 'start_date' then date '2000-01-01' + place.key::integer end;
  return question;
end
$$;
comment on function voygen_lib.facts_behind(voygen_lib.facts_question, voygen_lib.facts_place) is 'The question of what comes behind a place.';

create function voygen_lib.facts_after(question voygen_lib.facts_question, cursor text) returns voygen_lib.facts_question
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  question.shown := 0;
  if cursor is null then
    return question;
  end if;
  if cursor !~ '^(newest|start_date|price|commission)~(Infinity|-?[0-9]{1,15}(\.[0-9]{1,6})?)~-?[0-9]{1,18}~[0-9]{1,9}$'
    or split_part(cursor, '~', 1) <> question.sort::text then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave for this sort', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer to the same question', got => left(cursor, 80));
  end if;
  question.shown := split_part(cursor, '~', 4);
  return voygen_lib.facts_behind(question, (split_part(cursor, '~', 2), split_part(cursor, '~', 3))::voygen_lib.facts_place);
end
$$;
comment on function voygen_lib.facts_after(voygen_lib.facts_question, text) is 'The question with its cursor read; one that was made for another order is an error.';

-- ---- statements

create type voygen_lib.facts_order as (
  stored boolean,
  key text,
  tie text,
  columns text,
  begins text
);
comment on type voygen_lib.facts_order is 'An order as text of SQL: one of the parts that are read one after the other, first what has a key, then what has none.';
comment on column voygen_lib.facts_order.stored is 'The order is one of stored facts.';
comment on column voygen_lib.facts_order.begins is 'Which rows the part has, from the cursor on.';

create function voygen_lib.facts_orders(question voygen_lib.facts_question) returns voygen_lib.facts_order[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  continued boolean := question.after_trip is not null;
  -- beyond what has a key
  beyond boolean := continued and (question.after).key = 'Infinity';
  known voygen_lib.facts_order;
  unknown voygen_lib.facts_order;
begin
  case question.sort
    when 'newest' then
      return array[(false, '0', '- t.trip_id', 't.trip_id desc', case when continued then 't.trip_id < ($1).after_trip' else 'true' end)::voygen_lib.facts_order];
    when 'start_date' then
      known := (false, 't.start_date - date ''2000-01-01''', 't.trip_id', 't.start_date, t.trip_id',
        case when continued then '(t.start_date, t.trip_id) > (($1).after_day, ($1).after_trip)' else 't.start_date is not null' end);
      unknown := (false, '''Infinity''::numeric', 't.trip_id', 't.trip_id', 't.start_date is null' || case when beyond then ' and t.trip_id > ($1).after_trip' else '' end);
    when 'price' then
      known := (true, 'lead_price_min', 't.trip_id', 'lead_price_min, f.trip_id',
        concat_ws(' and ',
          case when continued then '(lead_price_min, f.trip_id) > (($1).after_value, ($1).after_trip)' else 'lead_price_min is not null' end,
          case when question.price_min is not null then 'lead_price_min >= ($1).price_min' end,
          case when question.price_max is not null then 'lead_price_min <= ($1).price_max' end));
      unknown := (true, '''Infinity''::numeric', 't.trip_id', 'f.trip_id', 'lead_price_min is null' || case when beyond then ' and f.trip_id > ($1).after_trip' else '' end);
    when 'commission' then
      known := (true, '- total_commission_potential', '- t.trip_id', 'total_commission_potential desc, f.trip_id desc',
        case when continued then '(total_commission_potential, f.trip_id) < (($1).after_value, ($1).after_trip)' else 'total_commission_potential is not null' end);
      unknown := (true, '''Infinity''::numeric', '- t.trip_id', 'f.trip_id desc', 'total_commission_potential is null' || case when beyond then ' and f.trip_id < ($1).after_trip' else '' end);
  end case;
  return case when beyond then array[unknown] else array[known, unknown] end;
end
$$;
comment on function voygen_lib.facts_orders(voygen_lib.facts_question) is 'The parts of the order asked for, from the cursor on.';

create function voygen_lib.facts_rest(question voygen_lib.facts_question, part voygen_lib.facts_order) returns voygen_lib.facts_order
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return (select o from unnest(voygen_lib.facts_orders(question)) o where o.key = part.key);
end
$$;
comment on function voygen_lib.facts_rest(voygen_lib.facts_question, voygen_lib.facts_order) is
'What is left of a part of the order when the question has moved on to a place in it.';

create function voygen_lib.facts_conditions(question voygen_lib.facts_question) returns voygen_lib.facts_question
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  starts text := concat_ws(' and ',
    case when question.starts_after is not null then 't.start_date >= ($1).starts_after' end,
    case when question.starts_before is not null then 't.start_date <= ($1).starts_before' end);
  prices text := concat_ws(' and ',
    case when question.price_min is not null then 'lead_price_min >= ($1).price_min' end,
    case when question.price_max is not null then 'lead_price_min <= ($1).price_max' end);
begin
  question.narrow := concat_ws(' and ',
    't.agency_id = ($1).agency and t.archived_at is null',
    case when question.trips is not null then 't.trip_id = any (($1).trips)' end,
    case when question.client is not null then 't.client_id = ($1).client' end,
    case when question.status is not null and question.sort in ('newest', 'start_date') then 't.status = ($1).status' end,
    case when question.sort = 'start_date' then nullif(starts, '') end);
  question.wide := concat_ws(' and ',
    'true',
    case
      when question.words is not null and question.named is not null then '(t.search @@ ($1).words or t.trip_id = ($1).named)'
      when question.words is not null then 't.search @@ ($1).words'
    end,
    case when question.status is not null and question.sort in ('price', 'commission') then 't.status = ($1).status' end,
    case when question.destination is not null then 'lower(t.destination) like ($1).destination' end,
    case when question.sort <> 'start_date' then nullif(starts, '') end);
  question.worth := concat_ws(' and ',
    'true',
    nullif(prices, ''),
    case when question.availability is not null then 'availability_status = ($1).availability' end);
  question.marked := case question.stale_kind
    when 'none' then 'false'
    when 'few' then 't.trip_id = any (($1).stale)'
    when 'all' then 'true'
  end;
  return question;
end
$$;
comment on function voygen_lib.facts_conditions(voygen_lib.facts_question) is 'The question with its conditions as text of SQL, in which it is $1.';

-- ---- what the tables say

create function voygen_lib.facts_window(question voygen_lib.facts_question, part voygen_lib.facts_order) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- the trips of one availability are read in their own order
  ordered boolean := question.availability is not null and question.sort = 'newest'
    and question.status is null and question.client is null and question.trips is null;
begin
  -- No more columns than needed, so that indexes alone are read where they can be. With a status the words are looked up
  -- behind the window: the planner is then sure to take the index that has the status, where trips of one lie far apart.
  return format(
    'select t.trip_id, t.status, t.start_date, t.destination%s%s'
    ' from voygen.trips t%s'
    ' where %s and %s%s and not (%s)'
    ' order by %s',
    case when question.words is not null and question.status is null then ', t.search' end,
    case when part.stored then concat(
      case when question.sort = 'price' or num_nonnulls(question.price_min, question.price_max) > 0 then ', lead_price_min' end,
      case when question.sort = 'commission' then ', total_commission_potential' end,
      case when question.availability is not null then ', availability_status' end) end,
    case when part.stored or ordered then ' join voygen.trip_facts f using (agency_id, trip_id)' end,
    question.narrow, part.begins,
    case when ordered then ' and availability_status = ($1).availability' end,
    question.marked, part.columns);
end
$$;
comment on function voygen_lib.facts_window(voygen_lib.facts_question, voygen_lib.facts_order) is
'The trips in the order asked for, before the conditions that no order helps with.';

create function voygen_lib.facts_looked_up() returns text
language sql immutable parallel safe
return ' cross join lateral (select f.* from voygen.trip_facts f where f.agency_id = ($1).agency and f.trip_id = t.trip_id offset 0) f';
comment on function voygen_lib.facts_looked_up() is
'The facts of each trip t as a part of a statement. Behind offset 0 no condition on facts is taken for a way to all trips.';

create function voygen_lib.facts_of_window(question voygen_lib.facts_question, part voygen_lib.facts_order) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- Each is looked up by its trip: behind offset 0 no other condition is taken for a way to all of them.
  return format(' t%s%s where %s and %s',
    case when question.words is not null and question.status is not null then
      ' cross join lateral (select s.search from voygen.trips s where s.agency_id = ($1).agency and s.trip_id = t.trip_id offset 0) s' end,
    case when question.asks_facts and not part.stored then voygen_lib.facts_looked_up() end,
    case when question.status is null then question.wide else replace(question.wide, 't.search', 's.search') end, question.worth);
end
$$;
comment on function voygen_lib.facts_of_window(voygen_lib.facts_question, voygen_lib.facts_order) is 'What leaves of a window, which stands before it, the trips that fit.';
