-- Finding by words: how near a word is to a text, and cursors into a list that is ordered by score.

do $$
declare
  home name := (
    select n.nspname
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
    where e.extname = 'pg_trgm');
begin
  -- pg_trgm may have been put into any schema before Voygen came; the name is fixed here, so no search_path decides it.
  execute format($body$
    create function voygen_lib.likeness(word text, plain text) returns real
    language sql immutable parallel safe
    begin atomic
      select %I.strict_word_similarity(word, plain);
    end$body$, home);
  execute format($body$
    create function voygen_lib.likeness_whole(one text, other text) returns real
    language sql immutable parallel safe
    begin atomic
      select %I.similarity(one, other);
    end$body$, home);
end
$$;
comment on function voygen_lib.likeness(text, text) is
'How much a word is like the nearest words of a text in plain form, 0 to 1, by their trigrams.';
comment on function voygen_lib.likeness_whole(text, text) is 'How much two texts are alike as a whole, 0 to 1, by their trigrams.';

create function voygen_lib.words_asked(query text) returns tsquery
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := 100;
  words text[] := tsvector_to_array(to_tsvector('simple', left(query, 100000)));
begin
  if cardinality(words) > most then
    perform voygen.raise('invalid_argument', 'query has too many different words', path => '/query',
      expected => format('at most %s different words', most), got => cardinality(words)::text);
  end if;
  -- A word said a thousand times is asked for once: the server goes through a query by recursion.
  return plainto_tsquery('simple', array_to_string(words, ' '));
end
$$;
comment on function voygen_lib.words_asked(text) is 'All the words of a text, as a question to an index of words.';

create type voygen_lib.place as (
  score numeric,
  id bigint
);
comment on type voygen_lib.place is 'Where in a list ordered by score and id, both falling, the next part begins.';

create function voygen_lib.place_text(score numeric, id bigint) returns text
language sql immutable parallel safe
begin atomic
  select score || '~' || id;
end;
comment on function voygen_lib.place_text(numeric, bigint) is 'A cursor after a row of a list ordered by score.';

create function voygen_lib.place_read(cursor text) returns voygen_lib.place
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if cursor !~ '^[0-9]{1,6}(\.[0-9]{1,8})?~[0-9]{1,18}$' then
    perform voygen.raise('invalid_argument', 'cursor is not one this tool gave', path => '/cursor',
      expected => 'the cursor of truncated in an earlier answer', got => left(cursor, 80));
  end if;
  return (split_part(cursor, '~', 1)::numeric, split_part(cursor, '~', 2)::bigint)::voygen_lib.place;
end
$$;
comment on function voygen_lib.place_read(text) is 'Reads a cursor; one that this API did not make is an error.';

create function voygen_lib.near_words(words text[], plains text[]) returns table (word text, patterns text[])
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with vocabulary as materialized (
    select distinct said.word
    from unnest(plains) as text(plain)
    cross join lateral unnest(string_to_array(translate(text.plain, '-.,&@', '     '), ' ')) as said(word)
    where said.word <> ''
  )
  select w.word,
    '%' || w.word || '%' || array(
      select '%' || v.word || '%'
      from vocabulary as v
      where voygen_lib.likeness_whole(w.word, v.word) >= 0.4
        and v.word !~ '[%_\\]'
      order by voygen_lib.likeness_whole(w.word, v.word) desc, v.word
      limit 20)
  from unnest(words) as w(word)
$$;
comment on function voygen_lib.near_words(text[], text[]) is
'For each word a pattern of its own and those of the words of the texts that are spelt like it.';

create function voygen_lib.fitting(words text[], ids bigint[], plains text[]) returns bigint[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  patterns text[] := array(select '%' || word || '%' from unnest(words) as word);
  found_ids bigint[];
begin
  -- Most searches are spelt right; likeness, which costs far more, is only asked for when they are not.
  select array_agg(t.id)
  into found_ids
  from unnest(ids, plains) as t(id, plain)
  where t.plain like all (patterns);
  if found_ids is null then
    select array_agg(f.id) filter (where f.near = f.best)
    into found_ids
    from (
      select t.id, count(*) as near, max(count(*)) over () as best
      from unnest(ids, plains) as t(id, plain)
      join voygen_lib.near_words(words, plains) as w on t.plain like any (w.patterns)
      group by t.id
    ) as f;
  end if;
  return coalesce(found_ids, '{}');
end
$$;
comment on function voygen_lib.fitting(text[], bigint[], text[]) is
'The ids whose texts the words fit: all words are in them, else as many as possible are in them or nearly so.';

create function voygen_lib.weight(words text[], plains text[], weights numeric[]) returns numeric
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  points numeric;
  best numeric;
  word text;
begin
  foreach word in array coalesce(words, '{}') loop
    best := 0;
    for place in 1 .. cardinality(plains) loop
      -- Nothing is more than alike, so a lighter part than the best need not be compared, nor a word with itself.
      continue when weights[place] <= best;
      if strpos(' ' || plains[place] || ' ', ' ' || word || ' ') > 0 then
        best := weights[place];
      elsif strpos(plains[place], word) > 0 then
        best := greatest(best, weights[place] * greatest(voygen_lib.likeness(word, plains[place]), 0.6)::numeric);
      else
        best := greatest(best, weights[place] * voygen_lib.likeness(word, plains[place])::numeric);
      end if;
    end loop;
    points := coalesce(points, 0) + best;
  end loop;
  return coalesce(round(points, 4), 0);
end
$$;
comment on function voygen_lib.weight(text[], text[], numeric[]) is
'Adds up for each word its likeness to the part of a text it fits best, each part with a weight of its own.';
