-- Data for P-10: trips numbered 1 to :trips of one agency, with three legs, twelve hotels, two activities each and half a
-- booking; five rooms for each hotel of every twentieth trip. Beside it :others agencies with 250 of the same trips each.
--
--   psql -v trips=1000000 -v others=200 -f million.sql
--
-- Raw JSON is left out. Rows lie in trip order, marks and foreign keys are off, and the indexes that no rule needs are
-- built after the rows. Hotels and rooms are not sorted: legs and hotels are read as they lie. Later numbers travel later, so that "newest" and "soonest" are not independent, as in life.
\set ON_ERROR_STOP on
set client_min_messages = warning;
set synchronous_commit = off;
set maintenance_work_mem = '512MB';
set work_mem = '256MB';
\ir pick.sql

create or replace function bench.spoken(id bigint, salt integer, syllables integer)
returns text
language sql
immutable
parallel safe
return (
  select initcap(string_agg((array['ka', 'lo', 'mi', 'ren', 'tas', 'vo', 'del', 'ni', 'sor', 'pe', 'han', 'bri', 'qua', 'zel', 'um', 'far'])[1 + bench.pick(id, salt + s, 16)], ''))
  from generate_series(1, syllables) s);

-- Eight places that everybody wants, and four hundred others.
create or replace function bench.place(trip bigint)
returns text
language sql
immutable
parallel safe
return case
  when bench.pick(trip, 8, 100) < 60
  then (array['Dublin', 'Cancun', 'Rome', 'Tokyo', 'Lisbon', 'Hawaii', 'Paris', 'Bali'])[1 + bench.pick(trip, 9, 8)]
  else 'Port ' || bench.spoken(bench.pick(trip, 10, 400), 700, 3)
end;

select voygen.create_agency('bench', 'Benchmark Travel', 'USD') as made \gset
select count(voygen.create_agency('bench-' || n, 'Other Travel ' || n, 'USD')) as made from generate_series(1, :others) n \gset
select agency_id as agency from voygen.agencies where slug = 'bench' \gset
select set_config('voygen.agency_id', :'agency', false) as agency_set \gset

call voygen.disable_marking();
set session_replication_role = replica;
create table bench.put_aside as
select indexdef as definition
from pg_indexes
where schemaname = 'voygen'
  and tablename in ('clients', 'trips', 'trip_legs', 'trip_activities', 'bookings', 'hotel_cache', 'rooms_cache')
  and not exists (select from pg_constraint c where c.conname = indexname and c.connamespace = 'voygen'::regnamespace);
select format('drop index voygen.%I', substring(definition from 'INDEX (\S+) ON')) from bench.put_aside \gexec

begin;
insert into voygen.clients (agency_id, client_id, slug, name, email, tier)
select :agency, c, lower(given || '-' || family || '-' || c), given || ' ' || family, lower(given) || c || '@example.org',
       (array['standard', 'standard', 'standard', 'premium', 'vip', 'platinum'])[1 + bench.pick(c, 1, 6)]
from generate_series(1, greatest(:trips * 6 / 10, 1)) c
cross join lateral (select bench.spoken(bench.pick(c, 90, 60), 800, 2) as given, bench.spoken(bench.pick(c, 91, 20000), 900, 4) as family) said;

insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, status, traveler_count,
                          traveler_names, currency)
select :agency, t, lower(split_part(c.name, ' ', 2) || '-' || replace(d.place, ' ', '-') || '-' || t), c.client_id,
       d.place || ' in ' || to_char(d.start, 'FMMonth')
         || case bench.pick(t, 11, 200) when 0 then ' honeymoon' when 1 then ' anniversary' when 2 then ' with golf' else '' end,
       d.place, d.start, d.start + 6,
       case
         when d.start < current_date - 10 then case when bench.pick(t, 5, 14) = 0 then 'cancelled' else 'completed' end
         when d.start < current_date then 'in_progress'
         else (array['planning', 'planning', 'planning', 'proposed', 'proposed', 'confirmed', 'deposit_paid', 'paid_in_full'])[1 + bench.pick(t, 6, 8)]
       end,
       2, array[c.name], 'USD'
from generate_series(1, :trips) t
cross join lateral (
  select bench.place(t) as place,
         current_date - 1500 + 1800 * t / :trips + bench.pick(t, 3, 120) as start) d
join voygen.clients c on c.agency_id = :agency and c.client_id = 1 + bench.pick(t, 2, greatest(:trips * 6 / 10, 1))
order by t;

insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city, country, arrive_date, depart_date)
select :agency, t.trip_id, t.trip_id * 10 + k, k, case k when 1 then t.destination else 'Bay ' || bench.spoken(bench.pick(t.trip_id, 12 + k, 900), 600, 2) end,
       (array['IE', 'MX', 'IT', 'JP', 'PT', 'US', 'FR', 'ID'])[1 + bench.pick(t.trip_id, 9, 8)],
       t.start_date + (k - 1) * 2, t.start_date + k * 2
from voygen.trips t
cross join generate_series(1, 3) k
where t.agency_id = :agency
order by t.trip_id, k;

