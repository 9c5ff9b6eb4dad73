# A second agency gets nothing of the first through any tool: not by its ids and slugs, not by searching, not by the
# words of an error; and it changes none of its rows.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use JSON::PP;
use CallTest;

my $door = CallTest->new('call_agencies');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my $sunny = $door->agency('sunny');

# Numbers of the first agency are such as the second does not have
$owner->do("select setval('voygen.ids_$sunny', 5000000)");

# Given a trip of sunny with everything, all of it with a word of its own
my $client = $door->call('agent', 'create_client', { name => 'Zqsecret Client', email => 'zqsecret@sunny.example', phone => '+1 555 0100' });
my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => 'Zqsecret Trip', destination => 'Zqsecret City', start_date => '2026-10-12', end_date => '2026-10-19' });
$door->call('agent', 'ingest_hotels', { trip_id => $trip->{slug}, site => 'navitrip', check_in => '2026-10-12', check_out => '2026-10-19', hotels => [
	map { { site_id => "zq$_", name => "Zqsecret Hotel $_", city => 'Zqsecret City', available => JSON::PP::true,
		lead_price => { amount => 1000 + $_, currency => 'USD', basis => 'per_stay', tax => 'excluded' } } } 1 .. 4 ] });
$door->call('agent', 'ingest_rooms', { trip_id => $trip->{slug}, site => 'navitrip', hotel_key => 'navitrip:zq1', rooms => [{ room_id => 'zqr', name => 'Zqsecret Room', total_price => 1001, currency => 'USD' }] });
my $activity = $door->call('agent', 'add_activity', { trip_id => $trip->{slug}, title => 'Zqsecret Tour' });
my ($leg) = $owner->selectrow_array('select leg_id from voygen.trip_legs where agency_id = ?', undef, $sunny);
# The other agency has a client and a trip too, so that its own numbers are not all free
my $other = $door->call('rainy:agent', 'create_client', { name => 'Other' });
my $own_trip = $door->call('rainy:agent', 'create_trip', { client_id => $other->{slug}, title => 'Own', destination => 'Rome', start_date => '2026-10-12', end_date => '2026-10-19' });

my $tables = $owner->selectcol_arrayref("select format('select %L, count(*), md5(string_agg(t::text, chr(10) order by t::text)) from %s t where agency_id = $sunny', c.oid::regclass, c.oid::regclass)
	from pg_class c where relnamespace = 'voygen'::regnamespace and relkind in ('r', 'p')
		and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'agency_id' and not a.attisdropped) order by 1");
sub state_of_rows { return join "\n", map { join ' ', map { $_ // '' } $owner->selectrow_array($_) } @$tables }
my $before = state_of_rows();

my ($listed) = $door->gateway->selectrow_array("select voygen.tools(?, sha256('rainy:admin'))", undef, $door->agency('rainy'));
my @tools = @{ $json->decode($listed) };

# The words of an answer or an error, without the names that were put in and the numbers that differ by chance
sub answer
{
	my ($tool, $arguments, @put_in) = @_;
	my $text = eval { $door->call_text('rainy:admin', $tool, $arguments) } // do { my $e = CallTest::error_of($door->gateway); delete $e->{hint}; $json->encode($e) };
	$text =~ s/(?<![\w-])\Q$_\E(?![\w-])/ID/g for @put_in;
	$text =~ s/"(\w*id)":\d+/"$1":N/g;
	$text =~ s/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/TIME/g;
	return $text;
}

# What parameters that name something of the first agency can hold, and what they would hold if nobody had it
my %names = (
	trip_id => [[$trip->{trip_id}, '999999999'], [$trip->{slug}, 'no-such-trip-2026']],
	client_id => [[$client->{client_id}, '999999999'], [$client->{slug}, 'no-such-client']],
	leg_id => [[$leg, '999999999']],
	activity_id => [[$activity->{activity_id} // $activity->{id} // 1, '999999999']],
	hotel_key => [['navitrip:zq1', 'navitrip:nobody']]);
my $compared = 0;
for my $tool (@tools)
{
	my $properties = $tool->{inputSchema}{properties};
	my $example = $tool->{examples}[0] // {};
	delete @$example{qw(idempotency_key)};
	for my $name (grep { $properties->{$_} } sort keys %names)
	{
		for my $pair (@{ $names{$name} })
		{
			my @answers;
			for my $value (@$pair)
			{
				my %arguments = %$example;
				# what is not the subject of the attack is the attacker's own
				$arguments{trip_id} = $own_trip->{slug} if $properties->{trip_id};
				$arguments{client_id} = $other->{slug} if $properties->{client_id};
				$arguments{$name} = ($properties->{$name}{type} // '') eq 'integer' ? 0 + $value : "$value";
				push @answers, answer($tool->{name}, \%arguments, $value);
			}
			$compared++;
			is($answers[0], $answers[1], "$tool->{name}: $name $pair->[0] of another agency is as unknown as $pair->[1]");
			unlike($answers[0], qr/zqsecret (?!city-)/i, "$tool->{name}: and says nothing of it");
		}
	}
	# and with its own example, whatever comes of it
	unlike(answer($tool->{name}, $example), qr/zqsecret/i, "$tool->{name}: its example finds nothing of another agency");
}
ok($compared > 20, "$compared comparisons");

# Searching
for my $search (['find_clients', { query => 'zqsecret' }], ['find_trips', { query => 'zqsecret' }], ['find_clients', { query => 'zqsecrat' }],
	['find_trips', {}], ['query_hotels', {}], ['query_hotels', { city => 'Zqsecret City' }], ['query_trip_facts', { query => 'zqsecret' }], ['query_trip_facts', {}], ['get_facts_stats', {}])
{
	next unless grep { $_->{name} eq $search->[0] } @tools;
	unlike(answer(@$search), qr/zqsecret/i, "$search->[0]: " . $json->encode($search->[1]));
}

is_deeply([diff($before, state_of_rows())], [], 'no row of the first agency has changed');

# Ids tell nothing of the other agency's work: each counts by itself
my $mine = $door->call('rainy:agent', 'create_client', { name => 'One' })->{client_id};
$door->call('agent', 'create_client', { name => "Sunny $_" }) for 1 .. 5;
is($door->call('rainy:agent', 'create_client', { name => 'Two' })->{client_id} - $mine, 2, 'five rows of another agency leave no gap in the ids (one is the audit\'s)');

# A name that another agency has is free
ok(eval { $door->call('rainy:agent', 'create_client', { name => 'Zqsecret Client' }); 1 }, 'a slug is unique within the agency only');
is($owner->selectrow_array("select count(*) from voygen.clients where slug = ?", undef, $client->{slug}), 2, 'so both have it');

sub diff
{
	my %then = map { $_ => 1 } split /\n/, $_[0];
	return grep { !$then{$_} } split /\n/, $_[1];
}

done_testing;
