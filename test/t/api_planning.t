# Clients, trips, legs, activities and bookings: what the tools make of them, what they find, what they refuse.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;

my $door = CallTest->new('api_planning');
my $owner = $door->owner;

sub call { return $door->call('agent', @_) }
sub fails { return $door->fails('agent', @_) }

sub refused
{
	my ($tool, $arguments, $code, $path, $what) = @_;
	my $error = fails($tool, $arguments);
	is("$error->{code} " . ($error->{path} // ''), "$code $path", $what) or diag(explain($error));
	return $error;
}

# Clients
my $demo = call('create_client', { name => 'Demo Client', email => 'demo@example.com', tier => 'vip', preferences => { view => 'sea' } });
is($demo->{slug}, 'demo-client', 'a client gets a slug of its name');
is(call('create_client', { name => 'Demo Client' })->{slug}, 'demo-client-1', 'a second of that name gets a number');
is(call('create_client', { name => 'Åsa Łęcka-Øre' })->{slug}, 'asa-lecka-ore', 'accents and strokes are written plainly');
is(call('create_client', { name => '田中' })->{slug}, 'client', 'a name no ASCII can write gets a word');
is(call('create_client', { name => 'new' })->{slug}, 'client-new', 'a reserved word is no slug');
is(call('create_client', { name => '2026' })->{slug}, 'client-2026', 'nor is a number');
refused('create_client', { name => '  ' }, 'invalid_argument', '/name', 'an empty name is refused');
my $tier = refused('create_client', { name => 'X', tier => 'gold' }, 'invalid_argument', '/tier', 'an unknown tier is refused');
like($tier->{expected}, qr/platinum/, 'and the tiers are named');
refused('create_client', { name => 'X', email => 'nowhere' }, 'invalid_argument', '/email', 'so is what is no address');

is(call('update_client', { client_id => 'demo-client', phone => '123' })->{changed}, JSON::PP::true, 'an update changes what is given');
is(call('update_client', { client_id => $demo->{client_id}, phone => '123' })->{changed}, JSON::PP::false, 'the same again changes nothing');
call('update_client', { client_id => 'demo-client', clear => ['phone'] });
my $found = call('find_clients', { query => 'demo@example.com' });
is_deeply([@{ $found->{clients}[0] }{qw(slug phone email tier)}], ['demo-client', undef, 'demo@example.com', 'vip'], 'clear empties a field and leaves the rest');
refused('update_client', { client_id => 'demo-client', clear => ['name'] }, 'unknown_name', '/clear/0', 'what cannot be empty is not cleared');
refused('update_client', { client_id => 'nobody', name => 'X' }, 'not_found', '/client_id', 'a client that is not there is not found');
refused('archive_client', { client_id => 'demo-client-1' }, 'precondition_failed', '/confirm', 'archiving asks for confirm');
my $archived = call('archive_client', { client_id => 'demo-client-1', confirm => JSON::PP::true });
is(call('archive_client', { client_id => 'demo-client-1', confirm => JSON::PP::true })->{archived_at}, $archived->{archived_at}, 'archiving twice is harmless');
is(call('find_clients', { query => 'Demo Client' })->{total}, 1, 'an archived client is not found');
is(call('find_clients', { query => 'Demo', filters => { archived => JSON::PP::true } })->{clients}[0]{slug}, 'demo-client-1', 'unless it is asked for');

# Trips
my %dublin = (client_id => 'demo-client', title => 'Dublin in October', destination => 'Dublin', start_date => '2026-10-12', end_date => '2026-10-19');
my $trip = call('create_trip', { %dublin, travelers => 2, budget => { amount => '5000.00', currency => 'USD' } });
is($trip->{slug}, 'demo-client-dublin-october-2026', 'a slug is client, destination, descriptor and year');
is(call('create_trip', \%dublin)->{slug}, 'demo-client-dublin-october-2026-1', 'a taken slug gets a number');
my $whole = call('get_trip', { trip_id => $trip->{trip_id} });
is_deeply([map { [@$_{qw(city arrive_date depart_date nights)}] } @{ $whole->{legs} }], [['Dublin', '2026-10-12', '2026-10-19', 7]], 'a trip given no legs has one');
is_deeply([@$whole{qw(traveler_count currency nights status)}, "$whole->{budget}{amount}"], [2, 'USD', 7, 'planning', '5000'], 'what was given is there');
my $rome = call('create_trip', {
	%dublin, title => 'Rome & Amalfi', destination => 'Rome', travelers => ['Demo', 'Guest'], start_date => '2026-09-10', end_date => '2026-09-20',
	legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' }] });
is_deeply([map { "$_->{seq} $_->{city}" } @{ call('get_trip', { trip_id => "$rome->{trip_id}" })->{legs} }], ['1 Rome', '2 Amalfi'], 'legs keep their order');
is_deeply(call('get_trip', { trip_id => $rome->{slug} })->{traveler_names}, ['Demo', 'Guest'], 'travelers may be names');
my $long = call('create_trip', { %dublin, title => 'x' x 190, destination => 'y' x 190 });
cmp_ok(length $long->{slug}, '<=', 100, 'no slug is longer than 100');
refused('create_trip', { %dublin, end_date => '2026-10-11' }, 'invalid_argument', '/end_date', 'an end before the start is refused');
refused('create_trip', { %dublin, end_date => '2026-02-30' }, 'invalid_argument', '/end_date', 'so is a day that is none');
refused('create_trip', { %dublin, budget => { amount => 10.005, currency => 'USD' } }, 'invalid_argument', '/budget/amount', 'excess decimals are refused, not rounded');
refused('create_trip', { %dublin, budget => { amount => 10, currency => 'XXQ' } }, 'unknown_name', '/budget/currency', 'an unknown currency is named');
refused('create_trip', { %dublin, legs => [{ city => 'A', arrive_date => '2026-10-13', depart_date => '2026-10-12' }] }, 'invalid_argument', '/legs/0/depart_date', 'a leg that ends before it begins is refused with its path');
refused('create_trip', { %dublin, travelers => 'two' }, 'invalid_argument', '/travelers', 'travelers are a count or names');
refused('create_trip', { %dublin, travelers => { count => 2, pets => 1 } }, 'invalid_argument', '/travelers', 'and nothing beside');
refused('create_trip', { %dublin, colour => 'red' }, 'unknown_name', '/colour', 'an unknown argument is named');

is(call('update_trip', { trip_id => $trip->{slug}, start_date => '2026-10-11', status => 'proposed' })->{changed}, JSON::PP::true, 'a trip is changed');
$whole = call('get_trip', { trip_id => $trip->{slug} });
is_deeply([$whole->{status}, $whole->{legs}[0]{arrive_date}, $whole->{title}], ['proposed', '2026-10-11', 'Dublin in October'], 'its only leg follows its dates');
$owner->do("delete from voygen.facts_dirty");
is(call('update_trip', { trip_id => $trip->{slug}, status => 'proposed' })->{changed}, JSON::PP::false, 'nothing new is no change');
is($owner->selectrow_array('select count(*) from voygen.facts_dirty'), 0, 'and marks nothing');

# Finding trips
sub slugs { return join ' ', map { $_->{slug} } @{ $_[0]{trips} } }
is(slugs(call('find_trips', { query => $rome->{slug} })), $rome->{slug}, 'a slug finds its trip');
is(call('find_trips', { query => 'Clent Dublin' })->{total}, 2, 'a misspelt name is found');
like(slugs(call('find_trips', { query => 'amalfi' })), qr/rome/, 'a city of a leg is found');
is(call('find_trips', { query => 'show me all trips' })->{total}, 4, '"all trips" is all of them');
is(call('find_trips', {})->{total}, 4, 'so is nothing');
is(slugs(call('find_trips', { query => 'Rome & Amalfi, 2026' })), $rome->{slug}, 'signs do no harm');
is(call('find_trips', { query => q{'"%_\\;--} })->{total}, 4, 'nor do hostile ones');
is(call('find_trips', { filters => { status => 'proposed' } })->{total}, 1, 'a filter narrows');
is(call('find_trips', { filters => { starts_before => '2026-09-30', destination => 'rome' } })->{total}, 1, 'several do so together');
my $none = call('find_trips', { query => 'Zanzibar' });
is($none->{total}, 0, 'what is not there is not found');
ok(scalar @{ $none->{suggestions} }, 'and answered with what is near');
my (@walked, $cursor);
do {
	my $part = call('find_trips', { limit => 1, $cursor ? (cursor => $cursor) : () });
	push @walked, map { $_->{slug} } @{ $part->{trips} };
	$cursor = $part->{truncated} && $part->{truncated}{cursor};
} while ($cursor);
is(scalar @walked, 4, 'a cursor walks the whole list');
is(scalar keys %{ { map { $_ => 1 } @walked } }, 4, 'each row once');
refused('find_trips', { cursor => 'x' }, 'invalid_argument', '/cursor', 'a cursor of nobody is refused');
refused('find_trips', { limit => 0 }, 'invalid_argument', '/limit', 'a limit of nothing is refused');

# Legs
my $leg = call('add_leg', { trip_id => $rome->{slug}, city => 'Naples', arrive_date => '2026-09-15', depart_date => '2026-09-16', seq => 2 });
is_deeply([map { $_->{city} } @{ call('get_trip', { trip_id => $rome->{slug} })->{legs} }], ['Rome', 'Naples', 'Amalfi'], 'a leg is put in its place');
call('update_leg', { trip_id => $rome->{slug}, leg_id => $leg->{leg_id}, city => 'Napoli', clear => ['depart_date'] });
is_deeply([@{ call('get_trip', { trip_id => $rome->{slug} })->{legs}[1] }{qw(city depart_date)}], ['Napoli', undef], 'a leg is changed');
like(refused('update_leg', { trip_id => $trip->{slug}, leg_id => $leg->{leg_id}, city => 'X' }, 'not_found', '/leg_id', 'a leg of another trip is not found')->{expected}, qr/Dublin/, 'and those there are are named');
is(call('archive_leg', { trip_id => $rome->{slug}, leg_id => $leg->{leg_id}, confirm => JSON::PP::true })->{removed}{city}, 'Napoli', 'a leg taken out is answered whole');

# Activities
my $walk = call('add_activity', { trip_id => $trip->{slug}, title => 'Walk', activity_date => '2026-10-13', price => { amount => 30, currency => 'EUR', basis => 'per_person' } });
call('update_activity', { trip_id => $trip->{slug}, activity_id => $walk->{activity_id}, status => 'selected' });
my ($shown) = @{ call('get_trip', { trip_id => $trip->{slug} })->{activities} };
is_deeply([@$shown{qw(title status)}, "$shown->{price}{amount}", $shown->{price}{basis}], ['Walk', 'selected', '30', 'per_person'], 'an activity is added and changed');
refused('add_activity', { trip_id => $trip->{slug}, title => 'X', price => { amount => 5.5, currency => 'JPY' } }, 'invalid_argument', '/price/amount', 'yen have no decimals');
refused('add_activity', { trip_id => $trip->{slug}, title => 'X', site => 'nowhere' }, 'unknown_name', '/site', 'an unknown site is named');
refused('archive_activity', { trip_id => $trip->{slug}, activity_id => $walk->{activity_id} }, 'precondition_failed', '/confirm', 'taking it out asks for confirm');
call('archive_activity', { trip_id => $trip->{slug}, activity_id => $walk->{activity_id}, confirm => JSON::PP::true });
is(scalar @{ call('get_trip', { trip_id => $trip->{slug} })->{activities} }, 0, 'and takes it out');

# Bookings, by the starter rates: navitrip hotels at a standard rate 10 %
my %stay = (trip_id => $trip->{slug}, kind => 'hotel', site => 'navitrip', rate_type => 'standard', check_in => '2026-10-12', check_out => '2026-10-19');
my $booking = call('add_booking', { %stay, price => { amount => 1011.03, currency => 'USD' }, tax => 'included', tax_amount => 11.03 });
is_deeply(["$booking->{commission}{amount}", $booking->{commission}{source}], ['100', 'computed'], 'a booking earns by the rates, without tax');
my $stated = call('add_booking', { %stay, price => { amount => 1000, currency => 'USD' }, stated_commission => { percent => 12.5 } });
is_deeply(["$stated->{commission}{amount}", $stated->{commission}{source}], ['125', 'stated'], 'what the portal states counts');
is("" . call('update_booking', { trip_id => $trip->{slug}, booking_id => $stated->{booking_id}, price => { amount => 2000, currency => 'USD' } })->{commission}{amount}, '250', 'a stated percent goes with the price');
is("" . call('update_booking', { trip_id => $trip->{slug}, booking_id => $stated->{booking_id}, clear => ['stated_commission'] })->{commission}{amount}, '200', 'without a statement the rates count');
refused('archive_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id}, confirm => JSON::PP::true }, 'precondition_failed', '/booking_id', 'a booking in force is not taken out');
refused('cancel_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id} }, 'precondition_failed', '/confirm', 'cancelling asks for confirm');
call('cancel_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id}, confirm => JSON::PP::true });
is(call('cancel_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id}, confirm => JSON::PP::true })->{changed}, JSON::PP::false, 'cancelling twice is harmless');
refused('update_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id}, nights => 3 }, 'precondition_failed', '/booking_id', 'a cancelled booking is not changed');
is(call('archive_booking', { trip_id => $trip->{slug}, booking_id => $booking->{booking_id}, confirm => JSON::PP::true })->{removed}{status}, 'cancelled', 'a cancelled one is taken out');
is_deeply($owner->selectcol_arrayref('select reason from voygen.commission_audit where booking_id = ? order by audit_id', undef, $booking->{booking_id}), [qw(booked cancelled archived)], 'and its whole story stays in the audit');
refused('add_booking', { %stay, check_out => '2026-10-12' }, 'invalid_argument', '/check_out', 'a stay of no night is refused');

# Archiving
refused('archive_trip', { trip_id => $trip->{slug} }, 'precondition_failed', '/confirm', 'archiving a trip asks for confirm');
call('archive_trip', { trip_id => $trip->{slug}, confirm => JSON::PP::true });
is(call('find_trips', { query => $trip->{slug}, filters => { status => 'proposed' } })->{total}, 0, 'an archived trip is not found');

done_testing();