insert into voygen.trip_activities (agency_id, trip_id, activity_id, leg_id, site, title, activity_date, price_amount, currency, price_basis, status)
select :agency, t.trip_id, t.trip_id * 100 + k, t.trip_id * 10 + k, 'viator', (array['Walking tour', 'Museum visit', 'Boat trip'])[1 + bench.pick(t.trip_id, 20 + k, 3)],
       t.start_date + k, 20 + bench.pick(t.trip_id, 40 + k, 180), 'USD', 'per_person', 'proposed'
from voygen.trips t
cross join generate_series(1, 2) k
where t.agency_id = :agency
order by t.trip_id, k;

insert into voygen.bookings (agency_id, trip_id, booking_id, leg_id, kind, site, reference, status, price_amount, currency, nights, commission_amount, commission_source)
select :agency, t.trip_id, t.trip_id * 10, t.trip_id * 10 + 1, 'hotel', 'navitrip', 'R' || t.trip_id, 'booked', 300 + bench.pick(t.trip_id, 82, 2000), 'USD', 2,
       30 + bench.pick(t.trip_id, 84, 200), 'stated'
from voygen.trips t
where t.agency_id = :agency and t.trip_id % 2 = 0
order by t.trip_id;

-- One trip in ten was not checked within a day, in 33 everything is sold out, in a hundred the check failed.
insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, leg_id, site, hotel_key, giata_id, name, chain, city, distance_to_center, star_rating,
                                review_score, price_amount, currency, price_basis, price_tax, total_amount, total_tax, check_in, check_out,
                                nights, guests, availability_status, checked_at, refundable, commission_percent)
select :agency, l.trip_id, h, l.leg_id, site, site || ':' || (100000 + h % 90000), (500000 + h % 90000)::text, 'Hotel ' || (h % 90000),
       (array['Hilton', 'Marriott', 'Hyatt', 'Accor', 'IHG', null])[1 + bench.pick(h, 10, 6)],
       l.city, bench.pick(h, 14, 9000) / 1000.0, 2 + bench.pick(h, 15, 7) / 2.0, 6 + bench.pick(h, 16, 400) / 100.0,
       price, 'USD', 'per_night', 'excluded', price * 2, 'excluded', l.arrive_date, l.depart_date, 2, 2,
       case when bench.pick(l.trip_id, 50, 33) = 0 then 'sold_out' when bench.pick(l.trip_id, 51, 100) = 0 then 'extract_failed' else 'available' end,
       now() - case when bench.pick(l.trip_id, 52, 10) = 0 then interval '3 days' else bench.pick(h, 19, 60) * interval '1 minute' end,
       bench.pick(h, 20, 2) = 0, case when bench.pick(h, 21, 4) = 0 then 10 + bench.pick(h, 22, 10) end
from voygen.trip_legs l
cross join generate_series(1, 4) k
cross join lateral (select l.trip_id * 100 + (l.leg_id % 10) * 4 - 4 + k as h) n
cross join lateral (
  select (array['navitrip', 'trisept', 'vax', 'web'])[1 + bench.pick(h, 9, 4)] as site,
         round((40 + bench.pick(l.trip_id, 23, 90000) / 100.0) * (100 + bench.pick(h, 24, 150)) / 100, 2) as price) x
where l.agency_id = :agency;

insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, tax_basis, currency,
                                max_occupancy, rate_type, refundable, availability_status)
select :agency, h.trip_id, h.hotel_id, h.hotel_id * 10 + k, 'r' || k, (array['Standard King', 'Standard Twin', 'Deluxe King', 'Junior Suite', 'Family Room'])[k],
       price, price * 2, 'excluded', 'USD', 2 + k % 3, 'standard', k % 2 = 0, 'available'
from voygen.hotel_cache h
cross join generate_series(1, 5) k
cross join lateral (select round(h.price_amount * (90 + 10 * k) / 100, 2) as price) x
where h.agency_id = :agency and h.trip_id % 20 = 0;

-- The other agencies.
insert into voygen.clients (agency_id, client_id, slug, name, email)
select a.agency_id, c.client_id, c.slug, c.name, c.email
from voygen.agencies a
join voygen.clients c on c.agency_id = :agency and c.client_id in (select client_id from voygen.trips where agency_id = :agency and trip_id <= 250)
where a.slug like 'bench-%';
insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, status, traveler_count, currency)
select a.agency_id, t.trip_id, t.slug, t.client_id, t.title, t.destination, t.start_date, t.end_date, t.status, 2, 'USD'
from voygen.agencies a
join voygen.trips t on t.agency_id = :agency and t.trip_id <= 250
where a.slug like 'bench-%';
insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, site, hotel_key, name, city, price_amount, currency, price_basis, availability_status, checked_at)
select a.agency_id, h.trip_id, h.hotel_id, h.site, h.hotel_key, h.name, h.city, h.price_amount, h.currency, h.price_basis, h.availability_status, h.checked_at
from voygen.agencies a
join voygen.hotel_cache h on h.agency_id = :agency and h.trip_id <= 250
where a.slug like 'bench-%';
commit;

reset session_replication_role;
select definition from bench.put_aside \gexec
drop table bench.put_aside;
call voygen.enable_marking();
vacuum analyze voygen.agencies, voygen.clients, voygen.trips, voygen.trip_legs, voygen.trip_activities, voygen.bookings, voygen.hotel_cache, voygen.rooms_cache;
