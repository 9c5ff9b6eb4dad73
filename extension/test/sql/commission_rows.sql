-- The agency's commission for the rows of any query.
\set VERBOSITY terse
select voygen.create_agency('rows', 'Rows', 'USD') is not null as made;
select agency_id as agency from voygen.agencies where slug = 'rows' \gset
set voygen.agency_id = :agency;
delete from voygen.commission_rules where agency_id = :agency;
delete from voygen.commission_rates where agency_id = :agency;
insert into voygen.commission_rates (rate_id, kind, site, commission_percent) values (1, 'percent', 'navitrip', 30);
insert into voygen.commission_rates (rate_id, kind, fixed_amount, min_nights) values (2, 'fixed_per_night', 5, 2);
-- 296.00 with 11.03 tax at 30 % is 85.49
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03) as of_base;
select site, voygen.commission_amount(site, amount, 'USD', nights => nights) from (values ('navitrip', 100, 1), ('vax', 100, 3), ('vax', 100, 1), (null, null, 2)) o (site, amount, nights);
select voygen.commission_amount('navitrip', 10000, 'JPY', 'excluded') as yen, voygen.commission_amount('navitrip', 10.005, 'KWD', 'excluded') as dinar,
       voygen.commission_amount('navitrip', 100, null) as no_currency, voygen.commission_amount('navitrip', 100, 'USD', stated_amount => 12.34) as stated;
-- a change of rates is seen by the next statement
update voygen.commission_rates set commission_percent = 10 where rate_id = 1;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
begin;
update voygen.commission_rates set commission_percent = 20 where rate_id = 1;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
rollback;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
-- ... on pages that vacuum has settled too, where the new row takes the place of the old one
vacuum voygen.commission_rates;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
update voygen.commission_rates set commission_percent = 11 where rate_id = 1;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
vacuum voygen.commission_rates;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
update voygen.commission_rates set commission_percent = 12 where rate_id = 1;
vacuum voygen.commission_rates;
select voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03);
-- ... and where a row takes the place of one that was undone
begin;
update voygen.commission_rates set commission_percent = 40 where rate_id = 1;
select ctid as undone, voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03) from voygen.commission_rates where agency_id = :agency and rate_id = 1 \gset
rollback;
vacuum voygen.commission_rates;
update voygen.commission_rates set commission_percent = 12 where rate_id = 1;
select ctid = :'undone' as same_place, voygen.commission_amount('navitrip', 296.00, 'USD', 'included', 11.03) from voygen.commission_rates where agency_id = :agency and rate_id = 1;
-- ... and by an expression that outlives its statement
do $$
begin
  for i in 1..3 loop
    raise notice '%', voygen.commission_amount('navitrip', 100, 'USD', 'excluded');
    update voygen.commission_rates set commission_percent = commission_percent + 1 where rate_id = 1;
  end loop;
  begin
    update voygen.commission_rates set commission_percent = 90 where rate_id = 1;
    raise notice '%', voygen.commission_amount('navitrip', 100, 'USD', 'excluded');
    raise division_by_zero;
  exception when division_by_zero then
    raise notice '%', voygen.commission_amount('navitrip', 100, 'USD', 'excluded');
  end;
end
$$;
update voygen.commission_rates set commission_percent = 10 where rate_id = 1;
-- ... so is a change of the volumes and of the agency's rounding
insert into voygen.commission_rates (rate_id, kind, site, tiers, tier_mode, tier_window, tier_measure)
  values (5, 'tier_percent', 'vax', '[{"from": 0, "value": 10}, {"from": 1000, "value": 12.5}]', 'whole', 'year', 'amount');
select voygen.commission_amount('vax', 1.00, 'USD', 'excluded', booked_on => '2026-11-26');
insert into voygen.commission_volumes (site, window_kind, window_start, currency, amount) values ('vax', 'year', '2026-01-01', 'USD', 1000);
select voygen.commission_amount('vax', 1.00, 'USD', 'excluded', booked_on => '2026-11-26');
update voygen.agencies set rounding = 'half_even' where agency_id = :agency;
select voygen.commission_amount('vax', 1.00, 'USD', 'excluded', booked_on => '2026-11-26');
update voygen.commission_volumes set amount = 999.999 where agency_id = :agency;
select voygen.commission_amount('vax', 1.00, 'USD', 'excluded', booked_on => '2026-11-26');
update voygen.agencies set rounding = 'half_up' where agency_id = :agency;
delete from voygen.commission_rates where rate_id = 5 and agency_id = :agency;
-- a day without end is no day
select voygen.commission_amount('navitrip', 100, 'USD', 'excluded', check_in => 'infinity', booked_on => '-infinity');
-- words alternate from row to row, longer ones than are kept as well
insert into voygen.commission_rates (rate_id, kind, property, commission_percent) values (3, 'percent', repeat('long ', 12), 50), (4, 'percent', 'short', 40);
select i, voygen.commission_amount('vax', 100, c, 'excluded', property => p)
  from (values (1, repeat('long ', 12), 'USD'), (2, 'short', 'JPY'), (3, repeat('long ', 12), 'USD'), (4, 'shorn', 'USD'), (5, 'short', 'KWD'), (6, null, 'USD')) o (i, p, c) order by i;
delete from voygen.commission_rates where rate_id > 2;
-- the same sum row by row, in facts and in one pass
insert into voygen.clients (client_id, slug, name) values (1, 'c', 'C');
insert into voygen.trips (trip_id, slug, client_id, title, destination) select i, 't' || i, 1, 'T', 'Rome' from generate_series(1, 20) i;
insert into voygen.trip_legs (trip_id, leg_id, seq, city) select i, i, 1, 'Rome' from generate_series(1, 20) i;
insert into voygen.hotel_cache (trip_id, hotel_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, price_tax, nights, availability_status)
  select i, i, i, case i % 2 when 0 then 'navitrip' else 'vax' end, 'k' || i, 'H', i * 10.01, 'USD', 'per_stay', 'excluded', 3, 'available' from generate_series(1, 20) i;
select * from voygen.commission_total(:agency);
select count(*), sum(voygen.commission_amount(site, price_amount, currency, price_tax, nights => nights)) from voygen.hotel_cache where agency_id = :agency;
select refreshed from voygen.refresh_facts(:agency);
select sum(total_commission_potential) from voygen.trip_facts where agency_id = :agency;
reset voygen.agency_id;
select voygen.commission_amount('navitrip', 1, 'USD');

-- every row of a query
set voygen.agency_id = :agency;
select * from voygen.commission_rows($$ select 'a' as id, 'navitrip' as site, 296.00 as amount, 'USD' as currency, 'included' as tax, 11.03 as tax_amount, 80::numeric as stated_amount
  union all select 'b', 'vax', 100, 'USD', 'unknown', null, null union all select 'c', 'navitrip', null, 'USD', null, null, null union all select 'd', 'navitrip', 5, null, null, null, null $$) order by id;
select count(*), sum(commission) from voygen.commission_rows('select site, price_amount as amount, currency, price_tax as tax, nights from voygen.hotel_cache where agency_id = voygen.current_agency()');
select * from voygen.commission_rows('select 1 as amount');
select * from voygen.commission_rows('select ''x'' as amount, ''USD'' as currency');
select * from voygen.commission_rows('delete from voygen.hotel_cache returning price_amount as amount, currency');
select count(*) from voygen.commission_rows('select 1.0 as amount, ''USD'' as currency where false');
