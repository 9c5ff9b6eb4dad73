-- Completion of names while they are typed: how they begin, then what they hold, then what is spelt like it. Fast at any size:
-- what begins a name is found by indexes, the rest by the candidates of 07_candidates.sql.

create type voygen_lib.completion as (
  found text[],
  total bigint
);
comment on type voygen_lib.completion is 'Values for what was typed, best first, perhaps more than are shown; total is null when they were not all counted.';

create function voygen_lib.most_completed() returns integer
language sql immutable parallel safe
begin atomic
  select 100;
end;
comment on function voygen_lib.most_completed() is 'How many values an answer may have: the protocol''s own limit.';

create function voygen_lib.united(first text[], second text[]) returns text[]
language sql immutable parallel safe
begin atomic
  select coalesce(pg_catalog.array_agg(u.value order by u.place), '{}')
  from (
    select s.value, pg_catalog.min(s.place) as place
    from pg_catalog.unnest(first || second) with ordinality as s(value, place)
    group by s.value
  ) as u;
end;
comment on function voygen_lib.united(text[], text[]) is 'The values of two lists, each once, in their order.';

-- The owner's rights, as for candidates: row security would close the indexes. No agency and no text of SQL is taken.
create function voygen_lib.trips_beginning(said text, most integer) returns text[]
language sql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select t.slug
    from trips as t
    where t.agency_id = voygen_lib.agency()
      and t.slug ^@ said
      and t.archived_at is null
    order by t.slug
    limit most)
$$;
comment on function voygen_lib.trips_beginning(text, integer) is 'Slugs of trips that begin so.';

create function voygen_lib.clients_beginning(said text, most integer) returns text[]
language sql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select c.slug
    from clients as c
    where c.agency_id = voygen_lib.agency()
      and c.slug ^@ said
      and c.archived_at is null
    order by c.slug
    limit most)
$$;
comment on function voygen_lib.clients_beginning(text, integer) is 'Slugs of clients that begin so.';

