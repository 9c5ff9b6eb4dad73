# Hotels of a whole agency in order of what they earn: exact while few fit, refused when very many do.
use strict;
use warnings;
use lib 'test/lib';
use Test::More;
use CallTest;

my $door = CallTest->new('api_hotels_many');
my $owner = $door->owner;
sub call { return $door->call('agent', 'query_hotels', @_) }

# 10,001 hotels of two trips, three of them in Oslo
my @agencies = map { $door->agency($_) } qw(sunny rainy);
for my $agency (@agencies)
{
	$owner->do("insert into voygen.clients (agency_id, client_id, slug, name) values (?, 1, 'demo', 'Demo')", undef, $agency);
	$owner->do("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date) select \$1, n, 'demo-' || n, 1, 'T', 'Rome', '2027-01-01', '2027-01-09' from generate_series(1, 2) n", undef, $agency);
	$owner->do(<<'SQL', undef, $agency);
insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, site, hotel_key, name, city, price_amount, currency, price_basis, price_tax, nights, availability_status, commission_amount, star_rating)
select $1, 1 + n % 2, n, 'web', 'web:' || n, 'Hotel ' || n, case when n % 4000 = 7 then 'Oslo' else 'Rome' end, 100 + n, 'USD', 'per_night', 'excluded', 2, 'available', n % 5000, 3
from generate_series(1, 10001) as n
SQL
}
for my $sort (qw(commission score))
{
	my $error = $door->fails('agent', 'query_hotels', { sort => $sort });
	is_deeply([ @$error{qw(code path got)} ], [ 'invalid_argument', '/sort', 'more than 10000 hotels' ], "$sort: more hotels than are quoted are refused");
}
is(call({ sort => 'price', limit => 1 })->{total}, 10001, 'by price they are listed');
is_deeply([ map { $_->{hotel_key} } @{ call({ sort => 'commission', city => 'oslo' })->{hotels} } ], [qw(web:4007 web:8007 web:7)], 'the few of a city are ordered by commission');
is(call({ sort => 'commission', trip_id => '1', limit => 1 })->{hotels}[0]{hotel_key}, 'web:4998', 'so are the hotels of one trip');
$owner->do('delete from voygen.hotel_cache where agency_id = ? and hotel_id = 1', undef, $agencies[0]);
is_deeply([ (map { $_->{hotel_key} } @{ call({ sort => 'commission', limit => 2 })->{hotels} }), call({ sort => 'commission', limit => 2 })->{total} ], [ 'web:4999', 'web:9999', 10000 ], 'as many as are quoted are ordered');
$owner->do("insert into voygen.hotel_cache (agency_id, trip_id, hotel_id, site, hotel_key, name, availability_status) select agency_id, 1, 20000 + hotel_id, 'web', 'x' || hotel_id, 'X', 'available' from voygen.hotel_cache where agency_id = ? and hotel_id < 100", undef, $agencies[0]);
$owner->do('update voygen.trips set archived_at = now() where agency_id = ? and trip_id = 2', undef, $agencies[0]);
is(call({ sort => 'commission', limit => 1 })->{hotels}[0]{hotel_key}, 'web:4998', 'hotels of trips put away do not count');

done_testing;
