#!/usr/bin/env perl
# P-9: low, medium and high. Optimal three groups of 1,000,000 and 100,000 prices against the npm packages ckmeans and
# simple-statistics; percentile cuts with classification against SQL; tiers of every trip's hotels against SQL.
# The packages are installed by test/npm/install; one that cannot be had is named as missing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;
use File::Path qw(make_path);
use JSON::PP;

my $dbh = connect_bench();
my $agency = agency($dbh);
my $many = $ENV{BENCH_PRICES} // 1_000_000;
my $cache = "$FindBin::Bin/../../build/bench";
make_path($cache);

# Path of the Node.js that has the packages; nothing when they cannot be had, and why on stderr.
sub packages_ready
{
	my $node = `'$FindBin::Bin/../npm/install' bench`;
	chomp $node;
	return $? == 0 ? $node : undef;
}

# Skewed prices of 60.00 to 960.00, the same every time; one table per size.
sub price_table
{
	my ($n) = @_;
	$dbh->do("create temp table prices_$n as
		select round((60 + 900 * x * x)::numeric, 2) as price
		from (select ((hashint8extended(n, 5) & 2147483647) % 1000000) / 1000000.0 as x from generate_series(1, $n) n) v");
	$dbh->do("vacuum analyze prices_$n");
	return "prices_$n";
}

# The aggregate over the table, scan included.
sub ours_kmeans
{
	my ($table) = @_;
	my @cuts;
	my %time = in_turn(rounds(),
		scan => sub { cpu_used($dbh, sub { $dbh->selectrow_array("select count(price) from $table") }) },
		all => sub {
			cpu_used($dbh, sub {
				@cuts = $dbh->selectrow_array("select (c).low_below, (c).high_from from (select voygen.price_cuts(price, 'kmeans', 25, 75) as c from $table) x");
			});
		});
	return (@time{qw(all scan)}, @cuts);
}

my $list;
for my $part (['P-9a', $many], ['P-9b', int($many / 10)])
{
	my ($id, $n) = @$part;
	$list = price_table($n);
	my ($own, $scan, $low, $high) = ours_kmeans($list);
	my $node = packages_ready();
	if (!$node)
	{
		missing($id, 'npm packages ckmeans and simple-statistics could not be installed');
		next;
	}
	my $file = "$cache/prices.txt";
	open my $out, '>', $file or die "cannot write $file: $!\n";
	print {$out} map { "$_->[0]\n" } @{ $dbh->selectall_arrayref("select round(price * 100) from $list") };
	close $out;
	local $ENV{NODE_PATH} = "$FindBin::Bin/../../build/npm/bench/node_modules";
	my @peers = map { decode_json($_) } `$node $FindBin::Bin/other/kmeans.js $file @{[rounds()]}`;
	if (!@peers)
	{
		missing($id, 'node could not run the packages');
		next;
	}
	check_equal("cuts of $n prices against $_->{name}", sprintf('%.0f %.0f', $low * 100, $high * 100), "$_->{low} $_->{high}") for @peers;
	my ($best) = sort { $a->{seconds} <=> $b->{seconds} } @peers;
	report($id, $best->{seconds} / $own, duration($own), duration($best->{seconds}),
		sprintf('optimal three groups of %d prices, equal cuts; against the faster of %s (of ours the scan %s)', $n,
			join(' and ', map { "$_->{name} " . duration($_->{seconds}) } @peers), duration($scan)));
}

# The counts that a query answers, as the other side orders them.
sub counts_of
{
	my ($query) = @_;
	my ($low, $medium, $high) = $dbh->selectrow_array($query);
	return "high $high low $low medium $medium";
}

sub counts_by_row
{
	my ($query) = @_;
	return join ' ', map { @$_ } @{ $dbh->selectall_arrayref($query) };
}

# One list, percentile cuts and the count of each tier: one aggregate, beside it the window function that answers each row.
my $n = int($many / 10);
my (%answer);
my %time = in_turn(rounds(),
	ours => sub {
		cpu_used($dbh, sub {
			$answer{ours} = counts_of("select (t).low, (t).medium, (t).high from (select voygen.price_tier_counts(price, 'percentile', 25, 75) as t from $list) x");
		});
	},
	rows => sub {
		cpu_used($dbh, sub {
			$answer{rows} = counts_by_row("select tier, count(*) from (select voygen.price_tier(price, 'percentile', 25, 75) over () as tier from $list) x group by 1 order by 1");
		});
	},
	sql => sub {
		cpu_used($dbh, sub {
			$answer{sql} = counts_by_row(qq{
				with cut as (select percentile_cont(array[0.25, 0.75]) within group (order by price::double precision) as c from $list)
				select case when price < c[1] then 'low' when price >= c[2] then 'high' else 'medium' end, count(*)
				from $list cross join cut group by 1 order by 1});
		});
	});
check_equal("tiers of the list ($_)", $answer{$_}, $answer{sql}) for qw(ours rows);
report('P-9c', $time{sql} / $time{ours}, duration($time{ours}), duration($time{sql}),
	"percentile cuts of $n prices, each classified and counted; against SQL (a tier for each row by the window function: " . duration($time{rows}) . ')');

# Every trip's hotels.
my $hotels = "from voygen.hotel_cache where agency_id = $agency and nightly_amount is not null";
%time = in_turn(rounds(),
	ours => sub {
		cpu_used($dbh, sub {
			$answer{ours} = counts_of("select sum((t).low), sum((t).medium), sum((t).high)
				from (select voygen.price_tier_counts(nightly_amount, 'percentile', 25, 75) as t $hotels group by trip_id) x");
		});
	},
	rows => sub {
		cpu_used($dbh, sub {
			$answer{rows} = counts_by_row("select tier, count(*) from (select voygen.price_tier(nightly_amount, 'percentile', 25, 75) over (partition by trip_id) as tier $hotels) x group by 1 order by 1");
		});
	},
	sql => sub {
		cpu_used($dbh, sub {
			$answer{sql} = counts_by_row(qq{
				with cut as (select trip_id, percentile_cont(array[0.25, 0.75]) within group (order by nightly_amount::double precision) as c $hotels group by trip_id)
				select case when nightly_amount < c[1] then 'low' when nightly_amount >= c[2] then 'high' else 'medium' end, count(*)
				from voygen.hotel_cache join cut using (trip_id) where agency_id = $agency and nightly_amount is not null group by 1 order by 1});
		});
	});
check_equal("tiers of the trips ($_)", $answer{$_}, $answer{sql}) for qw(ours rows);
report('P-9d', $time{sql} / $time{ours}, duration($time{ours}), duration($time{sql}),
	'percentile tiers of the 12 hotels of each of ' . trips() . ' trips, counted; against SQL (a tier for each row by the window function: ' . duration($time{rows}) . ')');
