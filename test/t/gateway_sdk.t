# The official clients of the protocol, the one for the revisions of 2025 and the one for 2026-07-28, each over HTTP and over
# standard input: an advisor's whole session, all four at once. What they hear is compared with what SQL says of the tables.
use strict;
use warnings;
use JSON::PP;
use IPC::Run ();
use Test::More;
use GatewayTest;
use VoygenTest qw(checkout);

my $checkout = checkout();
my $node = `'$checkout/test/npm/install' gateway`;
chomp $node;
if ($? != 0 || !-x $node)
{
	fail('the clients can be installed');
	done_testing();
	exit 1;
}
my $seed = $ENV{VOYGEN_SEED} // 20261126;
srand $seed;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my $gateway = GatewayTest->new('gateway_sdk');
my $db = $gateway->db;
my $json = JSON::PP->new->utf8->allow_nonref;

# Numbers are those of one agency, so each is looked for among the rows of this one.
$db->do("create temp view $_ as select * from voygen.$_ where agency_id = (select agency_id from voygen.agencies where slug = 'sunny')")
	for qw(clients trips trip_legs trip_activities hotel_cache);

sub rows { my ($sql, @values) = @_; return $db->selectall_arrayref($sql, undef, @values) }
sub value { my ($sql, @values) = @_; return scalar $db->selectrow_array($sql, undef, @values) }
sub numbers { return [ map { [ map { defined && /^-?\d+\.\d+$/ ? $_ + 0 : $_ } @$_ ] } @{ $_[0] } ] }

# --- what the advisor finds, and what a portal has found -----------------------------------------

my @stays = ([ 'Rome', '2027-05-01', '2027-05-06' ], [ 'Siena', '2027-05-06', '2027-05-11' ]);

sub make_trip
{
	my ($name, %options) = @_;
	my $client = $gateway->call('create_client', { name => $name }, %options)->{slug};
	my $trip = $gateway->call('create_trip', { client_id => $client, title => "Italy of $name", destination => 'Italy', start_date => '2027-05-01', end_date => '2027-05-11',
		legs => [ map { { city => $_->[0], arrive_date => $_->[1], depart_date => $_->[2] } } @stays ] }, %options);
	$gateway->call('add_activity', { trip_id => $trip->{slug}, title => "Tour for $name" }, %options);
	return $trip;
}

# A dozen hotels at different prices, one of them sold out, and one without a name, which is no hotel.
sub hotels
{
	my ($city) = @_;
	my $night = 60;
	return [ (map {
		$night += 5 + int rand 40;
		{ site_id => lc "$city-$_", name => "$city House $_", city => $city, available => $_ == 7 ? $no : $yes,
			lead_price => { amount => $night, currency => 'USD', basis => 'per_night' }, total => { amount => 5 * $night, tax => 'included' },
			stated_commission => { amount => 10 + int rand 15 * $_ } } } 1 .. 12), { site_id => 'nameless', city => $city } ];
}

my $elsewhere = make_trip('Zoe Other', token => $gateway->{tokens}{'rainy:agent'})->{slug};
my @sessions;
for my $sdk (qw(v1 v2))
{
	for my $over (qw(http stdio))
	{
		my $name = "Ann \u$sdk \u$over";
		my @hotels = map { hotels($_->[0]) } @stays;
		my @cheapest = map { $_->[0]{total}{amount} } @hotels;
		push @sessions, {
			sdk => $sdk, client => $name, elsewhere => $elsewhere, trip => make_trip($name)->{trip_id}, hotels => \@hotels, budget => int(1.4 * ($cheapest[0] + $cheapest[1])),
			what => "$sdk over $over", revision => $sdk eq 'v1' ? '2025-11-25' : '2026-07-28',
			($over eq 'stdio' ? (command => [ $gateway->command('--stdio') ]) : (url => "http://127.0.0.1:$gateway->{port}/mcp", token => $gateway->{tokens}{'sunny:agent'})) };
	}
}

