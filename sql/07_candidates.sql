-- Which clients and trips are worth comparing with words, out of any number of them.
--
-- Ranking compares every word with every part of a row, which takes too long for a whole agency. So only candidates are
-- ranked. Where few rows fit the filters, these are the candidates. Else indexes of trigrams name them: all rows with
-- the rarest of the words when there are few of these; when each word is frequent, hundreds of rows that have them,
-- whole words before parts; and when a word is nowhere, the rows whose words are spelt like it.
--
-- The statements are put together from fixed texts, with every value bound: $1 the agency, $2 the filters, $3 the client
-- asked for, $4 words or ids, $5 how many rows at most. They need the owner's rights, because row security would keep them
-- from the indexes of words: clients_considered and trips_considered have these, take no agency and no text of SQL, and
-- answer numbers. The rows themselves are read by the tools with the caller's rights.

create type voygen_lib.considered as (
  ids bigint[],
  complete boolean
);
comment on type voygen_lib.considered is 'Rows to compare with words; complete when no other row can fit.';

create function voygen_lib.most_considered() returns integer
language sql immutable parallel safe
begin atomic
  select 100;
end;
comment on function voygen_lib.most_considered() is 'How many rows of one source are compared with words: what a call can do in some milliseconds.';

do $$
declare
  home name := (
    select n.nspname
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm');
begin
  execute format($body$
    create function voygen_lib.spelt_like() returns text
    language sql immutable parallel safe
    return %L$body$, format('operator(%I.%%>)', home));
end
$$;
comment on function voygen_lib.spelt_like() is 'The operator that finds a word in a text by its trigrams, as text of SQL.';

create function voygen_lib.most_counted() returns integer
language sql immutable parallel safe
begin atomic
  select 1000;
end;
comment on function voygen_lib.most_counted() is 'How many rows are counted when no words are looked for.';

create type voygen_lib.searched as (
  rows text,
  id text,
  said text
);
comment on type voygen_lib.searched is 'Rows that have an index of words, as text of SQL: what to read, which number to answer, what the index is made of.';

create function voygen_lib.searched_clients() returns voygen_lib.searched
language sql immutable parallel safe
as $$
  select ('voygen.clients c', 'c.client_id', 'voygen.client_text(c.name, c.slug, c.email, c.phone)')::voygen_lib.searched
$$;
comment on function voygen_lib.searched_clients() is 'Clients by name, slug, address and telephone.';

create function voygen_lib.searched_trips() returns voygen_lib.searched
language sql immutable parallel safe
as $$
  select ('voygen.trips t', 't.trip_id', 'voygen.trip_text(t.title, t.destination, t.slug, t.traveler_names, t.start_date)')::voygen_lib.searched
$$;
comment on function voygen_lib.searched_trips() is 'Trips by their own words.';

create function voygen_lib.searched_legs() returns voygen_lib.searched
language sql immutable parallel safe
as $$
  select ('voygen.trip_legs l', 'l.trip_id', 'voygen.search_text(l.city)')::voygen_lib.searched
$$;
comment on function voygen_lib.searched_legs() is 'Trips by the cities of their legs.';

create function voygen_lib.first_having(
  searched voygen_lib.searched, conditions text, agency bigint, filters anyelement, client bigint, patterns text[], most integer
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
-- Only the index of words leaves the rows that are asked for; a limit lets the planner hope for others.
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set jit = off
as $$
declare
  found bigint[];
begin
  -- The settings above decide the way, so the plan serves all values. The limit is in the text: a plan for any limit takes
  -- it for a tenth of the rows.
  return voygen.kept(found, format('select array(select %s from %s where %s and %s limit %s)', searched.id, searched.rows, conditions,
    (select string_agg(format('%s like ($4)[%s]', searched.said, place), ' and ') from generate_series(1, cardinality(patterns)) as place), most),
    agency, filters, client, patterns);
end
$$;
comment on function voygen_lib.first_having(voygen_lib.searched, text, bigint, anyelement, bigint, text[], integer) is
'So many rows whose text is like every pattern, in no order.';

create function voygen_lib.having_words(
  searched voygen_lib.searched, conditions text, agency bigint, filters anyelement, client bigint, words text[]
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_considered() + 1;
  -- An index of trigrams finds less than three letters only where a word begins.
  parts text[] := array(
    select case when length(w.word) < 3 then '% ' else '%' end || w.word || '%'
    from unnest(words) with ordinality as w(word, place)
    order by w.place);
  wholes text[] := array(select '% ' || w.word || ' %' from unnest(words) with ordinality as w(word, place) order by w.place);
  found bigint[] := voygen_lib.first_having(searched, conditions, agency, filters, client, wholes, most);
begin
  -- Rows with parts of words come after these.
  if cardinality(found) = most then
    return found;
  end if;
  return array(
    select distinct h.id
    from unnest(found || voygen_lib.first_having(searched, conditions, agency, filters, client, parts, most)) as h(id));
end
$$;
comment on function voygen_lib.having_words(voygen_lib.searched, text, bigint, anyelement, bigint, text[]) is
'Rows that have all the words: all of them, or more than are to be considered, those that have them whole first.';

create type voygen_lib.near as (
  ids bigint[],
  plains text[]
);
comment on type voygen_lib.near is 'Rows that have words like one that was asked for, and what they say.';

create function voygen_lib.near_in(searched voygen_lib.searched, agency bigint, word text) returns voygen_lib.near
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set enable_seqscan = off
set enable_indexscan = off
set enable_indexonlyscan = off
set jit = off
set pg_trgm.word_similarity_threshold = 0.4 -- as near_words has it
as $$
declare
  near voygen_lib.near;
begin
  return voygen.kept(near, format(
    'select (coalesce(array_agg(n.id), ''{}''), coalesce(array_agg(distinct n.said), ''{}''))::voygen_lib.near'
    ' from ('
    '  select f.id, f.said'
    '  from (select %1$s as id, %2$s as said from %3$s where agency_id = $1 and %2$s %4$s $2 limit %5$s) f'
    '  order by voygen_lib.likeness($2, f.said) desc, f.id desc'
    '  limit 100'
    ' ) n',
    searched.id, searched.said, searched.rows, voygen_lib.spelt_like(), voygen_lib.most_considered()), agency, word);
end
$$;
comment on function voygen_lib.near_in(voygen_lib.searched, bigint, text) is 'The rows with words most like a word, of the first hundreds that are like it.';

create function voygen_lib.terms_like(word text, plains text[]) returns text
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select '(' || string_agg(term, ' | ') || ')'
  from (
    select quote_literal(word) || ':*' as term
    union
    select quote_literal(btrim(pattern, '%'))
    from voygen_lib.near_words(array[word], plains) as near
    cross join unnest(near.patterns) as pattern
  ) as terms
$$;
comment on function voygen_lib.terms_like(text, text[]) is 'A word, what it begins and the words of the texts that are spelt like it, as text of a tsquery.';
