-- Which clients a search compares with its words; 07_candidates.sql says how and what the numbers of the values are.

create function voygen_lib.client_conditions(filters voygen_api.client_filters) returns text
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select concat_ws(' and ',
    'c.agency_id = $1',
    case when filters.archived then 'c.archived_at is not null' else 'c.archived_at is null' end,
    case when filters.tier is not null then 'c.tier = ($2).tier::text' end,
    case when filters.email is not null then 'lower(c.email) = lower(($2).email)' end)
$$;
comment on function voygen_lib.client_conditions(voygen_api.client_filters) is 'Which clients to consider, as text of SQL.';

create function voygen_lib.clients_where(
  condition text, agency bigint, filters voygen_api.client_filters, ids bigint[], most integer
) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
declare
  found bigint[];
begin
  execute format('select array(select c.client_id from voygen.clients c where %s and %s order by c.client_id desc limit $5)',
    voygen_lib.client_conditions(filters), condition)
  into found
  using agency, filters, null::bigint, ids, most;
  return found;
end
$$;
comment on function voygen_lib.clients_where(text, bigint, voygen_api.client_filters, bigint[], integer) is
'The newest clients to consider that meet one more condition, which may name some ids.';

create function voygen_lib.clients_having(words text[], agency bigint, filters voygen_api.client_filters) returns voygen_lib.considered
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  -- One text says all of a client, so one index answers all words together.
  select (found.ids, cardinality(found.ids) <= voygen_lib.most_considered())::voygen_lib.considered
  from voygen_lib.having_words(voygen_lib.searched_clients(), voygen_lib.client_conditions(filters), agency, filters, null, words) as found(ids)
$$;
comment on function voygen_lib.clients_having(text[], bigint, voygen_api.client_filters) is 'Of many clients those that have all the words, or hundreds of them.';

create function voygen_lib.clients_like(words text[], agency bigint, filters voygen_api.client_filters) returns bigint[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  likest bigint[] := '{}';
  there bigint[];
  word text;
begin
  foreach word in array words loop
    -- A word that is there is looked for as it is: likeness costs ten times as much.
    there := voygen_lib.having_words(voygen_lib.searched_clients(), voygen_lib.client_conditions(filters), agency, filters, null, array[word]);
    likest := likest || case
      when there <> '{}' then there
      else (voygen_lib.near_in(voygen_lib.searched_clients(), agency, word)).ids
    end;
  end loop;
  return voygen_lib.clients_where('c.client_id = any ($4)', agency, filters, likest, cardinality(likest));
end
$$;
comment on function voygen_lib.clients_like(text[], bigint, voygen_api.client_filters) is
'Clients with a word of a search or, of a word that nobody has, with those spelt like it, the likest.';

create function voygen_lib.clients_named(said text, agency bigint) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select c.client_id from clients as c where c.agency_id = agency and c.slug = said
    union
    select c.client_id from clients as c where c.agency_id = agency and c.client_id = case when said ~ '^[0-9]{1,18}$' then said::bigint end
    union
    (select c.client_id from clients as c where c.agency_id = agency and lower(c.email) = said limit 100))
$$;
comment on function voygen_lib.clients_named(text, bigint) is 'The clients whose slug, number or address a text is.';

create function voygen_lib.clients_considered(
  words text[], filters voygen_api.client_filters, query text, before bigint
) returns voygen_lib.considered
language plpgsql stable parallel restricted security definer -- 07_candidates.sql says why
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency constant bigint := voygen_lib.agency();
  most constant integer := case when cardinality(words) = 0 then voygen_lib.most_counted() else voygen_lib.most_considered() end;
  newest bigint[] := voygen_lib.clients_where('c.client_id < ($4)[1]', agency, filters, array[coalesce(before, 9223372036854775807)], most + 1);
  named bigint[];
  found voygen_lib.considered;
begin
  if cardinality(newest) <= most or cardinality(words) = 0 then
    return (newest[:most], cardinality(newest) <= most)::voygen_lib.considered;
  end if;
  named := voygen_lib.clients_where('c.client_id = any ($4)', agency, filters, voygen_lib.clients_named(lower(btrim(query)), agency), 100);
  -- Nobody types a whole slug or address by chance; a single word may be a slug, too.
  if named <> '{}' and query ~ '[a-z0-9][-@][a-z0-9]' then
    return (named, true)::voygen_lib.considered;
  end if;
  found := voygen_lib.clients_having(words, agency, filters);
  if found.ids = '{}' and named = '{}' then
    found := (voygen_lib.clients_like(words, agency, filters), false);
  end if;
  found.ids := found.ids || named;
  if found.ids = '{}' then
    return (newest[:most], true)::voygen_lib.considered;
  end if;
  return found;
end
$$;
comment on function voygen_lib.clients_considered(text[], voygen_api.client_filters, text, bigint) is
'The clients a search looks at: without words the newest before one, with words those that may fit, or the newest when none may.';
