-- Which trips a search compares with its words; 07_candidates.sql says how and what the numbers of the values are. What is
-- said of a trip lies in three tables: its client, the trip itself and the cities of its legs.

create type voygen_api.trip_filters as (
  status voygen_api.trip_status,
  destination text,
  client text,
  starts_after date,
  starts_before date,
  archived boolean
);
comment on type voygen_api.trip_filters is 'Which trips to consider.';
comment on column voygen_api.trip_filters.destination is 'Part of the destination; case and accents do not count.';
comment on column voygen_api.trip_filters.client is 'Number or slug of a client. @format id';
comment on column voygen_api.trip_filters.starts_after is 'First day on this day or later.';
comment on column voygen_api.trip_filters.starts_before is 'First day on this day or earlier.';
comment on column voygen_api.trip_filters.archived is 'true: only archived ones, false or absent: only those in use.';

create function voygen_lib.trip_conditions(filters voygen_api.trip_filters, client bigint) returns text
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select concat_ws(' and ',
    't.agency_id = $1',
    case when filters.archived then 't.archived_at is not null' else 't.archived_at is null' end,
    case when client is not null then 't.client_id = $3' end,
    case when filters.status is not null then 't.status = ($2).status::text' end,
    case when filters.starts_after is not null then 't.start_date >= ($2).starts_after' end,
    case when filters.starts_before is not null then 't.start_date <= ($2).starts_before' end,
    case
      when filters.destination is not null
      then 'strpos(voygen_lib.plain(t.destination), voygen_lib.plain(($2).destination)) > 0'
    end)
$$;
comment on function voygen_lib.trip_conditions(voygen_api.trip_filters, bigint) is 'Which trips to consider, as text of SQL.';

create function voygen_lib.trips_where(
  condition text, agency bigint, filters voygen_api.trip_filters, client bigint, ids bigint[], most integer
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
declare
  found bigint[];
begin
  execute format('select array(select t.trip_id from voygen.trips t where %s and %s order by t.trip_id desc limit $5)',
    voygen_lib.trip_conditions(filters, client), condition)
  into found
  using agency, filters, client, ids, most;
  return found;
end
$$;
comment on function voygen_lib.trips_where(text, bigint, voygen_api.trip_filters, bigint, bigint[], integer) is
'The newest trips to consider that meet one more condition, which may name some ids.';

create function voygen_lib.trips_having_word(word text, agency bigint, filters voygen_api.trip_filters, client bigint) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_considered() + 1;
  found bigint[] := voygen_lib.having_words(
    voygen_lib.searched_trips(), voygen_lib.trip_conditions(filters, client), agency, filters, client, array[word]);
  others bigint[];
begin
  others := voygen_lib.having_words(voygen_lib.searched_clients(), 'c.agency_id = $1', agency, filters, null, array[word]);
  if others <> '{}' then
    found := found || voygen_lib.trips_where('t.client_id = any ($4)', agency, filters, client, others, most);
  end if;
  -- A frequent word need not be looked for in the cities, which weigh no more than the destination.
  if cardinality(found) < most then
    others := voygen_lib.having_words(voygen_lib.searched_legs(), 'l.agency_id = $1', agency, filters, null, array[word]);
    found := found || voygen_lib.trips_where('t.trip_id = any ($4)', agency, filters, client, others, most);
  end if;
  return array(select distinct t.trip_id from unnest(found) as t(trip_id));
end
$$;
comment on function voygen_lib.trips_having_word(text, bigint, voygen_api.trip_filters, bigint) is
'The trips whose client, own texts or cities have a word: all of them, or more than are to be considered.';

create function voygen_lib.newest_with_terms(terms text, agency bigint, filters voygen_api.trip_filters, client bigint) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
declare
  looked_through constant integer := 2000;
  found bigint[];
begin
  return voygen.kept(found, format(
    'select array('
    ' select w.trip_id'
    ' from (select t.trip_id, t.search from voygen.trips t where %s order by t.trip_id desc limit %s) w'
    ' where w.search @@ $4::tsquery'
    ' limit %s)',
    voygen_lib.trip_conditions(filters, client), looked_through, voygen_lib.most_considered()), agency, filters, client, terms);
end
$$;
comment on function voygen_lib.newest_with_terms(text, bigint, voygen_api.trip_filters, bigint) is
'Those with the terms among the newest trips.';

create function voygen_lib.some_with_terms(terms text, agency bigint, filters voygen_api.trip_filters, client bigint) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set jit = off
as $$
declare
  found bigint[];
begin
  return voygen.kept(found, format('select array(select t.trip_id from voygen.trips t where %s and t.search @@ $4::tsquery limit %s)',
    voygen_lib.trip_conditions(filters, client), voygen_lib.most_considered()), agency, filters, client, terms);
end
$$;
comment on function voygen_lib.some_with_terms(text, bigint, voygen_api.trip_filters, bigint) is 'Hundreds of trips with the terms, in no order.';

create function voygen_lib.trips_like(words text[], agency bigint, filters voygen_api.trip_filters, client bigint) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  each_most constant integer := 100;
  clients voygen_lib.near;
  trips voygen_lib.near;
  legs voygen_lib.near;
  terms text[] := '{}';
  found bigint[] := '{}';
  there bigint[];
  word text;
begin
  foreach word in array words loop
    -- A word that is there is looked for as it is: likeness costs ten times as much.
    there := voygen_lib.trips_having_word(word, agency, filters, client);
    if there <> '{}' then
      found := found || there;
      terms := terms || (quote_literal(word) || ':*');
      continue;
    end if;
    clients := voygen_lib.near_in(voygen_lib.searched_clients(), agency, word);
    trips := voygen_lib.near_in(voygen_lib.searched_trips(), agency, word);
    legs := voygen_lib.near_in(voygen_lib.searched_legs(), agency, word);
    terms := terms || voygen_lib.terms_like(word, clients.plains || trips.plains || legs.plains);
    found := found
      || voygen_lib.trips_where('t.client_id = any ($4)', agency, filters, client, clients.ids, each_most)
      || voygen_lib.trips_where('t.trip_id = any ($4)', agency, filters, client, trips.ids || legs.ids, each_most);
  end loop;
  if cardinality(words) > 1 then
    found := found || voygen_lib.some_with_terms(array_to_string(terms, ' & '), agency, filters, client);
  end if;
  return found;
end
$$;
comment on function voygen_lib.trips_like(text[], bigint, voygen_api.trip_filters, bigint) is
'Trips with the words of a search or, of a word that is nowhere, with those spelt like it, the likest; and trips that have all of them.';

create function voygen_lib.trips_having(words text[], agency bigint, filters voygen_api.trip_filters, client bigint) returns voygen_lib.considered
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_considered();
  patterns text[] := array(select '%' || w.word || '%' from unnest(words) as w(word));
  terms text := (select string_agg(quote_literal(w.word) || ':*', ' & ') from unnest(words) as w(word));
  found bigint[];
  rarest bigint[];
  every bigint[] := '{}';
  word text;
begin
  foreach word in array words loop
    found := voygen_lib.trips_having_word(word, agency, filters, client);
    every := every || found;
    if rarest is null or cardinality(found) < cardinality(rarest) then
      rarest := found;
    end if;
  end loop;
  if cardinality(rarest) > most then
    found := every || voygen_lib.newest_with_terms(terms, agency, filters, client) || voygen_lib.some_with_terms(terms, agency, filters, client);
    return (array(select distinct t.trip_id from unnest(found) as t(trip_id)), false)::voygen_lib.considered;
  end if;
  return (array(select s.trip_id from voygen_lib.trips_said(rarest) as s where s.plain like all (patterns)), true)::voygen_lib.considered;
end
$$;
comment on function voygen_lib.trips_having(text[], bigint, voygen_api.trip_filters, bigint) is
'Of many trips those that have all the words; hundreds that have some when each word is frequent.';

create function voygen_lib.trip_named(said text, agency bigint) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select t.trip_id from trips as t where t.agency_id = agency and t.slug = said
    union
    select t.trip_id from trips as t where t.agency_id = agency and t.trip_id = case when said ~ '^[0-9]{1,18}$' then said::bigint end)
