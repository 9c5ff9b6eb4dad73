-- Text: one plain form for comparing names, the words of a search, and slugs.
-- These bodies are bound when they are created, so no search_path can change them, and they can be inlined.

-- Indexes are made of the same function; a text, unlike a bound body, does not hold it when a migration takes it away.
-- Indexes are made of the same function; a text, unlike a bound body, does not hold it when a migration takes it away.
create function voygen_lib.plain(value text) returns text
language sql immutable parallel safe
as 'select voygen.plain(value)';
comment on function voygen_lib.plain(text) is
'Lower case without accents: the form in which names are compared. Scripts without case stay as they are.';

create function voygen_lib.words(value text) returns text[]
language sql immutable parallel safe
begin atomic
  select coalesce(pg_catalog.array_agg(found.word order by found.place), '{}')
  from pg_catalog.regexp_split_to_table(voygen_lib.plain(value), '[\s!-/:-@\[-`{-~«»“”‘’–—、。・]+')
    with ordinality as found(word, place)
  where found.word <> '';
end;
comment on function voygen_lib.words(text) is 'The words of a text in plain form, in order.';

create function voygen_lib.search_words(query text) returns text[]
language sql immutable parallel safe
begin atomic
  select case
    when exists (select from pg_catalog.unnest(said.words) as one(word) where one.word <> all (said.noise))
    then array(
      select one.word
      from pg_catalog.unnest(said.words) with ordinality as one(word, place)
      where one.word <> all (said.noise)
      order by one.place
      limit 8)
    else '{}'::text[]
  end
  from (
    select
      voygen_lib.words(query) as words,
      array['a', 'all', 'an', 'and', 'any', 'at', 'by', 'client', 'clients', 'every', 'find', 'for', 'from', 'in', 'list',
        'me', 'my', 'of', 'on', 'or', 'our', 'please', 's', 'search', 'show', 'that', 'the', 'their', 'to', 'trip', 'trips',
        'with'] as noise
  ) as said;
end;
comment on function voygen_lib.search_words(text) is
'The words of a question that say something, eight at most. Empty when it says only "all trips" or nothing: then everything fits.';

create function voygen_lib.slug_part(value text, longest integer) returns text
language sql immutable parallel safe
begin atomic
  select pg_catalog.btrim(
    pg_catalog."left"(
      pg_catalog.btrim(pg_catalog.regexp_replace(
        pg_catalog.replace(pg_catalog.replace(voygen_lib.plain(value), '&', ' and '), '''', ''),
        '[^a-z0-9]+', '-', 'g'), '-'),
      longest),
    '-');
end;
comment on function voygen_lib.slug_part(text, integer) is
'A text as part of a slug: ASCII letters and digits with single hyphens, cut to a length. Empty when nothing of it can be written so.';

create function voygen_lib.slug_base(parts text[], fallback text) returns text
language sql immutable parallel safe
begin atomic
  select case
    -- An all-digit slug would read as an id, a reserved word as a command; short ones say nothing.
    when joined.slug ~ '^[0-9-]*$'
      or pg_catalog.length(joined.slug) < 3
      or joined.slug = any (array['admin', 'all', 'any', 'api', 'archive', 'client', 'clients', 'create', 'delete', 'edit',
        'help', 'list', 'new', 'none', 'null', 'search', 'today', 'trip', 'trips', 'undefined', 'update'])
    then pg_catalog.btrim(fallback || '-' || joined.slug, '-')
    else joined.slug
  end
  from (
    select pg_catalog.array_to_string(pg_catalog.array_remove(pg_catalog.array_remove(parts, ''), null), '-') as slug
  ) as joined;
end;
comment on function voygen_lib.slug_base(text[], text) is
'Joins the parts of a slug and keeps clear of reserved words and of what reads as a number. A number may be added after it to make it unique.';
