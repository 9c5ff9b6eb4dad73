-- The agency's commission for a room by itself.
\set VERBOSITY terse
select voygen.create_agency('room-commission', 'Room commission', 'USD') is not null as made;
select agency_id as agency from voygen.agencies where slug = 'room-commission' \gset
set voygen.agency_id = :agency;
delete from voygen.commission_rules where agency_id = :agency;
delete from voygen.commission_rates where agency_id = :agency;
insert into voygen.commission_rates (rate_id, kind, site, commission_percent) values (1, 'percent', 'navitrip', 30);
insert into voygen.commission_rates (rate_id, kind, rate_type, fixed_amount) values (2, 'fixed_per_night', 'promo', 5);
insert into voygen.commission_rates (rate_id, kind, refundable, commission_percent) values (3, 'percent', true, 7);
insert into voygen.clients (client_id, slug, name) values (1, 'c', 'C');
insert into voygen.trips (trip_id, slug, client_id, title, destination) values (1, 't', 1, 'T', 'Rome');
insert into voygen.hotel_cache (trip_id, hotel_id, site, hotel_key, name, currency, nights, rate_type, refundable, availability_status) values
  (1, 1, 'navitrip', 'a', 'A', 'USD', 3, null, null, 'available'), (1, 2, 'vax', 'b', 'B', 'USD', 3, 'promo', null, 'sold_out'),
  (1, 3, 'vax', 'c', 'C', 'JPY', null, null, true, 'available'), (1, 4, 'navitrip', 'd', 'D', null, 3, null, null, 'available');
insert into voygen.rooms_cache (trip_id, hotel_id, room_id, room_key, name, total_amount, nightly_amount, tax_basis, tax_amount, currency, rate_type, refundable,
                                commission_eligible, commission_percent, commission_amount, availability_status) values
  (1, 1, 1, 'taxed', 'R', 296.00, null, 'included', 11.03, 'USD', null, null, null, null, null, 'available'), -- 85.49
  (1, 1, 2, 'by the night', 'R', null, 100, 'excluded', null, null, null, null, null, null, null, 'sold_out'), -- 90.00
  (1, 1, 3, 'no price', 'R', null, null, 'excluded', null, 'USD', null, null, null, null, null, 'available'),
  (1, 1, 4, 'stated', 'R', 100, null, 'excluded', null, 'USD', null, null, null, 50, 12.34, 'available'),
  (1, 1, 5, 'half', 'R', 100, null, 'excluded', null, 'USD', null, null, null, 50, null, 'available'),
  (1, 1, 6, 'none', 'R', 100, null, 'excluded', null, 'USD', null, null, false, 50, 12.34, 'available'),
  (1, 1, 7, 'other money', 'R', 100, null, 'excluded', null, 'EUR', null, null, null, null, null, 'available'),
  (1, 2, 8, 'as its hotel', 'R', 100, null, 'excluded', null, 'USD', null, null, null, null, null, 'available'), -- 3 x 5
  (1, 2, 9, 'its own', 'R', 100, null, 'excluded', null, 'USD', 'standard', true, null, null, null, 'available'), -- 7 %
  (1, 3, 10, 'yen', 'R', 10050, null, 'excluded', null, 'JPY', null, null, null, null, null, 'available'), -- 703.5
  (1, 3, 11, 'no nights', 'R', null, 100, 'excluded', null, 'JPY', null, null, null, null, null, 'available'),
  (1, 4, 12, 'no money', 'R', 100, null, 'excluded', null, 'USD', null, null, null, null, null, 'available');
select room_key, voygen.room_commission(r) as by_row, r.currency from voygen.rooms_cache r where agency_id = :agency order by room_id;
select sum(voygen.room_commission(r)) from (select * from voygen.rooms_cache where agency_id = :agency and currency = 'USD' offset 0) r;
-- a row built by hand, of a hotel that is there, of one that is not, of another agency
select voygen.room_commission(jsonb_populate_record(null::voygen.rooms_cache, jsonb_build_object('agency_id', a, 'trip_id', 1, 'hotel_id', h, 'total_amount', 10)))
  from (values (:agency, 1), (:agency, 99), (:agency + 1, 1)) v (a, h);
-- what is missing or of another kind is named
select voygen.room_commission(h) from voygen.hotel_cache h where agency_id = :agency;
select voygen.room_commission(r) from (select agency_id, trip_id, hotel_id, total_amount::text, nightly_amount from voygen.rooms_cache) r;
select voygen.room_commission(row(1, 2, 3));
select voygen.room_commission(null::voygen.rooms_cache) is null as none;
reset voygen.agency_id;
select voygen.room_commission(r) from voygen.rooms_cache r;
