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
  was bookings;
  will bookings;
  quote jsonb;
  answer voygen_api.recalculated := (0, 0, '{}');
  sums jsonb := '{}';
begin
  perform voygen_lib.require_confirm(recalculate_commission.confirm, 'recalculating the commission of bookings');
  perform voygen_lib.require_dates(recalculate_commission.booked_from, recalculate_commission.booked_until, '/booked_from', '/booked_until');
  if recalculate_commission.trip_id is not null then
    wanted_trip := voygen.resolve_trip(recalculate_commission.trip_id);
  end if;
  perform voygen_lib.refresh_volumes();
  for was in
    select b.*
    from bookings as b
    where b.agency_id = voygen_lib.agency()
      and (wanted_trip is null or b.trip_id = wanted_trip)
      and b.status <> 'cancelled'
      and (recalculate_commission.booked_from is null or b.booked_on >= recalculate_commission.booked_from)
      and (recalculate_commission.booked_until is null or b.booked_on <= recalculate_commission.booked_until)
    order by b.trip_id, b.booking_id
    for update
  loop
    quote := voygen_lib.booking_quote(was);
    will := voygen_lib.with_commission(was, quote);
    answer.bookings := answer.bookings + 1;
    if (will.commission_amount, will.commission_percent, will.commission_source, will.rate_id)
      is distinct from (was.commission_amount, was.commission_percent, was.commission_source, was.rate_id) then
      perform voygen_lib.store_booking(will);
      perform voygen_lib.audit_booking(will, was.commission_amount, quote, coalesce('recalculated: ' || recalculate_commission.reason, 'recalculated'));
      answer.changed := answer.changed + 1;
    end if;
    if was.currency is not null then
      sums := sums || jsonb_build_object(was.currency, jsonb_build_array(
        coalesce((sums #>> array[was.currency::text, '0'])::numeric, 0) + coalesce(was.commission_amount, 0),
        coalesce((sums #>> array[was.currency::text, '1'])::numeric, 0) + coalesce(will.commission_amount, 0)));
    end if;
  end loop;
  answer.by_currency := coalesce(
    (select array_agg((
        s.key, voygen_lib.exact((s.value ->> 0)::numeric, s.key), voygen_lib.exact((s.value ->> 1)::numeric, s.key))::voygen_api.recalculated_currency
      order by s.key)
     from jsonb_each(sums) as s),
    '{}');
  return answer;
end
$$;
comment on function voygen_api.recalculate_commission is
'Recalculate the commission of bookings
Works out the commission of bookings once more by the rates there are now, each as of its booking date. What a portal stated stays. Each change is kept in the audit with what was before.
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
