-- After a change of rates: the commission of bookings once more, and the volumes that rates with tiers go by.

create function voygen_lib.refresh_volumes() returns void
language plpgsql volatile parallel unsafe
security definer -- count_volumes is the owner's, for it takes any agency; here it gets the caller's
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  call voygen.count_volumes(voygen_lib.agency());
end
$$;
revoke execute on function voygen_lib.refresh_volumes() from public;
grant execute on function voygen_lib.refresh_volumes() to voygen_admin;
comment on function voygen_lib.refresh_volumes() is 'Brings the volumes of the current agency to what its bookings say.';

create type voygen_api.recalculated_currency as (
  currency text,
  before numeric,
  after numeric
);
comment on type voygen_api.recalculated_currency is 'Commission of the bookings looked at, before and after.';

create type voygen_api.recalculated as (
  bookings bigint,
  changed bigint,
  by_currency voygen_api.recalculated_currency[]
);
comment on type voygen_api.recalculated is 'What a recalculation found.';

create type voygen_lib.recalculation as (
  bookings bigint,
  changed bigint,
  sums jsonb
);
comment on type voygen_lib.recalculation is 'What recalculating has found so far: per currency the commission before and after.';

create function voygen_lib.recalculate(so_far voygen_lib.recalculation, wanted bigint[], store boolean, reason text) returns voygen_lib.recalculation
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  one record;
  was bookings;
  will bookings;
begin
  if store then
    perform
    from bookings as b
    where b.agency_id = voygen_lib.agency()
      and b.booking_id = any (wanted)
    order by b.trip_id, b.booking_id
    for update;
  end if;
  -- What booking_quote says, with rates and rules put together once for all.
  for one in
    with known as materialized (
      select voygen_lib.rates() as rates, voygen_lib.rules() as rules, voygen_lib.rounding() as rounding, voygen_lib.today() as today
    )
    select b as booking,
      case
        when currency_exponent(b.currency) is not null
        then commission_quote(voygen_lib.booking_offer(b), k.rates, k.rules, k.rounding, k.today)
      end as quote
    from bookings as b
    cross join known as k
    where b.agency_id = voygen_lib.agency()
      and b.booking_id = any (wanted)
      and b.status <> 'cancelled'
    order by b.trip_id, b.booking_id
  loop
    was := one.booking;
    will := voygen_lib.with_commission(was, one.quote);
    so_far.bookings := so_far.bookings + 1;
    if (will.commission_amount, will.commission_percent, will.commission_source, will.rate_id)
      is distinct from (was.commission_amount, was.commission_percent, was.commission_source, was.rate_id) then
      if store then
        perform voygen_lib.store_booking(will);
        perform voygen_lib.audit_booking(will, was.commission_amount, one.quote, coalesce('recalculated: ' || recalculate.reason, 'recalculated'));
      end if;
      so_far.changed := so_far.changed + 1;
    end if;
    if was.currency is not null then
      so_far.sums := so_far.sums || jsonb_build_object(was.currency, jsonb_build_array(
        coalesce((so_far.sums #>> array[was.currency::text, '0'])::numeric, 0) + coalesce(was.commission_amount, 0),
        coalesce((so_far.sums #>> array[was.currency::text, '1'])::numeric, 0) + coalesce(will.commission_amount, 0)));
    end if;
  end loop;
  return so_far;
end
$$;
comment on function voygen_lib.recalculate(voygen_lib.recalculation, bigint[], boolean, text) is
'Works out the commission of bookings once more and, if told so, stores what changed. Cancelled ones are left as they are.';

create function voygen_lib.sums_by_currency(sums jsonb) returns voygen_api.recalculated_currency[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select coalesce(
    array_agg((
        s.key, voygen_lib.exact((s.value ->> 0)::numeric, s.key), voygen_lib.exact((s.value ->> 1)::numeric, s.key))::voygen_api.recalculated_currency
      order by s.key),
    '{}')
  from jsonb_each(sums) as s
$$;
comment on function voygen_lib.sums_by_currency(jsonb) is 'The sums of a recalculation as tools answer them.';

create function voygen_api.recalculate_commission(
  trip_id text default null,
  booked_from date default null,
  booked_until date default null,
  reason text default null,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.recalculated
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
#variable_conflict use_column
declare
  wanted_trip bigint;
  done voygen_lib.recalculation;
begin
  perform voygen_lib.require_confirm(recalculate_commission.confirm, 'recalculating the commission of bookings');
  perform voygen_lib.require_dates(recalculate_commission.booked_from, recalculate_commission.booked_until, '/booked_from', '/booked_until');
  if recalculate_commission.trip_id is not null then
    wanted_trip := voygen.resolve_trip(recalculate_commission.trip_id);
  end if;
  perform voygen_lib.refresh_volumes();
  done := voygen_lib.recalculate((0, 0, '{}')::voygen_lib.recalculation,
    array(
      select b.booking_id
      from bookings as b
      where b.agency_id = voygen_lib.agency()
        and (wanted_trip is null or b.trip_id = wanted_trip)
        and b.status <> 'cancelled'
        and (recalculate_commission.booked_from is null or b.booked_on >= recalculate_commission.booked_from)
        and (recalculate_commission.booked_until is null or b.booked_on <= recalculate_commission.booked_until)),
    true, recalculate_commission.reason);
  return (done.bookings, done.changed, voygen_lib.sums_by_currency(done.sums))::voygen_api.recalculated;
end
$$;
comment on function voygen_api.recalculate_commission is
'Recalculate the commission of bookings
Works out the commission of bookings once more by the rates there are now, each as of its booking date. What a portal stated stays. Each change is kept in the audit with what was before. For more bookings than fit into one call, recalculate_all_commissions does it as a job.
@param trip_id Number or slug of a trip; every trip when absent. @format id
@param booked_from First booking day.
@param booked_until Last booking day.
@param reason Why, for the audit.
@param confirm Must be true.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@destructive
@idempotent
@example {"booked_from": "2026-10-01", "booked_until": "2026-12-31", "reason": "new contract", "confirm": true}';

revoke execute on function voygen_api.recalculate_commission from public;
grant execute on function voygen_api.recalculate_commission to voygen_admin;
