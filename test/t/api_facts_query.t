# Asking for the facts of trips: every filter, alone and with others, in every order, walked page by page, against an
# independent computation; with trips that are fresh, marked (one by one, by block, by a TRUNCATE), run out and impossible to
# build, and a second agency that has the same trips.
use strict;
use warnings;
use utf8;
use lib 'test/lib';
use Test::More;
use CallTest;
use VoygenTest qw(psql);

my $door = CallTest->new('api_facts_query');
my $owner = $door->owner;
my ($agency, $other) = map { $door->agency($_) } qw(sunny rainy);

# Trips of these numbers (SQL) with one hotel each, every third with two, told apart in everything a filter asks for.
sub make_trips
{
	my ($of, $numbers) = @_;
	$owner->do("select set_config('voygen.agency_id', '$of', false)");
	$owner->do('set session_replication_role = replica');
	$owner->do("insert into voygen.clients (client_id, slug, name) select c, 'guest-' || c, 'Demo Guest ' || c from generate_series(1, 10) c");
	$owner->do("insert into voygen.trips (trip_id, slug, client_id, title, destination, start_date, end_date, status, currency, archived_at)
		select t, 'trip-' || t, 1 + t % 10, case when t % 50 = 0 then 'Honeymoon' else 'Journey' end || ' to ' || place, place,
			case when t % 17 > 0 then date '2027-01-01' + (t * 37 % 300)::integer end, case when t % 17 > 0 then date '2028-01-01' end,
			(array['planning', 'completed', 'completed', 'cancelled'])[1 + t % 4], 'USD', case when t % 23 = 0 then now() end
		from ($numbers) as n(t)
		cross join lateral (select (array['Dublin', 'Rome', 'Cancun', '100% Sun_ny\\Isle', 'ÉVORA'])[1 + t % 5] as place) p");
	$owner->do("insert into voygen.trip_legs (trip_id, leg_id, seq, city) select trip_id, trip_id * 10, 1, destination from voygen.trips where agency_id = $of");
	$owner->do("insert into voygen.hotel_cache (trip_id, hotel_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, nights, availability_status, checked_at, commission_percent)
		select trip_id, trip_id * 10 + h, trip_id * 10, 'web', 'web:' || h, 'House ' || h, 50 + trip_id * 7919 % 400 + h, 'USD', 'per_night', 2,
			(array['available', 'available', 'sold_out', 'extract_failed'])[1 + (trip_id % 7 + h) % 4],
			now() - case when trip_id % 13 = 0 then interval '3 days' else interval '1 hour' end, trip_id % 31
		from voygen.trips, generate_series(1, 2) h where agency_id = $of and (h = 1 or trip_id % 3 = 0)");
	$owner->do('set session_replication_role = origin');
	return;
}

# Changes rows and tells nobody, so that stored facts are wrong unless something else marks the trip.
sub unnoticed
{
	my ($table, @statements) = @_;
	$owner->do("alter table voygen.$table disable trigger mark_update");
	$owner->do($_) for @statements;
	$owner->do("alter table voygen.$table enable always trigger mark_update");
	return;
}

# What every trip is by its rows, without any facts.
sub expected
{
	my ($condition, $order) = @_;
	return join ' ', @{ $owner->selectcol_arrayref("
		with hotels as (
			select trip_id, min(nightly_amount) filter (where availability_status = 'available') as price
			from voygen.hotel_cache where agency_id = $agency group by trip_id),
		seen as (
			select t.*, h.price, m.availability_status as state, m.total_commission_potential as commission
			from voygen.trips t
			left join expected_facts m using (trip_id)
			left join hotels h using (trip_id)
			where t.agency_id = $agency and t.archived_at is null)
		select trip_id from seen where $condition order by $order") };
}

# Every page of a question, each trip once.
sub walked
{
	my ($arguments, %options) = @_;
	my (@trips, $cursor);
	do
	{
		my $part = $door->call('agent', 'query_trip_facts', { limit => 40, return_fields => ['slug'], %$arguments, $cursor ? (cursor => $cursor) : () });
		push @trips, map { $_->{trip_id} } @{ $part->{trips} };
		$cursor = $part->{truncated} && $part->{truncated}{cursor};
		$options{between}->() if $options{between};
		die "page after page\n" if @trips > 20_000;
	} while ($cursor);
	return join ' ', @trips;
}

my %filters = (
	'none' => [ {}, 'true' ],
	'status' => [ { filters => { status => 'planning' } }, "status = 'planning'" ],
	'a part of the destination' => [ { filters => { destination => 'uBLi' } }, "destination = 'Dublin'" ],
	'a part that reads like a pattern' => [ { filters => { destination => '% sun_ny\\' } }, "destination like '100%'" ],
	'a part with an accent' => [ { filters => { destination => 'évo' } }, "destination = 'ÉVORA'" ],
	'client' => [ { filters => { client => 'guest-4' } }, 'client_id = 4' ],
	'days' => [ { filters => { starts_after => '2027-03-01', starts_before => '2027-04-15' } }, "start_date between '2027-03-01' and '2027-04-15'" ],
	'price' => [ { filters => { price_min => 100, price_max => '160.5' } }, 'price between 100 and 160.5' ],
	'a low price' => [ { filters => { price_max => 60 } }, 'price <= 60' ],
	'a price nobody asks' => [ { filters => { price_min => 5000 } }, 'false' ],
	'available' => [ { filters => { availability => 'available' } }, "state = 'available'" ],
	'not checked' => [ { filters => { availability => 'not_checked' } }, "state = 'not_checked'" ],
	'words' => [ { query => 'journey rome' }, "title like 'Journey%' and concat(title, destination) like '%Rome%'" ],
	'rare words' => [ { query => 'Honeymoon' }, "title like 'Honeymoon%'" ],
	'a slug' => [ { query => 'trip-12' }, 'trip_id = 12' ],
	'a number' => [ { query => '12' }, 'trip_id = 12' ],
	'named trips' => [ { trip_ids => [ 'trip-3', 9, 10, 'trip-20' ] }, 'trip_id in (3, 9, 10, 20)' ],
	'all at once' => [ { query => 'journey', filters => { status => 'completed', destination => 'o', starts_after => '2027-02-01', price_max => 300, availability => 'available' } },
		"title like 'Journey%' and status = 'completed' and destination ilike '%o%' and start_date >= '2027-02-01' and price <= 300 and state = 'available'" ],
);
my %orders = (
	newest => 'trip_id desc',
	start_date => 'start_date nulls last, trip_id',
	price => 'price nulls last, trip_id',
	commission => 'commission desc nulls last, trip_id desc',
);

# What the model says of states and commissions at this moment.
sub look_again
{
	$owner->do('delete from expected_facts');
	$owner->do("insert into expected_facts select trip_id, availability_status, total_commission_potential from facts_model.trip_facts($agency)");
	return;
}

sub compare
{
	my ($when, @orders) = @_;
	look_again();
	for my $name (sort keys %filters)
	{
		my ($arguments, $condition) = @{ $filters{$name} };
		for my $order (@orders ? @orders : sort keys %orders)
		{
			is(walked({ %$arguments, sort => $order }), expected($condition, $orders{$order}), "$when: $name, by $order");
		}
	}
	return;
}

psql('api_facts_query', '', '-f', 'test/facts_model.sql');
$owner->do('create temp table expected_facts (trip_id bigint primary key, availability_status text, total_commission_potential numeric)');
make_trips($_, 'select generate_series(1, 240)') for $agency, $other;
$owner->do("select set_config('voygen.agency_id', '$agency', false)");

# Nothing was ever built: the agency has a mark from its founding
compare('nothing stored');
my $total = $door->call('reader', 'query_trip_facts', { limit => 3, filters => { price_max => 60 } });
is($total->{total_is_capped} ? 'capped' : $total->{total}, $total->{total_is_capped} ? 'capped' : scalar(split ' ', expected('price <= 60', '1')), 'a total is exact or says that it is not');

$door->call('agent', 'refresh_trip_facts');
compare('all stored');
is($door->call('reader', 'query_trip_facts', { limit => 3, filters => { price_max => 60 } })->{total}, scalar(split ' ', expected('price <= 60', '1')), 'the total is that of all pages');
is($door->call('rainy:agent', 'query_trip_facts', { limit => 1 })->{total}, 230, 'the other agency has its own');

# Some marked by what happened to them, some ran out, some by client
$owner->do("update voygen.hotel_cache set price_amount = 50 + trip_id * 104729 % 400 where agency_id = $agency and trip_id % 3 = 0");
$owner->do("update voygen.trips set status = 'planning', destination = 'Rome' where agency_id = $agency and trip_id % 29 = 0");
$owner->do("update voygen.trip_facts set valid_until = now() where agency_id = $agency and trip_id % 19 = 0");
unnoticed('hotel_cache', "update voygen.hotel_cache set price_amount = 55 where agency_id = $agency and trip_id % 19 = 0");
$owner->do("update voygen.clients set tier = 'vip' where agency_id = $agency and client_id = 4");
$owner->do("insert into voygen.trips (trip_id, slug, client_id, title, destination, start_date, end_date) select 1000 + t, 'new-' || t, 4, 'Journey to Rome', 'Rome', '2027-03-03', '2027-03-09' from generate_series(1, 5) t");
compare('some marked');
$door->call('agent', 'refresh_trip_facts');

# One that cannot be built spoils no page and no refresh
my ($broken) = $owner->selectrow_array("select trip_id from voygen.trip_facts join voygen.trips using (agency_id, trip_id) where agency_id = $agency and archived_at is null and lead_price_min < 300 order by trip_id desc limit 1 offset 30");
my ($was) = $owner->selectrow_array("select lead_price_min from voygen.trip_facts where agency_id = $agency and trip_id = $broken");
unnoticed('hotel_cache', "update voygen.hotel_cache set price_amount = 'NaN' where agency_id = $agency and trip_id = $broken");
$owner->do("update voygen.trips set title = title || '!' where agency_id = $agency and trip_id in ($broken, 1001, 1002)");
$owner->do("insert into voygen.trips (trip_id, slug, client_id, title, destination) values (1100, 'never-built', 4, 'Nowhere', 'Nowhere')");
$owner->do("insert into voygen.hotel_cache (trip_id, hotel_id, site, hotel_key, name, price_amount, currency) values (1100, 1, 'web', 'web:1', 'House', 'NaN', 'USD')");
for my $moment ('marked', 'set aside')
{
	my %page = map { $_->{trip_id} => $_ } @{ $door->call('agent', 'query_trip_facts', { trip_ids => [ $broken, 1001, 1100 ] })->{trips} };
	is_deeply([ sort { $a <=> $b } keys %page ], [ sort { $a <=> $b } $broken, 1001, 1100 ], "$moment: all are answered");
	like($page{$broken}{error} // '', qr/holds an amount that is not a number/, "$moment: the one that cannot be built says why");
	is_deeply([ "$page{$broken}{lead_price_min}", $page{$broken}{facts}{slug}, !!$page{$broken}{refreshed_at} ], [ 0 + $was, "trip-$broken", !!1 ], "$moment: with what was stored last");
	is($page{1001}{error}, undef, "$moment: the others have no error");
	is($page{1001}{facts}{title}, 'Journey to Rome!', "$moment: and are as they are now");
	is_deeply([ $page{1100}{facts}, $page{1100}{slug}, defined $page{1100}{error} ], [ undef, 'never-built', !!1 ], "$moment: one that was never built has nothing but the reason");
	like(walked({ filters => { price_max => $was } }), qr/\b$broken\b/, "$moment: a filter goes by what was stored last");
	unlike(walked({ sort => 'price', filters => { price_min => 0 } }), qr/\b1100\b/, "$moment: what has no facts has no price");
	my $refreshed = $door->call('agent', 'refresh_trip_facts') if $moment eq 'marked';
	is_deeply([ @$refreshed{qw(refreshed failed remaining)} ], [ 2, 2, 0 ], 'a refresh builds the others') if $refreshed;
}
my $stats = $door->call('reader', 'get_facts_stats');
is_deeply([ $stats->{failed}, join ' ', sort { $a <=> $b } map { $_->{trip_id} } @{ $stats->{failures} } ], [ 2, join ' ', sort { $a <=> $b } $broken, 1100 ], 'the statistics name them');
$owner->do("update voygen.hotel_cache set price_amount = 90 where agency_id = $agency and trip_id in ($broken, 1100)");
is($door->call('agent', 'query_trip_facts', { trip_ids => [$broken] })->{trips}[0]{error}, undef, 'mended, it is built for the answer');
is($door->call('agent', 'refresh_trip_facts')->{failed}, 0, 'and stored');

# Trips that come while the pages are read: none that was there is missed, none comes twice
look_again();
for my $order (sort keys %orders)
{
	my $before = expected("trip_id < 2000", $orders{$order});
	my $next = 2000 + 100 * (1 + length $order);
	my $seen = walked({ sort => $order }, between => sub {
		$next++;
		$owner->do("insert into voygen.trips (trip_id, slug, client_id, title, destination, start_date, end_date) values ($next, 'late-$next', 2, 'Late', 'Rome', '2027-05-05', '2027-05-06')");
	});
	my %times;
	$times{$_}++ for split ' ', $seen;
	is(join(' ', grep { $_ < 2000 } split ' ', $seen), $before, "by $order: all that were there, in order, while others come");
	is_deeply([ grep { $_ > 1 } values %times ], [], "by $order: none twice");
	$owner->do('delete from voygen.trips where agency_id = ? and trip_id > 2000', undef, $agency);
}

# What a cursor is for
is($door->fails('agent', 'query_trip_facts', { cursor => 'x' })->{path}, '/cursor', 'a cursor of nobody is refused');
is(walked({ query => 'rome ' x 20_000 }), walked({ query => 'rome' }), 'a word said many times is one word');
is($door->fails('agent', 'query_trip_facts', { query => join ' ', 1 .. 101 })->{got}, '101', 'more words than anybody types are refused');
my $cursor = $door->call('agent', 'query_trip_facts', { limit => 1 })->{truncated}{cursor};
is($door->fails('agent', 'query_trip_facts', { cursor => $cursor, sort => 'price' })->{path}, '/cursor', 'so is one of another order');
is($door->call('agent', 'query_trip_facts', { limit => 1, cursor => $cursor })->{total}, $door->call('agent', 'query_trip_facts')->{total}, 'the total stays the same from page to page');

# Three thousand trips in eleven blocks of numbers, all of them changed. Some stand just where blocks end and begin, those of the
# indexes (8,192 numbers) and those of the marks (1,024, from 1); they can be had at a price that only some others have.
my $edges = join ', ', 1024, 1025, 2048, 2049, map { 8192 * $_ - 1, 8192 * $_, 8192 * $_ + 1 } 1 .. 8;
sub priced
{
	my ($multiplier, $at_edges) = @_;
	return "case when trip_id in ($edges) then $at_edges else 50 + trip_id * $multiplier % 400 end";
}
$owner->do("delete from voygen.trips where agency_id = $agency");
$owner->do("delete from voygen.clients where agency_id = $agency");
make_trips($agency, "select generate_series(1, 87000, 29) union select unnest(array[$edges])");
$owner->do("update voygen.hotel_cache set availability_status = 'available', price_amount = 55 where agency_id = $agency and trip_id in ($edges)");
$owner->do("update voygen.trips set title = 'Honeymoon to Rome', destination = 'Rome', start_date = '2027-03-03', end_date = '2028-01-01' where agency_id = $agency and trip_id in ($edges)");
# Words that none of the newest has, and words that few of them have: what is walked for other filters is not walked to its end.
$owner->do("update voygen.trips set title = 'Safari to ' || destination where agency_id = $agency and trip_id < 40000 and trip_id % 5 = 1");
$owner->do("update voygen.trips set title = 'Trek to ' || destination where agency_id = $agency and (trip_id < 20000 and trip_id % 9 = 2 or trip_id > 60000 and trip_id % 3480 = 204)");
my ($trips) = $owner->selectrow_array("select count(*) from voygen.trips where agency_id = $agency");
$owner->do("select set_config('voygen.agency_id', '$agency', false)");
$owner->do("delete from voygen.facts_dirty");
$owner->selectall_arrayref("select voygen.refresh_facts($agency, null, true)");
my @days = ({ starts_after => '2027-03-01', starts_before => '2027-03-05' }, "start_date between '2027-03-01' and '2027-03-05'");
my %many = (
	(map { $_ => $filters{$_} } ('price', 'a low price', 'a price nobody asks', 'rare words', 'all at once')),
	'few days' => [ { filters => $days[0] }, $days[1] ],
	'few days and a price' => [ { filters => { %{ $days[0] }, price_max => 300 } }, "$days[1] and price <= 300" ],
	'many days and a low price' => [ { filters => { starts_after => '2027-02-01', price_max => 60 } }, "start_date >= '2027-02-01' and price <= 60" ],
	'words of old trips and days' => [ { query => 'safari', filters => { starts_after => '2027-01-01' } }, "title like 'Safari%' and start_date >= '2027-01-01'" ],
	'words of old trips and of some newer, and days' => [ { query => 'trek', filters => { starts_after => '2027-01-01' } }, "title like 'Trek%' and start_date >= '2027-01-01'" ],
	'words of old trips that can be had' => [ { query => 'safari', filters => { availability => 'available' } }, "title like 'Safari%' and state = 'available'" ],
	'words of old trips and of some newer' => [ { query => 'trek' }, "title like 'Trek%'" ],
	'words and a low price' => [ { query => 'rome', filters => { price_max => 80 } }, "destination = 'Rome' and price <= 80" ],
);
%filters = %many;
$owner->do("update voygen.hotel_cache set price_amount = " . priced(15485863, 300) . " where agency_id = $agency");
is($owner->selectrow_array("select count(distinct trip_id) from voygen.facts_dirty where agency_id = $agency"), $trips, '3,000 trips are marked one by one');
compare('3,000 marks', 'newest', 'price');

# With fewer trips that a question may have built: what needs no more is answered as before, the rest is refused
my $most = $owner->selectrow_array("select pg_get_functiondef('voygen_lib.facts_most_built()'::regprocedure)");
sub most_built { $owner->do($most =~ s/\b10000\b/$_[0]/r); return }
my %answered = (
	'a wide price' => [ { filters => { price_min => 70 } }, 'price >= 70' ],
	'a wide price and words' => [ { query => 'rome', filters => { price_min => 70 } }, "destination = 'Rome' and price >= 70" ],
	'a rare price of one client' => [ { filters => { client => 'guest-4', price_max => 60 } }, 'client_id = 4 and price <= 60' ],
	'available' => [ { filters => { availability => 'available' } }, "state = 'available'" ],
	'the order by price of one client' => [ { filters => { client => 'guest-4' }, sort => 'price' }, 'client_id = 4', $orders{price} ],
	'an order by start, with a wide price' => [ { filters => { price_min => 70 }, sort => 'start_date' }, 'price >= 70', $orders{start_date} ],
	'a filter on trips alone' => [ { query => 'honeymoon' }, "title like 'Honeymoon%'" ],
);
sub most_is
{
	my ($when) = @_;
	look_again();
	for my $name (sort keys %answered)
	{
		my ($arguments, $condition, $order) = @{ $answered{$name} };
		is(walked({ limit => 20, %$arguments }), expected($condition, $order // $orders{newest}), "$when: $name is answered");
	}
	my $refused = $door->fails('agent', 'query_trip_facts', { filters => { price_min => 5000 } });
	is_deeply([ @$refused{qw(code path expected)} ], [ 'unavailable', '/filters', 'at most 500' ], "$when: a price nobody asks would have all built, and is refused");
	like($refused->{hint}, qr/^Leave filters on price and availability out, .* refresh_trip_facts/, "$when: with what to do");
	$refused = $door->fails('agent', 'query_trip_facts', { sort => 'price' });
	is_deeply([ @$refused{qw(code path)} ], [ 'unavailable', '/sort' ], "$when: so is the order by price of all");
	return;
}
most_built(500);
most_is('3,000 of 3,000 marked');
$owner->do("delete from voygen.facts_dirty where agency_id = $agency");
$owner->selectall_arrayref("select voygen.refresh_facts($agency, null, true)");
$owner->do("update voygen.hotel_cache set price_amount = " . priced(49979687, 57) . " where agency_id = $agency and trip_id % 2 = 0");
cmp_ok($owner->selectrow_array("select count(distinct trip_id) from voygen.facts_dirty where agency_id = $agency"), '>', 1000, 'every other trip is marked, but for those whose price stays');
most_is('half of 3,000 marked');
$door->call('agent', 'refresh_trip_facts');
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) select $agency, 30, 'busy' from generate_series(1, 600)");
is(walked({ filters => { price_min => 5000 } }), '', 'many marks of one trip are marks of one trip');
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, trip_until, reason) select $agency, 1, 1024, 'block' from generate_series(1, 20)");
is(walked({ filters => { price_min => 5000 } }), '', 'and those of one block of one block');
most_built(10_000);
$door->call('agent', 'refresh_trip_facts');
unnoticed('hotel_cache', "update voygen.hotel_cache set price_amount = " . priced(32452843, 56) . " where agency_id = $agency");
isnt(walked({ filters => { price_max => 60 } }), expected('price <= 60', 'trip_id desc'), 'what happened unnoticed is not seen');
$owner->do('truncate voygen.rooms_cache');
is(join(' ', @{ $owner->selectcol_arrayref("select trip_id from voygen.facts_dirty where agency_id = $agency") }), '0', 'TRUNCATE marks the agency with one row');
compare('TRUNCATE', 'newest', 'price', 'start_date');
$owner->do("delete from voygen.facts_dirty where agency_id = $agency");
$owner->begin_work;
$owner->do("update voygen.commission_rates set priority = priority + 1 where agency_id = $agency");
$owner->do('truncate voygen.rooms_cache');
$owner->commit;
is(walked({ filters => { price_max => 60 } }), expected('price <= 60', 'trip_id desc'), 'terms changed before it in the same transaction do not hide it');
$owner->selectall_arrayref("select voygen.refresh_facts($agency, max_trips => 1000)");
cmp_ok($owner->selectrow_array("select count(*) from voygen.facts_dirty where agency_id = $agency and trip_until is not null"), '>', 0, 'a refresh that was cut short leaves blocks');
compare('blocks', 'newest', 'price');
$door->call('agent', 'refresh_trip_facts');
is($door->call('reader', 'get_facts_stats')->{dirty}, 0, 'all is fresh again');
compare('fresh', 'newest', 'commission');

# More marks than a question may have trips built. Each way in which facts do not hold has trips of its own, in every block: those of
# a mark (twenty each), of a block's mark, of a client's, those that ran out and those that could not be built; a block whose
# terms alone have changed; and all others, whose facts hold.
my $by_block = 'trip_id between 1025 and 2048 or trip_id between 8193 and 9216';
my $of_terms = 'trip_id between 16385 and 17408';
my %ways = (marked => 0, ran_out => 1, failed => 2);
unnoticed('hotel_cache',
	"update voygen.hotel_cache set price_amount = " . priced(49979687, 57) . " where agency_id = $agency and not ($of_terms) and (trip_id % 5 in (0, 1, 2) or $by_block)",
	"update voygen.hotel_cache set commission_percent = (trip_id * 7 + 3) % 29 where agency_id = $agency and ($of_terms or trip_id in (select trip_id from voygen.trips where agency_id = $agency and client_id = 9))");
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) select agency_id, trip_id, 'hotel_cache update' from voygen.trips, generate_series(1, 20) where agency_id = $agency and trip_id % 5 = $ways{marked}");
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, trip_until, reason) values ($agency, 1025, 2048, 'agency'), ($agency, 8193, 9216, 'agency'), ($agency, 16385, 17408, 'commission terms')");
$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) values ($agency, -9, 'clients update')");
$owner->do("update voygen.trip_facts set valid_until = now() where agency_id = $agency and trip_id % 5 = $ways{ran_out}");
$owner->do("insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate) select agency_id, trip_id, 'it was', '22003' from voygen.trips where agency_id = $agency and trip_id % 5 = $ways{failed}");
my $stale = $owner->selectrow_hashref("select q.stale_kind, array(select distinct s from unnest(q.stale) s order by s) as stale from voygen_lib.facts_asked($agency, null, null, null, 'commission', null) q");
my @known = @{ $owner->selectcol_arrayref("select trip_id from voygen.trips where agency_id = $agency and (trip_id % 5 in (0, 1, 2) or $by_block or $of_terms or client_id = 9) order by trip_id") };
is_deeply([ $stale->{stale_kind}, $stale->{stale} ], [ 'few', \@known ], 'they are told apart, whatever the number of their marks');
%filters = map { $_ => $many{$_} } 'price', 'a low price', 'few days and a price', 'words and a low price';
compare('every way to be stale', 'newest', 'price', 'commission');

done_testing();
