-- Items of an ingest: each is checked by itself against a list of fields (voygen.item_faults), so that a bad one is named
-- and the good ones are kept; then they get their types, and what fields say together is looked at.

create function voygen_lib.number(value jsonb) returns numeric
language sql immutable parallel safe
begin atomic
  select case
    when pg_catalog.jsonb_typeof(value) = 'number' then value::numeric
    when pg_catalog.jsonb_typeof(value) = 'string' and value #>> '{}' ~ '^-?[0-9]{1,20}(\.[0-9]{1,20})?$' then (value #>> '{}')::numeric
  end;
end;
comment on function voygen_lib.number(jsonb) is 'A JSON number, or a text that writes a decimal; null for anything else.';

create function voygen_lib.require_items(items jsonb, path text) returns jsonb
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if items is null or jsonb_typeof(items) <> 'array' then
    perform voygen.raise('invalid_argument', format('%s is not a list', ltrim(path, '/')), path => path, expected => 'array',
      got => coalesce(jsonb_typeof(items), 'nothing'));
  end if;
  if jsonb_array_length(items) > 20000 then
    perform voygen.raise('invalid_argument', format('%s has too many items for one call', ltrim(path, '/')), path => path,
      expected => 'at most 20000 items', got => jsonb_array_length(items)::text, hint => 'Send them in several calls.');
  end if;
  return items;
end
$$;
comment on function voygen_lib.require_items(jsonb, text) is 'A list of items, not longer than one call may bring.';

create function voygen_lib.texts(list jsonb) returns text[]
language sql immutable parallel safe
begin atomic
  select case
    when pg_catalog.jsonb_typeof(list) = 'array'
    then array(select entry.value from pg_catalog.jsonb_array_elements_text(list) with ordinality as entry(value, place) order by entry.place)
  end;
end;
comment on function voygen_lib.texts(jsonb) is 'A JSON list of texts as an array; null when it is not given.';

create function voygen_lib.digest(value text) returns text
language sql immutable parallel safe
begin atomic
  select pg_catalog."left"(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(value, 'UTF8')), 'hex'), 16);
end;
comment on function voygen_lib.digest(text) is 'Sixteen hexadecimal digits that stand for a text where a site gives no id.';
