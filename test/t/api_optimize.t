# optimize_commission against brute force: every selection of small random trips is priced again here, from the rows that
# went in, by arithmetic of its own.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use List::Util qw(max min sum0);
use Test::More;
use CallTest;

my $door = CallTest->new('api_optimize');
my $owner = $door->owner;
my $seed = $ENV{VOYGEN_SEED} // 20261123;
srand $seed;
my $yes = JSON::PP::true;
my $no = JSON::PP::false;

sub call { return $door->call('agent', @_) }
sub pick { return $_[int rand @_] }

# Half-up share of cents by a percent in hundredths.
sub share { my ($cents, $hundredths) = @_; return int(($cents * $hundredths + 5000) / 10000) }

# The rates: navitrip 10 %, of refundable rates 12 %; web none.
$owner->do('update voygen.commission_rates set is_active = false');
$door->call('admin', 'configure_commission_rates', { rates => [{ site => 'navitrip', value => 10 }, { site => 'navitrip', rate_type => 'refundable', value => 12 }] });
call('create_client', { name => 'Demo' });

my $number = 0;

# A trip of random hotels; answers the offers by leg as this test knows them.
sub make_trip
{
	my ($legs) = @_;
	my @days = map { sprintf '2026-09-%02d', 1 + 5 * $_ } 0 .. $legs;
	my $trip = call('create_trip', {
		client_id => 'demo', title => 'Trip ' . ++$number, destination => 'Tour', start_date => $days[0], end_date => $days[-1],
		legs => [map { { city => "City $_", arrive_date => $days[$_], depart_date => $days[$_ + 1] } } 0 .. $legs - 1] });
	my @offers;
	for my $leg (0 .. $legs - 1)
	{
		my @hotels;
		for my $i (0 .. int rand 6)
		{
			my $site = pick('navitrip', 'web');
			my $cents = 10000 + int rand 30000;
			my $stated = rand() < 0.4 ? 500 + int rand 2500 : undef;
			my $refundable = pick(undef, 0, 1);
			my $rate_type = pick(undef, 'standard', 'refundable');
			my $stars = pick(undef, 3, 4, 5);
			my $available = rand() < 0.85;
			my $computed = $site eq 'navitrip' ? share($cents, ($rate_type // '') eq 'refundable' ? 1200 : 1000) : undef;
			my $key = "l${leg}h$i";
			push @hotels, { site => $site, option => {
				site_id => $key, name => "Hotel $key", city => "City $leg", available => $available ? $yes : $no, lead_price => { currency => 'USD' },
				total => { amount => sprintf('%.2f', $cents / 100), tax => 'excluded' },
				(defined $stars ? (star_rating => $stars) : ()), (defined $refundable ? (refundable => $refundable ? $yes : $no) : ()),
				(defined $rate_type ? (rate_type => $rate_type) : ()), (defined $stated ? (stated_commission => { percent => sprintf('%.2f', $stated / 100) }) : ()) } };
			push @{ $offers[$leg] }, {
				key => "$site:$key", site => $site, price => $cents, stars => $stars, refundable => $refundable,
				commission => defined $stated ? share($cents, $stated) : $computed // 0 } if $available;
		}
		for my $site ('navitrip', 'web')
		{
			my @of = map { $_->{option} } grep { $_->{site} eq $site } @hotels;
			call('ingest_hotels', { trip_id => $trip->{slug}, site => $site, hotels => \@of, check_in => $days[$leg], check_out => $days[$leg + 1] }) if @of;
		}
		$offers[$leg] //= [];
	}
	return ($trip->{slug}, \@offers);
}

# The best of all selections: most expected commission, then lowest price, then first keys.
sub brute_force
{
	my ($legs, %limits) = @_;
	my @eligible;
	for my $offers (@$legs)
	{
		my @left = grep { (!$limits{require_refundable} || $_->{refundable}) && (!defined $limits{min_stars} || ($_->{stars} // 0) >= $limits{min_stars}) } @$offers;
		if ($limits{prefer_sites} && grep { $_->{site} eq $limits{prefer_sites}[0] } @left) { @left = grep { $_->{site} eq $limits{prefer_sites}[0] } @left }
		push @eligible, [sort { $a->{key} cmp $b->{key} } @left];
	}
	my @base = map { my $leg = $_; (sort { $a->{price} <=> $b->{price} || $a->{key} cmp $b->{key} } @$leg)[0] } @eligible;
	my @baseline = grep { defined } @base;
	if (defined $limits{max_premium_percent})
	{
		for my $i (0 .. $#eligible) { @{ $eligible[$i] } = grep { $_->{price} * 100 <= $base[$i]{price} * (100 + $limits{max_premium_percent}) } @{ $eligible[$i] } }
	}
	my @selections = ([]);
	for my $leg (@eligible)
	{
		next unless @$leg;
		@selections = map { my $so_far = $_; map { [@$so_far, $_] } @$leg } @selections;
	}
	my $keep = 1 - ($limits{cancel_probability} // 0);
	my $best;
	for my $selection (@selections)
	{
		my $price = sum0(map { $_->{price} } @$selection);
		next if defined $limits{budget} && $price > $limits{budget} * 100;
		# thousandths of a cent are exact in a double here
		my $expected = sum0(map { int($_->{commission} * ($_->{refundable} ? $keep : 1) * 1000 + 0.5) } @$selection);
		my $keys = join ' ', map { $_->{key} } @$selection;
		if (!$best || $expected > $best->{expected} || ($expected == $best->{expected} && ($price < $best->{price} || ($price == $best->{price} && $keys lt $best->{keys}))))
		{
			$best = { expected => $expected, price => $price, keys => $keys, commission => sum0(map { $_->{commission} } @$selection) };
		}
	}
	return ($best, { price => sum0(map { $_->{price} } @baseline), commission => sum0(map { $_->{commission} } @baseline) });
}

sub cents { my ($amount) = @_; return sprintf '%.0f', 100 * $amount }

my ($compared, $gained, $refused, @wrong) = (0, 0, 0);
for my $round (1 .. 25)
{
	my ($trip, $legs) = make_trip(1 + int rand 4);
	my $cheapest = sum0(map { my $leg = $_; @$leg ? min(map { $_->{price} } @$leg) : 0 } @$legs);
	for my $limits (
		{}, { budget => int($cheapest * (1 + rand 0.6) / 100) + 1 }, { max_premium_percent => pick(0, 3, 10, 40) }, { require_refundable => 1 }, { min_stars => 4 },
		{ prefer_sites => ['navitrip'] }, { cancel_probability => 0.25 },
		{ budget => int($cheapest * 1.3 / 100) + 1, max_premium_percent => 50, cancel_probability => 0.125 }, { budget => int($cheapest * 0.8 / 100) })
	{
		my ($best, $baseline) = brute_force($legs, %$limits);
		my %arguments = (trip_id => $trip, %$limits);
		$arguments{require_refundable} = $yes if $limits->{require_refundable};
		my $what = "round $round " . JSON::PP->new->canonical->encode($limits);
		if (!$best)
		{
			$refused++;
			my $error = $door->fails('agent', 'optimize_commission', \%arguments);
			push @wrong, "$what: $error->{code}" if $error->{code} ne 'precondition_failed';
			next;
		}
		my $answer = call('optimize_commission', \%arguments);
		my $keys = join ' ', map { $_->{hotel_key} } @{ $answer->{selection} };
		$compared++;
		$gained++ if cents($answer->{total_commission}) > cents($answer->{baseline}{total_commission});
		push @wrong, "$what: $keys, not $best->{keys}" if $keys ne $best->{keys};
		push @wrong, "$what: sums" if cents($answer->{total_price}) != $best->{price} || cents($answer->{total_commission}) != $best->{commission};
		push @wrong, "$what: parts" if cents(sum0(map { $_->{price} } @{ $answer->{selection} })) != $best->{price};
		push @wrong, "$what: baseline $answer->{baseline}{total_price}/$answer->{baseline}{total_commission} not $baseline->{price}/$baseline->{commission}"
			if cents($answer->{baseline}{total_price}) != $baseline->{price} || cents($answer->{baseline}{total_commission}) != $baseline->{commission};
		push @wrong, "$what: delta" if cents($answer->{client_cost_delta}) != $best->{price} - $baseline->{price};
		push @wrong, "$what: a gain without a baseline" if $baseline->{commission} == 0 && defined $answer->{gain_percent};
		push @wrong, "$what: skipped legs" if @{ $answer->{warnings} } != @$legs - @{ $answer->{selection} };
		push @wrong, "$what: a choice without a reason" if grep { !length $_->{reason} } @{ $answer->{selection} };
	}
}
is_deeply(\@wrong, [], "the choice is the best of all selections (seed $seed)");
cmp_ok($compared, '>', 150, "$compared questions compared");
cmp_ok($gained, '>', 50, "$gained of them gain over the cheapest");
cmp_ok($refused, '>', 0, "$refused budgets were below the cheapest, and refused");
cmp_ok($owner->selectrow_array("select count(*) from voygen.commission_audit where reason = 'optimize_commission' and (commission is null or trace is not null)"), '>', 100, 'each chosen offer is kept in the audit with its trace');

for (['/budget', { budget => -1 }], ['/budget', { budget => 10.005 }], ['/cancel_probability', { cancel_probability => 2 }], ['/max_premium_percent', { max_premium_percent => -1 }], ['/prefer_sites', { prefer_sites => 'web' }])
{
	my $error = $door->fails('agent', 'optimize_commission', { trip_id => 'demo-tour-1-2026', %{ $_->[1] } });
	is("$error->{code} $error->{path}", "invalid_argument $_->[0]", "$_->[0] out of bounds is refused");
}
my $nowhere = $door->fails('agent', 'optimize_commission', { trip_id => 'demo-tour-1-2026', prefer_sites => ['web', 'nowhere'] });
is("$nowhere->{code} $nowhere->{path}", 'unknown_name /prefer_sites/1', 'a site nobody knows is named');

done_testing();
