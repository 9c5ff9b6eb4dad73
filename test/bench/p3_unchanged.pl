#!/usr/bin/env perl
# P-3: a forced refresh of trips nothing has changed in. WAL bytes of the statement, and its cost beside that of a change.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchFacts;
use BenchKit;
use JSON::PP;

my $dbh = connect_bench();
prepare_other($dbh);
my $count = trips() < 1000 ? trips() : 1000;
my @ids = (1 .. $count);
refresh_ours($dbh);
refresh_ours($dbh, 1);

# WAL bytes of one statement, as EXPLAIN counts them for this backend alone.
sub wal_of
{
	my ($statement) = @_;
	my ($plan) = $dbh->selectrow_array("explain (analyze, wal, format json) $statement");
	return decode_json($plan)->[0]{Plan}{'WAL Bytes'};
}

my $ours = wal_of('select * from voygen.refresh_facts(voygen.current_agency(), array[1::bigint], true)');
my ($as_of) = $dbh->selectrow_array('select refreshed_at from voygen.trip_facts where agency_id = voygen.current_agency() and trip_id = 1');
$dbh->do('set plan_cache_mode = force_generic_plan');
my $other = wal_of("execute other_refresh_one('{1}', '$as_of')");
report('P-3', $ours == 0 ? 1 : 0, "$ours B", "$other B", 'WAL of a forced refresh of a trip nothing has changed in (0 passes); SQL writes it anew');
