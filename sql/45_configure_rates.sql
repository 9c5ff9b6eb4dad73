-- The agency's own commission rates. What a rate was is kept: a version that is replaced stays as a row that is not active,
-- a rate that ends is closed by its last day.

create type voygen_api.configure_mode as enum ('merge', 'replace');
comment on type voygen_api.configure_mode is 'merge: the other rates stay; replace: rates that are not in the list are closed.';

create type voygen_api.rate_overlap as (
  rate_id bigint,
  other_rate_id bigint,
  overlap_from date,
  overlap_until date,
  wins bigint
);
comment on type voygen_api.rate_overlap is 'Two base rates with the same keys that hold on the same booking days.';
comment on column voygen_api.rate_overlap.overlap_from is 'First day both hold; null when both always did.';
comment on column voygen_api.rate_overlap.overlap_until is 'Last day both hold; null when neither ends.';
comment on column voygen_api.rate_overlap.wins is 'The one that is chosen meanwhile: by priority, then the newer effective_from, then the lower id.';

create type voygen_api.configured as (
  inserted integer,
  updated integer,
  unchanged integer,
  closed integer,
  rate_ids bigint[],
  "overlaps" voygen_api.rate_overlap[]
);
comment on type voygen_api.configured is 'What became of the rates.';
comment on column voygen_api.configured.rate_ids is 'The number of each rate, in the order of the list.';

create function voygen_lib.rate_row(rate voygen_api.commission_rate) returns voygen.commission_rates
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  made voygen.commission_rates;
begin
  made.agency_id := voygen_lib.agency();
  made.rate_id := rate.id;
  made.kind := coalesce(rate.kind, 'percent')::text;
  made.site := rate.site;
  made.supplier := rate.supplier;
  made.chain := rate.chain;
  made.property := rate.property;
  made.accommodation_type := rate.product_type::text;
  made.rate_type := rate.rate_type::text;
  made.refundable := rate.refundable;
  made.prepaid := rate.prepaid;
  made.min_nights := rate.min_nights;
  made.stay_from := rate.stay_from;
  made.stay_until := rate.stay_until;
  made.effective_from := rate.effective_from;
  made.effective_until := rate.effective_until;
  made.weekdays := (select array_agg(distinct d::smallint order by d::smallint) from unnest(rate.weekdays) as d);
  made.currency := rate.currency;
  made.advisor := rate.advisor;
  made.priority := coalesce(rate.priority, 0);
  made.commission_percent := case when made.kind in ('percent', 'net_markup', 'override_percent') then rate.value end;
  made.fixed_amount := case when made.kind in ('fixed_per_stay', 'fixed_per_night', 'fixed_per_room_night', 'bonus_fixed') then rate.value end;
  if made.kind = 'tier_percent' then
    made.tiers := to_jsonb(rate.tiers);
    made.tier_mode := coalesce(rate.mode, 'whole')::text;
    made.tier_window := coalesce(rate."window", 'month')::text;
    made.tier_measure := coalesce(rate.measure, 'amount')::text;
  end if;
  made.min_commission_amount := rate.floor;
  made.max_commission_amount := rate.cap;
  made.first_nights := rate.first_nights;
  made.is_active := true;
  return made;
end
$$;
comment on function voygen_lib.rate_row(voygen_api.commission_rate) is 'A rate in the words of the tools as a row of the table.';

create function voygen_lib.rate_keys(rate voygen.commission_rates) returns jsonb
language sql immutable parallel safe
begin atomic
  select pg_catalog.jsonb_build_array(
    rate.kind in ('override_percent', 'bonus_fixed'), case when rate.kind in ('override_percent', 'bonus_fixed') then rate.kind end, rate.site,
    rate.supplier, rate.chain, rate.property, rate.accommodation_type, rate.rate_type, rate.refundable, rate.prepaid, rate.min_nights,
    rate.stay_from, rate.stay_until, rate.weekdays, rate.currency, rate.advisor);
end;
comment on function voygen_lib.rate_keys(voygen.commission_rates) is 'What offers a rate is for. All base kinds stand for each other, additions only for their own.';

create function voygen_lib.rate_days(rate voygen.commission_rates) returns daterange
language sql immutable parallel safe
begin atomic
  select pg_catalog.daterange(rate.effective_from, rate.effective_until, '[]');
end;
comment on function voygen_lib.rate_days(voygen.commission_rates) is 'The booking days a rate holds on.';