create function voygen_lib.names_beginning(said text, most integer) returns text[]
language sql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select distinct c.name
    from (
      select name
      from clients
      where agency_id = voygen_lib.agency()
        and lower(name) like replace(replace(replace(lower(said), '\', '\\'), '%', '\%'), '_', '\_') || '%'
        and archived_at is null
      limit most) as c
    order by c.name)
$$;
comment on function voygen_lib.names_beginning(text, integer) is 'Names of clients that begin so.';

create function voygen_lib.places_beginning(said text, most integer) returns text[]
language sql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
set jit = off
as $$
  with recursive place as (
    (select plain(l.city) as said, l.city
     from trip_legs as l
     where l.agency_id = voygen_lib.agency()
       and plain(l.city) ^@ plain(places_beginning.said)
     order by plain(l.city), l.city
     limit 1)
    union all
    select n.said, n.city
    from place as p
    cross join lateral (
      select plain(l.city) as said, l.city
      from trip_legs as l
      where l.agency_id = voygen_lib.agency()
        and plain(l.city) ^@ plain(places_beginning.said)
        and plain(l.city) > p.said
      order by plain(l.city), l.city
      limit 1) as n
  ),
  first as materialized (
    select city
    from place
    limit most
  )
  select array(select city from first)
$$;
comment on function voygen_lib.places_beginning(text, integer) is 'Cities of legs that begin so, each in one spelling: from one to the next, however many legs it has.';

create function voygen_lib.places_like(said text) returns text[]
language plpgsql stable parallel restricted security definer
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  agency constant bigint := voygen_lib.agency();
  words text[] := voygen_lib.words(said);
  ids bigint[];
begin
  if cardinality(words) = 0 then
    return '{}';
  end if;
  ids := voygen_lib.having_words(voygen_lib.searched_legs(), 'l.agency_id = $1', agency, null::text, null, words);
  if ids = '{}' then
    ids := (voygen_lib.near_in(voygen_lib.searched_legs(), agency, array_to_string(words, ' '))).ids;
  end if;
  return array(
    select c.city
    from (
      select max(l.city) as city, plain(l.city) as plain
      from trip_legs as l
      where l.agency_id = agency
        and l.trip_id = any (ids)
      group by plain(l.city)
    ) as c
    where strpos(c.plain, plain(said)) > 0
       or length(said) > 2 and voygen_lib.likeness(plain(said), c.plain) >= 0.4
    order by voygen_lib.likeness_whole(plain(said), c.plain) desc, c.city
    limit voygen_lib.most_completed());
end
$$;
comment on function voygen_lib.places_like(text) is 'Cities of legs that hold these words, else those spelt like them.';

create function voygen_lib.likest(names text[], said text) returns voygen_lib.completion
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (coalesce(array_agg(r.name order by r.rank, r.likeness desc, r.name), '{}'), count(*))::voygen_lib.completion
  from (
    select n.name,
      case
        when plain(n.name) ^@ plain(said) then 1
        when strpos(plain(n.name), plain(said)) > 0 then 2
        when voygen_lib.likeness_whole(plain(said), plain(n.name)) >= 0.3 then 3
      end as rank,
      voygen_lib.likeness_whole(plain(said), plain(n.name)) as likeness
    from unnest(names) as n(name)
  ) as r
  where r.rank is not null
$$;
comment on function voygen_lib.likest(text[], text) is 'Of a short list of names those that begin so, hold it or are spelt like it.';

create function voygen_lib.counted(beginning text[], most integer) returns bigint
language sql immutable parallel safe
begin atomic
  select case when pg_catalog.cardinality(beginning) <= most then pg_catalog.cardinality(beginning) end;
end;
comment on function voygen_lib.counted(text[], integer) is 'How many there are, unless counting stopped.';

create function voygen_lib.only_begins(said text) returns boolean
language sql immutable parallel safe
begin atomic
  select said <> '' and voygen_lib.search_words(said) = '{}';
end;
comment on function voygen_lib.only_begins(text) is 'What was typed has no word to search for; a search without words would find everything.';

create function voygen_lib.complete_trip(said text) returns voygen_lib.completion
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_counted();
  beginning text[] := '{}';
  matches voygen_api.trip_list;
  found text[];
begin
  if said <> '' then
    beginning := voygen_lib.trips_beginning(lower(said), most + 1);
  end if;
  if cardinality(beginning) >= voygen_lib.most_completed() or voygen_lib.only_begins(said) then
    return (beginning, voygen_lib.counted(beginning, most))::voygen_lib.completion;
  end if;
  matches := voygen_api.find_trips(query => nullif(said, ''), "limit" => voygen_lib.most_completed());
  found := voygen_lib.united(beginning, array(select m.slug from unnest(matches.trips) as m));
  return (
    found,
    case when not matches.total_is_capped then greatest(matches.total, cardinality(found)) end)::voygen_lib.completion;
end
$$;
comment on function voygen_lib.complete_trip(text) is 'Slugs of trips.';

create function voygen_lib.complete_client(said text) returns voygen_lib.completion
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_counted();
  beginning text[] := '{}';
  matches voygen_api.client_list;
  found text[];
begin
  if said <> '' then
    beginning := voygen_lib.clients_beginning(lower(said), most + 1);
  end if;
  if cardinality(beginning) >= voygen_lib.most_completed() or voygen_lib.only_begins(said) then
    return (beginning, voygen_lib.counted(beginning, most))::voygen_lib.completion;
  end if;
  matches := voygen_api.find_clients(query => nullif(said, ''), "limit" => voygen_lib.most_completed());
  found := voygen_lib.united(beginning, array(select m.slug from unnest(matches.clients) as m));
  return (
    found,
    case when not matches.total_is_capped then greatest(matches.total, cardinality(found)) end)::voygen_lib.completion;
end
$$;
comment on function voygen_lib.complete_client(text) is 'Slugs of clients.';

create function voygen_lib.complete_name(said text) returns voygen_lib.completion
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  beginning text[] := case when said <> '' then voygen_lib.names_beginning(said, voygen_lib.most_counted() + 1) else '{}' end;
  found text[] := beginning;
begin
  if cardinality(beginning) < voygen_lib.most_completed() and not voygen_lib.only_begins(said) then
    found := voygen_lib.united(beginning, array(
      select m.name
      from unnest((voygen_api.find_clients(query => nullif(said, ''), "limit" => voygen_lib.most_completed())).clients) as m));
  end if;
  return (found, case when cardinality(found) <= voygen_lib.most_completed() then cardinality(found) end)::voygen_lib.completion;
end
$$;
comment on function voygen_lib.complete_name(text) is 'Names of clients.';

create function voygen_lib.complete_place(said text) returns voygen_lib.completion
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_completed();
  found text[] := voygen_lib.places_beginning(said, most + 1);
begin
  if cardinality(found) <= most then
    -- A place is there once, in the spelling that was found first.
    found := found || array(
      select l.city
      from unnest(voygen_lib.places_like(said)) as l(city)
      where plain(l.city) not in (select plain(f.city) from unnest(found) as f(city)));
  end if;
  return (found, case when cardinality(found) <= most then cardinality(found) end)::voygen_lib.completion;
end
$$;
comment on function voygen_lib.complete_place(text) is 'Places trips go to.';

create function voygen_lib.complete_proposal(said text) returns voygen_lib.completion
language sql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
  select (array_agg(p.number), case when count(*) <= 100 then count(*) end)::voygen_lib.completion
  from (
    -- The numbers that begin with these digits, by their length.
    select p.proposal_id::text as number
    from (
      select voygen_lib.as_number(said) * pow(10::numeric, more) as low, (voygen_lib.as_number(said) + 1) * pow(10::numeric, more) as high
      from generate_series(0, 18 - length(said)) as more
      where voygen_lib.as_number(said) > 0
      union all
      select 0, 9223372036854775807
      where said = ''
    ) as span
    join proposals as p on p.agency_id = voygen_lib.agency() and p.proposal_id >= span.low and p.proposal_id < span.high
    order by p.proposal_id desc
    limit 101
  ) as p
$$;
comment on function voygen_lib.complete_proposal(text) is 'Numbers of proposals.';

create function voygen_lib.complete_kind(kind text, said text) returns voygen_lib.completion
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  nothing constant voygen_lib.completion := ('{}', 0)::voygen_lib.completion;
begin
  return case
    when kind = 'trip' and caller_may('find_trips') then voygen_lib.complete_trip(said)
    when kind = 'client' and caller_may('find_clients') then voygen_lib.complete_client(said)
    when kind = 'name' and caller_may('find_clients') then voygen_lib.complete_name(said)
    when kind = 'place' and caller_may('find_trips') then voygen_lib.complete_place(said)
    when kind = 'proposal' and caller_may('get_trip') then voygen_lib.complete_proposal(said)
    when kind = 'template' and caller_may('process_template')
      then voygen_lib.likest(array(select t.name from voygen_lib.current_templates() as t), said)
    when kind = 'tool' then voygen_lib.likest(array(select p.proname::text from pg_proc as p where p.pronamespace = 'voygen_api'::regnamespace and caller_may(p.proname)), said)
    when kind = 'person' then voygen_lib.likest(array(select u.name from users as u where u.agency_id = voygen_lib.agency() and u.archived_at is null), said)
    else nothing
  end;
end
$$;
comment on function voygen_lib.complete_kind(text, text) is 'Values of a kind for what was typed; none where the caller may not ask for them.';

create function voygen_lib.completed_kind(ref jsonb, argument text) returns text
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  address text := ref->>'uri';
  kind text;
begin
  if ref->>'type' = 'ref/prompt' then
    perform voygen_lib.require_prompt(ref->>'name', '/ref/name');
    return case
      when argument in ('client_name', 'client') then 'name'
      when argument in ('destination', 'place', 'city') then 'place'
      when argument in ('trip', 'trip_id', 'trip_slug') then 'trip'
      when argument in ('client_id', 'client_slug') then 'client'
      when argument in ('agent_name', 'advisor', 'advisor_name') then 'person'
    end;
  end if;
  if ref->>'type' is distinct from 'ref/resource' then
    perform voygen.raise('invalid_argument', 'ref is neither a prompt nor a resource', path => '/ref/type', expected => 'ref/prompt or ref/resource', got => left(ref->>'type', 80));
  end if;
  select k.kind
  into kind
  from voygen_lib.resource_kinds() as k
  where address = format('voygen://%s/{%s}', k.kind, k.variable)
    and voygen_lib.resource_visible(k.kind);
  if not found then
    perform voygen.raise('not_found', format('there is no template of resources %s', left(address, 200)), path => '/ref/uri', got => left(address, 200),
      hint => 'resources/templates/list names them.');
  end if;
  return kind;
end
$$;
comment on function voygen_lib.completed_kind(jsonb, text) is 'What an argument of a prompt or a variable of a resource''s address is the name of; null when there is nothing to complete it from.';

create function voygen_lib.mcp_complete(ref jsonb, argument jsonb, context jsonb default null) returns json
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.most_completed();
  kind text := voygen_lib.completed_kind(ref, argument->>'name');
  completion voygen_lib.completion := ('{}', 0)::voygen_lib.completion;
  shown text[];
begin
  if feature_on('completion') and kind is not null then
    completion := voygen_lib.complete_kind(kind, btrim(left(coalesce(argument->>'value', ''), 200)));
  end if;
  shown := coalesce(completion.found[:most], '{}');
  return json_strip_nulls(json_build_object('completion', json_build_object(
    'values', shown, 'total', completion.total, 'hasMore', coalesce(completion.total, cardinality(completion.found) + 1) > cardinality(shown))));
end
$$;
comment on function voygen_lib.mcp_complete(jsonb, jsonb, jsonb) is
'Complete a value
Answers values for an argument of a prompt or a variable of a resource''s address, best first.
@param ref Of what: {type, name} or {type, uri}.
@param argument What is typed: {name, value}.
@param context What else is known; nothing here needs it.';
