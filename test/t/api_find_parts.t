# Finding legs, activities and bookings of any trip; ids of a list may be numbers; what a refresh leaves behind.
use strict;
use warnings;
use lib 'test/lib';
use Test::More;
use CallTest;

my $door = CallTest->new('api_find_parts');
my $yes = JSON::PP::true;
sub call { return $door->call('agent', @_) }
sub names { my ($list, $key) = @_; return join ', ', map { $_->{$key} } @$list }

call('create_client', { name => 'Demo Client' });
my %days = (start_date => '2027-02-01', end_date => '2027-02-05');
my $kyoto = call('create_trip', { client_id => 'demo-client', title => 'Temples', destination => 'Kyoto', %days });
my $lima = call('create_trip', { client_id => 'demo-client', title => 'Food', destination => 'Lima', %days });
call('add_leg', { trip_id => $kyoto->{slug}, city => 'Nara', country => 'Japan', arrive_date => '2027-02-03', depart_date => '2027-02-05' });
call('add_activity', { trip_id => $kyoto->{slug}, title => 'Tea Ceremony', activity_date => '2027-02-02', price => { amount => 3000, currency => 'JPY' } });
call('add_activity', { trip_id => $lima->{slug}, title => 'Market Walk', site => 'viator', product_code => 'LIM7', activity_date => '2027-02-03', status => 'selected' });
call('add_booking', { trip_id => $kyoto->{slug}, kind => 'hotel', site => 'navitrip', supplier => 'River House', reference => 'QX7A2B', price => { amount => '1000.00', currency => 'USD' }, tax => 'excluded', booked_on => '2026-12-01' });
call('add_booking', { trip_id => $lima->{slug}, kind => 'air', supplier => 'Southern Air', reference => 'ZK1', price => { amount => 800, currency => 'USD' }, status => 'pending', booked_on => '2026-12-20' });

# What is found by words, by filters and by both
my @cases = (
	[ 'legs', 'city', {}, 'Nara, Lima, Kyoto' ], [ 'legs', 'city', { query => 'kyoto' }, 'Kyoto, Nara' ], [ 'legs', 'city', { query => 'Naraa' }, 'Nara' ],
	[ 'legs', 'city', { query => 'Japan' }, 'Nara' ], [ 'legs', 'city', { filters => { arrives_after => '2027-02-02' } }, 'Nara' ],
	[ 'legs', 'city', { filters => { trip_id => $lima->{trip_id} } }, 'Lima' ], [ 'legs', 'city', { filters => { arrives_before => '2027-01-01' } }, '' ],
	[ 'activities', 'title', {}, 'Market Walk, Tea Ceremony' ], [ 'activities', 'title', { query => 'tee cerimony' }, 'Tea Ceremony' ],
	[ 'activities', 'title', { query => 'lim7' }, 'Market Walk' ], [ 'activities', 'title', { filters => { status => 'selected' } }, 'Market Walk' ],
	[ 'activities', 'title', { filters => { site => 'viator', date_after => '2027-02-04' } }, '' ], [ 'activities', 'title', { filters => { date_before => '2027-02-02' } }, 'Tea Ceremony' ],
	[ 'bookings', 'reference', {}, 'ZK1, QX7A2B' ], [ 'bookings', 'reference', { query => 'qx7a2b' }, 'QX7A2B' ], [ 'bookings', 'reference', { query => 'river hous' }, 'QX7A2B' ],
	[ 'bookings', 'reference', { filters => { kind => 'air' } }, 'ZK1' ], [ 'bookings', 'reference', { filters => { status => 'booked', client => 'demo-client' } }, 'QX7A2B' ],
	[ 'bookings', 'reference', { filters => { site => 'navitrip' } }, 'QX7A2B' ], [ 'bookings', 'reference', { filters => { booked_after => '2026-12-02' } }, 'ZK1' ],
	[ 'bookings', 'reference', { filters => { booked_before => '2026-12-01' } }, 'QX7A2B' ],
);
for my $case (@cases)
{
	my ($what, $key, $arguments, $expected) = @$case;
	is(names($door->call('reader', "find_$what", $arguments)->{$what}, $key), $expected, "find_$what " . JSON::PP->new->canonical->encode($arguments));
}

my $found = call('find_bookings', { query => 'QX7A2B' })->{bookings}[0];
is_deeply(
	[ @$found{qw(trip_id trip kind site supplier status commission_source)}, "$found->{price}{amount}", "$found->{commission_amount}", $found->{client}{slug} ],
	[ $kyoto->{trip_id}, $kyoto->{slug}, qw(hotel navitrip), 'River House', qw(booked computed 1000 100 demo-client) ], 'a booking says whose it is and what it earns');

