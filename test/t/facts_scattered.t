# Facts of rows that lie in no order, which are fetched in groups page by page: they equal the independent recomputation whatever a
# page holds (rows of other trips and agencies, old versions, removed rows, values kept apart, what others have not committed), and a
# page is looked up for all its rows at once.
use strict;
use warnings;
use Test::More;
use VoygenTest;

my $db = fresh_database('facts_scattered');
my $checkout = checkout();
for my $arguments ('-v trips=60 -v seed=' . ($ENV{FACTS_SEED} // 23) . " -f $checkout/test/facts_model/odd_trips.sql", "-f $checkout/test/facts_model.sql")
{
	system("psql -XAtq -v ON_ERROR_STOP=1 -d facts_scattered $arguments >&2") == 0 or die("$arguments failed");
}
$db->do("set timezone = 'UTC'");
my %key = ('hotel_cache' => 'hotel_id', 'rooms_cache' => 'room_id', 'trip_legs' => 'leg_id', 'trip_activities' => 'activity_id', 'bookings' => 'booking_id');

sub scatter
{
	for my $table (sort keys %key)
	{
		$db->do("create index scattered on voygen.$table (hashint8extended($key{$table} + agency_id, 5))");
		$db->do("cluster voygen.$table using scattered");
		$db->do('drop index voygen.scattered');
	}
	return;
}

# Times a page of the rooms was looked up so far.
sub lookups
{
	$db->do('select pg_stat_force_next_flush()');
	return scalar $db->selectrow_array("select heap_blks_read + heap_blks_hit from pg_statio_user_tables where relid = 'voygen.rooms_cache'::regclass");
}

# Refreshes both agencies and compares; answers how often a page of the rooms was looked up.
sub facts_equal
{
	my ($what) = @_;
	my $before = lookups();
	my ($refreshed, $failed) = $db->selectrow_array('select refreshed, failed from voygen.refresh_facts()');
	my $lookups = lookups() - $before;
	my ($trips) = $db->selectrow_array('select count(*) from voygen.trips');
	my $drift = $db->selectall_arrayref("select d.* from voygen.agencies a cross join lateral facts_model.drift(a.agency_id) d where a.slug like 'odd-%' order by 1, 2");
	ok($refreshed > 0 && $failed == 0 && !@$drift, "$what: $refreshed of $trips trips refreshed, all equal the recomputation")
		or diag("failed $failed\n", map { sprintf "trip %s %s: stored %s, expected %s\n", map { $_ // '(none)' } @$_ } @$drift[0 .. ($#$drift > 9 ? 9 : $#$drift)]);
	return $lookups;
}

scatter();
my $lookups = facts_equal('scattered rows');
my ($rooms) = $db->selectrow_array('select count(*) from voygen.rooms_cache');
cmp_ok($rooms, '>', 1500, "so many rooms that there are several groups ($rooms)");
cmp_ok($lookups, '<', $rooms / 2, "a page is looked up for many rows at once ($lookups times)");

# Old versions in place and elsewhere, removed rows, trips missing in the middle, values that are stored apart or compressed.
$db->do('update voygen.hotel_cache set price_amount = price_amount + 1, total_amount = total_amount + 1 where hotel_id % 3 = 0');
$db->do('update voygen.rooms_cache set nightly_amount = nightly_amount + 1, total_amount = total_amount + 1 where room_id % 2 = 0');
$db->do('update voygen.rooms_cache set total_amount = total_amount + 1 where room_id % 4 = 0');
$db->do('delete from voygen.rooms_cache where room_id % 5 = 0');
$db->do('delete from voygen.bookings where trip_id % 7 = 3');
$db->do('delete from voygen.trips where trip_id % 7 = 3');
$db->do(q{update voygen.hotel_cache set name = (select string_agg(md5(hotel_id * 1000.0 + i || ''), '') from generate_series(1, 200) i) where trip_id % 6 = 1});
$db->do(q{update voygen.hotel_cache set name = repeat('far away ', 600) where trip_id % 6 = 2});
facts_equal('after changes of every kind');

# What somebody else has not committed is nobody's.
my $other = connect_to('facts_scattered', AutoCommit => 0);
$other->do('update voygen.rooms_cache set total_amount = total_amount * 3 where room_id % 2 = 1');
$other->do('delete from voygen.hotel_cache where hotel_id % 4 = 1');
$db->do("update voygen.trips set title = title || ' again'");
facts_equal('while another has changed and removed rows');
$other->commit;
facts_equal('once that is committed');

# A few trips far apart.
$db->do('update voygen.hotel_cache set price_amount = price_amount + 2, total_amount = total_amount + 2 where trip_id in (2, 29, 55)');
facts_equal('three trips far apart');
scatter();
$db->do("update voygen.trips set title = title || ' and again'");
$db->do('begin isolation level serializable');
facts_equal('in a serializable transaction');
$db->do('commit');
done_testing();
