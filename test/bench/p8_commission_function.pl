#!/usr/bin/env perl
# P-8: commission as a function in any query: voygen.room_commission over the rooms, and voygen.commission_amount over rooms
# joined with their hotels.
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
# A function that is handed an offer knows nothing of the trip: only rules that ask nothing of it apply.
$dbh->do(q{delete from bench.rule_plan where num_nonnulls(budget_min, budget_max, client_tiers, destination) > 0});

my $rooms = "from voygen.rooms_cache r where r.agency_id = $agency and r.availability_status = 'available'";
my $joined = qq{
	from voygen.rooms_cache r
	join voygen.hotel_cache h using (agency_id, trip_id, hotel_id)
	where r.agency_id = $agency and r.availability_status = 'available'};
my $amount = q{voygen.commission_amount(site => h.site, amount => r.total_amount, currency => h.currency, tax => r.tax_basis,
	tax_amount => r.tax_amount, nights => h.nights::integer, check_in => h.check_in, supplier => h.supplier, chain => h.chain,
	property => h.hotel_key, product_type => h.product_type, rate_type => coalesce(r.rate_type, h.rate_type),
	refundable => coalesce(r.refundable, h.refundable),
	stated_amount => case when r.commission_eligible = false then 0 else r.commission_amount end)};

# One aggregate each: two over the same call would make it twice a row. Beside each form what it has to read anyway.
my %query = (
	row => "select sum(voygen.room_commission(r)) $rooms",
	scan => "select sum(r.total_amount) $rooms",
	amount => "select sum($amount) $joined",
	join => "select count(h.site), sum(r.total_amount) $joined");
my (%answer, $count);
($count) = $dbh->selectrow_array("select count(*) $rooms");
my %time = in_turn(rounds(), map { my $side = $_; $side => sub { cpu_used($dbh, sub { $answer{$side} = $dbh->selectrow_array($query{$side}) }) } } sort keys %query);
check_equal('sums of both functions', $answer{row}, $answer{amount});

# The PL/pgSQL function on a sample, row by row the same answers.
my $sample = trips() > 300 ? 300 : trips();
my $compare = qq{
	select count(*), count(*) filter (where a is distinct from b or a is distinct from c)
	from (select $amount as a,
		bench.commission(h.site, h.supplier, h.chain, h.hotel_key, h.product_type, coalesce(r.rate_type, h.rate_type),
			coalesce(r.refundable, h.refundable), h.nights::integer, h.check_in, h.currency::text, null,
			r.total_amount - case when r.tax_basis = 'included' then coalesce(r.tax_amount, 0) else 0 end,
			case when r.commission_eligible = false then 0 else r.commission_amount end, null,
			(select coalesce(bit_or(1 << p.bit), 0)::integer from bench.rule_plan p
			 where (p.sites is null or h.site = any (p.sites)) and (p.min_nights is null or h.nights >= p.min_nights)
			   and (p.travel_start is null or h.check_in >= p.travel_start) and (p.travel_end is null or h.check_in <= p.travel_end)
			   and (p.refundable is null or p.refundable = coalesce(r.refundable, h.refundable)))) as b,
		voygen.room_commission(r) as c
		$joined and r.trip_id <= $sample) x};
my ($compared, $differ);
my $plpgsql = cpu_used($dbh, sub { ($compared, $differ) = $dbh->selectrow_array($compare) });
check_equal("commissions of the $compared offers compared", 0, $differ);
report('P-8', $count / $time{row} / 1e6, per_second($count / $time{row}), '1M/s',
	sprintf('rooms per second by room_commission(r), %s a room, of which reading the rooms %s; commission_amount over the join with hotels %s (%s a room, the join alone %s); the other figure is the goal; PL/pgSQL %s a room',
		duration($time{row} / $count), duration($time{scan} / $count), per_second($count / $time{amount}), duration($time{amount} / $count),
		duration($time{join} / $count), duration($plpgsql / $compared)));
