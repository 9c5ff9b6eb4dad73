-- Stored facts against the model, path by path.

-- The leaves of a document as (path, value), so that a difference can be named.
create or replace function facts_model.leaves(doc jsonb, path text default '')
returns table (leaf text, value text)
language sql
immutable
as $$
  with recursive node (path, doc) as (
    select path, doc
    union all
    select child.path, child.doc
    from node n
    cross join lateral (
      select n.path || '.' || key as path, value as doc
      from jsonb_each(case when jsonb_typeof(n.doc) = 'object' then n.doc else '{}' end)
      union all
      select n.path || '[' || (i - 1) || ']', value
      from jsonb_array_elements(case when jsonb_typeof(n.doc) = 'array' then n.doc else '[]' end)
             with ordinality as e (value, i)
    ) child
  )
  select node.path, node.doc::text
  from node
  where jsonb_typeof(node.doc) not in ('object', 'array')
     or node.doc in ('{}', '[]')
$$;

-- Where two documents differ, digit for digit (10.0 is not 10.00).
create or replace function facts_model.diff(stored jsonb, expected jsonb)
returns table (path text, stored_value text, expected_value text)
language sql
immutable
as $$
  select coalesce(s.leaf, e.leaf), s.value, e.value
  from facts_model.leaves(stored) s
  full join facts_model.leaves(expected) e using (leaf)
  where s.value is distinct from e.value
$$;

-- Stored facts of an agency against the model as of the time they were made. Trips without facts count as drift.
create or replace function facts_model.drift(agency bigint)
returns table (trip_id bigint, path text, stored_value text, expected_value text)
language sql
stable
as $$
  with pairs as (
    select t.trip_id, f.facts, m.facts as model_facts,
           to_jsonb(array[f.lead_price_min::text, f.total_commission_potential::text, f.currency::text,
                    f.availability_status, f.last_availability_check::text, f.nights::text, f.traveler_count::text,
                    f.valid_until::text]) as columns,
           to_jsonb(array[m.lead_price_min::numeric(14,3)::text, m.total_commission_potential::numeric(14,3)::text,
                    m.currency, m.availability_status, m.last_availability_check::text, m.nights::text,
                    m.traveler_count::text, m.valid_until::text]) as model_columns
    from voygen.trips t
    left join voygen.trip_facts f on (f.agency_id, f.trip_id) = (t.agency_id, t.trip_id)
    cross join lateral facts_model.one_trip(t.agency_id, t.trip_id, coalesce(f.refreshed_at, now())) m
    where t.agency_id = agency
  )
  select p.trip_id, d.*
  from pairs p
  cross join lateral (
    select '(missing)' as path, null as stored_value, 'facts' as expected_value
    where p.facts is null
    union all
    select *
    from facts_model.diff(p.facts, p.model_facts)
    where p.facts is not null and p.facts::text <> p.model_facts::text
    union all
    select 'column ' || (array['lead_price_min', 'total_commission_potential', 'currency', 'availability_status',
                               'last_availability_check', 'nights', 'traveler_count', 'valid_until'])[i],
           p.columns ->> (i - 1), p.model_columns ->> (i - 1)
    from generate_series(1, 8) i
    where p.facts is not null and p.columns ->> (i - 1) is distinct from p.model_columns ->> (i - 1)
  ) d
$$;