create function voygen_lib.rate_overlaps() returns voygen_api.rate_overlap[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  with rate as materialized (
    select r as row, voygen_lib.rate_keys(r) as keys, voygen_lib.rate_days(r) as days, r.rate_id
    from commission_rates as r
    where r.agency_id = current_agency()
      and r.is_active
      and r.kind not in ('override_percent', 'bonus_fixed')
  ),
  pair as (
    select one.row as one, other.row as other, one.days * other.days as both_days
    from rate as one
    join rate as other on other.keys = one.keys and other.rate_id > one.rate_id
    where one.days && other.days
  )
  select coalesce(
    array_agg((
        (one).rate_id, (other).rate_id, lower(both_days), upper(both_days) - 1,
        case
          when ((other).priority, coalesce((other).effective_from, '-infinity')) > ((one).priority, coalesce((one).effective_from, '-infinity'))
          then (other).rate_id
          else (one).rate_id
        end)::voygen_api.rate_overlap
      order by (one).rate_id, (other).rate_id),
    '{}')
  from pair
$$;
comment on function voygen_lib.rate_overlaps() is 'The base rates in use that hold for the same offers on the same days.';

create function voygen_lib.store_rate(will voygen.commission_rates, was voygen.commission_rates) returns void
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  past commission_rates := was;
begin
  past.rate_id := next_id();
  past.is_active := false;
  past.updated_at := now();
  insert into commission_rates
  select past.*;
  update commission_rates
  set kind = will.kind, site = will.site, supplier = will.supplier, chain = will.chain, property = will.property,
    accommodation_type = will.accommodation_type, rate_type = will.rate_type, refundable = will.refundable, prepaid = will.prepaid,
    min_nights = will.min_nights, stay_from = will.stay_from, stay_until = will.stay_until, effective_from = will.effective_from,
    effective_until = will.effective_until, weekdays = will.weekdays, currency = will.currency, advisor = will.advisor,
    commission_percent = will.commission_percent, fixed_amount = will.fixed_amount, tiers = will.tiers, tier_mode = will.tier_mode,
    tier_window = will.tier_window, tier_measure = will.tier_measure, min_commission_amount = will.min_commission_amount,
    max_commission_amount = will.max_commission_amount, first_nights = will.first_nights, priority = will.priority,
    is_active = true, updated_at = now()
  where agency_id = was.agency_id
    and rate_id = was.rate_id;
end
$$;
comment on function voygen_lib.store_rate(voygen.commission_rates, voygen.commission_rates) is 'Changes a rate and keeps what it was as a row that is not active.';

create function voygen_lib.close_rate(rate voygen.commission_rates, last_day date) returns void
language sql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
  update commission_rates
  set effective_until = case when coalesce(rate.effective_from <= last_day, true) then last_day else rate.effective_until end,
    is_active = coalesce(rate.effective_from <= last_day, true),
    updated_at = now()
  where agency_id = rate.agency_id
    and rate_id = rate.rate_id
$$;
comment on function voygen_lib.close_rate(voygen.commission_rates, date) is 'Ends a rate with a day; one that would not have begun by then is taken out of use.';

create function voygen_lib.check_rates(rates voygen_api.commission_rate[]) returns void
language plpgsql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  rate voygen_api.commission_rate;
begin
  if cardinality(rates) > 5000 then
    perform voygen.raise('invalid_argument', 'too many rates for one call', path => '/rates', expected => 'at most 5000', got => cardinality(rates)::text);
  end if;
  -- The kernel that will use the rates says what is wrong with them.
  perform commission_quotes('[]', to_jsonb(rates), '[]', 'half_up', false, voygen_lib.today());
  for at in 1..cardinality(rates) loop
    rate := rates[at];
    if rate.site is not null and not exists (select from sites as s where s.agency_id = voygen_lib.agency() and s.site = rate.site) then
      perform voygen.raise('unknown_name', format('site %s is not known to this agency', left(rate.site, 80)), path => format('/rates/%s/site', at - 1),
        expected => (select string_agg(s.site, ', ' order by s.site) from sites as s where s.agency_id = voygen_lib.agency()),
        got => left(rate.site, 80));
    end if;
    perform voygen_lib.require_currency(rate.currency, format('/rates/%s/currency', at - 1));
    if rate.id is not null and not exists (
        select from commission_rates as r where r.agency_id = voygen_lib.agency() and r.rate_id = rate.id and r.is_active) then
      perform voygen.raise('not_found', format('rate %s does not exist in this agency', rate.id), path => format('/rates/%s/id', at - 1),
        expected => 'the number of a rate in use', got => rate.id::text, hint => 'Leave the id out to add a rate.');
    end if;
  end loop;
end
$$;
comment on function voygen_lib.check_rates(voygen_api.commission_rate[]) is 'Raises what is wrong with rates before any is written.';

create function voygen_api.configure_commission_rates(
  rates voygen_api.commission_rate[],
  mode voygen_api.configure_mode default 'merge',
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.configured
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  done voygen_api.configured := (0, 0, 0, 0, '{}', '{}');
  will commission_rates;
  was commission_rates;
  kept bigint[] := '{}';
begin
  if mode = 'replace' then
    perform voygen_lib.require_confirm(configure_commission_rates.confirm, 'replacing all rates');
  end if;
  perform voygen_lib.check_rates(rates);
  -- One at a time: what a rate replaces depends on those before it.
  perform from agencies where agency_id = voygen_lib.agency() for no key update;

  for at in 1..coalesce(cardinality(rates), 0) loop
    will := voygen_lib.rate_row(rates[at]);
    -- By its number; else one for the same offers: of the same days, else the one whose days the new one cuts off. One that
    -- holds on after the new one is not ended: being older, it stands back meanwhile.
    select *
    into was
    from commission_rates as r
    where r.agency_id = will.agency_id
      and r.is_active
      and r.rate_id <> all (kept)
      and (
        r.rate_id = will.rate_id
        or (will.rate_id is null
          and voygen_lib.rate_keys(r) = voygen_lib.rate_keys(will)
          and r.priority = will.priority
          and (r.effective_from is not distinct from will.effective_from
            or coalesce(r.effective_from < will.effective_from, r.effective_from is null)
              and coalesce(r.effective_until >= will.effective_from, true)
              and coalesce(will.effective_until, 'infinity') >= coalesce(r.effective_until, 'infinity'))))
    order by r.effective_from is not distinct from will.effective_from desc, r.effective_from desc nulls last, r.rate_id
    limit 1
    for update;

    if found and will.rate_id is null and was.effective_from is distinct from will.effective_from then
      perform voygen_lib.close_rate(was, will.effective_from - 1);
      done.closed := done.closed + 1;
      kept := kept || was.rate_id;
      was := null;
    end if;
    if was.rate_id is null then
      will.rate_id := next_id();
      will.created_at := now();
      will.updated_at := now();
      insert into commission_rates
      select will.*;
      done.inserted := done.inserted + 1;
    else
      will.rate_id := was.rate_id;
      will.created_at := was.created_at;
      will.updated_at := was.updated_at;
      if will is distinct from was then
        perform voygen_lib.store_rate(will, was);
        done.updated := done.updated + 1;
      else
        done.unchanged := done.unchanged + 1;
      end if;
    end if;
    kept := kept || will.rate_id;
    done.rate_ids := done.rate_ids || will.rate_id;
  end loop;

  if mode = 'replace' then
    for was in
      select *
      from commission_rates as r
      where r.agency_id = voygen_lib.agency()
        and r.is_active
        and r.rate_id <> all (kept)
        and coalesce(r.effective_until >= voygen_lib.today(), true)
      for update
    loop
      perform voygen_lib.close_rate(was, voygen_lib.today() - 1);
      done.closed := done.closed + 1;
    end loop;
  end if;
  done."overlaps" := voygen_lib.rate_overlaps();
  return done;
end
$$;
comment on function voygen_api.configure_commission_rates is
'Set commission rates
Adds rates and changes those there are. A rate with an id changes that rate; one without changes the rate for the same offers and days, or ends the one whose days it takes over; one that holds on longer stands back meanwhile. Nothing is deleted: what a rate was stays readable. Rates that hold for the same offers on the same days are reported.
@param rates The rates. @max_items 5000
@param mode merge leaves the other rates as they are, replace ends them as of yesterday.
@param confirm Must be true with replace.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"rates": [{"kind": "percent", "site": "navitrip", "product_type": "hotel", "value": 12, "effective_from": "2027-01-01"}]}';

revoke execute on function voygen_api.configure_commission_rates from public;
grant execute on function voygen_api.configure_commission_rates to voygen_admin;
