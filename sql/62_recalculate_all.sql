-- After a change of rates: the commission of all bookings once more, as a job that first says what would change.

create type voygen_api.recalculated_all as (
  applied boolean,
  bookings bigint,
  changed bigint,
  by_currency voygen_api.recalculated_currency[]
);
comment on type voygen_api.recalculated_all is 'What a recalculation found and did.';
comment on column voygen_api.recalculated_all.applied is 'false: it was declined, so changed and by_currency say what would have been.';

create function voygen_api.recalculate_all_commissions(
  booked_from date default null,
  booked_until date default null,
  site text default null,
  reason text default null,
  confirm boolean default false,
  idempotency_key text default null
) returns voygen_api.job_started
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
begin
  perform voygen_lib.require_dates(booked_from, booked_until, '/booked_from', '/booked_until');
  perform voygen_lib.require_site(site);
  return voygen_lib.start_job('recalculate_all_commissions', jsonb_strip_nulls(jsonb_build_object(
    'booked_from', booked_from, 'booked_until', booked_until, 'site', site, 'reason', reason, 'confirm', coalesce(confirm, false))));
end
$$;
comment on function voygen_api.recalculate_all_commissions is
'Recalculate all commissions
Works out the commission of bookings once more by the rates there are now, each as of its booking date. Unless it was confirmed from the start, it first goes through all of them and, when money would change, asks (input_required) before it changes anything. What a portal stated stays. Each change is kept in the audit with what was before. Cancelling leaves what is recalculated by then.
@param booked_from First booking day.
@param booked_until Last booking day.
@param site Only bookings made at this site.
@param reason Why, for the audit.
@param confirm true changes them without asking.
@param idempotency_key The same key with the same arguments runs once and answers the same.
@job recalculated_all
@destructive
@idempotent
@example {"booked_from": "2026-10-01", "reason": "new contract"}';

revoke execute on function voygen_api.recalculate_all_commissions from public;
grant execute on function voygen_api.recalculate_all_commissions to voygen_admin;

create function voygen_lib.bookings_to_recalculate(arguments jsonb, after bigint, most bigint) returns bigint[]
language sql stable parallel safe
set search_path = pg_catalog, voygen, pg_temp
as $$
  select array(
    select b.booking_id
    from bookings as b
    where b.agency_id = voygen_lib.agency()
      and b.booking_id > after
      and b.status <> 'cancelled'
      and b.booked_on >= coalesce((arguments ->> 'booked_from')::date, '-infinity')
      and b.booked_on <= coalesce((arguments ->> 'booked_until')::date, 'infinity')
      and (arguments ->> 'site' is null or b.site = arguments ->> 'site')
    order by b.booking_id
    limit most)
$$;
comment on function voygen_lib.bookings_to_recalculate(jsonb, bigint, bigint) is
'The next bookings behind this one that a call of recalculate_all_commissions with these arguments is about.';

create function voygen_lib.job_recalculate_all_commissions(inout job voygen.job, out result voygen_api.recalculated_all)
language plpgsql volatile parallel unsafe
set search_path = pg_catalog, voygen, pg_temp
as $$
declare
  -- Less than half a second, when all of them change.
  portion constant integer := 100;
  applying boolean := coalesce((job.state ->> 'applying')::boolean, (job.arguments ->> 'confirm')::boolean);
  so_far voygen_lib.recalculation := jsonb_populate_record((0, 0, '{}')::voygen_lib.recalculation, job.state -> 'so_far');
  wanted bigint[];
begin
  if job.state is null then
    perform voygen_lib.refresh_volumes();
    job.done := 0;
    job.total := cardinality(voygen_lib.bookings_to_recalculate(job.arguments, 0, null)) * case when applying then 1 else 2 end;
  end if;
  if job.state ->> 'asked' is not null then
    case voygen_lib.said_yes(job.answers, 'apply')
      when true then
        applying := true;
        so_far := (0, 0, '{}')::voygen_lib.recalculation;
        job.state := '{"after": 0}';
      when false then
        result := (false, so_far.bookings, so_far.changed, voygen_lib.sums_by_currency(so_far.sums))::voygen_api.recalculated_all;
        return;
      else
        job.input_requests := jsonb_build_object('apply', voygen_lib.yes_or_no(job.state ->> 'asked'));
        job.answers := job.answers - 'apply';
        return;
    end case;
  end if;
  wanted := voygen_lib.bookings_to_recalculate(job.arguments, coalesce((job.state ->> 'after')::bigint, 0), portion);
  so_far := voygen_lib.recalculate(so_far, wanted, applying, job.arguments ->> 'reason');
  job.done := job.done + cardinality(wanted);
  job.message := format(case when applying then '%s bookings recalculated, %s changed' else '%s bookings looked at, %s would change' end,
    so_far.bookings, so_far.changed);
  job.state := jsonb_build_object('applying', applying, 'after', wanted[cardinality(wanted)], 'so_far', to_jsonb(so_far));
  if cardinality(wanted) = portion then
    return;
  end if;
  if applying or so_far.changed = 0 then
    result := (true, so_far.bookings, so_far.changed, voygen_lib.sums_by_currency(so_far.sums))::voygen_api.recalculated_all;
    return;
  end if;
  job.state := job.state || jsonb_build_object('asked', format('%s of %s bookings would earn something else (%s). Change them?',
    so_far.changed, so_far.bookings,
    (select string_agg(format('%s %s instead of %s', s.currency, s.after, s.before), ', ' order by s.currency)
     from unnest(voygen_lib.sums_by_currency(so_far.sums)) as s)));
  job.input_requests := jsonb_build_object('apply', voygen_lib.yes_or_no(job.state ->> 'asked'));
end
$$;
comment on function voygen_lib.job_recalculate_all_commissions(voygen.job) is
'The work of recalculate_all_commissions: a hundred bookings a step, first looking, then, when that was agreed to, changing.';