$$;
comment on function voygen_lib.trip_named(text, bigint) is 'The trip whose slug or number a text is.';

create function voygen_lib.newest_trips(agency bigint, filters voygen_api.trip_filters, client bigint, before bigint, most integer) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  few constant integer := 500;
  until bigint := coalesce(before, 9223372036854775807);
  there text := btrim(voygen.search_text(filters.destination));
  of_there bigint[];
begin
  -- A rare destination would be looked for through all trips.
  if length(there) >= 3 then
    of_there := voygen_lib.first_having(voygen_lib.searched_trips(), 't.agency_id = $1', agency, filters, client, array['%' || there || '%'], few);
    if cardinality(of_there) < few then
      return voygen_lib.trips_where('t.trip_id = any ($4)', agency, filters, client,
        array(select t.trip_id from unnest(of_there) as t(trip_id) where t.trip_id < until), most);
    end if;
  end if;
  return voygen_lib.trips_where('t.trip_id < ($4)[1]', agency, filters, client, array[until], most);
end
$$;
comment on function voygen_lib.newest_trips(bigint, voygen_api.trip_filters, bigint, bigint, integer) is 'The trips to consider made last before one.';

create function voygen_lib.trips_considered(
  words text[], filters voygen_api.trip_filters, client bigint, query text, before bigint
) returns voygen_lib.considered
language plpgsql stable parallel restricted security definer -- 07_candidates.sql says why
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency constant bigint := voygen_lib.agency();
  most constant integer := case when cardinality(words) = 0 then voygen_lib.most_counted() else voygen_lib.most_considered() end;
  newest bigint[] := voygen_lib.newest_trips(agency, filters, client, before, most + 1);
  named bigint[];
  found voygen_lib.considered;
begin
  if cardinality(newest) <= most or cardinality(words) = 0 then
    return (newest[:most], cardinality(newest) <= most)::voygen_lib.considered;
  end if;
  named := voygen_lib.trips_where('t.trip_id = any ($4)', agency, filters, client, voygen_lib.trip_named(lower(btrim(query)), agency), 2);
  -- Nobody types a whole slug or address by chance; a single word may be a slug, too.
  if named <> '{}' and query ~ '[a-z0-9][-@][a-z0-9]' then
    return (named, true)::voygen_lib.considered;
  end if;
  found := voygen_lib.trips_having(words, agency, filters, client);
  if found.ids = '{}' and named = '{}' then
    found := (voygen_lib.trips_like(words, agency, filters, client), false);
  end if;
  found.ids := found.ids || named;
  if found.ids = '{}' then
    return (newest[:most], true)::voygen_lib.considered;
  end if;
  return found;
end
$$;
comment on function voygen_lib.trips_considered(text[], voygen_api.trip_filters, bigint, text, bigint) is
'The trips a search looks at: without words the newest before one, with words those that may fit, or the newest when none may.';