my ($answered, $said) = ('', '');
{
	local $ENV{NODE_PATH} = "$checkout/build/npm/gateway/node_modules";
	IPC::Run::run([ $node, "$checkout/test/lib/sdk_session.mjs" ], \$json->encode(\@sessions), \$answered, \$said, IPC::Run::timeout(60));
}
is($?, 0, 'the clients end well');
is($said, '', 'nobody complains: neither clients nor gateways nor sanitizers');
my $heard = eval { $json->decode($answered) } // [];
my @heard = @$heard;
is(scalar @heard, 4, 'each has answered');

# --- what SQL says ---------------------------------------------------------------------------------

# The tools an agent may run, whether they only read, and whether they take away.
my $tools = rows(<<'SQL');
select proname, (provolatile <> 'v')::int, (obj_description(oid, 'pg_proc') ~ '\n@destructive')::int from pg_proc
where pronamespace = 'voygen_api'::regnamespace and has_function_privilege('voygen_agent', oid, 'execute') order by proname collate "C"
SQL

# How many hotels of a leg are in which tier, by the quartiles of a night.
my $tiers = <<'SQL';
with night as (select leg_id, hotel_key, nightly_amount from hotel_cache where trip_id = ? and availability_status = 'available'),
cut as (select leg_id, percentile_cont(0.25) within group (order by nightly_amount) as low, percentile_cont(0.75) within group (order by nightly_amount) as high
  from night group by leg_id)
select leg_id, hotel_key, case when nightly_amount < low then 'low' when nightly_amount >= high then 'high' else 'medium' end, nightly_amount
from night join cut using (leg_id)
SQL

# Every pair of stays, the one that earns most first.
my $pairs = <<'SQL';
select a.hotel_key, b.hotel_key, a.total_amount + b.total_amount as price, a.commission_amount + b.commission_amount as commission
from hotel_cache a join trip_legs la using (trip_id, leg_id), hotel_cache b join trip_legs lb using (trip_id, leg_id)
where la.seq = 1 and lb.seq = 2 and a.trip_id = b.trip_id and a.trip_id = ? and a.availability_status = 'available' and b.availability_status = 'available' and a.total_amount + b.total_amount <= ?
order by commission desc, price, a.hotel_key, b.hotel_key limit 1
SQL

sub check_finding
{
	my ($trip, $heard) = @_;
	is_deeply([ map { [ $_->{name}, map { $_ ? 1 : 0 } @{ $_->{annotations} }{qw(readOnlyHint destructiveHint)} ] } @{ $heard->{tools} } ], $tools, 'the tools are those an agent may run');
	is_deeply([ [ @{ $heard->{clients}{clients}[0] }{qw(slug name)} ] ],
		rows('select c.slug, c.name from clients c join trips t using (agency_id, client_id) where trip_id = ?', $trip), 'the client is found');
	is($heard->{trip}{trip_id}, $trip, '... and the trip');
	is_deeply([ map { [ @$_{qw(leg_id city arrive_date depart_date)} ] } @{ $heard->{trip}{legs} } ],
		rows('select leg_id, city, arrive_date, depart_date from trip_legs where trip_id = ? order by seq', $trip), '... with its legs');
	return;
}

