-- Finding what belongs to trips (legs, activities, bookings) of any trip by words, best match first, the way find_trips
-- finds trips.
--
-- Up to 100 rows that fit the filters are all compared. Of more, the newest are read in the order of their numbers when
-- there are no words. With words, indexes of trigrams name candidates, as 07_candidates.sql says: a word may stand in the
-- row itself, in its trip or in the client. Numbers of candidates are found with the owner's rights, since row security
-- would close the indexes; the rows are read with the caller's.
--
-- The statements have p the row, t its trip, c the client, and $1 the agency, $2 the filters, $3 words or ids, $4 how many at most.

create type voygen_lib.part_filters as (
  trip_id bigint,
  client_id bigint,
  archived boolean,
  day_after date,
  day_before date,
  status text,
  kind text,
  site text
);
comment on type voygen_lib.part_filters is 'Which rows to consider; a field that a kind of rows does not have is null.';

create type voygen_lib.part as (
  relation text,
  id text,
  day text,
  said text[],
  name text,
  rest text
);
comment on type voygen_lib.part is 'A kind of rows that belong to trips, as text of SQL.';
comment on column voygen_lib.part.day is 'The column that the days of the filters are about.';
comment on column voygen_lib.part.said is 'What the indexes of words are made of.';
comment on column voygen_lib.part.name is 'What a row is called: the words that count most.';
comment on column voygen_lib.part.rest is 'What else is said of it.';

create function voygen_lib.part_of(kind text) returns voygen_lib.part
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case kind
    when 'leg' then (
      'voygen.trip_legs', 'p.leg_id', 'p.arrive_date',
      array[
        'voygen.search_text(p.city)',
        'voygen.search_text(coalesce(p.region, '''') || '' '' || coalesce(p.country, '''') || '' '' || coalesce(p.notes, ''''))'],
      'p.city', 'concat_ws('' '', p.region, p.country, p.notes, t.slug, t.title, c.name)')::voygen_lib.part
    when 'activity' then (
      'voygen.trip_activities', 'p.activity_id', 'p.activity_date',
      array['voygen.search_text(p.title || '' '' || coalesce(p.product_code, '''') || '' '' || coalesce(p.notes, ''''))'],
      'p.title', 'concat_ws('' '', p.product_code, p.notes, t.destination, t.slug, t.title, c.name)')::voygen_lib.part
    when 'booking' then (
      'voygen.bookings', 'p.booking_id', 'p.booked_on',
      array[
        'voygen.search_text(coalesce(p.reference, '''') || '' '' || coalesce(p.supplier, '''') || '' '' || coalesce(p.hotel_key, '''') || '' '' ||'
        ' p.kind || '' '' || coalesce(p.site, '''') || '' '' || coalesce(p.notes, ''''))'],
      'concat_ws('' '', p.reference, p.supplier)',
      'concat_ws('' '', p.hotel_key, p.kind, p.site, p.notes, t.destination, t.slug, t.title, c.name)')::voygen_lib.part
  end
$$;
comment on function voygen_lib.part_of(text) is 'What is known of legs, activities or bookings.';

create function voygen_lib.part_conditions(part voygen_lib.part, filters voygen_lib.part_filters) returns text
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select concat_ws(' and ',
    'p.agency_id = $1',
    case when filters.archived then 't.archived_at is not null' else 't.archived_at is null' end,
    case when filters.trip_id is not null then 'p.trip_id = ($2).trip_id' end,
    case when filters.client_id is not null then 't.client_id = ($2).client_id' end,
    case when filters.day_after is not null then part.day || ' >= ($2).day_after' end,
    case when filters.day_before is not null then part.day || ' <= ($2).day_before' end,
    case when filters.status is not null then 'p.status = ($2).status' end,
    case when filters.kind is not null then 'p.kind = ($2).kind' end,
    case when filters.site is not null then 'p.site = ($2).site' end)
$$;
comment on function voygen_lib.part_conditions(voygen_lib.part, voygen_lib.part_filters) is 'Which rows to consider, as text of SQL.';

