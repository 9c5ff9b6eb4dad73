-- Two agencies full of odd trips, the same every time for one seed: unknown values everywhere, several currencies, hotels listed twice,
-- trips without legs, legs without hotels, offers outside legs, rooms of all kinds, cancelled and archived rows, all rate
-- kinds, rules of every condition and action.
--
--   psql -v trips=150 -v seed=11 -f odd_trips.sql        trips per agency; as superuser, triggers on
\set ON_ERROR_STOP on
\if :{?trips}
\else
  \set trips 150
\endif
\if :{?seed}
\else
  \set seed 11
\endif
set client_min_messages = warning;
create schema if not exists odd;

-- a number from 0 to n - 1, settled by the row and the salt
create or replace function odd.pick(id bigint, salt integer, n integer)
returns integer
language sql
immutable
return ((hashint8extended(id * 7919 + salt, :seed) & 2147483647) % n)::integer;

-- one of the values; an empty string stands for unknown
create or replace function odd.word(id bigint, salt integer, variadic words text[])
returns text
language sql
immutable
return nullif(words[1 + odd.pick(id, salt, cardinality(words))], '');

-- an amount with the digits of the currency, sometimes unknown
create or replace function odd.amount(id bigint, salt integer, currency text, most integer)
returns numeric
language sql
immutable
return case
  when odd.pick(id, salt, 8) = 0 then null
  when currency in ('JPY', 'KRW') then odd.pick(id, salt + 1, most * 100)
  when currency in ('KWD') then round(odd.pick(id, salt + 1, most * 300) / 1000.0, 3)
  else round(odd.pick(id, salt + 1, most * 100) / 100.0, 2)
end;

select voygen.create_agency('odd-one', 'Odd One', 'USD'), voygen.create_agency('odd-two', 'Odd Two', 'JPY') \g /dev/null
update voygen.agencies set rounding = 'half_even', low_cut = 33.33, high_cut = 70 where slug = 'odd-two';

begin;
create temp table ag on commit drop as
select agency_id, row_number() over (order by slug) as n
from voygen.agencies
where slug in ('odd-one', 'odd-two');

-- their own terms instead of those a new agency starts with
delete from voygen.commission_rules where agency_id in (select agency_id from ag);
delete from voygen.commission_rates where agency_id in (select agency_id from ag);

-- ids drawn later stay clear of those given here
select setval(format('voygen.ids_%s', agency_id)::regclass, 10000000) from ag \g /dev/null

insert into voygen.sites (agency_id, site, title, kind)
select agency_id, site, initcap(site), 'portal'
from ag, unnest(array['navitrip', 'trisept', 'vax', 'viator', 'web']) site
on conflict do nothing;

insert into voygen.users (agency_id, user_id, email, name)
select agency_id, 1, 'ann@example.org', 'Ann'
from ag;

insert into voygen.clients (agency_id, client_id, slug, name, tier, archived_at)
select agency_id, c, 'client-' || c, odd.word(c, 1, 'Åsa Ödman', '山田太郎', 'O''Brien "Bob"', E'Back\\slash', 'Plain Jane'),
       odd.word(c, 2, 'standard', 'premium', 'vip', 'platinum'), case when odd.pick(c, 3, 9) = 0 then now() end
from ag, generate_series(1, 25) c;

insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, status,
                          traveler_count, traveler_names, currency, budget_amount, budget_currency, advisor_id, archived_at)
select agency_id, t, 'trip-' || t, 1 + odd.pick(t, 10, 25), odd.word(t, 11, 'A week away', 'Été à Nice', '東京の春', 'x'),
       odd.word(t, 12, 'Dublin', 'cancún', 'Rome', 'TOKYO', 'Dublin, Cork and Rome', 'Dublinia', 'Old Tokyo/Kyoto'), start, start + odd.pick(t, 14, 20),
       odd.word(t, 15, 'planning', 'proposed', 'confirmed', 'deposit_paid', 'paid_in_full', 'in_progress', 'completed', 'cancelled'),
       case when odd.pick(t, 16, 4) > 0 then odd.pick(t, 17, 9) + 1 end,
       case odd.pick(t, 18, 3) when 0 then '{}' when 1 then array['Ann'] else array['Jörg "J"', '花子', 'C\D'] end,
       currency, odd.amount(t, 20, currency, 9000),
       case odd.pick(t, 22, 4) when 0 then null when 1 then 'EUR' else currency end,
       case when odd.pick(t, 26, 2) = 0 then 1 end, case when odd.pick(t, 23, 12) = 0 then now() end
from ag, generate_series(1, :trips) t
cross join lateral (
  select case when odd.pick(t, 13, 6) > 0 then current_date - 40 + odd.pick(t, 19, 200) end as start,
         odd.word(t + n, 24, 'USD', 'USD', 'JPY', 'KWD', 'EUR') as currency) x;

insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city, region, country, arrive_date, depart_date)
select agency_id, t, t * 10 + k, case when odd.pick(t, 30, 5) = 0 then 1 else 5 - k end,
       odd.word(t + k, 31, 'Dublin', 'Cork', '京都', 'Roma'), odd.word(t + k, 32, 'North', ''), odd.word(t + k, 33, 'IE', 'JP', ''),
       arrive, arrive + odd.pick(t + k, 34, 5)
from ag, generate_series(1, :trips) t
cross join lateral generate_series(1, odd.pick(t, 35, 5)) k
cross join lateral (select case when odd.pick(t + k, 36, 4) > 0 then current_date + odd.pick(t + k, 37, 90) end as arrive) x;

insert into voygen.trip_activities (agency_id, trip_id, activity_id, leg_id, site, title, activity_date, price_amount, currency, status)
select agency_id, t, t * 100 + k, null, 'viator', odd.word(t * k, 40, 'Walk', 'Musée', '寺'),
       case when odd.pick(t * k, 41, 4) > 0 then current_date + odd.pick(t * k, 42, 30) end,
       odd.amount(t * 100 + k, 43, currency, 300), currency, odd.word(t * k, 45, 'proposed', 'selected', 'booked', 'cancelled')
from ag, generate_series(1, :trips) t
cross join lateral generate_series(1, odd.pick(t, 46, 6)) k
cross join lateral (select odd.word(t * 100 + k, 47, 'USD', 'JPY', 'KWD', '') as currency) x;

insert into voygen.flights (agency_id, trip_id, flight_id, origin, destination, depart_at, price_amount, currency, status)
select agency_id, t, t * 100 + k, odd.word(t + k, 50, 'SEA', 'JFK', ''), odd.word(t + k, 51, 'DUB', 'HND', ''),
       case when odd.pick(t + k, 52, 4) > 0 then date_trunc('day', now()) + odd.pick(t + k, 53, 9000000) * interval '1.7 seconds' end,
       odd.amount(t * 100 + k, 54, currency, 2000), currency, odd.word(t + k, 56, 'proposed', 'selected', 'booked', 'cancelled')
from ag, generate_series(1, :trips) t
cross join lateral generate_series(1, odd.pick(t, 57, 4)) k
cross join lateral (select odd.word(t * 100 + k, 58, 'USD', 'JPY', 'KWD', '') as currency) x;

insert into voygen.transfers (agency_id, trip_id, transfer_id, kind, pickup_at, price_amount, currency, status)
select agency_id, t, t * 100 + k, odd.word(t + k, 60, 'private', 'shared', ''),
       case when odd.pick(t + k, 61, 4) > 0 then date_trunc('day', now()) + odd.pick(t + k, 62, 100000) * interval '1 minute' end,
       odd.amount(t * 100 + k, 63, currency, 200), currency, odd.word(t + k, 65, 'proposed', 'selected', 'booked', 'cancelled')
from ag, generate_series(1, :trips) t
cross join lateral generate_series(1, odd.pick(t, 66, 3)) k
cross join lateral (select odd.word(t * 100 + k, 67, 'USD', 'JPY', 'KWD', '') as currency) x;

insert into voygen.bookings (agency_id, trip_id, booking_id, kind, site, status, price_amount, currency, commission_amount)
select agency_id, t, t * 100 + k, odd.word(t + k, 70, 'hotel', 'air', 'transfer', 'insurance', 'car', 'activity', 'package', 'cruise', 'other'),
       odd.word(t + k, 71, 'navitrip', 'vax', ''), odd.word(t + k, 72, 'pending', 'booked', 'cancelled', 'completed'),
       odd.amount(t * 100 + k, 73, currency, 3000), currency, odd.amount(t * 100 + k, 75, currency, 300)
from ag, generate_series(1, :trips) t
cross join lateral generate_series(1, odd.pick(t, 77, 5)) k
cross join lateral (select odd.word(t * 100 + k, 78, 'USD', 'USD', 'JPY', 'KWD', 'EUR', '') as currency) x;

-- up to 40 hotels a trip, crowded into few legs so that all three tier methods occur; some outside any leg
insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, leg_id, site, hotel_key, giata_id, name, chain, supplier,
                                star_rating, review_score, price_amount, currency, price_basis, price_tax, total_amount,
                                total_tax, tax_amount, check_in, check_out, nights, guests, availability_status, checked_at,
                                refundable, commission_amount, commission_percent, product_type, rate_type)
