-- Benchmark data: one agency of a busy size, the same every time but for the dates, which hang on today.
--
--   psql -v trips=20000 -f generate.sql        20,000 trips: 60,000 legs, 240,000 hotels, 1,200,000 rooms, 200,000 activities
--
-- Rows lie in trip order, as an ingest leaves them. Foreign keys are off while loading (superuser).
-- Every choice is a hash of the row's number and a salt, so no two runs differ.
\set ON_ERROR_STOP on
\if :{?trips}
\else
  \set trips 20000
\endif
set client_min_messages = warning;
\ir pick.sql

select voygen.create_agency('bench', 'Benchmark Travel', 'USD') as made \gset
select agency_id as agency from voygen.agencies where slug = 'bench' \gset
select set_config('voygen.agency_id', :'agency', false) as agency_set \gset

begin;
-- its own terms instead of those a new agency starts with
delete from voygen.commission_rules where agency_id = :agency;
delete from voygen.commission_rates where agency_id = :agency;
set local session_replication_role = replica;
set local synchronous_commit = off;
set local work_mem = '256MB';

insert into voygen.sites (agency_id, site, title, kind)
select :agency, site, initcap(site), 'portal'
from unnest(array['navitrip', 'trisept', 'vax', 'viator', 'web']) site
on conflict do nothing;

insert into voygen.clients (agency_id, client_id, slug, name, email, tier)
select :agency, c, 'client-' || c, 'Client ' || c, 'client' || c || '@example.org',
       (array['standard', 'standard', 'standard', 'premium', 'vip', 'platinum'])[1 + bench.pick(c, 1, 6)]
from generate_series(1, greatest(:trips * 6 / 10, 1)) c;

insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, status,
                          traveler_count, traveler_names, currency, budget_amount, budget_currency)
select :agency, t, 'trip-' || t, 1 + bench.pick(t, 2, greatest(:trips * 6 / 10, 1)),
       place || ' in ' || to_char(start, 'FMMonth'), place, start, start + 6 + bench.pick(t, 4, 9),
       (array['planning', 'planning', 'proposed', 'confirmed', 'completed'])[1 + bench.pick(t, 5, 5)],
       2, array['Demo Guest ' || t, 'Next Guest ' || t], 'USD',
       case when bench.pick(t, 6, 3) > 0 then 2000 + 100 * bench.pick(t, 7, 80) end,
       case when bench.pick(t, 6, 3) > 0 then 'USD' end
from generate_series(1, :trips) t
cross join lateral (
  select (array['Dublin', 'Cancun', 'Rome', 'Tokyo', 'Lisbon', 'Hawaii', 'Paris', 'Bali'])[1 + bench.pick(t, 8, 8)] as place,
         current_date + 20 + bench.pick(t, 3, 300) as start) p;

insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city, region, country, arrive_date, depart_date)
select :agency, t.trip_id, t.trip_id * 10 + k, k, t.destination || ' ' || k, 'Region ' || k,
       (array['IE', 'MX', 'IT', 'JP', 'PT', 'US', 'FR', 'ID'])[1 + bench.pick(t.trip_id, 8, 8)],
       t.start_date + (k - 1) * 2, t.start_date + k * 2
from voygen.trips t
cross join generate_series(1, 3) k
where t.agency_id = :agency
order by t.trip_id, k;

insert into voygen.trip_activities (agency_id, trip_id, activity_id, leg_id, site, title, activity_date, price_amount,
                                    currency, price_basis, status)
select :agency, t.trip_id, t.trip_id * 100 + k, t.trip_id * 10 + 1 + k % 3, 'viator',
       (array['Walking tour', 'Museum visit', 'Boat trip', 'Cooking class', 'Day trip to the hills'])[1 + bench.pick(t.trip_id, 20 + k, 5)],
       t.start_date + k % 7, 20 + bench.pick(t.trip_id, 40 + k, 18000) / 100.0, 'USD', 'per_person',
       (array['proposed', 'proposed', 'selected', 'booked'])[1 + bench.pick(t.trip_id, 60 + k, 4)]
from voygen.trips t
cross join generate_series(1, 10) k
where t.agency_id = :agency
order by t.trip_id, k;

insert into voygen.bookings (agency_id, trip_id, booking_id, leg_id, kind, site, status, price_amount, currency, nights,
                             refundable, commission_amount, commission_source)
select :agency, t.trip_id, t.trip_id * 10 + k, t.trip_id * 10 + k, (array['hotel', 'air'])[k], 'navitrip',
       (array['booked', 'booked', 'cancelled'])[1 + bench.pick(t.trip_id, 80 + k, 3)],
       300 + bench.pick(t.trip_id, 82 + k, 200000) / 100.0, 'USD', 2, true,
       30 + bench.pick(t.trip_id, 84 + k, 20000) / 100.0, 'stated'
from voygen.trips t
cross join generate_series(1, 2) k
where t.agency_id = :agency
order by t.trip_id, k;

