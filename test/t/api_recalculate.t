# Recalculation after a change of rates, against sums that share no code with it: each booking by the rate in force on the
# day it was booked, to the cent, and one row of the audit for each that changed.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Math::BigRat;
use Test::More;
use CallTest;

my $door = CallTest->new('api_recalculate');
my $owner = $door->owner;
my $yes = JSON::PP::true;
srand(20261125);
$owner->do('update voygen.commission_rates set is_active = false');

sub admin { return $door->call('admin', @_) }
sub pick { return $_[int rand @_] }

# Rates as the test knows them: per site, by the first and last day of booking; percent in thousandths.
my %rates;
sub configure
{
	my @given = @_;
	my $answer = admin('configure_commission_rates', { rates => [map { my ($site, $from, $until, $thousandths, %more) = @$_; { site => $site, value => sprintf('%d.%03d', $thousandths / 1000, $thousandths % 1000), effective_from => $from, effective_until => $until, %more } } @given] });
	return @{ $answer->{rate_ids} };
}

sub rate_of
{
	my ($booking) = @_;
	my ($rate) = grep { $_->{from} le $booking->{booked_on} && $booking->{booked_on} le $_->{until} } @{ $rates{ $booking->{site} } // [] };
	return $rate;
}

# What a booking earns, in cents: of the price without its tax, rounded half up once; what a portal states counts.
sub commission_of
{
	my ($booking) = @_;
	return $booking->{stated} if defined $booking->{stated};
	my $rate = rate_of($booking) // return undef;
	my $base = Math::BigRat->new($booking->{price}) - ($booking->{tax_basis} eq 'included' ? $booking->{tax} // 0 : 0);
	my $cents = ($base * $rate->{thousandths} / 100_000 + Math::BigRat->new('1/2'))->bfloor;
	$cents = Math::BigInt->new($rate->{cap}) if defined $rate->{cap} && $cents > $rate->{cap};
	return $cents->numify;
}

sub money { my ($cents) = @_; return sprintf '%d.%02d', $cents / 100, $cents % 100 }

# Given two years of rates, and bookings in and between them
my @sites = qw(navitrip vax web);
for my $site (@sites[0, 1])
{
	$rates{$site} = [map { { from => $_->[0], until => $_->[1], thousandths => 1 + int rand 30_000 } } ['2026-01-01', '2026-06-30'], ['2026-07-01', '2026-12-31']];
	my @ids = configure(map { [$site, @$_{qw(from until thousandths)}] } @{ $rates{$site} });
	$rates{$site}[$_]{id} = $ids[$_] for 0, 1;
}
admin('create_client', { name => 'Demo Client' });
my @trips = map { admin('create_trip', { client_id => 'demo-client', title => "T$_", destination => 'Rome', start_date => '2026-10-01', end_date => '2026-10-05' })->{slug} } 1 .. 3;
my @bookings;
for my $number (1 .. 80)
{
	my %booking = (trip => pick(@trips), site => pick(@sites), booked_on => sprintf('2026-%02d-%02d', pick(1, 6, 7, 12), pick(1, 15, 30)), price => 1 + int rand 500_000, tax_basis => pick(qw(included excluded)));
	$booking{tax} = int($booking{price} / pick(5, 9, 30)) if $booking{tax_basis} eq 'included';
	$booking{stated} = int rand 50_000 if $number % 7 == 0;
	$booking{cancelled} = $number % 9 == 0;
	my $answer = admin('add_booking', {
		trip_id => $booking{trip}, kind => 'hotel', site => $booking{site}, booked_on => $booking{booked_on}, tax => $booking{tax_basis},
		price => { amount => money($booking{price}), currency => 'USD' },
		defined $booking{tax} ? (tax_amount => money($booking{tax})) : (), defined $booking{stated} ? (stated_commission => { amount => money($booking{stated}) }) : () });
	$booking{id} = $answer->{booking_id};
	admin('cancel_booking', { trip_id => $booking{trip}, booking_id => $booking{id}, confirm => $yes }) if $booking{cancelled};
	push @bookings, \%booking;
}

# Compares every booking with the sums of this file; answers what they are, by id.
sub check_bookings
{
	my ($what, $expected) = @_;
	my %stored = map { $_->[0] => defined $_->[1] ? $_->[1] + 0 : undef } @{ $owner->selectall_arrayref('select booking_id, commission_amount * 100 from voygen.bookings') };
	return is_deeply(\%stored, $expected, $what);
}
# One that was cancelled earns nothing, whatever the rates say later; of some it was never known.
my %before = map { my $earns = commission_of($_); $_->{id} => $_->{cancelled} && defined $earns ? 0 : $earns } @bookings;
check_bookings('each booking earns by the rate of its day', \%before);

# When both rates of one site change, and a third site gets one
for my $rate (@{ $rates{navitrip} })
{
	$rate->{thousandths} = 1 + int rand 30_000;
	configure(['navitrip', @$rate{qw(from until thousandths)}, id => $rate->{id}]);
}
$rates{web} = [{ from => '2026-06-02', until => '2026-12-15', thousandths => 12_345, cap => 20_000 }];
configure(['web', '2026-06-02', '2026-12-15', 12_345, cap => '200.00']);
check_bookings('a change of rates alone changes no booking', \%before);

my %after = map { $_->{id} => $_->{cancelled} ? $before{ $_->{id} } : commission_of($_) } @bookings;
my @changed = grep { ($before{$_} // 'none') ne ($after{$_} // 'none') } sort { $a <=> $b } keys %after;
cmp_ok(scalar @changed, '>', 20, @changed . ' bookings earn something else now');
cmp_ok(scalar @changed, '<', 70, 'others do not');

# Then part of them, then all
my $audit = $owner->selectrow_array('select max(audit_id) from voygen.commission_audit');
my %partly = map { my $b = $_; $b->{id} => $b->{trip} eq $trips[0] && $b->{booked_on} ge '2026-06-15' && $b->{booked_on} le '2026-07-15' ? $after{ $b->{id} } : $before{ $b->{id} } } @bookings;
admin('recalculate_commission', { trip_id => $trips[0], booked_from => '2026-06-15', booked_until => '2026-07-15', reason => 'first', confirm => $yes });
check_bookings('one trip and some days: those alone', \%partly);
my $answer = admin('recalculate_commission', { reason => 'contract of July', confirm => $yes });
check_bookings('all: each by the rate of its day', \%after);
my @alive = grep { !$_->{cancelled} } @bookings;
is($answer->{bookings}, @alive, 'every booking was looked at but the cancelled');
is($answer->{changed}, (grep { ($partly{$_} // 'none') ne ($after{$_} // 'none') } keys %after), 'as many changed as should');
my ($sum) = @{ $answer->{by_currency} };
my $total = sub { my ($of) = @_; my $cents = 0; $cents += $of->{ $_->{id} } // 0 for @alive; return $cents };
is($sum->{before} * 100, $total->(\%partly), 'the sum before');
is($sum->{after} * 100, $total->(\%after), 'and after');
my $rows = $owner->selectall_arrayref("select booking_id, previous * 100, commission * 100 from voygen.commission_audit where audit_id > ? order by booking_id", undef, $audit);
is_deeply([map { [map { defined ? $_ + 0 : undef } @$_] } @$rows], [map { [$_, $before{$_}, $after{$_}] } @changed], 'the audit has each change once, with before and after');
is($owner->selectrow_array("select count(*) from voygen.commission_audit where audit_id > ? and (reason not in ('recalculated: first', 'recalculated: contract of July') or tool <> 'recalculate_commission' or role <> 'voygen_admin' or inputs is null)", undef, $audit), 0, 'with why, who and from what');
is($owner->selectrow_array("select count(*) from voygen.bookings b where commission_source = 'computed' and rate_id is null"), 0, 'each computed one names its rate');
is(admin('recalculate_commission', { confirm => $yes })->{changed}, 0, 'a second time changes nothing');

# Another rate that gives the same is another rate
my ($computed) = $owner->selectrow_array("select count(*) from voygen.bookings where commission_source = 'computed' and status <> 'cancelled'");
cmp_ok($computed, '>', 0, "$computed bookings have a computed commission");
$owner->do('update voygen.commission_rates set rate_id = rate_id + 1000000 where is_active');
my $again = admin('recalculate_commission', { confirm => $yes });
is($again->{changed}, $computed, 'a rate under another number changes its bookings');
is($again->{by_currency}[0]{before}, $again->{by_currency}[0]{after}, 'but not what they earn');
is($owner->selectrow_array("select count(*) from voygen.bookings where commission_source = 'computed' and status <> 'cancelled' and rate_id < 1000000"), 0, 'each names the rate there is');

done_testing;