sub check_hotels
{
	my ($asked, $heard) = @_;
	my $trip = $asked->{trip};
	is_deeply([ map { [ @$_{qw(inserted updated)}, map { "$_->{index} $_->{path}" } @{ $_->{rejected} } ] } @{ $heard->{ingested} } ],
		[ map { [ $_->[0], 0, '12 /name' ] } @{ rows('select count(*) from hotel_cache join trip_legs using (agency_id, trip_id, leg_id) where trip_id = ? group by seq order by seq', $trip) } ],
		'as many hotels are new as there are, and the one without a name is none');
	my %tier = map { ("$_->[0] $_->[1]" => [ $_->[2], $_->[3] + 0 ]) } @{ rows($tiers, $trip) };
	my %there;
	$there{ (split / /)[0] . " $tier{$_}[0]" }++ for keys %tier;
	my (@wrong, %picked);
	for my $name (keys %{ $heard->{shortlist}{tiers} })
	{
		for my $pick (@{ $heard->{shortlist}{tiers}{$name} })
		{
			my $is = $tier{"$pick->{leg_id} $pick->{hotel_key}"} // [ 'nowhere', 0 ];
			push @wrong, "$pick->{hotel_key}: $name at $pick->{nightly_amount}, not @$is" if $is->[0] ne $name || $is->[1] != $pick->{nightly_amount};
			$picked{"$pick->{leg_id} $name"}++;
		}
	}
	is_deeply(\@wrong, [], 'what is shortlisted is in its tier, at its price');
	is_deeply(\%picked, { map { $_ => $there{$_} < 2 ? $there{$_} : 2 } keys %there }, '... two of each tier and leg');
	my $best = $db->selectrow_arrayref($pairs, undef, $trip, $asked->{budget});
	my $optimum = $heard->{optimum};
	is_deeply([ [ (map { $_->{hotel_key} } @{ $optimum->{selection} }), map { $_ + 0 } @$optimum{qw(total_price total_commission)} ] ], numbers([$best]), 'the choice is the best of all pairs');
	cmp_ok($best->[3], '<', value("select commission from ($pairs) p", $trip, 1e9), '... within a budget that matters');
	return;
}

sub check_refusals
{
	my ($trip, $heard) = @_;
	is(value('select count(*) from voygen.trips where slug = ?', $elsewhere), 1, 'a trip of another agency is there');
	is_deeply([ @{ $heard->{elsewhere}{refused} // {} }{qw(code path)} ], [ 'not_found', '/trip_id' ], '... and not found');
	is_deeply([ @{ $heard->{nowhere}{refused} // {} }{qw(code path)} ], [ 'unknown_name', '/site' ], 'a site nobody knows is refused');
	is(value("select count(*) from hotel_cache where trip_id = ? and site <> 'navitrip'", $trip), 0, '... and nothing of it kept');
	return;
}

sub check_taking_away
{
	my ($trip, $heard) = @_;
	is(scalar @{ $heard->{questions} }, 2, 'who can be asked is asked, but not who has confirmed');
	like($heard->{questions}[0] // '', qr/archive_client/, '... before a client is put away');
	like($heard->{questions}[1] // '', qr/archive_trip/, '... and before a trip is');
	is(value('select count(*) from trip_activities where trip_id = ?', $trip), 0, 'confirm: true takes the activity out');
	is($heard->{confirmed}{id}, $heard->{trip}{activities}[0]{activity_id}, '... and says which');
	is($heard->{declined}{refused}{code}, 'precondition_failed', 'no leaves the client');
	is(value('select c.archived_at from clients c join trips t using (agency_id, client_id) where trip_id = ?', $trip), undef, '... where it is');
	is(value('select archived_at = ?::timestamptz from trips where trip_id = ?', $heard->{accepted}{archived_at}, $trip), 1, 'yes puts the trip away');
	return;
}

for my $i (0 .. $#heard)
{
	my ($asked, $heard) = ($sessions[$i], $heard[$i]);
	subtest "$asked->{what} (seed $seed)" => sub {
		is($heard->{error}, undef, 'the client has nothing to object');
		is($heard->{revision}, $asked->{revision}, "they speak $asked->{revision}");
		check_finding($asked->{trip}, $heard);
		check_hotels($asked, $heard);
		check_refusals($asked->{trip}, $heard);
		check_taking_away($asked->{trip}, $heard);
	};
}

# --- the end ------------------------------------------------------------------------------------------

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
is_deeply(rows("select tool, outcome, count(*) from voygen.audit where outcome <> 'ok' group by tool, outcome order by tool"),
	[ [ 'archive_client', 'precondition_failed', 4 ], [ 'get_trip', 'not_found', 4 ], [ 'ingest_hotels', 'unknown_name', 4 ] ], 'the audit has what was refused, of every session once');
done_testing();
