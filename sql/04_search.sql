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

-- How words fit a text: 3 every word is in it, 2 every word is in it or nearly, 1 some are, 0 none.
create function voygen_lib.fit(words text[], plain text) returns integer
language sql immutable parallel safe
begin atomic
  select case
    when pg_catalog.count(*) filter (where pg_catalog.strpos(plain, said.word) > 0) = pg_catalog.cardinality(words) then 3
    when pg_catalog.count(*) filter (where pg_catalog.strpos(plain, said.word) > 0 or voygen_lib.likeness(said.word, plain) >= 0.4)
      = pg_catalog.cardinality(words) then 2
    when pg_catalog.count(*) filter (where pg_catalog.strpos(plain, said.word) > 0 or voygen_lib.likeness(said.word, plain) >= 0.4) > 0 then 1
    else 0
  end
  from pg_catalog.unnest(words) as said(word);
end;
comment on function voygen_lib.fit(text[], text) is
'How words fit a text in plain form: 3 all are in it, 2 all are in it or nearly so, 1 some, 0 none. No words fit everything.';

create function voygen_lib.weight(words text[], plains text[], weights numeric[]) returns numeric
language sql immutable parallel safe
begin atomic
  select coalesce(pg_catalog.round(pg_catalog.sum(best.points), 4), 0)
  from pg_catalog.unnest(words) as said(word)
  cross join lateral (
    select pg_catalog.max(part.weight * greatest(
      voygen_lib.likeness(said.word, part.plain),
      case when pg_catalog.strpos(part.plain, said.word) > 0 then 0.6 else 0 end)::numeric) as points
    from rows from (pg_catalog.unnest(plains), pg_catalog.unnest(weights)) as part(plain, weight)
  ) as best;
end;
comment on function voygen_lib.weight(text[], text[], numeric[]) is
'Adds up for each word its likeness to the part of a text it fits best, each part with a weight of its own.';
