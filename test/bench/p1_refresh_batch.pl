#!/usr/bin/env perl
# P-1a: facts of all trips after a change to each, against the best set-based SQL in batches of 1,000. Marks, history and the
# stored document are the same on both sides and are compared afterwards.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchFacts;
use BenchKit;

my $dbh = connect_bench();
my @ids = (1 .. trips());
prepare_other($dbh);

sub measured
{
	my ($work) = @_;
	change_trips($dbh, @ids);
	tidy($dbh);
	return cpu_used($dbh, $work) / @ids;
}

my @sides = (ours => sub { measured(sub { refresh_ours($dbh) }) }, other => sub { measured(sub { refresh_other($dbh, \@ids, 1000) }) });
my %time = in_turn(rounds(), @sides);
change_trips($dbh, @ids);
refresh_ours($dbh);
my ($documents, $size) = $dbh->selectrow_array('select count(*), round(avg(length(facts::text))) from voygen.trip_facts where agency_id = ?', undef, agency($dbh));
check_equal('numbers of documents', $documents, scalar @ids);
same_documents($dbh, [grep { $_ % int(1 + @ids / 1000) == 0 } @ids]);
report('P-1a', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}),
	"per trip, $documents trips x 12 hotels x 60 rooms, document of $size bytes as text; against set-based SQL in batches of 1,000");