-- four hotels a leg; a twelfth of the rows lists a hotel of the same leg again under another site
insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, leg_id, site, hotel_key, site_id, giata_id, name, chain,
                                supplier, city, region, country, address, distance_to_center, star_rating,
                                review_score, review_count, price_amount, currency, price_basis, price_tax,
                                total_amount, total_tax, tax_amount, check_in, check_out, nights, guests,
                                availability_status, checked_at, refundable, commission_amount, commission_percent,
                                product_type, rate_type, amenities, raw_json)
select :agency, l.trip_id, h, l.leg_id, site, site || ':' || (100000 + h % 90000), (100000 + h % 90000)::text,
       (500000 + twin)::text, 'Hotel ' || word || ' ' || (twin % 1000), chain, 'Supplier ' || bench.pick(h, 12, 6),
       l.city, l.region, l.country, (1 + bench.pick(h, 13, 200)) || ' Main Street', bench.pick(h, 14, 9000) / 1000.0,
       2 + bench.pick(h, 15, 7) / 2.0, 6 + bench.pick(h, 16, 400) / 100.0, bench.pick(h, 17, 5000),
       price, 'USD', 'per_night', 'excluded', price * 2, 'excluded', round(price * 0.2, 2),
       l.arrive_date, l.depart_date, 2, 2,
       (array['available', 'available', 'available', 'available', 'available', 'sold_out', 'not_checked', 'available'])[1 + bench.pick(h, 18, 8)],
       now() - bench.pick(h, 19, 36) * interval '1 hour', bench.pick(h, 20, 2) = 0, null, null,
       (array['hotel', 'hotel', 'resort', 'villa'])[1 + bench.pick(h, 21, 4)],
       (array['standard', 'refundable', 'promo', null])[1 + bench.pick(h, 22, 4)],
       array['wifi', 'pool', 'breakfast'],
       jsonb_build_object('id', h, 'source', site, 'title', 'Hotel ' || word, 'hash', md5(h::text),
                          'photos', (select jsonb_agg('https://img.example.org/' || md5((h * 31 + i)::text) || '.jpg')
                                     from generate_series(1, 12) i),
                          'text', repeat(md5(h::text || site) || ' ', 16))
from voygen.trip_legs l
cross join generate_series(1, 4) k
cross join lateral (select l.trip_id * 100 + (l.leg_id % 10) * 4 - 4 + k as h) n
cross join lateral (
  select case when k = 4 and bench.pick(h, 23, 3) = 0 then h - 1 else h end as twin,
         (array['navitrip', 'trisept', 'vax', 'web'])[1 + bench.pick(h, 9, 4)] as site,
         (array['Hilton', 'Marriott', 'Hyatt', 'Accor', 'IHG', null])[1 + bench.pick(h, 10, 6)] as chain,
         (array['Grand', 'Park', 'Royal', 'Plaza', 'Garden', 'Harbour'])[1 + bench.pick(h, 11, 6)] as word,
         60 + bench.pick(h, 24, 44000) / 100.0 as price) x
where l.agency_id = :agency
order by l.trip_id, h;

insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount,
                                tax_basis, tax_amount, currency, max_occupancy, rate_type, refundable,
                                commission_eligible, commission_percent, commission_amount, availability_status,
                                raw_json)
select :agency, h.trip_id, h.hotel_id, r, 'r' || k,
       (array['Standard King', 'Standard Twin', 'Deluxe King', 'Junior Suite', 'Family Room'])[k],
       price, price * 2, (array['excluded', 'excluded', 'included', 'unknown'])[1 + bench.pick(r, 30, 4)],
       round(price * 0.2, 2), 'USD', 2 + k % 3,
       (array['standard', 'refundable', 'promo', 'package', 'net'])[1 + bench.pick(r, 31, 5)], bench.pick(r, 32, 2) = 0,
       bench.pick(r, 33, 40) > 0, null,
       case when bench.pick(r, 34, 10) = 0 then round(price * 0.22, 2) end,
       (array['available', 'available', 'available', 'available', 'sold_out'])[1 + bench.pick(r, 35, 5)],
       ('{"id": ' || r || ', "plan": "P' || bench.pick(r, 36, 90) || '", "view": "city", "beds": ["king"], "hash": "'
        || md5(r::text) || '", "notes": "' || md5((r * 7)::text) || md5((r * 11)::text) || md5((r * 13)::text)
        || md5((r * 17)::text) || md5((r * 19)::text) || md5((r * 23)::text) || md5((r * 29)::text)
        || md5((r * 31)::text) || '"}')::jsonb
from voygen.hotel_cache h
cross join generate_series(1, 5) k
cross join lateral (select h.hotel_id * 10 + k as r) n
cross join lateral (select round(h.price_amount * (90 + 10 * k) / 100, 2) as price) x
where h.agency_id = :agency
order by h.trip_id, h.hotel_id, k;

\ir rates.sql
-- the marks of loading: facts are built whole by whoever measures them
delete from voygen.facts_dirty where agency_id = :agency;
commit;

analyze voygen.agencies, voygen.sites, voygen.clients, voygen.trips, voygen.trip_legs, voygen.trip_activities, voygen.bookings,
  voygen.hotel_cache, voygen.rooms_cache, voygen.commission_rates, voygen.commission_rules, voygen.commission_volumes;
reset client_min_messages;
