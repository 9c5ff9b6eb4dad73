package DemoModel;

# What the facts of the demo trips must say, worked out from the fixtures alone, in whole cents and exact fractions:
# a second opinion on the engine, which shares no code with it.

use strict;
use warnings;
use utf8;
use JSON::PP;
use Math::BigInt;
use Math::BigRat;
use VoygenTest;

# Fixture of a trip by file name; numbers stay texts, so that no amount passes through a float.
sub fixture
{
	my ($name) = @_;
	open my $file, '<:raw', checkout() . "/test/fixtures/trips/$name.json" or die "$name: $!\n";
	local $/;
	return JSON::PP->new->utf8->allow_bignum->decode(scalar <$file>);
}

sub cents
{
	my ($amount) = @_;
	my $cents = Math::BigRat->new("$amount") * 100;
	die "$amount has parts of a cent\n" if !$cents->is_int;
	return $cents->numify;
}

# Half up, to whole cents.
sub rounded { my ($exact) = @_; return ($exact + Math::BigRat->new('1/2'))->bfloor->numify }

sub nights
{
	my ($fixture) = @_;
	require Time::Local;
	my @days = map { Time::Local::timegm(0, 0, 12, (reverse split /-/)[ 0 ], (split /-/)[1] - 1, (split /-/)[0]) / 86400 }
		@{ $fixture->{trip} }{qw(start_date end_date)};
	return $days[1] - $days[0];
}

# One listing per item of the fixture: {key, site, name, same, nightly, total, commission}; amounts in cents.
sub listings
{
	my ($fixture) = @_;
	my $nights = nights($fixture);
	my @listings;
	for my $list (@{ $fixture->{hotels} })
	{
		for my $hotel (@{ $list->{hotels} })
		{
			my $price = cents($hotel->{lead_price}{amount});
			my $stay = $hotel->{lead_price}{basis} eq 'per_stay';
			my $plain = ($hotel->{name} =~ tr{A-Z}{a-z}r) =~ s/[\x00-\x7f](?<![a-z0-9])//gr;
			push @listings, {
				key => "$list->{site}:$hotel->{site_id}",
				site => $list->{site},
				name => $hotel->{name},
				same => defined $hotel->{giata_id} ? "g:$hotel->{giata_id}" : "n:$plain",
				nightly => $stay ? rounded(Math::BigRat->new($price) / $nights) : $price,
				total => cents($hotel->{total}{amount}),
				commission => defined $hotel->{stated_commission} ? cents($hotel->{stated_commission}{amount}) : undef,
			};
		}
	}
	return @listings;
}

# The listings with each hotel once, at its cheapest.
sub hotels
{
	my %best;
	for my $listing (@_)
	{
		my $known = $best{ $listing->{same} };
		$best{ $listing->{same} } = $listing if !$known || $listing->{nightly} < $known->{nightly};
	}
	return values %best;
}

# Percentile of type 7 as an exact fraction of cents.
sub percentile
{
	my ($percent, @prices) = @_;
	@prices = sort { $a <=> $b } @prices;
	my $place = Math::BigRat->new($#prices) * $percent / 100;
	my $below = $place->copy->bfloor;
	my $low = Math::BigRat->new($prices[ $below->numify ]);
	return $low if $below == $#prices;
	return $low + ($place - $below) * ($prices[ $below->numify + 1 ] - $prices[ $below->numify ]);
}

# {low_below, high_from, low => n, medium => n, high => n} by the agency's default cuts.
sub tiers
{
	my @prices = map { $_->{nightly} } @_;
	my ($low, $high) = (percentile(25, @prices), percentile(75, @prices));
	my %tiers = (low_below => $low, high_from => $high, low => 0, medium => 0, high => 0);
	$tiers{ tier_of($_, \%tiers) }++ for @prices;
	return \%tiers;
}

sub tier_of
{
	my ($price, $tiers) = @_;
	return 'low' if $price < $tiers->{low_below};
	return $price >= $tiers->{high_from} ? 'high' : 'medium';
}

1;
