# Finding legs, activities and bookings of an agency that has more than are compared with words: by numbers, filters and
# words that were put there, with the other agency having the same and more.
use strict;
use warnings;
use lib 'test/lib';
use Test::More;
use CallTest;

my $door = CallTest->new('api_find_parts_many');
my $owner = $door->owner;
my ($ours, $theirs) = map { $door->agency($_) } qw(sunny rainy);
my $yes = JSON::PP::true;
sub call { return $door->call('agent', @_) }
my %id_of = (legs => 'leg_id', activities => 'activity_id', bookings => 'booking_id');

# 1,500 trips with two of each in both agencies: number 2n and 2n + 1 of trip n. Every hundredth trip is put away.
for my $agency ($ours, $theirs)
{
	$owner->do("insert into voygen.clients (agency_id, client_id, slug, name) values (?, 1, 'filler', 'Filler'), (?, 2, 'sven-anderson', 'Sven Anderson')", undef, $agency, $agency);
	$owner->do(<<'SQL', undef, $agency);
insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date, archived_at)
select $1, n, 'filler-rome-' || n, case n when 700 then 2 else 1 end, case n when 500 then 'Quetzal watch' else 'Tour' end, 'Rome', '2027-01-01', '2027-01-09', case when n % 100 = 99 then now() end
from generate_series(1, 1500) as n
SQL
	$owner->do(<<'SQL', undef, $agency);
insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city, country, notes, arrive_date)
select $1, n / 2, n, 1 + n % 2, case n when 1234 then 'Galway' else (array['Rome', 'Kyoto'])[1 + n % 2] end, 'Italy', case n when 44 then 'Seaview balcony' end, date '2027-01-01' + n % 300 + case n when 77 then 900 else 0 end
from generate_series(2, 3001) as n
SQL
	$owner->do(<<'SQL', undef, $agency);
insert into voygen.trip_activities (agency_id, trip_id, activity_id, title, product_code, notes, activity_date, status)
select $1, n / 2, n, case n when 1234 then 'Falconry Galway' else (array['Walk', 'Rome by boat'])[1 + n % 2] end, 'P' || n, case n when 44 then 'Seaview balcony' end, date '2027-01-01' + n % 300 + case n when 77 then 900 else 0 end, 'proposed'
from generate_series(2, 3001) as n
SQL
	$owner->do(<<'SQL', undef, $agency);
insert into voygen.bookings (agency_id, trip_id, booking_id, kind, supplier, reference, notes, booked_on, price_amount, currency)
select $1, n / 2, n, 'hotel', case n when 1234 then 'Galway Grand' else 'Rome House' end, 'QX' || n, case n when 44 then 'Seaview balcony' end, date '2026-01-01' + n % 300 + case n when 77 then 900 else 0 end, 100, 'USD'
from generate_series(2, 3001) as n
SQL
}
# What only they have, under numbers that are ours as well
$owner->do("update voygen.trip_legs set city = 'Xyloburg' where agency_id = ? and leg_id between 100 and 500", undef, $theirs);
$owner->do("update voygen.trip_activities set title = 'Xyloburg' where agency_id = ? and activity_id between 100 and 500", undef, $theirs);
$owner->do("update voygen.bookings set supplier = 'Xyloburg' where agency_id = ? and booking_id between 100 and 500", undef, $theirs);

sub live { my ($id) = @_; return int($id / 2) % 100 != 99 }
my @live = grep { live($_) } reverse 2 .. 3001;
my @put_away = grep { !live($_) } reverse 2 .. 3001;

for my $what (sort keys %id_of)
{
	my $find = sub { return call("find_$what", @_) };
	my $ids = sub { return join ' ', map { $_->{ $id_of{$what} } } @{ $find->(@_)->{$what} } };
	my $day = { legs => 'arrives', activities => 'date', bookings => 'booked' }->{$what};
	my $all = $find->();
	is_deeply([ (map { $_->{ $id_of{$what} } } @{ $all->{$what} }), @$all{qw(total total_is_capped)}, $all->{truncated}{left_out} ], [ @live[0 .. 19], 1000, $yes, 980 ], "$what: the newest, and that there are more");

	my (@walked, $cursor);
	do
	{
		my $part = $find->({ limit => 100, $cursor ? (cursor => $cursor) : () });
		push @walked, map { $_->{ $id_of{$what} } } @{ $part->{$what} };
		$cursor = $part->{truncated} && $part->{truncated}{cursor};
	} while ($cursor);
	is_deeply(\@walked, \@live, "$what: a cursor walks all, newest first");

	is($ids->({ filters => { archived => $yes }, limit => 100 }), join(' ', @put_away), "$what: those put away");
	is_deeply([ @{ $find->({ filters => { archived => $yes } }) }{qw(total total_is_capped)} ], [ scalar @put_away, JSON::PP::false ], "$what: few are counted");
	is($ids->({ filters => { "${day}_after" => '2028-06-01' } }), 77, "$what: a day few have");
	is($ids->({ filters => { client => 'sven-anderson' } }), '1401 1400', "$what: a client");
	is($ids->({ filters => { trip_id => '350' } }), '701 700', "$what: a trip");

	is($ids->({ query => 'Galway' }), 1234, "$what: a rare word");
	is($ids->({ query => 'galwy' }), 1234, "$what: misspelt") if $what ne 'bookings';
	is($ids->({ query => 'alwa' }), 1234, "$what: a part of it");
	is($ids->({ query => 'seaview' }), 44, "$what: a word of the notes");
	is($ids->({ query => 'Quetzal' }), '1001 1000', "$what: a word of the trip");
	is($ids->({ query => 'Anderson' }), '1401 1400', "$what: a word of the client");
	is($ids->({ query => 'Anderson Rome filler' }), $what eq 'legs' ? '1400 1401' : '1401 1400', "$what: rare and frequent words");
	is($ids->({ query => 'Galway', filters => { "${day}_after" => '2028-06-01' } }), '', "$what: a word and a day that do not go together");
	is($ids->({ query => 'Filler', filters => { "${day}_after" => '2028-06-01' } }), 77, "$what: a frequent word and a rare day");
	is($ids->({ query => 'Rome', filters => { archived => $yes }, limit => 100 }) =~ tr/ //, $#put_away, "$what: a frequent word among those put away");
	my $frequent = $find->({ query => 'Rome' });
	ok($frequent->{total} >= 100 && $frequent->{total_is_capped}, "$what: of a frequent word it is said that there are more");
	my $none = $find->({ query => 'Xyloburg' });
	is_deeply([ $none->{total}, scalar @{ $none->{$what} } ], [ 0, 0 ], "$what: nothing of another agency is found");
	unlike($door->call_text('agent', "find_$what", { query => $_ }), qr/Xyloburg/i, "$what: $_ shows nothing of it") for 'Xylobürg', 'Xilobourg';
	is($door->call('rainy:reader', "find_$what", { query => 'Xyloburg' })->{total} >= 100, 1, "$what: which finds its own");
}
is(join(' ', map { $_->{booking_id} } @{ call('find_bookings', { query => 'QX2345' })->{bookings} }), 2345, 'a reference among thousands');
is(join(' ', map { $_->{activity_id} } @{ call('find_activities', { query => 'P2345' })->{activities} }), 2345, 'a product code among thousands');

done_testing;
