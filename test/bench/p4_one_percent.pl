#!/usr/bin/env perl
# P-4: one trip in a hundred is dirty: our refresh against REFRESH MATERIALIZED VIEW CONCURRENTLY of the same facts.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchFacts;
use BenchKit;

my $dbh = connect_bench();
my $agency = agency($dbh);
prepare_other($dbh);
my $dirty = int(trips() / 100) || 1;

my $facts = other_facts($agency);
$facts =~ s/= any \(\$1\)/between 1 and @{[trips()]}/g;
$facts =~ s/\$2/date_trunc('day', now())/g;
$dbh->do('set enable_nestloop = off');
$dbh->do('drop materialized view if exists bench.facts_view');
$dbh->do("create materialized view bench.facts_view as $facts");
$dbh->do('create unique index on bench.facts_view (trip_id)');
$dbh->do('analyze bench.facts_view');
refresh_ours($dbh);

my $at = 0;
my %time = in_turn(rounds() > 3 ? 3 : rounds(),
	ours => sub {
		change_trips($dbh, 1 + $at .. $dirty + $at);
		$at = ($at + $dirty) % (trips() - $dirty || 1);
		return cpu_used($dbh, sub { refresh_ours($dbh) });
	},
	view => sub { cpu_used($dbh, sub { $dbh->do('refresh materialized view concurrently bench.facts_view') }) });
report('P-4', $time{view} / $time{ours}, duration($time{ours}), duration($time{view}),
	"$dirty of @{[trips()]} trips dirty; against REFRESH MATERIALIZED VIEW CONCURRENTLY of the same documents");
$dbh->do('drop materialized view bench.facts_view');
