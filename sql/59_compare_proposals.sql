-- Two versions side by side: what the client reads differently, and what that means for price and commission. Entries of lists are
-- told apart by what they are called, so that a hotel put in front of another is not read as all of them changed.

create type voygen_lib.document_node as (
  path text[],
  value jsonb,
  leaf boolean
);
comment on type voygen_lib.document_node is 'A place in a document: names of keys and entries on the way there.';

create function voygen_lib.entry_name(entry jsonb, place bigint) returns text
language sql immutable parallel safe
begin atomic
  select coalesce(
    case
      when pg_catalog.jsonb_typeof(entry) = 'object'
      then nullif(pg_catalog.concat_ws(' ',
        coalesce(entry ->> 'name', entry ->> 'title', entry ->> 'label', entry ->> 'city', entry ->> 'kind', entry ->> 'number'),
        entry ->> 'option',
        coalesce(entry ->> 'date', entry ->> 'due_on', entry ->> 'depart_date'),
        (entry ->> 'from') || '–' || (entry ->> 'to')), '')
      when pg_catalog.jsonb_typeof(entry) = 'string' then entry #>> '{}'
    end,
    place::text);
end;
comment on function voygen_lib.entry_name(jsonb, bigint) is 'What an entry of a list is known by; its place when it has no name.';

create function voygen_lib.document_nodes(value jsonb, path text[] default '{}') returns setof voygen_lib.document_node
language plpgsql immutable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  if path <> '{}' then
    return next (path, value, jsonb_typeof(value) not in ('object', 'array'))::voygen_lib.document_node;
  end if;
  if jsonb_typeof(value) = 'object' then
    return query
      select n.*
      from jsonb_each(value) as e
      cross join lateral voygen_lib.document_nodes(e.value, path || e.key) as n;
  elsif jsonb_typeof(value) = 'array' then
    return query
      select n.*
      from (
        select e.value, named.name || case when row_number() over (partition by named.name order by e.place) > 1
          then ' (' || row_number() over (partition by named.name order by e.place) || ')' else '' end as name
        from jsonb_array_elements(value) with ordinality as e(value, place)
        cross join lateral (select voygen_lib.entry_name(e.value, e.place) as name) as named
      ) as e
      cross join lateral voygen_lib.document_nodes(e.value, path || e.name) as n;
  end if;
end
$$;
comment on function voygen_lib.document_nodes(jsonb, text[]) is 'Every place of a document below its root.';

create type voygen_api.change_kind as enum ('added', 'removed', 'changed');
comment on type voygen_api.change_kind is 'What became of a place of a document.';

create type voygen_api.proposal_difference as (
  path text,
  change voygen_api.change_kind,
  before text,
  after text,
  words text
);
comment on type voygen_api.proposal_difference is 'A place where two versions differ.';
comment on column voygen_api.proposal_difference.path is 'The way there, by names. @example legs / Rome / hotels / Hotel Trecento / total_amount';
comment on column voygen_api.proposal_difference.words is 'The same as a sentence.';

create function voygen_lib.value_words(value jsonb) returns text
language sql immutable parallel safe
begin atomic
  select pg_catalog."left"(
    case pg_catalog.jsonb_typeof(value)
      when 'object' then coalesce(voygen_lib.entry_name(value, null), value::text)
      when 'array' then (
        select pg_catalog.string_agg(voygen_lib.entry_name(e.value, e.place), ', ' order by e.place)
        from pg_catalog.jsonb_array_elements(value) with ordinality as e(value, place))
      else value #>> '{}'
    end, 500);
end;
comment on function voygen_lib.value_words(jsonb) is 'A value of a document in a few words.';

