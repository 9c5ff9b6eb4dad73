# A tool that changes, cancels or takes away one thing touches that one row: every other row of every agency, trip and kind
# stays as it was. And what an addition takes when nothing is said, and refuses.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('api_single_rows');
my $owner = $door->owner;
my $yes = JSON::PP::true;

# Given in two agencies two clients with two trips each, and in each trip two of everything
my %key = (clients => 'client_id', trips => 'trip_id', trip_legs => 'leg_id', trip_activities => 'activity_id', flights => 'flight_id', bookings => 'booking_id', hotel_cache => 'hotel_id', rooms_cache => 'room_id');
my @trips;
for my $slug (qw(sunny rainy))
{
	my $call = sub { return $door->call("$slug:admin", @_) };
	for my $client (map { $call->('create_client', { name => "Client $_", email => "c$_\@$slug.example" }) } 1, 2)
	{
		for my $number (1, 2)
		{
			my $trip = $call->('create_trip', { client_id => "$client->{client_id}", title => "T$number", destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-20',
				legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' }] });
			my %trip = (agency => $slug, trip_id => "$trip->{trip_id}", client_id => "$client->{client_id}", leg_id => $trip->{leg_ids});
			$trip{activity_id} = [map { $call->('add_activity', { trip_id => $trip{trip_id}, title => "Walk $_" })->{activity_id} } 1, 2];
			$trip{flight_id} = [map { $call->('add_flight', { trip_id => $trip{trip_id}, origin => 'SEA', destination => 'DUB' })->{flight_id} } 1, 2];
			$trip{booking_id} = [map { $call->('add_booking', { trip_id => $trip{trip_id}, kind => 'hotel', status => 'pending', site => 'web', price => { amount => 100 * $_, currency => 'USD' }, stated_commission => { amount => 10 * $_ } })->{booking_id} } 1, 2];
			$call->('ingest_hotels', { trip_id => $trip{trip_id}, site => 'web', hotels => [map { { site_id => "h$_", name => "Hotel $_", city => 'Rome', available => $yes, lead_price => { amount => 100 + $_, currency => 'USD' } } } 1, 2] });
			$call->('ingest_rooms', { trip_id => $trip{trip_id}, site => 'web', hotel_key => "web:h$_", rooms => [map { { room_id => "r$_", name => "Room $_", nightly_rate => 100 + $_, currency => 'USD' } } 1, 2] }) for 1, 2;
			push @trips, \%trip;
		}
	}
}

# Every row of these tables: "agency table id" => sum of its text.
sub rows
{
	my %rows;
	for my $table (sort keys %key)
	{
		$rows{"$_->[0] $table $_->[1]"} = $_->[2] for @{ $owner->selectall_arrayref("select a.slug, t.$key{$table}, md5((to_jsonb(t) - 'updated_at' - 'checked_at')::text) from voygen.$table t join voygen.agencies a using (agency_id)") };
	}
	return \%rows;
}

# touches($tool, $arguments, @expected): the rows that differ afterwards are these, as "table id" of the trip's agency.
sub touches
{
	my ($agency, $tool, $arguments, @expected) = @_;
	my $before = rows();
	$door->call("$agency:admin", $tool, $arguments);
	my $after = rows();
	my @differ = sort grep { ($before->{$_} // '') ne ($after->{$_} // '') } keys %{ { %$before, %$after } };
	return is_deeply(\@differ, [sort map { "$agency $_" } @expected], "$tool touches " . (@expected ? "its row alone" : 'nothing'));
}

my ($one) = grep { $_->{agency} eq 'sunny' } @trips;
my %at = (trip_id => $one->{trip_id});
touches('sunny', 'update_client', { client_id => $one->{client_id}, name => 'Renamed' }, "clients $one->{client_id}");
touches('sunny', 'update_client', { client_id => $one->{client_id}, name => 'Renamed' });
touches('sunny', 'update_trip', { %at, title => 'Renamed' }, "trips $one->{trip_id}");
touches('sunny', 'update_trip', { %at, title => 'Renamed' });
touches('sunny', 'update_leg', { %at, leg_id => $one->{leg_id}[1], city => 'Naples' }, "trip_legs $one->{leg_id}[1]");
touches('sunny', 'update_leg', { %at, leg_id => $one->{leg_id}[1], city => 'Naples' });
touches('sunny', 'update_activity', { %at, activity_id => $one->{activity_id}[0], title => 'Long walk' }, "trip_activities $one->{activity_id}[0]");
touches('sunny', 'update_activity', { %at, activity_id => $one->{activity_id}[0], title => 'Long walk' });
touches('sunny', 'update_booking', { %at, booking_id => $one->{booking_id}[0], notes => 'x' }, "bookings $one->{booking_id}[0]");
touches('sunny', 'update_booking', { %at, booking_id => $one->{booking_id}[0], notes => 'x' });
touches('sunny', 'cancel_booking', { %at, booking_id => $one->{booking_id}[0], confirm => $yes }, "bookings $one->{booking_id}[0]");
touches('sunny', 'archive_booking', { %at, booking_id => $one->{booking_id}[0], confirm => $yes }, "bookings $one->{booking_id}[0]");
touches('sunny', 'archive_activity', { %at, activity_id => $one->{activity_id}[1], confirm => $yes }, "trip_activities $one->{activity_id}[1]");
touches('sunny', 'ingest_rooms', { %at, site => 'web', hotel_key => 'web:h1', rooms => [{ room_id => 'r1', name => 'Room 1', nightly_rate => 150, currency => 'USD' }] },
	'rooms_cache ' . $owner->selectrow_array('select r.room_id from voygen.rooms_cache r join voygen.hotel_cache h using (agency_id, trip_id, hotel_id) where r.trip_id = ? and r.agency_id = ? and h.hotel_key = ? and r.room_key = ?', undef, $one->{trip_id}, $door->agency('sunny'), 'web:h1', 'r1'));
touches('sunny', 'ingest_hotels', { %at, site => 'web', hotels => [{ site_id => 'h2', name => 'Hotel 2', city => 'Rome', available => $yes, lead_price => { amount => 300, currency => 'USD' } }] },
	'hotel_cache ' . $owner->selectrow_array('select hotel_id from voygen.hotel_cache where trip_id = ? and agency_id = ? and hotel_key = ?', undef, $one->{trip_id}, $door->agency('sunny'), 'web:h2'));

# An update sets each field that is given, whatever stood there, and empties each that is named; all others stay
my ($four) = grep { $_->{agency} eq 'rainy' } @trips;
my %updates = (
	update_leg => ['trip_legs', 'leg_id', $four->{leg_id}[0], { arrive_date => ['2026-09-11', '2026-09-12'], depart_date => ['2026-09-16', '2026-09-17'], region => [qw(Lazio Umbria)], country => [qw(Italy Malta)], notes => [qw(a b)] }],
	update_activity => ['trip_activities', 'activity_id', $four->{activity_id}[0], { leg_id => $four->{leg_id}, activity_date => ['2026-09-11', '2026-09-12'], start_time => ['10:00:00', '11:30:00'], duration_minutes => [60, 90], url => [qw(https://a.example https://b.example)], notes => [qw(a b)] }],
	update_booking => ['bookings', 'booking_id', $four->{booking_id}[0], { leg_id => $four->{leg_id}, supplier => [qw(a b)], reference => [qw(a b)], hotel_key => [qw(web:h1 web:h2)], room_key => [qw(r1 r2)], tax_amount => ['5.000', '6.500'], check_in => ['2026-09-11', '2026-09-12'], check_out => ['2026-09-14', '2026-09-15'], refundable => [qw(true false)], rate_type => [qw(promo net)], notes => [qw(a b)] }],
	update_client => ['clients', 'client_id', $four->{client_id}, { email => [qw(a@rainy.example b@rainy.example)], phone => ['+1 555 0001', '+1 555 0002'], notes => [qw(a b)] }]);
for my $tool (sort keys %updates)
{
	my ($table, $id, $number, $fields) = @{ $updates{$tool} };
	my @names = sort keys %$fields;
	my %of = ($tool eq 'update_client' ? () : (trip_id => $four->{trip_id}), $id => $number);
	my $stored = sub {
		my ($row) = $owner->selectrow_array("select json_object_agg(f.key, f.value) from voygen.$table t, jsonb_each_text(to_jsonb(t)) f where agency_id = ? and $id = ? and f.key = any (?)", undef, $door->agency('rainy'), $number, \@names);
		return decode_json($row);
	};
	my %is;
	for my $round (0, 1)
	{
		for my $name (@names)
		{
			$is{$name} = $fields->{$name}[$round];
			my $value = $name eq 'duration_minutes' ? $is{$name} + 0 : $name eq 'refundable' ? ($is{$name} eq 'true' ? $yes : JSON::PP::false) : $is{$name};
			$door->call('rainy:admin', $tool, { %of, $name => $value });
		}
		is_deeply($stored->(), \%is, "$tool: each field has been set, time " . ($round + 1));
	}
	for my $name (@names)
	{
		my $before = $stored->();
		$door->call('rainy:admin', $tool, { %of, clear => [$name] });
		is_deeply($stored->(), { %$before, $name => undef }, "$tool: $name has been emptied alone");
	}
}

# Nights that nobody says follow from the days, and follow them when these change
my %stay = (trip_id => $four->{trip_id}, booking_id => $four->{booking_id}[1]);
for ([{ check_in => '2026-09-11', check_out => '2026-09-14' }, 3], [{ check_out => '2026-09-16' }, 5], [{ nights => 4 }, 4], [{ notes => 'x' }, 4], [{ check_in => '2026-09-10' }, 6], [{ check_in => '2026-09-11', nights => 2 }, 2])
{
	my ($said, $nights) = @$_;
	$door->call('rainy:admin', 'update_booking', { %stay, %$said });
	is($owner->selectrow_array('select nights from voygen.bookings where agency_id = ? and booking_id = ?', undef, $door->agency('rainy'), $stay{booking_id}), $nights, 'nights after ' . join ', ', map { "$_ $said->{$_}" } sort keys %$said);
}

# A leg leaves its offers without one; offers of other legs and trips keep theirs
my @of_leg = @{ $owner->selectcol_arrayref('select hotel_id from voygen.hotel_cache where agency_id = ? and trip_id = ? and leg_id = ?', undef, $door->agency('sunny'), $one->{trip_id}, $one->{leg_id}[0]) };
touches('sunny', 'archive_leg', { %at, leg_id => $one->{leg_id}[0], confirm => $yes }, "trip_legs $one->{leg_id}[0]", map { "hotel_cache $_" } @of_leg);
my @listed = map { $_->{trip_id} } @{ $door->call('reader', 'query_hotels', { limit => 100 })->{hotels} };
touches('sunny', 'archive_trip', { %at, confirm => $yes }, "trips $one->{trip_id}");
my @left = map { $_->{trip_id} } @{ $door->call('reader', 'query_hotels', { limit => 100 })->{hotels} };
cmp_ok(scalar(grep { $_ == $one->{trip_id} } @listed), '>', 0, 'hotels of a trip are listed among all');
is_deeply(\@left, [grep { $_ != $one->{trip_id} } @listed], 'and no more when it is archived');

# Sums of a trip are of that trip
my (undef, $two) = grep { $_->{agency} eq 'sunny' } @trips;
my $sum = $door->call('admin', 'calculate_trip_commission', { trip_id => $two->{trip_id} });
is_deeply([$sum->{booked} + 0, $sum->{booked_total} + 0], [30, 300], 'what other trips have booked is not counted');
$door->call('admin', 'cancel_booking', { trip_id => $two->{trip_id}, booking_id => $two->{booking_id}[1], confirm => $yes });
$sum = $door->call('admin', 'calculate_trip_commission', { trip_id => $two->{trip_id} });
is_deeply([$sum->{booked} + 0, $sum->{booked_total} + 0], [10, 100], 'nor what was cancelled');

# What is taken when nothing is said
my $whole = $door->call('admin', 'get_trip', { trip_id => $two->{trip_id} });
my @parts = (['legs', 'leg_id'], ['activities', 'activity_id'], ['flights', 'flight_id'], ['bookings', 'booking_id']);
is_deeply([map { my ($list, $id) = @$_; [sort map { $_->{$id} } @{ $whole->{$list} }] } @parts], [map { [sort @{ $two->{ $_->[1] } }] } @parts], 'a trip shows its own parts, all of them');
is_deeply([map { $_->{status} } @{ $whole->{activities} }, @{ $whole->{flights} }], [('proposed') x 4], 'activities and flights are proposed');
is_deeply($owner->selectcol_arrayref('select distinct rooms from voygen.bookings'), [1], 'a booking is for one room');
$door->call('admin', 'add_activity', { trip_id => $two->{trip_id}, title => 'Null', status => undef });
is($owner->selectrow_array("select status from voygen.trip_activities where title = 'Null'"), 'proposed', 'null is nothing said');
$door->call('admin', 'add_booking', { trip_id => $two->{trip_id}, kind => 'hotel', rooms => undef, notes => 'Null' });
is($owner->selectrow_array("select rooms from voygen.bookings where notes = 'Null'"), 1, 'for rooms too');

# What is refused, with the path
for (['add_flight', { origin => 'SEA', destination => 'DUB', depart_at => '2026-09-10T10:00:00Z', arrive_at => '2026-09-10T09:59:59Z' }, '/arrive_at'], ['add_flight', { origin => 'SEAT', destination => 'DUB' }, '/origin'], ['add_flight', { origin => 'SEA', destination => 'D1B' }, '/destination'],
	['add_leg', { city => 'Rome', arrive_date => '2026-09-12', depart_date => '2026-09-11' }, '/depart_date'], ['add_leg', { city => ' ' }, '/city'], ['add_activity', { title => ' ' }, '/title'], ['add_activity', { title => 'x', product_code => ' ' }, '/product_code'],
	['add_activity', { title => 'x', product_code => 'x' x 301 }, '/product_code'], ['add_activity', { title => 'x', duration_minutes => 0 }, '/duration_minutes'], ['add_activity', { title => 'x', site => 'nowhere' }, '/site'],
	(map { ['add_booking', { kind => 'hotel', nights => $_ }, '/nights'] } 0, 1001), (map { ['add_booking', { kind => 'hotel', rooms => $_ }, '/rooms'] } 0, 1001),
	['add_booking', { kind => 'hotel', check_in => '2026-09-12', check_out => '2026-09-12' }, '/check_out'], ['add_booking', { kind => 'hotel', site => 'nowhere' }, '/site'])
{
	my ($tool, $arguments, $path) = @$_;
	is($door->fails('admin', $tool, { trip_id => $two->{trip_id}, %$arguments })->{path}, $path, "$tool refuses a wrong $path");
}
ok($door->call('admin', 'add_flight', { trip_id => $two->{trip_id}, origin => 'SEA', destination => 'DUB', depart_at => '2026-09-10T10:00:00Z', arrive_at => '2026-09-10T10:00:00Z' })->{flight_id}, 'a flight may arrive when it departs');
ok($door->call('admin', 'create_client', { name => 'x' x 200 })->{client_id}, 'a name of 200 characters');
is($door->fails('admin', 'create_client', { name => 'x' x 201 })->{path}, '/name', 'and none of 201');
$door->call('admin', 'add_activity', { trip_id => $two->{trip_id}, title => 'Tour', site => 'viator', product_code => ' P1 ', activity_date => '2026-09-11' });
my $twice = $door->fails('admin', 'add_activity', { trip_id => $two->{trip_id}, title => 'Again', site => 'viator', product_code => 'P1', activity_date => '2026-09-11' });
is_deeply([@$twice{qw(code path)}], ['conflict', '/product_code'], 'a product is on a day once');
like($twice->{message}, qr/product P1 of viator/, 'which names it');

# A trip is found by the slug it has, however it is typed, before those that only resemble it
my $slug = $owner->selectrow_array('select slug from voygen.trips where agency_id = ? and trip_id = ?', undef, $door->agency('sunny'), $two->{trip_id});
$door->call('admin', 'update_trip', { trip_id => $_->{trip_id}, title => "$slug $slug" }) for grep { $_->{agency} eq 'sunny' && $_ != $two && $_ != $one } @trips;
for my $typed ($slug, uc $slug, " $slug ")
{
	is($door->call('reader', 'find_trips', { query => $typed })->{trips}[0]{slug}, $slug, "found first: '$typed'");
}

# The oldest mark is what is told, not the newest
$owner->do('delete from voygen.facts_dirty');
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason, marked_at) values (?, ?, 'test', now() - interval '2 hours'), (?, ?, 'test', now())", undef, ($door->agency('sunny'), $two->{trip_id}) x 2);
my $stats = $door->call('reader', 'get_facts_stats', {});
cmp_ok($stats->{oldest_mark_age_s}, '>=', 7200, 'the oldest mark has waited two hours');
is_deeply([@$stats{qw(marks dirty)}], [2, 1], 'two marks of one trip');

# A booking earns by what its own trip says, and by nobody else's
$owner->do('update voygen.commission_rates set is_active = false');
$door->call('admin', 'configure_commission_rates', { rates => [{ site => 'web', value => 10 }] });
$owner->do("insert into voygen.commission_rules (agency_id, rule_id, name, conditions, actions, is_active) values (?, 777, 'Capri twice', '{\"destination\": [\"Capri\"]}', '{\"commission_multiplier\": 2}', true)", undef, $door->agency('sunny'));
my @by_place = map {
	my $trip = $door->call('admin', 'create_trip', { client_id => "$two->{client_id}", title => $_, destination => $_, start_date => '2026-10-01', end_date => '2026-10-05' })->{trip_id};
	$door->call('admin', 'add_booking', { trip_id => "$trip", kind => 'hotel', site => 'web', tax => 'excluded', price => { amount => 100, currency => 'USD' } })->{commission}{amount} + 0;
} qw(Capri Ischia Capri Procida);
is_deeply(\@by_place, [20, 10, 20, 10], 'a rule for one destination is for trips that go there');

# Of a hotel's rooms the one that earns most, then the cheapest, then the first by key; of what was not checked, nothing
my $rooms = $door->call('admin', 'create_trip', { client_id => "$two->{client_id}", title => 'Rooms', destination => 'Elba', start_date => '2026-10-01', end_date => '2026-10-02' })->{trip_id};
$door->call('admin', 'ingest_hotels', { trip_id => "$rooms", site => 'web', hotels => [map { { site_id => $_, name => $_, city => 'Elba', available => $yes, lead_price => { amount => 500, currency => 'USD' } } } qw(tied unknown)] });
$door->call('admin', 'ingest_rooms', { trip_id => "$rooms", site => 'web', hotel_key => 'web:tied',
	rooms => [map { { room_id => $_->[0], name => $_->[0], total_price => $_->[1], currency => 'USD', commission_amount => $_->[2] } } ['d', 100, 5], ['c', 120, 10], ['b', 110, 10], ['a', 110, 10]] });
$owner->do("update voygen.hotel_cache set checked_at = null where hotel_key = 'web:unknown'");
my ($leg) = @{ $door->call('admin', 'calculate_trip_commission', { trip_id => "$rooms" })->{by_leg} };
is_deeply([$leg->{best_hotel}, $leg->{best_room}, $leg->{potential} + 0], ['web:tied', $owner->selectrow_array("select room_key from voygen.rooms_cache where room_key like '%a' and name = 'a'"), 10], 'the best room of a hotel');
my %hotel = map { $_->{hotel_key} => $_ } @{ $door->call('reader', 'query_hotels', { trip_id => "$rooms" })->{hotels} };
is_deeply([map { $hotel{$_}{availability} } 'web:tied', 'web:unknown'], ['available', 'not_checked'], 'what nobody has checked is not available');
is($hotel{'web:tied'}{commission}{amount} + 0, 10, 'a hotel has the commission of its best room');

# A leg is named by number, place or city, of its own trip alone
my (undef, undef, $three) = grep { $_->{agency} eq 'sunny' } @trips;
is($door->fails('reader', 'shortlist_hotels', { trip_id => $two->{trip_id}, leg => "$three->{leg_id}[0]" })->{code}, 'not_found', 'a leg of another trip is none of this one');
ok($door->call('reader', 'shortlist_hotels', { trip_id => $two->{trip_id}, leg => $_ })->{tiers}, "a leg named $_") for "$two->{leg_id}[0]", '1', 'ROME';

# Warnings are about the trip asked for
$owner->do("update voygen.commission_rates set is_active = false");
my $silent = $door->call('admin', 'add_booking', { trip_id => $three->{trip_id}, kind => 'hotel', site => 'web', price => { amount => 100, currency => 'USD' } })->{booking_id};
my %warned = map { $_ => join("\n", @{ $door->call('admin', 'calculate_trip_commission', { trip_id => $_ })->{warnings} }) } $two->{trip_id}, $three->{trip_id};
like($warned{ $three->{trip_id} }, qr/booking $silent\b/, 'a booking without a known commission is warned of');
unlike($warned{ $two->{trip_id} }, qr/booking $silent\b/, 'in its own trip alone');

# A session that calls no door gives lists that no schema has checked
$owner->do('set voygen.agency_id = ' . $door->agency('sunny'));
$owner->do('set role voygen_agent');
my $trip = $two->{trip_id};
for my $call ("ingest_hotels('$trip', 'web', LIST)", "ingest_rooms('$trip', 'web', 'web:h1', LIST)", "ingest_activities('$trip', 'web', LIST)")
{
	for my $list (q{'{"a": 1}'::jsonb}, 'null::jsonb', q{'5'::jsonb}, q{(select jsonb_agg('{}'::jsonb) from generate_series(1, 20001))})
	{
		my $sql = 'select (voygen_api.' . ($call =~ s/LIST/$list/r) . ').inserted';
		ok(!eval { $owner->do($sql); 1 }, $sql);
		is(CallTest::error_of($owner)->{code}, 'invalid_argument', 'is refused') or diag($owner->errstr);
	}
}
$owner->do('reset role');

done_testing;
