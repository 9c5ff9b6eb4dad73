# A database that subscribes to the tables trips are made of keeps facts of its own: what a subscription applies marks the
# trips it concerns, no read of them is stale, and a refresh ends without drift.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);
use OwnCluster;
use VoygenTest qw(checkout);

my ($here, $there) = ('voygen_published', 'voygen_subscribed');    # not the one pg_cron works in
my @tables = map { "voygen.$_" } qw(agencies clients trips trip_legs trip_activities flights transfers bookings hotel_cache
	rooms_cache commission_rates commission_rules commission_volumes);

my $cluster = OwnCluster->new('logical');
$cluster->connect('postgres')->do('alter system set wal_level = logical');
$cluster->as_server('pg_ctl', 'restart', '-w', '-s', '-m', 'fast', '-D', $cluster->{data}, '-l', "$cluster->{socket}/start.log");
$cluster->deploy($here);
$cluster->connect('postgres')->do("create database $there template $here");

sub load
{
	my ($database, $file, @options) = @_;
	local %ENV = $cluster->environment;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $database, @options, '-f', checkout() . "/test/$file") == 0 or die "$file failed\n";
	return;
}
load($here, 'facts_model/odd_trips.sql', '-v', 'trips=12');
load($there, 'facts_model.sql');
my ($published, $subscribed) = map { $cluster->connect($_) } $here, $there;
my ($agency) = $published->selectrow_array("select agency_id from voygen.agencies where slug = 'odd-one'");
$published->do("set voygen.agency_id = '$agency'");

# ---- waiting ----

sub until_true
{
	my ($what, $true) = @_;
	for (1 .. 1200)
	{
		return if $true->();
		sleep 0.05;
	}
	die "$what not in a minute\n";
}

sub until_applied
{
	my ($written) = $published->selectrow_array('select pg_current_wal_lsn()');
	until_true('applied', sub {
		($published->selectrow_array("select confirmed_flush_lsn >= ?::pg_lsn from pg_replication_slots where slot_name = 'subscriber'", undef, $written))[0];
	});
	return;
}

# ---- asking the subscriber ----

sub marks { return $subscribed->selectall_arrayref('select distinct trip_id, reason from voygen.facts_dirty where agency_id = ? order by 1, 2', undef, $agency) }

# Facts as a reader gets them, on either side.
sub fresh
{
	my ($db) = @_;
	return $db->selectall_arrayref(q{
		select f.trip_id, f.facts::text
		from voygen.trip_facts_fresh($1, array(select trip_id from voygen.trips where agency_id = $1)) f
		order by 1}, undef, $agency);
}

sub refresh_all
{
	for my $number (@{ $subscribed->selectcol_arrayref('select agency_id from voygen.agencies') })
	{
		until_true('refreshed', sub {
			$subscribed->do('select * from voygen.refresh_facts(?)', undef, $number);
			!($subscribed->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $number))[0];
		});
	}
	return;
}

sub no_drift
{
	my ($what) = @_;
	my $drift = $subscribed->selectall_arrayref('select d.* from voygen.agencies a, facts_model.drift(a.agency_id) d');
	ok(!@$drift, "$what: no drift") or diag(join "\n", map { join ' ', map { $_ // 'null' } @$_ } @$drift[ 0 .. ($#$drift > 9 ? 9 : $#$drift) ]);
	is(($subscribed->selectrow_array('select count(*) from voygen.trips t full join voygen.trip_facts f using (agency_id, trip_id) where t.slug is null or f.facts is null'))[0],
		0, "$what: there are facts of every trip and of no other");
	return;
}

# ---- the first copy ----

$published->do('create publication trips for table ' . join ', ', @tables);
# Made by hand: a subscription to its own server cannot make it.
$published->do("select pg_create_logical_replication_slot('subscriber', 'pgoutput')");
$subscribed->do("create subscription of_trips connection 'host=$cluster->{socket} port=$cluster->{port} user=postgres dbname=$here'
	publication trips with (create_slot = false, slot_name = 'subscriber')");
until_true('copied', sub { !($subscribed->selectrow_array("select count(*) from pg_subscription_rel where srsubstate <> 'r'"))[0] });
cmp_ok(scalar @{ marks() }, '>', 0, 'the first copy marks');
refresh_all();
no_drift('the first copy');

# ---- changes ----

my ($trip, $other, $last) = @{ $published->selectcol_arrayref('select trip_id from voygen.hotel_cache where agency_id = ? group by trip_id having count(*) > 1 order by 1 limit 3', undef, $agency) };
my $roomless = q{insert into voygen.hotel_cache (trip_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at, nights, guests)
	values (?, 'vax', 'vax:moving', 'Moving Hotel', 33, 'USD', 'per_night', 'available', now(), 2, 2)};

# What was done, which marks it makes, and the statement.
my @changes = (
	['a hotel comes', [[$trip, 'hotel_cache insert']], $roomless, $trip],
	['it moves to another trip', [[$trip, 'hotel_cache update'], [$other, 'hotel_cache update']],
		"update voygen.hotel_cache set trip_id = ? where agency_id = $agency and hotel_key = 'vax:moving'", $other],
	['its price changes', [[$other, 'hotel_cache update']],
		"update voygen.hotel_cache set price_amount = 34 where agency_id = $agency and trip_id = ? and hotel_key = 'vax:moving'", $other],
	['what no fact shows changes', [], "update voygen.trips set notes = 'seen', updated_at = now() where agency_id = $agency and trip_id = ?", $trip],
	['it goes', [[$other, 'hotel_cache delete']], "delete from voygen.hotel_cache where agency_id = $agency and trip_id = ? and hotel_key = 'vax:moving'", $other],
	['a rate changes', [[0, 'commission_rates update']], "update voygen.commission_rates set priority = priority + 1 where agency_id = ?", $agency],
	['flights are truncated', [[0, 'flights truncate']], 'truncate voygen.flights'],
);
for my $change (@changes)
{
	my ($what, $marks, $statement, @values) = @$change;
	ok($published->do($statement, undef, @values), "$what on the publisher");
	until_applied();
	is_deeply(marks(), $marks, '... and marks on the subscriber');
	is_deeply(fresh($subscribed), fresh($published), '... which reads what the publisher reads');
	refresh_all();
	is_deeply(fresh($subscribed), fresh($published), '... and does so when it is refreshed');
}

# ---- a trip goes, with all that is in it ----

$published->do("delete from voygen.trips where agency_id = $agency and trip_id = ?", undef, $last);
until_applied();
is_deeply(fresh($subscribed), fresh($published), 'a trip that is gone is read nowhere');
refresh_all();
no_drift('after all changes');
is(($subscribed->selectrow_array('select count(*) from voygen.trip_facts_history where agency_id = ? and trip_id = ?', undef, $agency, $last))[0],
	0, 'nothing is left of the trip that is gone');

# ---- marking off and on ----

$subscribed->do('call voygen.disable_marking()');
$published->do("update voygen.trips set title = title || '!' where agency_id = $agency");
until_applied();
is_deeply(marks(), [], 'switched off, nothing marks');
$subscribed->do('call voygen.enable_marking()');
refresh_all();
no_drift('switched on again');
$published->do("update voygen.trips set title = title || '!' where agency_id = $agency and trip_id = ?", undef, $trip);
until_applied();
is_deeply(marks(), [[$trip, 'trips update']], '... and what is applied marks again');

$subscribed->do('drop subscription of_trips');
done_testing();
