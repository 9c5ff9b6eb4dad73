# Completion in an agency with many trips: all places that begin so, however many trips go there; at most a hundred values, with how
# many there are; nothing of another agency; and an answer while somebody types. COMPLETION_TRIPS says how many trips (default 20,000).

use strict;
use utf8;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use CallTest;

my $door = CallTest->new('mcp_completion');
my $owner = $door->owner;
my $trips = $ENV{COMPLETION_TRIPS} // 20000;
my ($ours, $theirs) = map { $door->agency($_) } qw(sunny rainy);

# Given many trips to a few places, a few to many, and as many of another agency, with places of its own
$owner->do('call voygen.disable_marking()');
for my $agency ([$ours, 'filler', 'Rome'], [$theirs, 'zqother', 'Rokko-Zq'])
{
	my ($number, $word, $place) = @$agency;
	$owner->do("insert into voygen.clients (agency_id, client_id, slug, name) select $number, 1000000 + n, '$word-client-' || n, initcap('$word') || ' Client ' || n from generate_series(1, $trips / 10) n");
	$owner->do("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination, start_date, end_date) select $number, 2000000 + n, '$word-' || n || '-2027', 1000001 + n % ($trips / 10), 'Tour ' || n, '$place', date '2027-01-01' + n % 300, date '2027-12-01' from generate_series(1, $trips) n");
	$owner->do("insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city) select $number, 2000000 + n, 3000000 + n, 1, '$place' from generate_series(1, $trips) n");
}
$owner->do("insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city) select $ours, 2000000 + n, 9000000 + n, 2, (array['Rosenheim', 'Rostock', 'Rotterdam', 'ROTTERDAM', 'São Paulo', 'Rio de Janeiro', 'Reykjavík'])[n] from generate_series(1, 7) n");
$owner->do("insert into voygen.trip_legs (agency_id, trip_id, leg_id, seq, city) select $ours, 2000100 + n, 9100000 + n, 3, 'Place ' || lpad(n::text, 3, '0') from generate_series(1, 250) n");
$owner->do("insert into voygen.clients (agency_id, client_id, slug, name) values ($ours, 11, 'sven-anderson', 'Sven Anderson'), ($ours, 12, 'zoe-muller', 'Zoë Müller')");
$owner->do("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination) values ($ours, 21, 'sven-dublin-2028', 11, 'Pubs', 'Dublin')");
$owner->do('analyze voygen.clients, voygen.trips, voygen.trip_legs');

my %slowest;
sub complete
{
	my ($what, $said, %options) = @_;
	my $ref = $what =~ m{/} ? { type => 'ref/resource', uri => "voygen://$what" } : { type => 'ref/prompt', name => 'client-welcome-email' };
	my $argument = { name => $what =~ m{/} ? 'slug' : $what, value => $said };
	my @took;
	my $answer;
	for (1 .. 3)
	{
		my $began = time;
		$answer = $door->call($options{who} // 'reader', 'mcp.complete', { ref => $ref, argument => $argument })->{completion};
		push @took, 1000 * (time - $began);
	}
	my ($best) = sort { $a <=> $b } @took;
	$slowest{$what} = [$best, $said] if $best > ($slowest{$what}[0] // 0);
	cmp_ok(scalar @{ $answer->{values} }, '<=', 100, "$what '$said': at most a hundred");
	unlike(join(' ', @{ $answer->{values} }), qr/zq/i, '... of the own agency') if ($options{who} // '') !~ /^rainy/;
	is($answer->{hasMore}, ($answer->{total} // 1000) > @{ $answer->{values} } ? JSON::PP::true : JSON::PP::false, '... and whether there are more');
	return $answer;
}
sub values_of { return complete(@_)->{values} }

# Places
is_deeply([@{ values_of('destination', 'ro') }[0 .. 3]], ['Rome', 'Rosenheim', 'Rostock', 'ROTTERDAM'], 'places by their first letters, each once, behind one with very many trips');
is_deeply(values_of('destination', 'Rot'), ['ROTTERDAM'], 'in whatever case');
is_deeply(values_of('destination', 'sao'), ['São Paulo'], 'without the accent');
is_deeply(values_of('destination', 'janeiro'), ['Rio de Janeiro'], 'by a word inside');
is_deeply(values_of('destination', 'Reikjavik'), ['Reykjavík'], 'misspelt');
is_deeply(complete('destination', 'place'), { values => [map { sprintf 'Place %03d', $_ } 1 .. 100], hasMore => JSON::PP::true }, 'a hundred of 250');
is_deeply(values_of('destination', 'place 24'), [map { "Place $_" } 240 .. 249], 'ten of them, all');
is_deeply(values_of('destination', 'qqqqqq'), [], 'a place that is not');
is(values_of('destination', '')->[0], 'Place 001', 'nothing typed: the first in the order of the alphabet');

# Trips
is_deeply(values_of('trip/{slug}', 'sven'), ['sven-dublin-2028'], 'a trip by its first letters');
is_deeply(values_of('trip/{slug}', 'andersn dublin'), ['sven-dublin-2028'], 'by misspelt words');
my $many = complete('trip/{slug}', 'filler-1');
is_deeply([scalar @{ $many->{values} }, $many->{total}], [100, undef], 'more than are counted');
is_deeply([@{ complete('trip/{slug}', 'filler-199') }{qw(total hasMore)}], [111, JSON::PP::true], 'a hundred of 111');
is(values_of('trip/{slug}', '')->[0], "filler-$trips-2027", 'nothing typed: the newest');
complete('trip/{slug}', 'zqother-1');
like(values_of('trip/{slug}', 'zqother-1', who => 'rainy:reader')->[0], qr/^zqother-1/, '... which has it');

# Clients
is_deeply(values_of('client/{slug}', 'sven-a'), ['sven-anderson'], 'a client by the first letters');
is_deeply(values_of('client_name', 'zoe'), ['Zoë Müller'], 'a name');
is_deeply(values_of('client_name', 'mullr'), ['Zoë Müller'], '... misspelt');
is(complete('client_name', 'filler c')->{hasMore}, JSON::PP::true, 'very many names');

note(sprintf "%d trips, slowest of %s: %.1f ms (\"%s\")", $trips, $_, @{ $slowest{$_} }) for sort keys %slowest;
cmp_ok($slowest{$_}[0], '<', 1000, "$_: while somebody types") for sort keys %slowest;

done_testing;
