package BenchFacts;

# What P-1 to P-4 share: making trips dirty by a real change, and refreshing them on either side.

use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use BenchKit;
use Exporter qw(import);

our @EXPORT = qw(prepare_other change_trips tidy refresh_ours refresh_other refresh_one_other same_documents);

# Small tables, settings and prepared statements of the other side. Batches are planned with their ids in sight (custom
# plans) and hash joins; both measured faster than the defaults. One trip at a time uses one cached plan.
sub prepare_other
{
	my ($dbh) = @_;
	my $agency = agency($dbh);
	$dbh->do(slurp('other/prepare.sql'));
	$dbh->do("call bench.prepare((now() at time zone 'UTC')::date)");
	my $facts = other_facts($agency);
	my $refresh = other_sql('refresh', facts => $facts, agency => $agency);
	$dbh->do("prepare other_facts (bigint[], timestamptz) as $facts");
	$dbh->do("prepare other_refresh (bigint[], timestamptz) as $refresh");
	$dbh->do("prepare other_refresh_one (bigint[], timestamptz) as $refresh");
	return $refresh;
}

# One hotel of each of the trips gets a cent dearer: a new document for each, and the marks of an ordinary update.
sub change_trips
{
	my ($dbh, @ids) = @_;
	$dbh->do('update voygen.hotel_cache set price_amount = price_amount + 0.01, total_amount = total_amount + 0.02
		where agency_id = voygen.current_agency() and trip_id = any (?) and hotel_id % 100 = 1', undef, \@ids);
	return;
}

# What autovacuum would have done meanwhile.
sub tidy
{
	my ($dbh) = @_;
	$dbh->do("vacuum $_") for qw(voygen.hotel_cache voygen.trip_facts voygen.facts_dirty voygen.trip_facts_history);
	return;
}

sub refresh_ours
{
	my ($dbh, $force) = @_;
	my ($failed, $skipped) = $dbh->selectrow_array('select failed, skipped from voygen.refresh_facts(voygen.current_agency(), null, ?)', undef,
		$force ? 1 : 0);
	die "refresh: $failed trips failed, $skipped were skipped\n" if $failed || $skipped;
	return;
}

sub refresh_other
{
	my ($dbh, $ids, $size) = @_;
	$dbh->do('set enable_nestloop = off');
	$dbh->do('set plan_cache_mode = force_custom_plan');
	for (my $at = 0; $at < @$ids; $at += $size)
	{
		my $last = $at + $size - 1;
		$last = $#$ids if $last > $#$ids;
		$dbh->do("execute other_refresh('{" . join(',', @$ids[$at .. $last]) . "}', now())");
	}
	$dbh->do('reset enable_nestloop');
	$dbh->do('reset plan_cache_mode');
	return;
}

# Dies unless the stored documents and columns of the trips are, digit for digit, what the other side builds for the
# same instant.
sub same_documents
{
	my ($dbh, $ids) = @_;
	my $list = '{' . join(',', @$ids) . '}';
	my $agency = agency($dbh);
	$dbh->do('set enable_nestloop = off');
	$dbh->do('set plan_cache_mode = force_custom_plan');
	for my $instant (@{ $dbh->selectcol_arrayref('select distinct refreshed_at from voygen.trip_facts where agency_id = ? and trip_id = any (?)', undef, $agency, $list) })
	{
		my $stored = $dbh->selectall_hashref(q{
			select trip_id, facts::text as doc, concat_ws('|', lead_price_min, total_commission_potential, currency, availability_status,
			       last_availability_check, nights, traveler_count, valid_until) as columns
			from voygen.trip_facts
			where agency_id = ? and trip_id = any (?) and refreshed_at = ?}, 'trip_id', undef, $agency, $list, $instant);
		my $ours = '{' . join(',', keys %$stored) . '}';
		$dbh->do('create temp table other_side on commit preserve rows as execute other_facts(' . $dbh->quote($ours) . ', ' . $dbh->quote($instant) . ')');
		my $other = $dbh->selectall_hashref(q{
			select trip_id, facts::text as doc, concat_ws('|', lead_price_min::numeric(14,3), total_commission_potential::numeric(14,3), currency,
			       availability_status, last_availability_check, nights, traveler_count, valid_until) as columns
			from other_side}, 'trip_id');
		$dbh->do('drop table other_side');
		for my $trip (keys %$stored)
		{
			check_equal("facts of trip $trip", $stored->{$trip}{$_}, $other->{$trip}{$_}) for qw(doc columns);
		}
	}
	$dbh->do('reset enable_nestloop');
	$dbh->do('reset plan_cache_mode');
	return;
}

1;
