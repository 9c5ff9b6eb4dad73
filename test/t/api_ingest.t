# Taking in hotels, rooms and activities: good items are kept, bad ones named, nothing is guessed, nothing is written twice.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('api_ingest');
my $owner = $door->owner;
my $yes = JSON::PP::true;
my $no = JSON::PP::false;

sub call { return $door->call('agent', @_) }

call('create_client', { name => 'Demo' });
my $trip = call('create_trip', { client_id => 'demo', title => 'Dublin', destination => 'Dublin', start_date => '2026-10-12', end_date => '2026-10-19' })->{slug};

sub ingest { my ($hotels, %more) = @_; return call('ingest_hotels', { trip_id => $trip, site => 'navitrip', hotels => $hotels, %more }) }
sub counts { my ($answer) = @_; return join ' ', map({ $answer->{$_} } qw(inserted updated unchanged)), scalar @{ $answer->{rejected} } }
sub row { my ($key, $column) = @_; return $owner->selectrow_array("select $column from voygen.hotel_cache where hotel_key = ?", undef, $key) }

# One full hotel
my $full = {
	giata_id => '99', site_id => 'full', name => 'グランドホテル', chain => 'Grand', city => 'Dublin', region => 'Leinster', country => 'IE', address => '1 Quay',
	coordinates => { lat => 53.3478, lng => -6.2597 }, distance_to_center => 0.8,
	lead_price => { amount => '285.00', currency => 'USD', basis => 'per_night', per_night => $no, tax => 'excluded' },
	total => { amount => 1995, tax => 'excluded' }, star_rating => 4.5, review_score => 4.3, review_scale => 5, review_count => 1568,
	amenities => ['wifi', 'pool'], images => ['https://example.com/a.jpg'], available => $yes, refundable => $yes,
	free_cancellation_until => '2026-10-01T12:00:00Z', stated_commission => { amount => 299.25, percent => 15 }, raw_json => { any => ['thing'] } };
is(counts(ingest([$full], check_in => '2026-10-12', check_out => '2026-10-19')), '1 0 0 0', 'a full hotel is taken in');
is(row('navitrip:full', 'concat_ws(chr(124), name, price_basis, price_tax, nightly_amount, total_amount, review_score, nights, availability_status, leg_id is not null, commission_amount)'),
	'グランドホテル|per_night|excluded|285.000|1995.000|8.60|7|available|t|299.250', 'with all it says: basis wins over per_night, reviews are on the scale to 10');
my ($checked) = row('navitrip:full', 'checked_at');
$owner->do('delete from voygen.facts_dirty');
is(counts(ingest([$full], check_in => '2026-10-12', check_out => '2026-10-19')), '0 0 1 0', 'the same again is unchanged');
is($owner->selectrow_array('select count(*) from voygen.facts_dirty'), 0, 'and marks nothing');
is(row('navitrip:full', 'checked_at'), $checked, 'and writes nothing');
$owner->do("update voygen.hotel_cache set checked_at = now() - interval '2 hours'");
is(counts(ingest([$full], check_in => '2026-10-12', check_out => '2026-10-19')), '0 1 0 0', 'hours later the same keeps the offer fresh');
is(counts(ingest([{ %$full, lead_price => { %{ $full->{lead_price} }, amount => 300 } }], check_in => '2026-10-12', check_out => '2026-10-19')), '0 1 0 0', 'another price is an update');
is(row('navitrip:full', 'nightly_amount'), '300.000', 'that is kept');
is(counts(ingest([{ site_id => 'full', name => 'Grand Hotel', available => $no }])), '0 1 0 0', 'a poorer search takes it from sale');
is(row('navitrip:full', "concat_ws('|', name, availability_status, coalesce(price_amount::text, 'no price'), star_rating, giata_id)"), 'Grand Hotel|sold_out|no price|4.5|99',
	'the price goes, what describes the house stays');

# A total without a lead price is a price of the whole stay
is(counts(ingest([{ site_id => 'total', name => 'Total', lead_price => { currency => 'USD', per_night => $yes }, total => { amount => '700.00', tax => 'included' }, available => $yes }], check_in => '2026-10-12', check_out => '2026-10-19')), '1 0 0 0', 'a hotel with nothing but a total is taken in');
is(row('navitrip:total', "concat_ws('|', price_amount, price_basis, price_tax, nightly_amount, total_amount, total_tax)"), '700.000|per_stay|included|100.000|700.000|included', 'and has a price of the night');
$owner->do("delete from voygen.hotel_cache where hotel_key = 'navitrip:total'");

