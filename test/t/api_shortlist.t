# shortlist_hotels, segment_prices and query_hotels against a computation of their own, here in Perl.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use List::Util qw(min max);
use Math::BigRat;
use Test::More;
use CallTest;

my $door = CallTest->new('api_shortlist');
my $owner = $door->owner;
my $seed = $ENV{VOYGEN_SEED} // 20261123;
srand $seed;
my $yes = JSON::PP::true;
my $no = JSON::PP::false;

sub call { return $door->call('agent', @_) }
sub ask { return $door->call('reader', @_) }
sub pick { return $_[int rand @_] }

# ---- tiers of prices, in whole cents ----

sub percentile_cut
{
	my ($sorted, $percent) = @_;
	my $at = Math::BigRat->new($#$sorted) * $percent / 100;
	my $low = $at->copy->bfloor->numify;
	my $high = min($low + 1, $#$sorted);
	return Math::BigRat->new($sorted->[$low]) + ($at - $low) * ($sorted->[$high] - $sorted->[$low]);
}

sub tiers_of
{
	my ($prices, $method, @cuts) = @_;
	my $n = @$prices;
	my @sorted = sort { $a <=> $b } @$prices;
	$method = $n >= 9 ? 'percentile' : 'rank' if $method eq 'auto';
	return ('few', [map { 'medium' } @$prices]) if $n < 3;
	if ($method eq 'percentile')
	{
		my ($low, $high) = map { percentile_cut(\@sorted, $_) } @cuts;
		return ($method, [map { $_ < $low ? 'low' : $_ >= $high ? 'high' : 'medium' } @$prices]);
	}
	return ($method, undef);
}

my @wrong;
for my $round (1 .. 60)
{
	my $n = pick(0 .. 12, 40);
	my @cents = map { 100 * int rand(pick(5, 400)) + pick(0, 50, 99) } 1 .. $n;
	my @cuts = pick([25, 75], [40, 70], [12.5, 99]);
	my $method = pick('auto', 'percentile');
	my $answer = ask('segment_prices', { prices => [map { sprintf '%.2f', $_ / 100 } @cents], method => $method, cuts => $cuts[0] });
	my ($used, $tiers) = tiers_of(\@cents, $method, @{ $cuts[0] });
	push @wrong, "round $round: method $answer->{method}, not $used" if $answer->{method} ne $used;
	push @wrong, "round $round: @{ $answer->{tiers} }" if $tiers && "@$tiers" ne "@{ $answer->{tiers} }";
	my %tier;
	for my $i (0 .. $#cents)
	{
		push @wrong, "round $round: equal prices in two tiers" if exists $tier{ $cents[$i] } && $tier{ $cents[$i] } ne $answer->{tiers}[$i];
		$tier{ $cents[$i] } = $answer->{tiers}[$i];
	}
	push @wrong, "round $round: no note" if $used eq 'few' && !length($answer->{note} // '');
}
is_deeply(\@wrong, [], "tiers equal those worked out here (seed $seed)");
is_deeply(ask('segment_prices', { prices => [10, 11, 12, 50, 51, 52, 900], method => 'kmeans' })->{tiers}, [qw(low low low medium medium medium high)], 'kmeans finds the natural groups');
is_deeply(ask('segment_prices', { prices => [30, 10, 20, 60, 50, 40], method => 'rank' })->{tiers}, [qw(medium low low high high medium)], 'rank cuts into thirds');
for (['/prices/1', { prices => [1, undef] }], ['/cuts', { prices => [1], cuts => [75, 25] }], ['/method', { prices => [1], method => 'guess' }], ['/prices/0', { prices => [0.12345678] }])
{
	my $error = $door->fails('reader', 'segment_prices', $_->[1]);
	like("$error->{code} $error->{path}", qr/^invalid_argument \Q$_->[0]\E/, "$_->[0] is refused");
}

# ---- the shortlist of a trip ----

call('create_client', { name => 'Demo' });
$owner->do('update voygen.commission_rates set is_active = false');

sub score
{
	my ($hotel) = @_;
	my $total = 0;
	$total += (10000 - min($hotel->{metres}, 10000)) * 10 if defined $hotel->{metres};
	$total += $hotel->{review} * 100 if defined $hotel->{review};                          # hundredths to thousandths, times ten
	$total += min(int($hotel->{commission}), 20000) if defined $hotel->{commission};         # cents are a tenth of a unit in thousandths
	$total += 15000 if $hotel->{refundable};
	$total += $hotel->{stars} * 5000 if defined $hotel->{stars};
	return $total;
}

# The picks of one tier: best score, then lowest price, then key; another chain and place while there are any.
sub picks_of
{
	my ($per, @hotels) = @_;
	my @left = sort { score($b) <=> score($a) || $a->{cents} <=> $b->{cents} || $a->{key} cmp $b->{key} } @hotels;
	my (@picked, %chain, %place);
	while (@picked < $per && @left)
	{
		my $clash = sub { my ($h) = @_; return ((defined $h->{chain} && $chain{ $h->{chain} }) ? 2 : 0) + ($place{ $h->{city} } ? 1 : 0) };
		my ($next) = grep { $clash->($left[$_]) == 0 } 0 .. $#left;
		($next) = grep { $clash->($left[$_]) < 2 } 0 .. $#left unless defined $next;
		$next //= 0;
		my ($h) = splice @left, $next, 1;
		$chain{ $h->{chain} } = 1 if defined $h->{chain};
		$place{ $h->{city} } = 1;
		push @picked, $h;
	}
	return map { $_->{key} } @picked;
}

@wrong = ();
my $shown = 0;
for my $round (1 .. 20)
{
	my $trip = call('create_trip', { client_id => 'demo', title => "Trip $round", destination => 'Dublin', start_date => '2026-10-12', end_date => '2026-10-19' })->{slug};
	my (@options, @hotels);
	for my $i (1 .. pick(2, 5, 12, 25))
	{
		my %h = (
			key => "web:h$i", cents => 100 * (50 + int rand 300), metres => pick(undef, int rand 15000), review => pick(undef, 50 + int rand 50),
			refundable => pick(undef, 0, 1), stars => pick(undef, 3, 4, 5), chain => pick(undef, 'Grand', 'Plaza'), city => pick('Dublin', 'Howth', 'Bray'),
			name => 'Hotel ' . pick(1 .. 20), available => rand() < 0.9, currency => rand() < 0.95 ? 'USD' : 'EUR', commission => pick(undef, 100 * (5 + int rand 300)));
		$h{review} *= 10 if defined $h{review};
		push @hotels, \%h;
		push @options, {
			site_id => "h$i", name => $h{name}, city => $h{city}, available => $h{available} ? $yes : $no,
			lead_price => { amount => $h{cents} / 100, currency => $h{currency}, basis => 'per_night' }, nights => 7,
			(defined $h{metres} ? (distance_to_center => sprintf '%.3f', $h{metres} / 1000) : ()), (defined $h{review} ? (review_score => sprintf '%.2f', $h{review} / 100) : ()),
			(defined $h{refundable} ? (refundable => $h{refundable} ? $yes : $no) : ()), (defined $h{stars} ? (star_rating => $h{stars}) : ()),
			(defined $h{chain} ? (chain => $h{chain}) : ()), (defined $h{commission} ? (stated_commission => { amount => $h{commission} / 100 }) : ()) };
	}
	my $taken = call('ingest_hotels', { trip_id => $trip, site => 'web', hotels => \@options });
	push @wrong, "round $round: rejected" if @{ $taken->{rejected} };

	# One house per name, at its cheapest listing.
	my %house;
	for my $h (grep { $_->{available} && $_->{currency} eq 'USD' } @hotels)
	{
		$house{ $h->{name} } = $h if !$house{ $h->{name} } || $h->{cents} < $house{ $h->{name} }{cents};
	}
	my @houses = values %house;
	my $per = pick(1, 2, 3);
	my $answer = ask('shortlist_hotels', { trip_id => $trip, per_tier => $per, method => 'percentile' });
	my ($method, $tiers) = tiers_of([map { $_->{cents} } @houses], 'percentile', 25, 75);
	$houses[$_]{tier} = $tiers->[$_] for 0 .. $#houses;
	push @wrong, "round $round: method $answer->{method}, not $method" if $answer->{method} ne $method;
	push @wrong, "round $round: $answer->{legs}[0]{hotels} houses, not " . @houses if $answer->{legs}[0]{hotels} != @houses;
	for my $tier (qw(low medium high))
	{
		my @expected = picks_of($per, grep { $_->{tier} eq $tier } @houses);
		my @got = map { $_->{hotel_key} } @{ $answer->{tiers}{$tier} };
		$shown += @got;
		push @wrong, "round $round $tier: @got, not @expected" if "@got" ne "@expected";
		push @wrong, "round $round $tier: no reason" if grep { !length $_->{reason} } @{ $answer->{tiers}{$tier} };
		for my $hotel (@{ $answer->{tiers}{$tier} })
		{
			my ($known) = grep { $_->{key} eq $hotel->{hotel_key} } @houses;
			push @wrong, "round $round $hotel->{hotel_key}: score $hotel->{score}" if $known && sprintf('%.0f', 1000 * $hotel->{score}) != score($known);
		}
	}

	# query_hotels: the same scores, each order, all pages, the filters
	for my $sort (qw(price rating commission distance score))
	{
		my %value = (
			price => sub { $_[0]{nightly_amount} }, rating => sub { defined $_[0]{review_score} ? -$_[0]{review_score} : undef },
			commission => sub { $_[0]{commission} ? -$_[0]{commission}{amount} : undef }, distance => sub { $_[0]{distance_to_center} }, score => sub { -$_[0]{score} });
		my (@all, $cursor);
		do {
			my $part = ask('query_hotels', { trip_id => $trip, sort => $sort, limit => 4, $cursor ? (cursor => $cursor) : () });
			push @all, @{ $part->{hotels} };
			push @wrong, "round $round: total $part->{total}" if $part->{total} != @hotels;
			$cursor = $part->{truncated} && $part->{truncated}{cursor};
			push @wrong, "round $round: left out $part->{truncated}{left_out}" if $part->{truncated} && $part->{truncated}{left_out} != @hotels - @all;
		} while ($cursor);
		push @wrong, "round $round $sort: " . @all . ' rows' if @all != @hotels || keys %{ { map { $_->{hotel_key} => 1 } @all } } != @hotels;
		for my $i (1 .. $#all)
		{
			my ($before, $after) = map { $value{$sort}->($_) } @all[$i - 1, $i];
			push @wrong, "round $round $sort: out of order" if (defined $after && (!defined $before || $before > $after));
		}
		for my $row (@all)
		{
			my ($known) = grep { $_->{key} eq $row->{hotel_key} } @hotels;
			push @wrong, "round $round $row->{hotel_key}: score $row->{score}, not " . score($known) if sprintf('%.0f', 1000 * $row->{score}) != score($known);
		}
	}
	my $few = ask('query_hotels', { trip_id => $trip, limit => 100, price_min => 100, price_max => 250, stars_min => 4, refundable => $yes, available => $yes, city => 'DUBLIN', site => 'web' });
	my @fit = grep { $_->{cents} >= 10000 && $_->{cents} <= 25000 && ($_->{stars} // 0) >= 4 && $_->{refundable} && $_->{available} && $_->{city} eq 'Dublin' } @hotels;
	push @wrong, "round $round: filters gave $few->{total}, not " . @fit if $few->{total} != @fit;
}
is_deeply(\@wrong, [], "shortlists and lists equal those worked out here (seed $seed)");
cmp_ok($shown, '>', 60, "$shown picks compared");

# Legs
my $two = call('create_trip', { client_id => 'demo', title => 'Italy', destination => 'Italy', start_date => '2026-09-10', end_date => '2026-09-20',
	legs => [{ city => 'Rome', arrive_date => '2026-09-10', depart_date => '2026-09-15' }, { city => 'Amalfi', arrive_date => '2026-09-15', depart_date => '2026-09-20' }] });
call('ingest_hotels', { trip_id => $two->{slug}, site => 'web', hotels => [map { { site_id => "x$_", name => "X$_", city => $_ % 2 ? 'Rome' : 'Amalfi', available => $yes, lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' } } } 1 .. 10] });
my $both = ask('shortlist_hotels', { trip_id => $two->{slug} });
is_deeply([map { "$_->{city} $_->{hotels}" } @{ $both->{legs} }], ['Rome 5', 'Amalfi 5'], 'each leg is cut by itself');
my $one = ask('shortlist_hotels', { trip_id => $two->{slug}, leg => 'amalfi' });
is_deeply([sort map { $_->{leg_id} } map { @$_ } values %{ $one->{tiers} }], [($two->{leg_ids}[1]) x 5], 'a leg may be asked for');
ok(ref $one->{cuts}, 'and has its cuts');
is($door->fails('reader', 'shortlist_hotels', { trip_id => $two->{slug}, leg => 'Paris' })->{path}, '/leg', 'a leg that is not there is refused');
is($door->fails('reader', 'query_hotels', { sort => 'price', cursor => 'rating~1~1' })->{path}, '/cursor', 'a cursor of another order is refused');

done_testing();
