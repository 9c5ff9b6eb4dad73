# Facts built in C equal the independent recomputation in SQL (test/facts_model.sql), digit for digit and path by path:
# on two agencies full of odd trips, on the four real trips, and again as the clock moves on.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use VoygenTest;

my $db = fresh_database('facts_equal');
$db->do("set timezone = 'UTC'");
my $checkout = checkout();

sub run_file
{
	my ($file, @options) = @_;
	system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'facts_equal', @options, '-f', "$checkout/$file") == 0 or die("$file failed");
	return;
}

sub use_agency
{
	my ($slug) = @_;
	my ($agency) = $db->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $slug);
	$db->do("set voygen.agency_id = '$agency'");
	return $agency;
}

# Refreshes until nothing is left, then compares; a difference is shown by trip and path.
sub facts_equal
{
	my ($agency, $what) = @_;
	for (1 .. 20)
	{
		$db->do('select * from voygen.refresh_facts(voygen.current_agency())');
		my ($left) = $db->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $agency);
		last unless $left;
	}
	my $drift = $db->selectall_arrayref('select * from facts_model.drift(?) order by 1, 2', undef, $agency);
	my ($trips) = $db->selectrow_array('select count(*) from voygen.trip_facts where agency_id = ?', undef, $agency);
	ok($trips > 0 && !@$drift, "$what: $trips trips equal the recomputation")
		or diag(scalar(@$drift), " differences\n",
			map { sprintf "trip %s %s: stored %s, expected %s\n", map { $_ // '(none)' } @$_ } @$drift[0 .. ($#$drift > 30 ? 30 : $#$drift)]);
	return;
}

# FACTS_SEED brings other trips and other rates to bear.
run_file('test/facts_model/odd_trips.sql', '-v', 'trips=150', '-v', 'seed=' . ($ENV{FACTS_SEED} // 11));
run_file('test/facts_model.sql');
for my $slug ('odd-one', 'odd-two')
{
	my $agency = use_agency($slug);
	facts_equal($agency, $slug);
	my ($kinds) = $db->selectrow_array(q{
		select count(distinct r.kind)
		from voygen.trip_facts f
		cross join jsonb_array_elements(f.facts -> 'hotels') h
		join voygen.commission_rates r on r.agency_id = f.agency_id and r.rate_id = (h ->> 'rate_id')::bigint
		where f.agency_id = ?}, undef, $agency);
	cmp_ok($kinds, '>=', 5, "$slug: the odd trips bring all kinds of base rates to bear ($kinds)");

	# Every value moves: cheaper rooms, other currencies, other rounding, another client tier.
	$db->do("update voygen.rooms_cache set total_amount = round(total_amount * 0.875, 0) where agency_id = $agency and room_id % 3 = 0");
	$db->do("update voygen.agencies set rounding = case rounding when 'half_up' then 'half_even' else 'half_up' end, low_cut = 31.7 where agency_id = $agency");
	$db->do("update voygen.clients set tier = 'vip' where agency_id = $agency and client_id % 2 = 0");
	facts_equal($agency, "$slug after changes");
}

# Facts read before any refresh are built in memory, and are as true as stored ones.
my $agency = use_agency('odd-one');
$db->do("update voygen.hotel_cache set price_amount = price_amount + 1, availability_status = 'available' where agency_id = $agency and trip_id <= 20");
$db->do("update voygen.commission_rates set commission_percent = commission_percent + 0.5 where agency_id = $agency and kind = 'percent'");
my ($read, $wrong, $stored) = $db->selectrow_array(q{
	select count(*), count(*) filter (where f.facts::text <> m.facts::text or f.valid_until is distinct from m.valid_until),
	       count(*) filter (where f.stored)
	from voygen.trip_facts_fresh($1, array(select trip_id from voygen.trips where agency_id = $1 and trip_id <= 40)) f
	cross join lateral facts_model.one_trip($1, f.trip_id, f.refreshed_at) m} =~ s/\$1/$agency/gr);
ok($read == 40 && $wrong == 0 && $stored == 0, "40 dirty trips are read fresh and equal the recomputation ($read read, $wrong wrong, $stored taken as stored)");
facts_equal($agency, 'odd-one refreshed again');

# The comparison itself: a digit changed by hand is found, by path.
$db->do("update voygen.trip_facts set facts = jsonb_set(facts, '{title}', '\"forged\"') where agency_id = $agency and trip_id = 3");
my $found = $db->selectall_arrayref('select trip_id, path, stored_value from facts_model.drift(?)', undef, $agency);
is_deeply($found, [[3, '.title', '"forged"']], 'a forged value is found by trip and path');
$found = $db->selectrow_arrayref("select checked, (drifted[1]).path from voygen_api.verify_facts(trip_ids => array['3'])");
is_deeply($found, [1, $found->[1]], 'verify_facts checks that trip');
like($found->[1] // '', qr/title/, '... and finds it too');

# The real trips, through the tools that take them in.
my ($founded) = $db->selectrow_array("select voygen.create_agency('real-trips', 'Real Trips', 'USD')");
$db->do("set voygen.agency_id = '$founded'");
for my $fixture (sort glob "$checkout/test/fixtures/trips/*.json")
{
	open my $file, '<', $fixture or die("$fixture: $!");
	local $/;
	my $trip = decode_json(<$file>);
	my $text = sub { JSON::PP->new->canonical->encode($_[0]) };
	my ($client) = $db->selectrow_array('select client_id from voygen_api.create_client(name => ?)', undef, $trip->{client}{name});
	my ($id) = $db->selectrow_array(q{
		select trip_id
		from voygen_api.create_trip(client_id => ?, title => ?, destination => ?, start_date => ?, end_date => ?, travelers => to_jsonb(?::integer),
			legs => array(select jsonb_populate_record(null::voygen_api.leg_input, l) from jsonb_array_elements(?::jsonb) l))},
		undef, $client, @{ $trip->{trip} }{qw(title destination start_date end_date travelers)}, $text->($trip->{trip}{legs}));
	for my $part (@{ $trip->{hotels} })
	{
		my @result = $db->selectrow_array(q{
			select inserted, coalesce(cardinality(rejected), 0)
			from voygen_api.ingest_hotels(trip_id => ?, site => ?, check_in => ?, check_out => ?,
				hotels => ?::jsonb)},
			undef, $id, @{$part}{qw(site check_in check_out)}, $text->($part->{hotels}));
		ok($result[0] && !$result[1], "$trip->{trip}{title}: $result[0] hotels of $part->{site} taken in");
	}
}
facts_equal($founded, 'the real trips');
# a price seen in June is old news; seen now it is not
$db->do("update voygen.hotel_cache set checked_at = now() where agency_id = $founded");
facts_equal($founded, 'the real trips, just checked');
done_testing();