# Every kind of fault
my @bad = (
	['/name', {}, 'is missing'],
	['/name', { name => ' ' }, 'is empty'],
	['/name', { name => 5 }, 'expected a text'],
	['', 'text', 'expected an object'],
	['', [1], 'expected an object'],
	['/colour', { name => 'A', colour => 'red' }, 'no such field'],
	['/lead_price/colour', { name => 'A', lead_price => { colour => 1 } }, 'no such field'],
	['/lead_price', { name => 'A', lead_price => 100 }, 'expected an object'],
	['/lead_price/amount', { name => 'A', lead_price => { amount => -1, currency => 'USD' } }, 'at least 0'],
	['/lead_price/amount', { name => 'A', lead_price => { amount => 'cheap', currency => 'USD' } }, 'expected a number'],
	['/lead_price/amount', { name => 'A', lead_price => { amount => 10.005, currency => 'USD' } }, 'decimals'],
	['/lead_price/amount', { name => 'A', lead_price => { amount => '10.5', currency => 'JPY' } }, 'decimals'],
	['/lead_price/amount', { name => 'A', lead_price => { amount => 1e30, currency => 'USD' } }, 'at most'],
	['/lead_price/currency', { name => 'A', lead_price => { amount => 10 } }, 'is missing'],
	['/lead_price/currency', { name => 'A', lead_price => { amount => 10, currency => 'XXQ' } }, 'ISO 4217'],
	['/lead_price/basis', { name => 'A', lead_price => { amount => 10, currency => 'USD', basis => 'per_week' } }, 'per_night'],
	['/lead_price/tax', { name => 'A', lead_price => { amount => 10, currency => 'USD', tax => 'some' } }, 'included'],
	['/lead_price/currency', { name => 'A', total => { amount => 10 } }, 'no currency'],
	['/tax_amount', { name => 'A', lead_price => { currency => 'USD' }, total => { amount => 10, tax => 'included' }, tax_amount => 11 }, 'more than the total'],
	['/review_score', { name => 'A', review_score => 5.1, review_scale => 5 }, 'expected 0 to 5'],
	['/review_score', { name => 'A', review_score => 11 }, 'at most 10'],
	['/review_scale', { name => 'A', review_score => 5, review_scale => 7 }, 'expected 5 or 10'],
	['/star_rating', { name => 'A', star_rating => 8 }, 'at most 7'],
	['/star_rating', { name => 'A', star_rating => 4.25 }, 'decimals'],
	['/check_in', { name => 'A', check_in => '2026-02-29' }, 'a day'],
	['/check_out', { name => 'A', check_in => '2026-10-12', check_out => '2026-10-12' }, 'a day after'],
	['/nights', { name => 'A', check_in => '2026-10-12', check_out => '2026-10-14', nights => 3 }, 'expected 2'],
	['/nights', { name => 'A', nights => 1.5 }, 'whole number'],
	['/coordinates/lat', { name => 'A', coordinates => { lat => 91, lng => 0 } }, 'at most 90'],
	['/distance_to_center', { name => 'A', distance_to_center => -1 }, 'at least 0'],
	['/amenities', { name => 'A', amenities => 'wifi' }, 'list of texts'],
	['/amenities', { name => 'A', amenities => [1] }, 'list of texts'],
	['/available', { name => 'A', available => 'yes' }, 'true or false'],
	['/free_cancellation_until', { name => 'A', free_cancellation_until => '2026-13-01T00:00:00Z' }, 'YYYY-MM-DD'],
	['/checked_at', { name => 'A', available => $yes, checked_at => '2099-01-01T00:00:00Z' }, 'in the future'],
	['/stated_commission/percent', { name => 'A', stated_commission => { percent => 101 } }, 'at most 100'],
	['/stated_commission/percent', { name => 'A', stated_commission => { percent => 10.12345 } }, 'decimals'],
	['/product_type', { name => 'A', product_type => 'tent' }, 'villa'],
	['/site_id', { name => 'A', site_id => 'full' }, undef], # good, and so is the next
	['/site_id', { name => 'B', site_id => 'full' }, 'same hotel as item 38'],
	['/name', { name => 'x' x 501 }, 'at most 500'],
);
my $answer = ingest([map { $_->[1] } @bad]);
my %rejected = map { $_->{index} => $_ } @{ $answer->{rejected} };
for my $i (0 .. $#bad)
{
	my ($path, undef, $message) = @{ $bad[$i] };
	if (!defined $message) { ok(!$rejected{$i}, "item $i is good"); next }
	ok($rejected{$i} && $rejected{$i}{path} eq $path && $rejected{$i}{message} =~ /\Q$message\E/, "item $i is rejected at $path: $message")
		or diag(explain($rejected{$i}));
}
is(counts($answer), '0 1 0 ' . (@bad - 1), 'the good one among them is kept');

# Bad calls
for (
	['not_found', '/trip_id', { trip_id => 'nowhere' }],
	['unknown_name', '/site', { site => 'nowhere' }],
	['invalid_argument', '/hotels', { hotels => 'x' }],
	['invalid_argument', '/check_out', { check_in => '2026-10-12', check_out => '2026-10-12' }],
	['not_found', '/leg_id', { leg_id => 1 }])
{
	my ($code, $path, $arguments) = @$_;
	my $error = $door->fails('agent', 'ingest_hotels', { trip_id => $trip, site => 'navitrip', hotels => [], %$arguments });
	is("$error->{code} $error->{path}", "$code $path", "$path is refused as a whole");
}
is(counts(ingest([])), '0 0 0 0', 'no hotels are none');

# Legs: city and days decide, nothing is guessed
my $tour = call('create_trip', {
	client_id => 'demo', title => 'Italy', destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-25',
	legs => [
		{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' },
		{ city => 'Rome', arrive_date => '2026-09-20', depart_date => '2026-09-25' }] });
my ($rome, $amalfi, $again) = @{ $tour->{leg_ids} };
my @where = (
	[undef, { city => 'Rome' }, 'a city two legs have decides nothing'],
	[$amalfi, { city => 'AMALFI' }, 'one leg has this city'],
	[$rome, { city => 'Rome', check_in => '2026-09-10', check_out => '2026-09-15' }, 'city and days'],
	[$again, { check_in => '2026-09-21', check_out => '2026-09-23' }, 'days alone'],
	[$amalfi, { city => 'Ravello', check_in => '2026-09-15', check_out => '2026-09-20' }, 'a suburb goes by its days'],
	[undef, { city => 'Amalfi', check_in => '2026-09-10', check_out => '2026-09-15' }, 'a city against its days'],
	[undef, { check_in => '2026-09-13', check_out => '2026-09-17' }, 'days over two legs'],
	[undef, { city => 'Ravello' }, 'a city no leg has'],
	[undef, {}, 'nothing said']);
call('ingest_hotels', { trip_id => $tour->{slug}, site => 'web', hotels => [map { { name => "H$_", site_id => "h$_", %{ $where[$_][1] } } } 0 .. $#where] });
for my $i (0 .. $#where)
{
	is(($owner->selectrow_array('select leg_id from voygen.hotel_cache where trip_id = ? and hotel_key = ?', undef, $tour->{trip_id}, "web:h$i"))[0], $where[$i][0], "leg: $where[$i][2]");
}
is(counts(call('ingest_hotels', { trip_id => $tour->{slug}, site => 'web', leg_id => $rome, hotels => [{ name => 'H8', site_id => 'h8' }] })), '0 1 0 0', 'a row without a leg gets one, not a double');
is($owner->selectrow_array('select count(*) from voygen.hotel_cache where trip_id = ?', undef, $tour->{trip_id}), scalar @where, 'no row came in twice');

# A leg taken out: its offers stay without a leg, none twice
call('ingest_hotels', { trip_id => $tour->{slug}, site => 'web', leg_id => $_, hotels => [{ name => 'Both', site_id => 'both' }] }) for $rome, $amalfi;
call('archive_leg', { trip_id => $tour->{slug}, leg_id => $_, confirm => $yes }) for $rome, $amalfi;
is_deeply($owner->selectall_arrayref("select leg_id from voygen.hotel_cache where trip_id = ? and hotel_key = 'web:both'", undef, $tour->{trip_id}), [[undef]], 'offers of legs that were taken out stay with the trip, once');

# Two searches for one trip at the same time
{
	my @db = map { $door->connect_gateway(AutoCommit => 0) } 1 .. 2;
	my $together = call('create_trip', { client_id => 'demo', title => 'Together', destination => 'Dublin', start_date => '2026-10-12', end_date => '2026-10-19' })->{slug};
	my %arguments = (trip_id => $together, site => 'web', hotels => [map { { site_id => "t$_", name => "T$_" } } 1 .. 20]);
	my $first = $door->call('agent', 'ingest_hotels', \%arguments, db => $db[0]);
	my $pid = fork // die;
	if (!$pid)
	{
		# the child's handle is a connection of its own, the parent's are left alone
		$_->{AutoInactiveDestroy} = 1 for @db, $door->owner, $door->gateway;
		my $other = $door->connect_gateway;
		my $answer = eval { $door->call('agent', 'ingest_hotels', \%arguments, db => $other) };
		$other->disconnect;
		require POSIX;
		POSIX::_exit($answer && counts($answer) eq '0 0 20 0' ? 0 : 1);
	}
	until ($owner->selectrow_array("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")) { select undef, undef, undef, 0.02 }
	$db[0]->commit;
	waitpid $pid, 0;
	is(counts($first), '20 0 0 0', 'of two searches at once the first inserts');
	is($?, 0, 'the second waits for it and finds everything unchanged');
	$_->disconnect for @db;
}

# Rooms
my @rooms = (
	{ room_id => 'a', name => 'Double', total_price => 500, currency => 'USD', taxes_included => $yes, tax_amount => 50, refundable => $yes, max_occupancy => 2, bed_types => ['king'] },
	{ name => 'Suite', nightly_rate => '12.345', currency => 'USD' }, { name => 'No currency', nightly_rate => 5 }, { name => 'Twin', nightly_rate => 80, currency => 'USD' },
	{ name => 'twin', nightly_rate => 90, currency => 'USD' });
my $taken = call('ingest_rooms', { trip_id => $trip, site => 'navitrip', hotel_key => 'full', rooms => \@rooms });
is(counts($taken), '2 0 0 3', 'good rooms are kept');
is_deeply([map { "$_->{index}$_->{path}" } @{ $taken->{rejected} }], ['1/nightly_rate', '2/currency', '4/room_id'], 'bad ones are named');
is(counts(call('ingest_rooms', { trip_id => $trip, site => 'navitrip', hotel_key => 'navitrip:full', rooms => [@rooms[0, 3]] })), '0 0 2 0', 'the same again is unchanged');
is($door->fails('agent', 'ingest_rooms', { trip_id => $trip, site => 'navitrip', hotel_key => 'none', rooms => [] })->{path}, '/hotel_key', 'an unknown hotel is refused');

# What comes to more than a column of money holds is a bad item, not a failed call
my @dear = ({ site_id => 'dear', name => 'Dear', lead_price => { amount => '99999999999', currency => 'USD', basis => 'per_night' } },
	{ site_id => 'party', name => 'Party', lead_price => { amount => '99999999999', currency => 'USD', basis => 'per_person' }, guests => 1000 },
	{ site_id => 'full', name => 'Grand Hotel', lead_price => { amount => '99999999999', currency => 'USD', basis => 'per_stay' } });
my $dear = ingest(\@dear, check_in => '2026-10-12', check_out => '2026-10-19');
is(counts($dear), '0 1 0 2', 'a price no stay has is refused, the highest one is not');
is_deeply([map { "$_->{index}$_->{path}" } @{ $dear->{rejected} }], ['0/lead_price/amount', '1/lead_price/amount'], 'by item and field');
is(counts(call('ingest_rooms', { trip_id => $trip, site => 'navitrip', hotel_key => 'full', rooms => [{ room_id => 'dear', name => 'Dear', currency => 'USD', nightly_rate => '99999999999' }] })), '0 0 0 1', 'nor a room for it');

# Activities
my @tours = ({ product_code => 'a', title => 'Walk', city => 'Dublin', rating => 4.5, review_scale => 5, price => { amount => 30, currency => 'EUR', basis => 'per_person' } }, { title => 'Museum' }, { title => 'museum' });
is(counts(call('ingest_activities', { trip_id => $trip, site => 'viator', activities => \@tours })), '2 0 0 1', 'activities are taken in');
call('update_activity', { trip_id => $trip, activity_id => $owner->selectrow_array("select activity_id from voygen.trip_activities where product_code = 'a'"), status => 'selected' });
is(counts(call('ingest_activities', { trip_id => $trip, site => 'viator', activities => \@tours })), '0 0 2 1', 'again they are unchanged, whatever the advisor decided');

# What a portal states in percent is shown as it states it, not as the rounded amount gives it
is(counts(ingest([{ site_id => 'stated', name => 'Stated', city => 'Dublin', available => $yes, lead_price => { amount => '10.00', currency => 'USD', basis => 'per_stay', tax => 'excluded' }, stated_commission => { percent => 16.444 } }],
	check_in => '2026-10-12', check_out => '2026-10-19')), '1 0 0 0', 'a hotel with a stated percentage');
my ($stated) = grep { $_->{hotel_key} eq 'navitrip:stated' } @{ call('query_hotels', { trip_id => $trip, limit => 100 })->{hotels} };
is_deeply([map { "$_" } @{ $stated->{commission} }{qw(amount percent source)}], ['1.64', '16.444', 'stated'], 'shows it');

# A day of the item's own does not get its other end from the call; taxes may be all of a total
is(counts(ingest([{ site_id => 'own-day', name => 'Own day', check_in => '2026-10-13' }, { site_id => 'taxed', name => 'Taxed', lead_price => { currency => 'USD' }, total => { amount => 10, tax => 'included' }, tax_amount => 10 }],
	check_in => '2026-10-12', check_out => '2026-10-19')), '2 0 0 0', 'a first day alone and a total that is all tax are good');
is(row('navitrip:own-day', "concat_ws('|', check_in, coalesce(check_out::text, 'no day'), coalesce(nights::text, 'no nights'))"), '2026-10-13|no day|no nights', 'the last day of the call is for another first one');

# A journey of two legs, of three people
my $journey = call('create_trip', { client_id => 'demo', title => 'Journey', destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-20', travelers => 3,
	legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' }] });
my %of = (trip_id => $journey->{slug}, site => 'web');
my @legs = @{ $journey->{leg_ids} };
is(counts(call('ingest_hotels', { %of, hotels => [{ site_id => 'loose', name => 'Loose' }] })), '1 0 0 0', 'a hotel that says nothing of its leg');
is(counts(call('ingest_hotels', { %of, hotels => [{ site_id => 'loose', name => 'Loose', city => 'Rome', check_in => '2026-09-10', check_out => '2026-09-15' }, { site_id => 'loose', name => 'Loose', city => 'Amalfi', check_in => '2026-09-15', check_out => '2026-09-20' }] })),
	'1 1 0 0', 'gets one of the two it turns out to be for, the other one is new');
is_deeply($owner->selectcol_arrayref("select leg_id from voygen.hotel_cache where hotel_key = 'web:loose' order by leg_id"), [sort { $a <=> $b } @legs], 'one for each leg');
my $crowd = call('ingest_hotels', { %of, hotels => [{ site_id => 'crowd', name => 'Crowd', lead_price => { amount => '40000000000', currency => 'USD', basis => 'per_person' } }] });
is_deeply([counts($crowd), map { $_->{path} } @{ $crowd->{rejected} }], ['0 0 0 1', '/lead_price/amount'], 'a price per person is as dear as it is for the travelers of the trip');
is(counts(call('ingest_hotels', { %of, hotels => [{ site_id => 'eu:77', name => 'Colon', city => 'Rome' }] })), '1 0 0 0', 'a number with a colon in it');
is(counts(call('ingest_rooms', { %of, hotel_key => 'eu:77', rooms => [{ room_id => 'r', name => 'R' }] })), '1 0 0 0', 'is found by rooms');
my $ride = { product_code => 'ride', title => 'Ride', city => 'Rome' };
call('ingest_activities', { %of, activities => [$ride] });
my ($ride_id, $ride_leg) = $owner->selectrow_array("select activity_id, leg_id from voygen.trip_activities where product_code = 'ride'");
is($ride_leg, $legs[0], 'a tour is put to the leg of its city');
call('update_activity', { trip_id => $journey->{slug}, activity_id => $ride_id, leg_id => $legs[1] });
is(counts(call('ingest_activities', { %of, activities => [$ride] })), '0 0 1 0', 'and stays with the leg the advisor gave it');

# Ten thousand, every third one bad
my @many = map { { site_id => "m$_", name => "Hotel $_", city => 'Dublin', available => $yes, amenities => ['wifi'], $_ % 3 == 2 ? (lead_price => { amount => -$_, currency => 'USD' }) : (lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' }) } } 0 .. 9999;
my $big = call('create_trip', { client_id => 'demo', title => 'Big', destination => 'Dublin', start_date => '2026-10-12', end_date => '2026-10-19' })->{slug};
my $text = JSON::PP->new->encode({ trip_id => $big, site => 'web', hotels => \@many });
my $first = JSON::PP->new->decode($door->call_text('agent', 'ingest_hotels', $text));
is(counts($first), '6667 0 0 3333', 'of ten thousand the good ones are kept');
is_deeply([map { $_->{index} } @{ $first->{rejected} }[0 .. 2]], [2, 5, 8], 'and the bad ones named in order');
$owner->do('delete from voygen.facts_dirty');
is(counts(JSON::PP->new->decode($door->call_text('agent', 'ingest_hotels', $text))), '0 0 6667 3333', 'a second time nothing changes');
is($owner->selectrow_array('select count(*) from voygen.facts_dirty'), 0, 'and nothing is marked');

done_testing();
