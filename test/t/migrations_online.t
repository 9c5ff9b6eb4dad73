# The schema changes while clients write without a pause: none of their writes may fail, forwards or back.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use POSIX qw(_exit);
use Time::HiRes qw(time sleep);
use VoygenTest;
use VoygenMigration;

# The version the clients know; everything after it is added, and taken away again, under them.
my $known = 'instructions';

my $name = 'migrations_online';
my $db = empty_database($name);
migrate($name, 'deploy', '--to', $known);
place_agency($db, 1);
my @trips = map { place_trip($db, 1, "trip-$_") } 1 .. 5;
$db->do("insert into voygen.instruction_sets (id, name, content) values ('old', 'old', 'kept')");
my @lasting = qw(agencies clients trips hotel_cache rooms_cache instruction_sets);
sub files { return { map { @$_ } @{ $db->selectall_arrayref("select relname, relfilenode from pg_class where relnamespace = 'voygen'::regnamespace and relname = any(?)", undef, \@lasting) } } }
my $files_before = files();

my %client = (
	'single statements' => sub {
		my ($own, $turn) = @_;
		my $trip = $trips[ $turn % @trips ];
		$own->do("insert into voygen.clients (slug, name) values (?, 'New')", undef, "s-$$-$turn");
		$own->do("update voygen.trips set notes = ?, traveler_count = ? where agency_id = 1 and trip_id = ?", undef, "turn $turn", 1 + $turn % 9, $trip);
		$own->do("insert into voygen.hotel_cache (trip_id, site, hotel_key, name) values (?, 'navitrip', ?, 'H')
			on conflict on constraint hotel_cache_key do update set price_amount = excluded.price_amount", undef, $trip, "navitrip:" . $turn % 50);
		return 3;
	},
	'transactions over several tables' => sub {
		my ($own, $turn) = @_;
		my $trip = $trips[ ($turn * 3) % @trips ];
		$own->begin_work;
		my ($hotel) = $own->selectrow_array("insert into voygen.hotel_cache (trip_id, site, hotel_key, name) values (?, 'navitrip', ?, 'T') returning hotel_id", undef, $trip, "navitrip:t-$$-$turn");
		$own->do("insert into voygen.rooms_cache (trip_id, hotel_id, room_key, name) values (?, ?, 'r', 'Room')", undef, $trip, $hotel);
		$own->do("update voygen.trips set notes = 'in a transaction' where agency_id = 1 and trip_id = ?", undef, $trip);
		$own->do("delete from voygen.hotel_cache where agency_id = 1 and trip_id = ? and hotel_id = ?", undef, $trip, $hotel) if $turn % 2;
		$own->commit;
		return 4;
	},
	'a program older than Voygen' => sub {
		my ($own, $turn) = @_;
		$own->do("update voygen.instruction_sets set title = ? where name = 'old'", undef, "turn $turn");
		$own->do("insert into voygen.instruction_sets (id, name, title, content, description, category, is_active) values (?, ?, 'T', 'C', 'D', 'K', true)", undef, "i-$$-$turn", "i-$$-$turn");
		my $rows = $own->selectall_arrayref("select name, title, content, description, category from voygen.instruction_sets where is_active order by name limit 5");
		die "rows are gone\n" if @$rows < 1;
		return 3;
	},
);

# Writes until told to stop; reports number of writes, failures, and the longest turn.
sub start_client
{
	my ($what) = @_;
	pipe(my $read, my $write) or die $!;
	pipe(my $wait, my $stop) or die $!;
	my $pid = fork // die $!;
	if (!$pid)
	{
		close $read;
		close $stop;
		my $own = connect_to($name);
		$own->do("set voygen.agency_id = 1");
		$own->do("set role voygen_agent") unless $what =~ /older/;
		my ($turn, $writes, $longest, @failures) = (0, 0, 0);
		my $mask = '';
		vec($mask, fileno($wait), 1) = 1;
		until (select(my $told = $mask, undef, undef, 0.002))
		{
			my $begin = time;
			eval { $writes += $client{$what}->($own, ++$turn); 1 } or do { push @failures, $@; eval { $own->rollback unless $own->{AutoCommit} } };
			$longest = time - $begin if time - $begin > $longest;
		}
		print $write join("\x01", $writes, sprintf('%.2f', $longest), @failures);
		close $write;
		_exit(0);
	}
	close $write;
	close $wait;
	return { what => $what, pid => $pid, read => $read, stop => $stop };
}

sub stop_client
{
	my ($running) = @_;
	# A word, not the end of the pipe: the clients forked later hold its other end as well.
	syswrite $running->{stop}, 'stop';
	local $/;
	my ($writes, $longest, @failures) = split /\x01/, readline $running->{read};
	waitpid $running->{pid}, 0;
	return ($writes, $longest, @failures);
}

# Runs a migration while all clients write.
sub under_clients
{
	my ($what, $migration) = @_;
	my @running = map { start_client($_) } sort keys %client;
	my $begin = time;
	ok(eval { $migration->(); 1 }, $what) or diag $@;
	my $took = time - $begin;
	for my $running (@running)
	{
		my ($writes, $longest, @failures) = stop_client($running);
		cmp_ok($writes, '>', 50, "$running->{what}: $writes writes meanwhile");
		is_deeply(\@failures, [], "$running->{what}: no write failed");
		note sprintf('%s: %d writes in %.1f s, longest turn %.2f s', $running->{what}, $writes, $took, $longest);
	}
	return;
}

subtest 'going up while clients write' => sub {
	under_clients("from $known to the newest version", sub { migrate($name, 'deploy') });
	is_deeply(files(), $files_before, 'no table was rewritten');
};

subtest 'going back while clients write' => sub {
	under_clients("back to $known", sub { migrate($name, 'revert', '--to', $known) });
	is_deeply(files(), $files_before, 'no table was rewritten');
};

subtest 'a transaction that stays open for seconds holds up the migration, not the other clients' => sub {
	my $slow = fork // die $!;
	if (!$slow)
	{
		my $own = connect_to($name);
		$own->do("set voygen.agency_id = 1");
		$own->begin_work;
		$own->do("update voygen.trips set notes = 'slow' where agency_id = 1 and trip_id = $trips[0]");
		$own->do("select pg_sleep(4)");
		$own->commit;
		_exit(0);
	}
	# Waits for the thing: the lock is there.
	until ($db->selectrow_array("select exists (select from pg_locks where relation = 'voygen.trips'::regclass and mode = 'RowExclusiveLock' and pid <> pg_backend_pid())")) { sleep 0.02 }
	my $running = start_client('a program older than Voygen');
	my $begin = time;
	ok(eval { migrate($name, 'deploy'); 1 }, 'the migration gets there in the end') or diag $@;
	cmp_ok(time - $begin, '>', 2, 'after the slow transaction');
	my ($writes, $longest, @failures) = stop_client($running);
	is_deeply(\@failures, [], 'no write failed');
	cmp_ok($longest, '<', 2, "the longest write took $longest s");
	waitpid $slow, 0;
	is($?, 0, 'the slow transaction was committed');
};

subtest 'an interrupted index build is done again' => sub {
	migrate($name, 'revert', '--to', 'marks');
	# What a build leaves behind that was broken off.
	$db->do("create index idx_trips_updated on voygen.trips (agency_id, updated_at desc, trip_id)");
	$db->do("update pg_index set indisvalid = false where indexrelid = 'voygen.idx_trips_updated'::regclass");
	ok(eval { migrate($name, 'deploy'); 1 }, 'deploy') or diag $@;
	my ($valid) = $db->selectrow_array("select indisvalid from pg_index where indexrelid = 'voygen.idx_trips_updated'::regclass");
	ok($valid, 'the index is whole');
};

subtest 'what fails for another reason says so and stays at the version before' => sub {
	migrate($name, 'revert', '--to', 'marks');
	$db->do("create index idx_trips_updated on voygen.trips (agency_id)");
	$db->do("create view voygen.in_the_way as select 1 as one");
	$db->do("alter table voygen.trips rename column updated_at to changed_at");
	ok(!eval { migrate($name, 'deploy'); 1 }, 'deploy fails');
	like($@, qr/column "updated_at" does not exist/, 'and names what is wrong');
	my ($last) = $db->selectrow_array("select change from sqitch.changes order by committed_at desc limit 1");
	is($last, 'marks', 'the version is the one before');
};

done_testing();