for my $what (qw(legs activities bookings))
{
	my $none = call("find_$what", { query => 'Zanzibar' });
	is_deeply([ $none->{total}, scalar @{ $none->{$what} }, !!@{ $none->{suggestions} } ], [ 0, 0, 1 ], "no $what: answered with what is near");
	my (@walked, $cursor);
	do
	{
		my $part = call("find_$what", { limit => 1, $cursor ? (cursor => $cursor) : () });
		push @walked, map { $_->{ { legs => 'leg_id', activities => 'activity_id', bookings => 'booking_id' }->{$what} } } @{ $part->{$what} };
		$cursor = $part->{truncated} && $part->{truncated}{cursor};
	} while ($cursor);
	my %once = map { $_ => 1 } @walked;
	is_deeply([ scalar @walked, scalar keys %once ], [ ($what eq 'legs' ? 3 : 2) x 2 ], "a cursor walks all $what, each once");
	is($door->call('rainy:agent', "find_$what")->{total}, 0, "another agency finds no $what");
	is($door->fails('agent', "find_$what", { cursor => 'x' })->{path}, '/cursor', 'a cursor of nobody is refused');
}
call('archive_trip', { trip_id => $lima->{slug}, confirm => $yes });
is(names(call('find_legs')->{legs}, 'city'), 'Nara, Kyoto', 'those of an archived trip are not found');
is(names(call('find_legs', { filters => { archived => $yes } })->{legs}, 'city'), 'Lima', 'unless they are asked for');

# What a result calls trip_id can be passed back as it is, in a list too
is(call('mark_facts_dirty', { trip_ids => [ $kyoto->{trip_id}, $kyoto->{slug}, "$kyoto->{trip_id}" ] })->{marked}, 1, 'trip_ids takes numbers, texts and slugs');
is(call('query_trip_facts', { trip_ids => [ $kyoto->{trip_id} ] })->{trips}[0]{slug}, $kyoto->{slug}, 'so do the facts');
is($door->fails('agent', 'mark_facts_dirty', { trip_ids => [ $kyoto->{trip_id}, 1.5 ] })->{path}, '/trip_ids/1', 'what is no id is named');

# What names nothing is told by the argument that names it
for (
	['query_trip_facts', { trip_ids => [ $kyoto->{trip_id}, 'nowhere' ] }, '/trip_ids/1'], ['verify_facts', { trip_ids => ['nowhere'] }, '/trip_ids/0'],
	['mark_facts_dirty', { trip_ids => [ $kyoto->{slug}, $kyoto->{slug}, 'nowhere' ] }, '/trip_ids/2'], ['query_trip_facts', { filters => { client => 'nobody' } }, '/filters/client'],
	['find_trips', { filters => { client => 'nobody' } }, '/filters/client'], ['find_legs', { filters => { client => 'nobody' } }, '/filters/client'],
	['find_bookings', { filters => { trip_id => 'nowhere' } }, '/filters/trip_id'], ['get_trip', { trip_id => 'nowhere' }, '/trip_id'])
{
	my ($tool, $arguments, $path) = @$_;
	my $error = $door->fails('agent', $tool, $arguments);
	is("$error->{code} $error->{path}", "not_found $path", "$tool: $path is not found");
}
is($door->fails('agent', $_, { filters => { site => 'nowhere' } })->{path}, '/filters/site', "$_: a site nobody knows is named") for qw(find_activities find_bookings);

# A trip that was refreshed is verified, although the mark of its client still waits
{
	call('refresh_trip_facts');
	my $client = call('create_client', { name => 'Just Now' })->{client_id};
	my $new = call('create_trip', { client_id => $client, title => 'New', destination => 'Oslo', start_date => '2027-01-10', end_date => '2027-01-12' })->{trip_id};
	call('refresh_trip_facts', { trip_id => $new });
	my $ours = $door->agency('sunny');
	is($door->owner->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ? and trip_id = ?', undef, $ours, -$client), 1, 'the mark of the client is there');
	is_deeply([ @{ call('verify_facts', { trip_ids => [$new] }) }{qw(checked left_out drifted)} ], [ 1, 0, [] ], 'and the facts are right');
	$door->owner->do('update voygen.trip_facts set nights = 99 where agency_id = ? and trip_id = ?', undef, $ours, $new);
	is_deeply([ @{ call('verify_facts', { trip_ids => [$new] }) }{qw(checked left_out drifted)} ], [ 0, 1, [] ], 'a difference that a mark explains is none');
	$door->owner->do('delete from voygen.facts_dirty');
	is_deeply([ map { $_->{path} } @{ call('verify_facts', { trip_ids => [$new] })->{drifted} } ], ['/columns/nights'], 'without the mark it is named');
	call('refresh_trip_facts', { trip_id => $new, force => $yes });
}

# A refresh that was asked for is counted
my $before = call('get_facts_stats')->{refreshed_total};
call('update_trip', { trip_id => $kyoto->{slug}, title => 'Temples and tea' });
my $refreshed = call('refresh_trip_facts')->{refreshed};
my $stats = call('get_facts_stats');
is_deeply([ $stats->{refreshed_total} - $before, $stats->{last_run}{refreshed}, $stats->{dirty} ], [ $refreshed, $refreshed, 0 ], 'the last refresh and its trips are seen');
is(call('verify_facts', { trip_ids => [ $kyoto->{trip_id} ] })->{checked}, 1, 'trip_ids of the check takes numbers too');
cmp_ok($refreshed, '>=', 1, 'there was one');

# Amounts of the facts have the digits of their currency
$door->call('agent', 'ingest_hotels', { trip_id => $kyoto->{slug}, site => 'web', hotels => [{ site_id => 'h', name => 'River House', city => 'Kyoto', available => $yes, lead_price => { amount => '120.50', currency => 'USD', basis => 'per_night' } }] });
like($door->call_text('reader', 'query_trip_facts', { trip_ids => [ $kyoto->{trip_id} ], return_fields => ['title'] }), qr/"lead_price_min": ?120\.50[,}]/, 'the lowest price is in cents');

done_testing();