create function voygen_lib.document_differences(before jsonb, after jsonb) returns setof voygen_api.proposal_difference
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with was as materialized (
    select n.path, n.value, n.leaf from voygen_lib.document_nodes(document_differences.before) as n
  ),
  will as materialized (
    select n.path, n.value, n.leaf from voygen_lib.document_nodes(document_differences.after) as n
  ),
  differing as (
    select coalesce(was.path, will.path) as path, was.value as before, will.value as after,
      case when was.path is null then 'added' when will.path is null then 'removed' else 'changed' end as change
    from was
    full join will on will.path = was.path
    where was.path is null
       or will.path is null
       or ((was.leaf or will.leaf) and was.value <> will.value)
  )
  select array_to_string(d.path, ' / '), d.change::voygen_api.change_kind, voygen_lib.value_words(d.before), voygen_lib.value_words(d.after),
    case d.change
      when 'added' then format('%s was added: %s', array_to_string(d.path, ', '), voygen_lib.value_words(d.after))
      when 'removed' then format('%s was taken out: %s', array_to_string(d.path, ', '), voygen_lib.value_words(d.before))
      else format('%s was %s and is %s', array_to_string(d.path, ', '), voygen_lib.value_words(d.before), voygen_lib.value_words(d.after))
    end
  from differing as d
  -- What lies within something that is new or gone is not said once more.
  where not exists (
    select
    from differing as o
    where o.change = d.change
      and o.change <> 'changed'
      and cardinality(o.path) = cardinality(d.path) - 1
      and o.path = d.path[:cardinality(o.path)])
  order by d.path
$$;
comment on function voygen_lib.document_differences(jsonb, jsonb) is 'Where two documents differ.';

create type voygen_api.amount_difference as (
  option text,
  currency text,
  before numeric,
  after numeric,
  difference numeric
);
comment on type voygen_api.amount_difference is 'An amount of two versions; no difference where one of them lacks it or they are in two currencies.';
comment on column voygen_api.amount_difference.option is 'Absent for versions without a choice.';

create function voygen_lib.amount_differences(before voygen.proposals, after voygen.proposals, of_commission boolean) returns voygen_api.amount_difference[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with was as (
    select t.option, case when of_commission then t.commission else t.total end as amount
    from unnest(voygen_lib.stored_totals(before)) as t
  ),
  will as (
    select t.option, case when of_commission then t.commission else t.total end as amount
    from unnest(voygen_lib.stored_totals(after)) as t
  )
  select coalesce(
    array_agg((
        coalesce(was.option, will.option), after.currency, voygen_lib.exact(was.amount, before.currency), voygen_lib.exact(will.amount, after.currency),
        case when before.currency = after.currency then voygen_lib.exact(will.amount - was.amount, after.currency) end)::voygen_api.amount_difference
      order by coalesce(will.amount, was.amount) nulls last, coalesce(was.option, will.option)),
    '{}')
  from was
  full join will on coalesce(will.option, '') = coalesce(was.option, '')
$$;
comment on function voygen_lib.amount_differences(voygen.proposals, voygen.proposals, boolean) is 'Price or commission of two versions, option by option.';

create type voygen_api.proposal_comparison as (
  proposal_a bigint,
  version_a integer,
  proposal_b bigint,
  version_b integer,
  same boolean,
  differences voygen_api.proposal_difference[],
  price voygen_api.amount_difference[],
  commission voygen_api.amount_difference[],
  truncated voygen_api.truncated
);
comment on type voygen_api.proposal_comparison is 'Two versions side by side. Price and commission are for the advisor.';
comment on column voygen_api.proposal_comparison.same is 'true: the client reads the same in both.';

create function voygen_api.compare_proposals(
  proposal_a bigint,
  proposal_b bigint
) returns voygen_api.proposal_comparison
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  most constant integer := 500;
  -- What is different in any two versions.
  beside constant text[] := array['version', 'created_on', 'status'];
  was proposals := voygen_lib.proposal_row(compare_proposals.proposal_a, '/proposal_a');
  will proposals := voygen_lib.proposal_row(compare_proposals.proposal_b, '/proposal_b');
  found_differences voygen_api.proposal_difference[] :=
    array(select d from voygen_lib.document_differences(coalesce(was.json_payload, '{}') - beside, coalesce(will.json_payload, '{}') - beside) as d);
begin
  return (
    was.proposal_id, was.version, will.proposal_id, will.version, cardinality(found_differences) = 0, found_differences[:most],
    voygen_lib.amount_differences(was, will, false), voygen_lib.amount_differences(was, will, true),
    case when cardinality(found_differences) > most then (cardinality(found_differences) - most, null)::voygen_api.truncated end
  )::voygen_api.proposal_comparison;
end
$$;
comment on function voygen_api.compare_proposals is
'Compare two proposals
What the client reads differently in the second version, place by place, and what price and commission became, option by option.
@param proposal_a The earlier version. @format id
@param proposal_b The later version. @format id
@example {"proposal_a": "1042", "proposal_b": "1043"}';
