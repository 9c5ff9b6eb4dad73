#!/usr/bin/env perl
# P-5: what marking costs the writer. Ours, no trigger, a row trigger and a statement trigger in PL/pgSQL, in turn, on
# equal tables: 1,000 rooms of one trip per statement, and one room per statement. And: a writer never waits for another
# open transaction that has marked the same trip.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;

my $dbh = connect_bench();
$dbh->do(slurp('other/marks.sql'));
my $agency = agency($dbh);
my @sides = qw(none ours row stmt);
# fewer statements where the data are for a smoke test only
my ($bulks, $singles) = trips() < 1000 ? (1, 100) : (10, 5000);

# Rooms $n of the hotels of $trips trips, in one statement per call.
sub bulk
{
	my ($side) = @_;
	my $statement = $dbh->prepare(qq{
		insert into bench.rooms_$side (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, currency)
		select $agency, 1, 101 + n % 12, ? + n, 'k' || (? + n), 'Room', 100, 200, 'USD'
		from generate_series(1, 1000) n});
	my $next = 0;
	return sub {
		$dbh->do("truncate bench.rooms_$side, bench.marks_keyed, bench.marks_queue");
		return cpu_used($dbh, sub {
			for (1 .. $bulks)
			{
				$statement->execute($next, $next);
				$next += 1000;
			}
		}) / ($bulks * 1000);
	};
}

# One room per statement, many statements from a loop inside the server: what the client costs is no part of it.
sub single
{
	my ($side) = @_;
	my $trips = trips();
	return sub {
		$dbh->do("truncate bench.rooms_$side, bench.marks_keyed, bench.marks_queue");
		return cpu_used($dbh, sub {
			$dbh->do(qq{
				do \$\$
				declare
				  trip bigint;
				begin
				  for n in 1 .. $singles loop
				    trip := 1 + n * 37 % $trips;
				    insert into bench.rooms_$side (agency_id, trip_id, hotel_id, room_id, room_key, name, nightly_amount, total_amount, currency)
				    values ($agency, trip, trip * 100 + 1 + n % 12, n, 'k' || n, 'Room', 100, 200, 'USD');
				  end loop;
				end
				\$\$});
		}) / $singles;
	};
}

my %bulk = in_turn(2 * rounds(), map { $_ => bulk($_) } @sides);
report('P-5a', $bulk{none} / $bulk{ours}, duration($bulk{ours}), duration($bulk{none}),
	sprintf('per room, 1,000 in a statement, against no trigger at all (ours %.3fx); row trigger %s, statement trigger in PL/pgSQL %s',
		$bulk{ours} / $bulk{none}, duration($bulk{row}), duration($bulk{stmt})));

my %single = in_turn_least(4 * rounds(), map { $_ => single($_) } @sides);
my $added = $single{ours} - $single{none};
$added = 1e-8 if $added < 1e-8;
report('P-5b', 4e-6 / $added, duration($single{ours}), duration($single{none}),
	sprintf('per one-room statement, least of the rounds: %s added, 4us allowed; row trigger adds %s, statement trigger in PL/pgSQL %s',
		duration($added), duration($single{row} - $single{none}), duration($single{stmt} - $single{none})));

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
$dbh->do('delete from voygen.facts_dirty where agency_id = ?', undef, $agency);
