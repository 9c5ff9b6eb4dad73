-- Asking for the facts of many trips. These run with the owner's rights, because they use indexes that row security would
-- close; the current agency is the first condition of every statement.
--
-- A question about a million trips is answered from indexes alone, and yet never from stale facts:
--
-- 1. What the tables say. Filters on trips are asked of trips, filters on facts of the stored facts. Statements are put
--    together from the filters that were given, with all values bound, and their plans are kept. First a window of
--    trips is looked through in the order of the answer, and a wider one when the first lets it hope: what is frequent
--    fills the page there. What does not is rare, or old: it is read newest first from indexes that are cut into blocks of
--    trip numbers, or, by a statement planned for its values, from the index that leaves fewest trips. What goes on behind
--    a statement begins where that one ended.
-- 2. What the queue says. When a filter or the order looks at facts, trips whose facts do not hold (voygen.facts_dirty,
--    facts that ran out, facts that could not be built) are left out of step 1, taken in the order of the answer and built
--    in memory, as many as come before the end of the page; those that fit take their place in it. With more than
--    facts_most_built() of them stored facts are not asked at all: the trips are told one after the other in the order of the
--    answer, fresh ones as stored. What would take more than so many trips is refused.
-- 3. The page's documents come from voygen.trip_facts_told.
--
-- Places in the order are pairs (key, tie), both rising, whatever the order; the trip's number is the tie without its sign.

create type voygen_lib.facts_found as (
  places voygen_lib.facts_place[],
  complete boolean,
  fit bigint,
  counted boolean
);
comment on type voygen_lib.facts_found is 'Places found in order; complete when there are no others.';
comment on column voygen_lib.facts_found.fit is 'How many trips were seen that fit; not all of them need have a place.';
comment on column voygen_lib.facts_found.counted is 'There are no others that fit.';

create type voygen_lib.facts_read as (
  places voygen_lib.facts_place[],
  fit bigint,
  seen bigint,
  last voygen_lib.facts_place
);
comment on type voygen_lib.facts_read is
'What a statement found: the first places, how many trips fit, how many were looked at and up to where; what was not asked for is null.';

create function voygen_lib.facts_answer(question voygen_lib.facts_question, need integer, statement text) returns voygen_lib.facts_read
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  fixed text := replace(replace(replace(replace(statement,
    '($1).agency', question.agency || '::bigint'),
    '($1).status', quote_nullable(question.status)),
    '($1).availability', quote_nullable(question.availability)),
    '$2', coalesce(need, 1)::text);
  answer voygen_lib.facts_read;
begin
  -- Which way to go depends on how large the agency is, how frequent a status and how soon to stop, not on the other values,
  -- but for a list of stale trips, which is worth a plan of its own.
  if question.stale_kind = 'few' then
    execute format('select (a.read).* from (%s) a(read)', fixed) into answer using question;
    return answer;
  end if;
  return voygen.kept(answer, fixed, question);
end
$$;
comment on function voygen_lib.facts_answer(voygen_lib.facts_question, integer, text) is
'What a statement answers that says itself which way to go, its plan kept: $1 is the question, $2 how many trips are needed.';

create function voygen_lib.facts_blocks(question voygen_lib.facts_question, most integer default null, skipped integer default 0) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- Blocks of 8,192 trip numbers, by which indexes of days, prices and words are cut.
  return format(
    '(select last.b from (select coalesce(($1).after_trip, (select max(trip_id) from voygen.trips where agency_id = ($1).agency)) >> 13 as newest) m'
    ' cross join lateral generate_series(m.newest - %s, %s, -1) last(b) order by last.b desc offset 0) n',
    skipped, case when most is null then '0' else format('greatest(0, m.newest - %s)', skipped + most - 1) end);
end
$$;
comment on function voygen_lib.facts_blocks(voygen_lib.facts_question, integer, integer) is
'So many blocks of trip numbers, newest first, behind those skipped from the cursor on, as the table n(b) of a statement; all when most is null.';

create function voygen_lib.facts_by_block(question voygen_lib.facts_question, trips text) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- Of a block nothing is read before all of the newer ones was.
  return format('select n.b, t.trip_id from %s cross join lateral (%s and (t.trip_id >> 13) = n.b offset 0) t order by n.b desc, t.trip_id desc',
    voygen_lib.facts_blocks(question), trips);