select a.agency_id, t, h, l.leg_id, site, site || ':' || h, odd.word(h, 80, '', '', (t * 3 + k % 7)::text, h::text),
       odd.word(h, 81, 'The Grand', 'THE GRAND', 'the-grand!', 'Hôtel Été', 'HÔTEL ÉTÉ', '帝国ホテル', 'Inn ' || h, 'Inn ' || h, 'Inn ' || h, 'Inn ' || h, 'Inn ' || h,
                'Inn ' || k % 5, '...'),
       odd.word(h, 82, 'Hilton', 'Hyatt', 'Accor', ''), odd.word(h, 83, 'Bed Bank', ''),
       case when odd.pick(h, 84, 4) > 0 then 1 + odd.pick(h, 85, 9) / 2.0 end,
       case when odd.pick(h, 86, 4) > 0 then odd.pick(h, 87, 1001) / 100.0 end,
       case when odd.pick(h, 88, 6) = 0 then round(odd.amount(h, 89, currency, 20) / 10) * 10 else odd.amount(h, 89, currency, 900) end,
       currency, odd.word(h, 91, 'per_night', 'per_night', 'per_night', 'per_stay', 'per_person', 'package', ''),
       odd.word(h, 92, 'included', 'excluded', 'unknown'),
       case when odd.pick(h, 93, 2) = 0 then odd.amount(h, 94, currency, 3000) + 100 end, odd.word(h, 96, 'included', 'excluded', 'unknown'),
       case when odd.pick(h, 97, 2) = 0 then odd.amount(h, 98, currency, 60) end,
       check_in, check_in + nights, nights,
       case when odd.pick(h, 102, 4) > 0 then 1 + odd.pick(h, 103, 4) end,
       odd.word(h, 104, 'available', 'available', 'available', 'available', 'sold_out', 'not_checked', 'extract_failed'),
       case odd.pick(h, 105, 5) when 0 then null when 1 then now() - interval '3 days' else now() - odd.pick(h, 106, 30) * interval '1 hour' end,
       case odd.pick(h, 107, 3) when 0 then true when 1 then false end,
       case when odd.pick(h, 108, 4) = 0 then odd.amount(h, 109, currency, 200) end,
       case when odd.pick(h, 111, 4) = 0 then odd.pick(h, 112, 400000) / 10000.0 end,
       odd.word(h, 113, 'hotel', 'resort', 'villa'), odd.word(h, 114, 'standard', 'refundable', 'promo', '')
from ag a
cross join generate_series(1, :trips) t
cross join lateral generate_series(1, case odd.pick(t, 115, 6) when 0 then 0 else odd.pick(t, 116, 40) + 1 end) k
cross join lateral (select t * 100 + k as h) x
cross join lateral (select odd.word(h + a.n, 117, 'navitrip', 'trisept', 'vax', 'web') as site,
                           odd.word(h, 118, 'USD', 'USD', 'USD', 'JPY', 'KWD', 'EUR', '') as other) y
cross join lateral (select tr.currency as trip_currency,
                           case when odd.pick(h, 119, 8) > 0 then tr.currency::text else y.other end as currency
                    from voygen.trips tr where tr.agency_id = a.agency_id and tr.trip_id = t) z
cross join lateral (select case when odd.pick(h, 99, 5) > 0 then current_date + odd.pick(h, 100, 200) end as check_in,
                           case when odd.pick(h, 101, 6) > 0 then 1 + odd.pick(h, 120, 9) end as nights) w
left join lateral (select leg_id from voygen.trip_legs l
                   where l.agency_id = a.agency_id and l.trip_id = t and odd.pick(h, 122, 9) > 0
                   order by case when odd.pick(t, 123, 3) > 0 then l.leg_id else odd.pick(h + l.leg_id, 124, 100) end, leg_id
                   limit 1) l on true;

insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, tax_basis,
                                tax_amount, resort_fee_amount, currency, rate_type, refundable, commission_eligible,
                                commission_percent, commission_amount, availability_status)
select h.agency_id, h.trip_id, h.hotel_id, r, 'r' || k, odd.word(r, 130, 'King', 'Twin', 'ツイン'), odd.amount(r, 131, room.currency, 900),
       case when odd.pick(r, 133, 2) = 0 then odd.amount(r, 134, room.currency, 3000) + 100 end, odd.word(r, 136, 'included', 'excluded', 'unknown'),
       case when odd.pick(r, 137, 2) = 0 then odd.amount(r, 138, room.currency, 60) end, odd.amount(r, 140, room.currency, 40), room.currency,
       odd.word(r, 142, 'standard', 'refundable', 'promo', 'package', 'net', ''),
       case odd.pick(r, 143, 3) when 0 then true when 1 then false end,
       case odd.pick(r, 144, 6) when 0 then false when 1 then true end,
       case when odd.pick(r, 145, 6) = 0 then odd.pick(r, 146, 400000) / 10000.0 end,
       case when odd.pick(r, 147, 6) = 0 then odd.amount(r, 148, room.currency, 200) end,
       odd.word(r, 150, 'available', 'available', 'available', 'sold_out', 'not_checked')
from voygen.hotel_cache h
join ag using (agency_id)
cross join lateral generate_series(1, case odd.pick(h.hotel_id, 151, 3) when 0 then 0 else odd.pick(h.hotel_id, 152, 6) end) k
cross join lateral (select h.hotel_id * 10 + k as r) x
cross join lateral (select case when odd.pick(r, 153, 9) = 0 then odd.word(r, 154, 'USD', 'EUR', 'JPY')
                                when odd.pick(r, 155, 5) = 0 then null
                                else h.currency::text end as currency) room;

\ir odd_rates.sql
commit;
analyze;
reset client_min_messages;