create function voygen_lib.parts_where(
  part voygen_lib.part, condition text, agency bigint, filters voygen_lib.part_filters, ids bigint[], most integer
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
declare
  found bigint[];
begin
  -- Planned for its values: a rare client or day is worth another way than the newest rows.
  execute format(
    'select array('
    ' select %1$s from %2$s p join voygen.trips t on t.agency_id = p.agency_id and t.trip_id = p.trip_id'
    ' where %3$s and %4$s order by %1$s desc limit $4)',
    part.id, part.relation, voygen_lib.part_conditions(part, filters), condition)
  into found
  using agency, filters, ids, most;
  return found;
end
$$;
comment on function voygen_lib.parts_where(voygen_lib.part, text, bigint, voygen_lib.part_filters, bigint[], integer) is
'The newest rows to consider that meet one more condition, which may name some ids.';

create function voygen_lib.parts_of_trips(
  part voygen_lib.part, trips bigint[], agency bigint, filters voygen_lib.part_filters
) returns bigint[]
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select case
    when trips = '{}' then '{}'
    else voygen_lib.parts_where(part, 'p.trip_id = any ($3)', agency, filters, trips, voygen_lib.most_considered() + 1)
  end
$$;
comment on function voygen_lib.parts_of_trips(voygen_lib.part, bigint[], bigint, voygen_lib.part_filters) is 'The newest rows of some trips.';

create function voygen_lib.part_searches(part voygen_lib.part) returns setof voygen_lib.searched
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (part.relation || ' p', part.id, said)::voygen_lib.searched
  from unnest(part.said) as said
$$;
comment on function voygen_lib.part_searches(voygen_lib.part) is 'The indexes of words of a kind of rows.';

create function voygen_lib.part_trips(filters voygen_lib.part_filters) returns voygen_api.trip_filters
language sql immutable parallel safe
begin atomic
  select row(null, null, null, null, null, filters.archived)::voygen_api.trip_filters;
end;
comment on function voygen_lib.part_trips(voygen_lib.part_filters) is 'The trips whose rows are considered, but for the client.';

create function voygen_lib.parts_having_word(
  part voygen_lib.part, word text, agency bigint, filters voygen_lib.part_filters
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_considered() + 1;
  own bigint[] := array(
    select h.id
    from voygen_lib.part_searches(part) as s
    cross join lateral unnest(voygen_lib.having_words(s, 'p.agency_id = $1', agency, filters, null, array[word])) as h(id));
  found bigint[] := voygen_lib.parts_where(part, part.id || ' = any ($3)', agency, filters, own, most);
begin
  -- More rows with the word than are looked at, of which few fit the filters: those are looked for among what fits.
  if cardinality(own) >= most and cardinality(found) < most then
    found := found || voygen_lib.parts_where(part,
      (select '(' || string_agg(format('%s like ''%%'' || ($3)[1] || ''%%''', said), ' or ') || ')' from unnest(part.said) as said),
      agency, filters, null, most);
  end if;
  if cardinality(found) < most then
    found := found || voygen_lib.parts_of_trips(part,
      voygen_lib.trips_having_word(word, agency, voygen_lib.part_trips(filters), filters.client_id), agency, filters);
  end if;
  return array(select distinct f.id from unnest(found) as f(id));
end
$$;
comment on function voygen_lib.parts_having_word(voygen_lib.part, text, bigint, voygen_lib.part_filters) is
'The rows whose own text, trip or client has a word: all of them, or more than are to be considered.';

create type voygen_lib.candidate as (
  id bigint,
  name text,
  plain_name text,
  plain_rest text
);
comment on type voygen_lib.candidate is 'A row that words are looked for in: what it is called, and what else is said of it.';

create type voygen_lib.found as (
  id bigint,
  score numeric
);
comment on type voygen_lib.found is 'A row that words were found in.';

create function voygen_lib.parts_said(part voygen_lib.part, ids bigint[]) returns voygen_lib.candidate[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
declare
  said voygen_lib.candidate[];
begin
  execute format(
    'select array('
    ' select (%1$s, %2$s, voygen_lib.plain(%2$s), voygen_lib.plain(%3$s))::voygen_lib.candidate'
    ' from %4$s p join voygen.trips t on t.agency_id = $1 and t.trip_id = p.trip_id'
    ' join voygen.clients c on c.agency_id = $1 and c.client_id = t.client_id'
    ' where p.agency_id = $1 and %1$s = any ($2))',
    part.id, part.name, part.rest, part.relation)
  into said
  using voygen_lib.agency(), ids;
  return said;
end
$$;
comment on function voygen_lib.parts_said(voygen_lib.part, bigint[]) is 'All that is said of these rows.';

create function voygen_lib.parts_having(
  part voygen_lib.part, words text[], agency bigint, filters voygen_lib.part_filters
) returns voygen_lib.considered
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  patterns text[] := array(select '%' || w.word || '%' from unnest(words) as w(word));
  found bigint[];
  rarest bigint[];
  every bigint[] := '{}';
  word text;
begin
  foreach word in array words loop
    found := voygen_lib.parts_having_word(part, word, agency, filters);
    every := every || found;
    if rarest is null or cardinality(found) < cardinality(rarest) then
      rarest := found;
    end if;
  end loop;
  if cardinality(rarest) > voygen_lib.most_considered() then
    return (array(select distinct e.id from unnest(every) as e(id)), false)::voygen_lib.considered;
  end if;
  return (
    array(select s.id from unnest(voygen_lib.parts_said(part, rarest)) as s where s.plain_name || ' ' || s.plain_rest like all (patterns)),
    true)::voygen_lib.considered;
end
$$;
comment on function voygen_lib.parts_having(voygen_lib.part, text[], bigint, voygen_lib.part_filters) is
'Of many rows those that have all the words; hundreds that have some when each word is frequent.';

create function voygen_lib.parts_like(
  part voygen_lib.part, words text[], agency bigint, filters voygen_lib.part_filters
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  own bigint[] := array(
    select n.id
    from unnest(words) as w(word)
    cross join voygen_lib.part_searches(part) as s
    cross join lateral unnest((voygen_lib.near_in(s, agency, w.word)).ids) as n(id));
  found bigint[] := voygen_lib.parts_where(part, part.id || ' = any ($3)', agency, filters, own, 1000);
begin
  -- What is frequent in the rows themselves need not be looked for in their trips.
  if cardinality(words) = 1 and cardinality(found) >= voygen_lib.most_considered() / 2 then
    return found;
  end if;
  return found
    || voygen_lib.parts_of_trips(part, voygen_lib.trips_like(words, agency, voygen_lib.part_trips(filters), filters.client_id), agency, filters);
end
$$;
comment on function voygen_lib.parts_like(voygen_lib.part, text[], bigint, voygen_lib.part_filters) is
'Rows with words spelt like those of a search, in themselves or in their trips.';

create function voygen_lib.parts_considered(
  kind text, words text[], filters voygen_lib.part_filters, before bigint
) returns voygen_lib.considered
language plpgsql stable parallel restricted security definer -- 07_candidates.sql says why
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  part constant voygen_lib.part := voygen_lib.part_of(kind);
  agency constant bigint := voygen_lib.agency();
  most constant integer := case when cardinality(words) = 0 then voygen_lib.most_counted() else voygen_lib.most_considered() end;
  newest bigint[] := voygen_lib.parts_where(part, part.id || ' < ($3)[1]', agency, filters, array[coalesce(before, 9223372036854775807)], most + 1);
  found voygen_lib.considered;
begin
  if cardinality(newest) <= most or cardinality(words) = 0 then
    return (newest[:most], cardinality(newest) <= most)::voygen_lib.considered;
  end if;
  found := voygen_lib.parts_having(part, words, agency, filters);
  if found.ids = '{}' then
    found := (voygen_lib.parts_like(part, words, agency, filters), false);
  end if;
  if found.ids = '{}' then
    return (newest[:most], true)::voygen_lib.considered;
  end if;
  return found;
end
$$;
comment on function voygen_lib.parts_considered(text, text[], voygen_lib.part_filters, bigint) is
'The rows a search looks at: without words the newest before one, with words those that may fit, or the newest when none may.';

create type voygen_lib.found_page as (
  rows voygen_lib.found[],
  total bigint,
  total_is_capped boolean,
  truncated voygen_api.truncated,
  suggestions text[]
);
comment on type voygen_lib.found_page is 'A page of what was found, best match first.';

create function voygen_lib.find_among(
  candidates voygen_lib.candidate[], complete boolean, query text, most integer, after voygen_lib.place
) returns voygen_lib.found_page
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  words text[] := voygen_lib.search_words(find_among.query);
  fit bigint[];
  page voygen_lib.found_page;
begin
  fit := voygen_lib.fitting(words, array(select c.id from unnest(candidates) as c order by c.id),
    array(select c.plain_name || ' ' || c.plain_rest from unnest(candidates) as c order by c.id));
  with scored as materialized (
    select c.id, voygen_lib.weight(words, array[c.plain_name, c.plain_rest], array[2.0, 1.0]) as score
    from unnest(candidates) as c
    where c.id in (select unnest(fit))
  ),
  ahead as materialized (
    select id, score
    from scored
    where after is null
      or (score, id) < (after.score, after.id)
  ),
  chosen as (
    select id, score
    from ahead
    order by score desc, id desc
    limit most
  )
  select
    coalesce((select array_agg((id, score)::voygen_lib.found order by score desc, id desc) from chosen), '{}'),
    (select count(*) from scored),
    not complete,
    case
      when (select count(*) from ahead) > most then (
        (select count(*) from ahead) - most,
        (select voygen_lib.place_text(score, id) from chosen order by score, id limit 1))::voygen_api.truncated
    end,
    case
      when not exists (select from scored) then array(
        select f.name
        from unnest(candidates) as f
        group by f.name
        order by max(voygen_lib.likeness_whole(voygen_lib.plain(find_among.query), f.plain_name)) desc nulls last, f.name
        limit 5)
      else '{}'
    end
  into page;
  return page;
end
$$;
comment on function voygen_lib.find_among(voygen_lib.candidate[], boolean, text, integer, voygen_lib.place) is
'The page of candidates that words fit best; when they fit none, the names nearest to them.';

create function voygen_lib.parts_counted(kind text, filters voygen_lib.part_filters, from_id bigint) returns bigint
language sql stable parallel restricted security definer -- 07_candidates.sql says why
set search_path = pg_catalog, voygen, pg_temp
as $$
  select cardinality(voygen_lib.parts_where(part, part.id || ' >= ($3)[1]', voygen_lib.agency(), filters, array[from_id], voygen_lib.most_counted()))
  from voygen_lib.part_of(kind) as part
$$;
comment on function voygen_lib.parts_counted(text, voygen_lib.part_filters, bigint) is 'How many rows there are from a number on; hundreds at most.';

create function voygen_lib.newest_parts(kind text, filters voygen_lib.part_filters, most integer, after voygen_lib.place) returns voygen_lib.found_page
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  pool voygen_lib.considered := voygen_lib.parts_considered(kind, '{}', filters, after.id);
  before bigint := case when after is null then 0 else voygen_lib.parts_counted(kind, filters, after.id) end;
begin
  return (
    array(select (n.id, 0)::voygen_lib.found from unnest(pool.ids[:most]) as n(id)),
    before + cardinality(pool.ids),
    not pool.complete or before >= voygen_lib.most_counted(),
    case
      when cardinality(pool.ids) > most
      then (cardinality(pool.ids) - most, voygen_lib.place_text(0, pool.ids[most]))::voygen_api.truncated
    end,
    '{}')::voygen_lib.found_page;
end
$$;
comment on function voygen_lib.newest_parts(text, voygen_lib.part_filters, integer, voygen_lib.place) is 'The page of the newest rows, behind a place.';

create function voygen_lib.find_parts(
  kind text, query text, filters voygen_lib.part_filters, "limit" integer, cursor text
) returns voygen_lib.found_page
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most integer := voygen_lib.require_limit(find_parts."limit");
  after voygen_lib.place := voygen_lib.place_read(find_parts.cursor);
  words text[] := voygen_lib.search_words(find_parts.query);
  pool voygen_lib.considered;
begin
  if cardinality(words) = 0 then
    return voygen_lib.newest_parts(kind, filters, most, after);
  end if;
  pool := voygen_lib.parts_considered(kind, words, filters, null);
  return voygen_lib.find_among(voygen_lib.parts_said(voygen_lib.part_of(kind), pool.ids), pool.complete, query, most, after);
end
$$;
comment on function voygen_lib.find_parts(text, text, voygen_lib.part_filters, integer, text) is
'The page of legs, activities or bookings that words fit best; without words the newest.';

create function voygen_lib.trip_shown(agency_id bigint, trip_id bigint) returns table (slug text, client voygen_api.client_name)
language sql stable parallel safe
begin atomic
  select t.slug, (c.client_id, c.slug, c.name)::voygen_api.client_name
  from voygen.trips as t
  join voygen.clients as c on c.agency_id = t.agency_id and c.client_id = t.client_id
  where t.agency_id = trip_shown.agency_id
    and t.trip_id = trip_shown.trip_id;
end;
comment on function voygen_lib.trip_shown(bigint, bigint) is 'The trip a row belongs to, and whom it is for.';