end
$$;
comment on function voygen_lib.facts_by_block(voygen_lib.facts_question, text) is
'A statement of the trips another one has, newest first, block by block, so that it may be read in part.';

create function voygen_lib.facts_narrowings(question voygen_lib.facts_question) returns text[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  by_facts text := 'select t.trip_id from voygen.trip_facts t where t.agency_id = ($1).agency and ' || question.worth;
  by_start text := concat_ws(' and ', 'select t.trip_id from voygen.trips t where t.agency_id = ($1).agency and t.archived_at is null',
    case when question.starts_after is not null then 't.start_date >= ($1).starts_after' end,
    case when question.starts_before is not null then 't.start_date <= ($1).starts_before' end);
begin
  if question.sort <> 'newest' or question.trips is not null or question.client is not null then
    return '{}';
  end if;
  return array_remove(array[
    case
      when num_nonnulls(question.price_min, question.price_max) > 0 then voygen_lib.facts_by_block(question, by_facts)
      -- the trips of one availability are read in their own order
      when question.availability is not null then
        replace(by_facts, 't.trip_id from', 't.trip_id >> 13 as b, t.trip_id from')
        || case when question.after_trip is not null then ' and t.trip_id < ($1).after_trip' else '' end || ' order by t.trip_id desc'
    end,
    case when num_nonnulls(question.starts_after, question.starts_before) > 0 then voygen_lib.facts_by_block(question, by_start) end], null);
end
$$;
comment on function voygen_lib.facts_narrowings(voygen_lib.facts_question) is
'Conditions that an index alone answers, each as a statement of blocks and trips, newest first.';

create function voygen_lib.facts_narrowest(question voygen_lib.facts_question) returns text
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  narrowings text[] := voygen_lib.facts_narrowings(question);
  statement text;
  reached bigint;
  farthest bigint;
  narrowest text;
begin
  if cardinality(narrowings) < 2 then
    return narrowings[1];
  end if;
  foreach statement in array narrowings loop
    -- The farther the first hundreds lie apart, the fewer there are; what has no hundreds reaches everywhere.
    reached := (voygen_lib.facts_answer(question, null, format(
      'select (null, null, case when count(*) < 300 then count(*) - 300 else min(s.trip_id) end, null)::voygen_lib.facts_read from (%s limit 300) s', statement))).seen;
    if farthest is null or reached < farthest then
      farthest := reached;
      narrowest := statement;
    end if;
  end loop;
  return narrowest;
end
$$;
comment on function voygen_lib.facts_narrowest(voygen_lib.facts_question) is
'The one of these conditions that fewest trips meet, as far as the newest tell; null when none was asked for.';

create function voygen_lib.facts_dense(question voygen_lib.facts_question, narrowed text) returns boolean
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return (voygen_lib.facts_answer(question, null, format(
    'select (null, null, case when count(*) = 300 then max(s.trip_id) - min(s.trip_id) end, null)::voygen_lib.facts_read from (%s limit 300) s', narrowed))).seen < 8192;
end
$$;
comment on function voygen_lib.facts_dense(voygen_lib.facts_question, text) is
'True when hundreds of the newest trips that a narrowing statement has are of one block: words leave fewer.';

create function voygen_lib.facts_of_narrowed(
  question voygen_lib.facts_question, part voygen_lib.facts_order, need integer, narrowed text
) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- Words and parts of a destination have an index that answers whatever these do not.
  bounded boolean := num_nonnulls(question.words, question.destination) > 0;
  looked_through integer := case when bounded then 1000 end;
  widest constant integer := 8000;
  by_start boolean := narrowed like '%t.start_date%';
  found voygen_lib.facts_found;
  seen bigint;
begin
  loop
    found.places := (voygen_lib.facts_answer(question, need, format(
      'select (array('
      ' select (%s, %s)::voygen_lib.facts_place'
      ' from (%s%s) n'
      ' cross join lateral (select t.* from voygen.trips t where t.trip_id = n.trip_id and %s offset 0) t%s'
      ' where %s and %s and %s and not (%s)'
      ' order by n.b desc, n.trip_id desc limit $2), null, null, null)::voygen_lib.facts_read',
      part.key, part.tie, narrowed, ' limit ' || looked_through, question.narrow,
      case when by_start and question.asks_facts then voygen_lib.facts_looked_up() end,
      part.begins, question.wide, case when by_start then question.worth else 'true' end, question.marked))).places;
    if looked_through is null or cardinality(found.places) = need then
      found.complete := cardinality(found.places) < need;
      return found;
    end if;
    seen := (voygen_lib.facts_answer(question, null, format('select (null, null, count(*), null)::voygen_lib.facts_read from (%s limit %s) s', narrowed, looked_through))).seen;
    if seen < looked_through then
      found.complete := true;
      return found;
    end if;
    if looked_through = widest or cardinality(found.places) * (widest / looked_through) < need then
      return null;
    end if;
    looked_through := widest;
  end loop;
end
$$;
comment on function voygen_lib.facts_of_narrowed(voygen_lib.facts_question, voygen_lib.facts_order, integer, text) is
'The newest trips that fit among those of a narrowing statement; null when too few do, and another index has to say which.';

create function voygen_lib.facts_said(question voygen_lib.facts_question) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if question.sort <> 'newest' or question.named is not null or question.trips is not null or question.client is not null then
    return null;
  end if;
  return nullif(concat_ws(' and ',
    case when question.words is not null then 't.search @@ ($1).words' end,
    -- An index of trigrams reads all of itself for less than three letters.
    case when length(btrim(question.destination, '%')) >= 3 then 'lower(t.destination) like ($1).destination' end), '');
end
$$;
comment on function voygen_lib.facts_said(voygen_lib.facts_question) is
'Words and a part of the destination as conditions that an index answers by block; null when neither was asked for.';

create function voygen_lib.facts_of_said(
  question voygen_lib.facts_question, part voygen_lib.facts_order, need integer, blocks integer, skipped integer
) returns voygen_lib.facts_place[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  -- Each block is put in order by itself and the blocks follow each other in theirs, as a nested loop leaves them: to sort the
  -- whole would read one block more than needed, to see that the one before is at its end, and the facts of all of a block.
  return (voygen_lib.facts_answer(question, need, format(
    'select (array('
    ' select (%s, %s)::voygen_lib.facts_place'
    ' from %s cross join lateral ('
    '  select t.trip_id'
    '  from (select t.* from voygen.trips t where t.agency_id = ($1).agency and (t.trip_id >> 13) = n.b and %s offset 0) t'
    '  where %s and %s and %s and not (%s)'
    '  order by t.trip_id desc offset 0) t%s'
    ' where %s limit $2), null, null, null)::voygen_lib.facts_read',
    part.key, part.tie, voygen_lib.facts_blocks(question, blocks, skipped), voygen_lib.facts_said(question),
    question.narrow, part.begins, question.wide, question.marked,
    case when question.asks_facts then voygen_lib.facts_looked_up() end, question.worth))).places;
end
$$;
comment on function voygen_lib.facts_of_said(voygen_lib.facts_question, voygen_lib.facts_order, integer, integer, integer) is
'The newest trips that have the words and the part of a destination, from so many blocks of them, or from all, behind those skipped.';

create function voygen_lib.facts_of_all(question voygen_lib.facts_question, part voygen_lib.facts_order, ordered boolean, most integer) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- The sum keeps the planner from walking the order in the hope of an early end: that hope was just disappointed.
  statement constant text := format(
    'select (array('
    ' select (%1$s, %2$s)::voygen_lib.facts_place'
    ' from voygen.trips t%3$s'
    ' where %4$s and %5$s and %6$s and %7$s and not (%8$s)'
    '%9$s limit $2), null, null, null)::voygen_lib.facts_read',
    part.key, part.tie,
    case when question.asks_facts then ' join voygen.trip_facts f using (agency_id, trip_id)' end,
    question.narrow, part.begins, question.wide, question.worth, question.marked,
    case when ordered then format(' order by (%s)::numeric + 0, %s + 0', part.key, part.tie) end);
  looked voygen_lib.facts_read;
  found voygen_lib.facts_found;
begin
  -- Where days and facts do not count, the index of what was said is the one, whatever was said; two are brought together.
  if not ordered and not question.asks_facts and num_nonnulls(question.starts_after, question.starts_before) = 0
    and num_nonnulls(question.words, question.destination) = 1 then
    found.places := (voygen_lib.facts_answer(question, most + 1, statement)).places;
  else
    execute format('select (a.read).* from (%s) a(read)', statement) into looked using question, most + 1;
    found.places := looked.places;
  end if;
  found.complete := cardinality(found.places) <= most;
  return found;
end
$$;
comment on function voygen_lib.facts_of_all(voygen_lib.facts_question, voygen_lib.facts_order, boolean, integer) is
'All trips that fit by the index that leaves fewest, or more than are wanted of them; without an order these are any.';

create function voygen_lib.facts_rare(question voygen_lib.facts_question, part voygen_lib.facts_order, need integer) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  few_blocks constant integer := 4;
  some_blocks constant integer := 16;
  one_word constant boolean := numnode(question.words) = 1 and question.destination is null;
  by_said constant boolean := voygen_lib.facts_said(question) is not null;
  narrowed constant text := voygen_lib.facts_narrowest(question);
  newest voygen_lib.facts_place[];
  walked integer := few_blocks;
  found voygen_lib.facts_found;
begin
  if narrowed is not null and not (by_said and question.words is not null and voygen_lib.facts_dense(question, narrowed)) then
    found := voygen_lib.facts_of_narrowed(question, part, need, narrowed);
    if found.complete is not null then
      return found;
    end if;
  end if;
  if not by_said then
    return voygen_lib.facts_of_all(question, part, true, 1000);
  end if;
  newest := voygen_lib.facts_of_said(question, part, need, few_blocks, 0);
  -- One word of which a few were found is rare everywhere, and its index soon read; more words have to be brought together
  -- there, and what none was found of may be frequent farther back, as a month is.
  if cardinality(newest) < need and not (one_word and cardinality(newest) between 1 and need * few_blocks / some_blocks) then
    newest := newest || voygen_lib.facts_of_said(question, part, need, some_blocks - few_blocks, few_blocks);
    walked := some_blocks;
  end if;
  if cardinality(newest) >= need then
    return (newest[:need], false, null, null)::voygen_lib.facts_found;
  end if;
  -- What the newest blocks have too few of is rare, or is old.
  found := voygen_lib.facts_of_all(question, part, false, 400);
  if cardinality(found.places) > 400 then
    found.places := (newest || voygen_lib.facts_of_said(question, part, need, null, walked))[:need];
    found.complete := cardinality(found.places) < need;
  end if;
  return found;
end
$$;
comment on function voygen_lib.facts_rare(voygen_lib.facts_question, voygen_lib.facts_order, integer) is
'The first trips that fit where the window had too few of them.';

create function voygen_lib.facts_seen(
  question voygen_lib.facts_question, part voygen_lib.facts_order, need integer, hundreds integer
) returns voygen_lib.facts_read
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return voygen_lib.facts_answer(question, need, format(
    'with looked_at as materialized (%1$s limit %2$s), fit as materialized (select %3$s as key, %4$s as tie from looked_at%5$s)'
    ' select (array(select (key, tie)::voygen_lib.facts_place from fit order by key, tie limit $2), (select count(*) from fit),'
    ' (select count(*) from looked_at), (select (%3$s, %4$s)::voygen_lib.facts_place from looked_at t offset %2$s - 1))::voygen_lib.facts_read',
    voygen_lib.facts_window(question, part), hundreds, part.key, part.tie, voygen_lib.facts_of_window(question, part)));
end
$$;
comment on function voygen_lib.facts_seen(voygen_lib.facts_question, voygen_lib.facts_order, integer, integer) is
'What fits of the first so many hundreds of trips in the order.';

create function voygen_lib.facts_hoped(
  question voygen_lib.facts_question, part voygen_lib.facts_order, need integer, looked voygen_lib.facts_read
) returns voygen_lib.facts_place[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  by_block constant boolean := question.sort = 'newest' and (
    num_nonnulls(question.price_min, question.price_max, question.starts_after, question.starts_before) > 0
    or question.status is null and question.availability is not null);
  by_said constant boolean := question.status is null and voygen_lib.facts_said(question) is not null;
  -- What blocks have an index for is better read by block, unless few trips promise to fill the page. Words lie in the rows and
  -- trips in an order of facts do not lie side by side; the rest is read from an index alone.
  widest constant integer := case
    when by_block then 400
    when by_said then 1000
    when question.words is not null or part.stored then 4000
    else 10000
  end;
begin
  if looked.fit * widest < need * looked.seen then
    return '{}';
  end if;
  question := voygen_lib.facts_behind(question, looked.last);
  question.wanted := need - looked.fit;
  part := voygen_lib.facts_rest(question, part);
  -- The limit that the planner knows is that of the page, so that there is one plan whatever is lacking.
  return looked.places || (voygen_lib.facts_answer(question, need, format(
    'select (array(select place from (select (%s, %s)::voygen_lib.facts_place as place from (%s limit %s)%s order by %s limit $2) s'
    ' limit ($1).wanted), null, null, null)::voygen_lib.facts_read',
    part.key, part.tie, voygen_lib.facts_window(question, part), case when by_block or by_said then 2 * widest else widest end,
    voygen_lib.facts_of_window(question, part), replace(part.columns, 'f.', 't.')))).places;
end
$$;
comment on function voygen_lib.facts_hoped(voygen_lib.facts_question, voygen_lib.facts_order, integer, voygen_lib.facts_read) is
'The first trips that fit of a wide window behind the one looked through, with those of that, when the share that fits lets it be expected to fill the page.';

create function voygen_lib.facts_stored(question voygen_lib.facts_question, part voygen_lib.facts_order, need integer) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- Trips in an order of facts and words within a status lie far apart: of those fewer are looked through first, unless
  -- the share that fits is then too small to be told.
  far_apart constant boolean := part.stored or question.words is not null and question.status is not null;
  hundreds integer := case when far_apart then 200 else 300 end;
  looked voygen_lib.facts_read;
  found voygen_lib.facts_found;
begin
  if question.stale_kind = 'all' then
    return ('{}', true, 0, true)::voygen_lib.facts_found;
  end if;
  looked := voygen_lib.facts_seen(question, part, need, hundreds);
  if far_apart and looked.seen = hundreds and looked.fit < 3 then
    hundreds := 300;
    looked := voygen_lib.facts_seen(question, part, need, hundreds);
  end if;
  if looked.seen < hundreds or looked.fit >= need then
    return (looked.places, looked.seen < hundreds and looked.fit <= need, looked.fit, looked.seen < hundreds)::voygen_lib.facts_found;
  end if;
  found.complete := false;
  found.places := voygen_lib.facts_hoped(question, part, need, looked);
  if cardinality(found.places) < need then
    found := voygen_lib.facts_rare(question, part, need);
  end if;
  found.fit := greatest(looked.fit, cardinality(found.places));
  found.counted := found.complete;
  return found;
end
$$;
comment on function voygen_lib.facts_stored(voygen_lib.facts_question, voygen_lib.facts_order, integer) is
'The first trips that fit by what the tables say: as many as needed, or all of them up to a thousand.';

-- ---- what the queue says

create function voygen_lib.facts_most_built() returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
  select 10000
$$;
comment on function voygen_lib.facts_most_built() is
'For how many trips a question may have facts built: about a second''s work.';

create function voygen_lib.facts_refused(path text) returns void
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen.raise('unavailable', 'too many trips wait for their facts to answer this now', path => path,
    expected => format('at most %s', voygen_lib.facts_most_built()),
    hint => format('Leave %s out, name what leaves fewer trips, or ask again when refresh_trip_facts or the scheduled refresh has been through.',
      case path when '/sort' then 'sort' else 'filters on price and availability' end));
end
$$;
comment on function voygen_lib.facts_refused(text) is 'Refuses what would take more than facts_most_built() trips.';

create function voygen_lib.facts_stale(question voygen_lib.facts_question) returns voygen_lib.facts_question
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
-- The queue is empty most of the time; a plan made then would read all of it when it has filled.
set enable_seqscan = off
as $$
declare
  few constant integer := voygen_lib.facts_most_built();
begin
  question.stale_kind := 'none';
  if not question.asks_facts then
    return question;
  end if;
  -- Terms change neither the lead price nor whether there is something to book; their marks are the agency's, with the
  -- table as the reason, and blocks that a refresh splits these into.
  if exists (
    select
    from facts_dirty m
    where m.agency_id = question.agency
      and m.trip_id = 0
      and (question.sort = 'commission' or m.reason not like 'commission%')
  ) then
    question.stale_kind := 'all';
    return question;
  end if;
  -- A trip may be named twice, by marks of different kinds: that harms nobody, and telling them apart would cost more than
  -- the rest. Of one kind a busy trip, block or client may have any number, which their index tells apart.
  question.stale := array(
    select s.trip_id
    from (
      (select distinct on (m.trip_id) m.trip_id
        from facts_dirty m
        where m.agency_id = question.agency and m.trip_id > 0 and m.trip_until is null
        order by m.trip_id
        limit few + 1)
      union all
      select t.trip_id
      from (
        select distinct on (m.trip_id) m.trip_id, m.trip_until
        from facts_dirty m
        where m.agency_id = question.agency and m.trip_id > 0 and m.trip_until is not null
          and (question.sort = 'commission' or m.reason not like 'commission%')
        order by m.trip_id) b
      join trips t on t.agency_id = question.agency and t.trip_id between b.trip_id and b.trip_until
      union all
      select t.trip_id
      from (
        select distinct on (m.trip_id) m.trip_id
        from facts_dirty m
        where m.agency_id = question.agency and m.trip_id < 0 and question.sort = 'commission'
        order by m.trip_id) c
      join trips t on t.agency_id = question.agency and t.client_id = - c.trip_id
      union all
      select f.trip_id from trip_facts f where f.agency_id = question.agency and f.valid_until <= now()
      union all
      select x.trip_id from facts_failed x where x.agency_id = question.agency
    ) s
    limit few + 1);
  if cardinality(question.stale) > few then
    question.stale_kind := 'all';
    question.stale := null;
  elsif cardinality(question.stale) > 0 then
    question.stale_kind := 'few';
  end if;
  return question;
end
$$;
comment on function voygen_lib.facts_stale(voygen_lib.facts_question) is 'The question with the trips whose stored facts may not be asked.';

create function voygen_lib.facts_unasked(
  question voygen_lib.facts_question, part voygen_lib.facts_order, behind voygen_lib.facts_place, before voygen_lib.facts_place, most integer
) returns voygen_lib.facts_place[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  places voygen_lib.facts_place[];
begin
  if behind is not null then
    question := voygen_lib.facts_behind(question, behind);
    part := voygen_lib.facts_rest(question, part);
  end if;
  execute format(
    'select array('
    ' select p from ('
    '  select (%s, %s)::voygen_lib.facts_place as p from voygen.trips t where %s and %s and %s and (%s) order by %s limit $2'
    ' ) s where $3 is null or p < $3 order by p)',
    part.key, part.tie, question.narrow, part.begins, question.wide, question.marked, part.columns)
  into places
  using question, most, before;
  return places;
end
$$;
comment on function voygen_lib.facts_unasked(voygen_lib.facts_question, voygen_lib.facts_order, voygen_lib.facts_place, voygen_lib.facts_place, integer) is
'The next trips in the order whose facts do not hold, behind one place and before another.';

create function voygen_lib.facts_built(question voygen_lib.facts_question, trips bigint[]) returns voygen_lib.facts_place[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  places voygen_lib.facts_place[];
  part voygen_lib.facts_order;
begin
  question.after := null;
  question.after_trip := null;
  part := (voygen_lib.facts_orders(question))[1];
  execute format(
    'select array('
    ' select (coalesce((%s)::numeric, ''Infinity''), %s)::voygen_lib.facts_place'
    ' from voygen.trip_facts_told(($1).agency, $2) f'
    ' join voygen.trips t on t.agency_id = ($1).agency and t.trip_id = f.trip_id'
    ' where %s)',
    part.key, part.tie, question.worth)
  into places
  using question, trips;
  return places;
end
$$;
comment on function voygen_lib.facts_built(voygen_lib.facts_question, bigint[]) is 'Those of the trips that fit by facts built just now.';

create function voygen_lib.facts_built_all(question voygen_lib.facts_question) returns voygen_lib.facts_place[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := voygen_lib.facts_most_built();
  trips bigint[];
begin
  execute format('select array(select t.trip_id from voygen.trips t where %s and %s and (%s) limit $2)',
    question.narrow, question.wide, question.marked)
  into trips
  using question, most + 1;
  if cardinality(trips) > most then
    perform voygen_lib.facts_refused('/sort');
  end if;
  return array(
    select p
    from unnest(voygen_lib.facts_built(question, trips)) p
    where question.after is null or p > question.after);
end
$$;
comment on function voygen_lib.facts_built_all(voygen_lib.facts_question) is
'All trips whose facts do not hold, built and put in their place: an order by facts cannot know before where they belong.';

-- ---- the answer

create function voygen_lib.facts_first(places voygen_lib.facts_place[], need integer) returns voygen_lib.facts_place
language sql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select p.key, p.tie
  from unnest(places) as p
  order by p.key, p.tie
  offset need - 1
  limit 1
$$;
comment on function voygen_lib.facts_first(voygen_lib.facts_place[], integer) is 'The last of the first so many places; null when there are fewer.';

create function voygen_lib.facts_part(question voygen_lib.facts_question, part voygen_lib.facts_order, need integer) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  found voygen_lib.facts_found := voygen_lib.facts_stored(question, part, need);
  unasked voygen_lib.facts_place[];
  place voygen_lib.facts_place;
  portion integer := 32;
  left_to_build integer := voygen_lib.facts_most_built();
begin
  if question.stale_kind = 'none' or part.stored then
    return found;
  end if;
  loop
    unasked := voygen_lib.facts_unasked(question, part, place, voygen_lib.facts_first(found.places, need), portion);
    exit when unasked = '{}';
    left_to_build := left_to_build - cardinality(unasked);
    if left_to_build < 0 then
      perform voygen_lib.facts_refused('/filters');
    end if;
    found.places := found.places || voygen_lib.facts_built(question, array(select abs(p.tie) from unnest(unasked) p));
    place := unasked[cardinality(unasked)];
    exit when cardinality(unasked) < portion;
    portion := least(2 * portion, 1024);
  end loop;
  found.complete := found.complete and voygen_lib.facts_unasked(question, part, place, null, 1) = '{}';
  return found;
end
$$;
comment on function voygen_lib.facts_part(voygen_lib.facts_question, voygen_lib.facts_order, integer) is
'The trips of one part of the order that fit, with those whose facts had to be built; right up to the place that is needed.';

create function voygen_lib.facts_places(question voygen_lib.facts_question, need integer) returns voygen_lib.facts_found
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  parts voygen_lib.facts_order[] := voygen_lib.facts_orders(question);
  found voygen_lib.facts_found := ('{}', true, 0, true);
  more voygen_lib.facts_found;
begin
  if parts[1].stored and question.stale_kind <> 'none' then
    found.places := voygen_lib.facts_built_all(question);
  end if;
  for place in 1 .. cardinality(parts) loop
    more := voygen_lib.facts_part(question, parts[place], need);
    found.places := found.places || more.places;
    found.complete := more.complete and place = cardinality(parts);
    found.fit := found.fit + more.fit;
    found.counted := more.counted and place = cardinality(parts);
    -- Where all could be counted, the next part is counted too. What was built may have no key, and then it does not come
    -- before what follows.
    exit when not more.counted
      or question.stale_kind <> 'none' and (not more.complete or (select count(*) from unnest(found.places) p where p.key < 'Infinity') >= need);
  end loop;
  found.places := array(select p from unnest(found.places) p order by p.key, p.tie);
  return found;
end
$$;
comment on function voygen_lib.facts_places(voygen_lib.facts_question, integer) is 'The trips that fit, in order; right for as many as are needed.';

create function voygen_lib.facts_asked(
  agency bigint, query text, trip_ids text[], filters voygen_api.facts_filters, sort voygen_api.facts_sort, cursor text
) returns voygen_lib.facts_question
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  question voygen_lib.facts_question;
  said text := lower(btrim(query));
begin
  question.agency := agency;
  question.sort := coalesce(sort, 'newest');
  if said <> '' then
    question.words := voygen_lib.words_asked(query);
    select t.trip_id into question.named from trips t where t.agency_id = agency and t.slug = said;
    if question.named is null and said ~ '^[1-9][0-9]{0,17}$' then
      question.named := said;
    end if;
  end if;
  if trip_ids is not null then
    question.trips := voygen_lib.trips_at(trip_ids, '/trip_ids');
  end if;
  question.client := voygen_lib.client_at(filters.client, '/filters/client');
  question.status := filters.status;
  question.destination := '%' || regexp_replace(lower(filters.destination), '([%_\\])', '\\\1', 'g') || '%';
  question.starts_after := filters.starts_after;
  question.starts_before := filters.starts_before;
  question.price_min := filters.price_min;
  question.price_max := filters.price_max;
  question.availability := filters.availability;
  question.asks_facts := question.sort in ('price', 'commission') or question.availability is not null
    or question.price_min is not null or question.price_max is not null;
  return voygen_lib.facts_conditions(voygen_lib.facts_stale(voygen_lib.facts_after(question, cursor)));
end
$$;
comment on function voygen_lib.facts_asked(bigint, text, text[], voygen_api.facts_filters, voygen_api.facts_sort, text) is
'What query_trip_facts was asked, with names resolved and the state of the queue.';

create function voygen_lib.facts_told(agency bigint, places voygen_lib.facts_place[], fields text[]) returns voygen_api.trip_facts[]
language plpgsql stable parallel restricted
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  return (
    select coalesce(
      array_agg((
        f.trip_id, t.slug,
        case
          when fields is null or f.facts is null then f.facts
          else (select jsonb_object_agg(field, f.facts -> field) from unnest(fields) as field)
        end,
        voygen_lib.exact(f.lead_price_min, f.currency), voygen_lib.exact(f.total_commission_potential, f.currency), f.currency,
        f.availability_status, f.last_availability_check, f.refreshed_at, f.error
      )::voygen_api.trip_facts order by p.key, p.tie),
      '{}')
    from unnest(places) as p
    join trip_facts_told(agency, (select array_agg(abs(tie)) from unnest(places))) f on f.trip_id = abs(p.tie)
    join trips t on t.agency_id = agency and t.trip_id = f.trip_id);
end
$$;
comment on function voygen_lib.facts_told(bigint, voygen_lib.facts_place[], text[]) is 'The facts of the trips of a page.';

create function voygen_api.query_trip_facts(
  query text default null,
  trip_ids text[] default null,
  filters voygen_api.facts_filters default null,
  return_fields text[] default null,
  "limit" integer default 20,
  cursor text default null,
  sort voygen_api.facts_sort default 'newest'
) returns voygen_api.facts_list
language plpgsql stable parallel unsafe security definer
set search_path = pg_catalog, voygen, pg_temp
set jit = off
set max_parallel_workers_per_gather = 0
-- Every statement here is to stop as soon as the page is full: only nested loops do.
set enable_hashjoin = off
set enable_mergejoin = off
set enable_memoize = off -- no trip is looked up twice, and clearing its table costs milliseconds
set work_mem = '4MB' -- with more, all blocks would be sorted together instead of one after the other
-- The statements below that are not put together are the same for all values; those that are say themselves whether they are planned anew.
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  most integer := voygen_lib.require_limit(query_trip_facts."limit");
  fields text[] := voygen_lib.facts_fields(query_trip_facts.return_fields);
  question voygen_lib.facts_question := voygen_lib.facts_asked(voygen_lib.agency(), query_trip_facts.query, query_trip_facts.trip_ids,
    query_trip_facts.filters, query_trip_facts.sort, query_trip_facts.cursor);
  found voygen_lib.facts_found := voygen_lib.facts_places(question, most + 1);
  page voygen_lib.facts_place[] := found.places[:most];
  fit bigint := greatest(cardinality(found.places), found.fit);
  answer voygen_api.facts_list;
begin
  answer.trips := voygen_lib.facts_told(question.agency, page, fields);
  answer.total := question.shown + fit;
  answer.total_is_capped := not (found.complete or found.counted and question.stale_kind = 'none');
  if fit > most then
    answer.truncated := (fit - most, voygen_lib.facts_cursor(question.sort, page[most], question.shown + most));
  end if;
  return answer;
end
$$;
comment on function voygen_api.query_trip_facts is
'Query trip facts
Everything known of trips at once: legs, hotels with price tier and best commission, activities, bookings, lead price, commission potential, availability. Never out of date: what changed since the facts were stored is built for the answer. A trip that cannot be built is answered with its last facts and an error of its own. Newest trips first, or as sort says.
@param query Words of title, destination or slug; or a slug or number. @example Dublin
@param trip_ids Numbers or slugs of the trips to answer. @max_items 1000 @format id
@param filters Which trips to answer.
@param return_fields Fields of facts to answer; all when absent. @example ["legs", "lead_price_min"]
@param limit Most trips to answer. @min 1 @max 100
@param cursor The cursor of truncated in an earlier answer to the same question.
@param sort Order of the trips.
@example {"query": "Dublin", "return_fields": ["legs", "hotels"]}
@example {"filters": {"status": "planning", "price_max": 150}, "sort": "price"}';
