#!/usr/bin/env perl
# P-7: commission of every offer of the agency in one pass, added up: against generic typed SQL, a PL/pgSQL function per row
# and a bare scan of the rooms. The totals must agree to the cent.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;

my $dbh = connect_bench();
my $agency = agency($dbh);
$dbh->do(slurp('other/prepare.sql'));
$dbh->do(slurp('other/commission_plpgsql.sql'));
$dbh->do("call bench.prepare((now() at time zone 'UTC')::date)");

my %rows = (
	trips => "(select t.agency_id, t.trip_id, t.destination, t.start_date, t.advisor_id, c.tier as client_tier,
			case when t.budget_currency = t.currency then t.budget_amount end as trip_budget
		from voygen.trips t join voygen.clients c using (agency_id, client_id) where t.agency_id = $agency)",
	hotels => "(select * from voygen.hotel_cache where agency_id = $agency)",
	rooms => "(select * from voygen.rooms_cache where agency_id = $agency)");
my $offers = other_sql('offers', %rows);
(my $offers_alone = $offers) =~ s/\), scored as \(.*\z/)/s;
$dbh->do("prepare generic_sql as with $offers select count(commission), sum(commission) from scored");
$dbh->do("prepare find_offers as with $offers_alone select count(*), sum(base) from offers");
# PL/pgSQL is too slow for all: the offers of some trips, found before, stand for it.
my $sample = trips() > 500 ? 500 : trips();
$dbh->do("create temporary table sample_offers as with $offers_alone select * from offers where trip_id <= $sample");
$dbh->do("prepare by_plpgsql as select count(c), sum(c), count(*) from sample_offers o
	cross join lateral bench.commission(o.site, o.supplier, o.chain, o.hotel_key, o.product_type, o.rate_type, o.refundable, o.nights::integer, o.check_in,
		o.currency::text, o.advisor, o.base, o.stated_amount, o.stated_percent, o.mask) c");
my ($rooms) = $dbh->selectrow_array("select count(*) from voygen.rooms_cache where agency_id = $agency");
my (%total, $offers_seen);

my %time = in_turn(rounds(),
	ours => sub {
		cpu_used($dbh, sub {
			my @row = $dbh->selectrow_array('select offers, without_commission, commission from voygen.commission_total(?)', undef, $agency);
			$offers_seen = $row[0];
			$total{ours} = sprintf '%d %s', $row[0] - $row[1], $row[2];
		});
	},
	sql => sub { cpu_used($dbh, sub { $total{sql} = join ' ', $dbh->selectrow_array('execute generic_sql') }) },
	scan => sub { cpu_used($dbh, sub { $dbh->selectrow_array("select count(total_amount) from voygen.rooms_cache where agency_id = $agency") }) },
	plpgsql => sub {
		my @answer;
		my $all = cpu_used($dbh, sub { @answer = $dbh->selectrow_array('execute by_plpgsql') });
		$total{sample} = "$answer[0] $answer[1]";
		return $all / $answer[2];
	},
	find => sub { cpu_used($dbh, sub { $dbh->selectrow_array('execute find_offers') }) });
check_equal('commission totals', $total{ours}, $total{sql});
check_equal('totals of the sample', $total{sample}, join ' ', $dbh->selectrow_array("with $offers select count(commission), sum(commission) from scored where trip_id <= $sample"));

my $plpgsql = $time{find} + $time{plpgsql} * $offers_seen;
my $rate = $rooms / $time{ours};
my $each = duration($time{ours} / $rooms);
report('P-7a', $time{sql} / $time{ours}, $each, duration($time{sql} / $rooms), "per room, $rooms rooms; against generic typed SQL over prepared small tables");
report('P-7b', $plpgsql / $time{ours}, $each, duration($plpgsql / $rooms), "per room; against finding the offers by SQL and a PL/pgSQL function for each ($sample trips stand for all; the function alone " . duration($time{plpgsql} * $offers_seen / $rooms) . ")");
report('P-7c', 3 * $time{scan} / $time{ours}, $each, duration($time{scan} / $rooms), 'per room; three times a bare scan of the rooms are allowed (the scan by SQL, one column read)');
report('P-7d', $rate / 2.5e6, per_second($rate), '2.5M/s', 'rooms per second; the other figure is the goal');
