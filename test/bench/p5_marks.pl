#!/usr/bin/env perl
# P-5: what marking costs the writer. Ours, no trigger, a row trigger and a statement trigger in PL/pgSQL, in turn, on
# equal tables: 1,000 rooms of one trip per statement, and one room per statement. And: a writer never waits for another
# open transaction that has marked the same trip.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use List::Util qw(min);
use BenchKit;

my $dbh = connect_bench();
$dbh->do('set synchronous_commit = off');  # waiting for the disk is no work of either side
$dbh->do(slurp('other/marks.sql'));
my $agency = agency($dbh);
my @sides = qw(none ours row stmt);
# What is asked for is two hundredths of a statement, or a few microseconds; on a shared machine a sample's noise is several
# times that, most of it caches that others have emptied meanwhile. So samples are as short as a slice of the scheduler's,
# there are many, and the least of each side counts. Fewer where the data are for a smoke test only.
my ($bulks, $samples, $rounds) = trips() < 1000 ? (1, 1, 1) : (4, 10, 6 * rounds());
my $singles = 100;

# A round of a side: its tables and its queue are emptied, work(0) warms up, and the least of work(1), work(2) ... counts.
sub least_of
{
	my ($times, $work) = @_;
	return sub {
		$dbh->do('truncate ' . join(', ', (map { "bench.rooms_$_" } @sides), 'bench.marks_keyed', 'bench.marks_queue', 'voygen.facts_dirty'));
		$work->(0);
		return min(map { my $sample = $_; cpu_used($dbh, sub { $work->($sample) }) } 1 .. $times);
	};
}

# 1,000 rooms of one trip in one statement, per room.
sub bulk
{
	my ($side) = @_;
	my $statement = $dbh->prepare(qq{
		insert into bench.rooms_$side (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, currency)
		select $agency, 1, 101 + n % 12, ? + n, 'k' || (? + n), 'Room', 100, 200, 'USD'
		from generate_series(1, 1000) n});
	my $round = least_of($bulks, sub { $statement->execute($_[0] * 1000, $_[0] * 1000) });
	return sub { return $round->() / 1000 };
}

# One room per statement, of another trip each time; the statements come from a loop inside the server: what the client
# costs is no part of it. $after ends each of them: in one transaction, or in one of its own.
sub single
{
	my ($side, $after) = @_;
	my $trips = trips();
	my $round = least_of($samples, sub {
		my $first = $_[0] * $singles;
		my $last = $first + $singles - 1;
		$dbh->do(qq{
			do \$\$
			declare
			  trip bigint;
			begin
			  for n in $first .. $last loop
			    trip := 1 + n * 37 % $trips;
			    insert into bench.rooms_$side (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, currency)
			    values ($agency, trip, trip * 100 + 1 + n % 12, n, 'k' || n, 'Room', 100, 200, 'USD');
			    $after
			  end loop;
			end
			\$\$});
	});
	return sub { return $round->() / $singles };
}

my %bulk = in_turn_least($rounds, map { $_ => bulk($_) } @sides);
report('P-5a', $bulk{none} / $bulk{ours}, duration($bulk{ours}), duration($bulk{none}),
	sprintf('per room, 1,000 in a statement, least of its samples, against no trigger at all (ours %.3fx); row trigger %s, statement trigger in PL/pgSQL %s',
		$bulk{ours} / $bulk{none}, duration($bulk{row}), duration($bulk{stmt})));

my %single = in_turn_least($rounds, map { $_ => single($_, '') } @sides);
my %alone = in_turn_least($rounds, map { $_ => single($_, 'commit;') } qw(none ours));
my $added = $single{ours} - $single{none};
$added = 1e-8 if $added < 1e-8;
report('P-5b', 4e-6 / $added, duration($single{ours}), duration($single{none}),
	sprintf('per one-room statement, least of its samples: %s added, 4us allowed (%s where each has its own transaction); row trigger adds %s, statement trigger in PL/pgSQL %s',
		duration($added), duration($alone{ours} - $alone{none}), duration($single{row} - $single{none}), duration($single{stmt} - $single{none})));

# Another session holds an uncommitted mark of the trip.
my $holder = connect_bench();
my $mark = 'insert into bench.rooms_%s (agency_id, trip_id, hotel_id, room_key, name) values (' . $agency . ', 1, 101, ?, ?)';
my %waited;
for my $side (qw(ours row))
{
	$holder->begin_work;
	$holder->do(sprintf($mark, $side), undef, 'holder', 'Room');
	$dbh->do("set statement_timeout = '1s'");
	$waited{$side} = wall_used(sub { eval { $dbh->do(sprintf($mark, $side), undef, 'waiter', 'Room') } });
	$dbh->do('reset statement_timeout');
	$holder->rollback;
}
report('P-5c', 0.05 / $waited{ours}, duration($waited{ours}), duration($waited{row}),
	'wall time of a one-room statement while another transaction has marked the same trip; 50ms allowed; the keyed table waits until its limit of 1s');
$dbh->do('drop table bench.rooms_none, bench.rooms_ours, bench.rooms_row, bench.rooms_stmt, bench.marks_keyed, bench.marks_queue');
$dbh->do('truncate voygen.facts_dirty');
