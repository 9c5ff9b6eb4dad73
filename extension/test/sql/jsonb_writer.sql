-- What the writer writes is, byte for byte, what jsonb_in makes of the same text.
\set VERBOSITY terse
select voygen.create_agency('writer', 'Writer', 'USD') is not null as made;
select agency_id as agency from voygen.agencies where slug = 'writer' \gset
set voygen.agency_id = :agency;
delete from voygen.commission_rates where agency_id = :agency;
insert into voygen.commission_rates (kind, commission_percent) values ('percent', 12.5);
insert into voygen.clients (slug, name) values ('ann', E'One "Q" \\ Client\n東京') returning client_id \gset
insert into voygen.trips (slug, client_id, title, destination, currency, traveler_names)
  values ('empty', :client_id, '無', 'Nowhere', 'JPY', '{}'),
         ('names', :client_id, 'Names', 'Kuwait', 'KWD', (select array_agg('Traveler ' || i) from generate_series(1, 100) i));
insert into voygen.trip_legs (trip_id, seq, city)
  select trip_id, i, 'City ' || i from voygen.trips, generate_series(1, 70) i where slug = 'names' and agency_id = :agency;
insert into voygen.hotel_cache (trip_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, nights, availability_status, star_rating, review_score)
  select l.trip_id, l.leg_id, 'navitrip', 'navitrip:' || l.seq, 'Hotel ' || l.seq, l.seq * 1.125, 'KWD', 'per_night', 3, 'available', 4.5, 8.05
  from voygen.trip_legs l where l.agency_id = :agency;
select refreshed, failed from voygen.refresh_facts(:agency);
-- lossless both ways, and the stored bytes are canonical: jsonb_in of the text gives the same datum
select slug, facts = facts::text::jsonb as equal, pg_column_size(facts || '{}') = pg_column_size(facts::text::jsonb || '{}') as same_size,
       jsonb_send(facts) = jsonb_send(facts::text::jsonb) as same_text
from voygen.trip_facts f join voygen.trips using (agency_id, trip_id)
where f.agency_id = :agency order by slug;
-- keys are found, in objects and in arrays longer than the offset stride
select facts -> 'legs' -> 69 ->> 'city' as last_city, facts -> 'legs' -> 33 -> 'tiers' ->> 'method' as method,
       facts -> 'hotels' -> 40 ->> 'nightly' as nightly, facts -> 'traveler_names' ->> 99 as last_name,
       jsonb_array_length(facts -> 'legs') as legs, facts ->> 'total_commission_potential' as potential
from voygen.trip_facts f join voygen.trips using (agency_id, trip_id) where slug = 'names' and f.agency_id = :agency;
select facts -> 'client' ->> 'name' as name, facts -> 'hotels' as hotels, facts -> 'budget' as budget
from voygen.trip_facts f join voygen.trips using (agency_id, trip_id) where slug = 'empty' and f.agency_id = :agency;
-- every object's keys can be looked up one by one
select count(*) as keys, bool_and(f.facts -> k is not null) as all_found
from voygen.trip_facts f, jsonb_object_keys(f.facts) k where f.agency_id = :agency;
