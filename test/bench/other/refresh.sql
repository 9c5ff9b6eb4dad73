-- The other side of P-1 to P-3: builds, writes, keeps history and takes the marks, all in one statement for the trips $1
-- as of $2. @facts@ is facts.sql. It runs as the superuser, so row security costs it nothing.
with fresh as materialized (
  @facts@
), taken as (
  delete from voygen.facts_dirty
  where agency_id = @agency@
    and trip_id = any ($1)
), history as (
  insert into voygen.trip_facts_history (agency_id, trip_id, recorded_at, lead_price_min, total_commission_potential, availability_status)
  select @agency@, n.trip_id, $2, n.lead_price_min, n.total_commission_potential, n.availability_status
  from fresh n
  left join voygen.trip_facts o on o.agency_id = @agency@ and o.trip_id = n.trip_id
  where (o.lead_price_min, o.total_commission_potential, o.availability_status)
        is distinct from (n.lead_price_min, n.total_commission_potential, n.availability_status)
  on conflict do nothing
)
insert into voygen.trip_facts (agency_id, trip_id, facts, lead_price_min, total_commission_potential, currency, availability_status,
                               last_availability_check, nights, traveler_count, valid_until, refreshed_at)
select @agency@, trip_id, facts, lead_price_min, total_commission_potential, currency, availability_status,
       last_availability_check, nights, traveler_count, valid_until, $2
from fresh
on conflict (agency_id, trip_id) do update
set facts = excluded.facts, lead_price_min = excluded.lead_price_min, total_commission_potential = excluded.total_commission_potential,
    currency = excluded.currency, availability_status = excluded.availability_status,
    last_availability_check = excluded.last_availability_check, nights = excluded.nights, traveler_count = excluded.traveler_count,
    valid_until = excluded.valid_until, refreshed_at = excluded.refreshed_at
