# A login that is no superuser, with an empty search_path, can use everything its role may use: tables, views, the
# functions of the extension and every tool, and gets the same answers.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;
use VoygenTest;

my $json = JSON::PP->new->canonical->allow_nonref;
my $db = fresh_database('empty_search_path');
my ($agency) = $db->selectrow_array("select voygen.create_agency('sunny', 'Sunny', 'USD')");

# Logins of this test's own; the server's access rules know no others, so a superuser's session becomes them.
my %session;
for my $role (qw(agent reader admin))
{
	my $login = "voygen_test_path_$role";
	$db->do("set client_min_messages = error");
	$db->do("drop role if exists $login");
	$db->do("create role $login login in role voygen_$role");
	$session{$role} = connect_to('empty_search_path');
	$session{$role}->do("set voygen.agency_id = '$agency'");
	$session{$role}->do("set session authorization $login");
	$session{$role}->do("set search_path = ''");
}
END { if ($db) { $_->disconnect for values %session; drop_database('empty_search_path'); my $any = connect_to('postgres'); $any->do("drop role if exists voygen_test_path_$_") for qw(agent reader admin); } }
is_deeply([ $session{agent}->selectrow_array("select rolsuper, current_setting('search_path') from pg_catalog.pg_roles where rolname = session_user") ], [ 0, '""' ],
	'an ordinary login with an empty search_path');

# Parameters of a tool as they are declared.
sub parameters
{
	my ($tool) = @_;
	return @{ $db->selectall_arrayref(q{
		select quote_ident(a.name), a.type::oid::regtype::text
		from pg_proc p
		cross join unnest(p.proargnames::text[], coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality a (name, type, place)
		where p.pronamespace = 'voygen_api'::regnamespace and p.proname = ? and a.place <= p.pronargs
		order by a.place}, undef, $tool) };
}

# Calls a tool as a function in SQL, its arguments told as JSON; answers the result as data.
sub tool
{
	my ($who, $tool, $arguments) = @_;
	my @given = grep { exists $arguments->{ $_->[0] =~ s/"//gr } } parameters($tool);
	my $sql = @given
		? sprintf('select pg_catalog.to_jsonb(r) from pg_catalog.jsonb_to_record(%s) as a(%s), voygen_api.%s(%s) r', $db->quote($json->encode($arguments)),
			join(', ', map { "$_->[0] $_->[1]" } @given), $tool, join(', ', map { "$_->[0] => a.$_->[0]" } @given))
		: "select pg_catalog.to_jsonb(r) from voygen_api.$tool() r";
	my ($result) = eval { $session{$who}->selectrow_array($sql) };
	return $@ ? { failed => $session{$who}->errstr } : $json->decode($result);
}

my %used;
sub works
{
	my ($who, $tool, $arguments) = @_;
	$used{$tool} = 1;
	my $result = tool($who, $tool, $arguments);
	ok(!$result->{failed}, "$who: $tool") or diag($result->{failed});
	return $result;
}

# ---- everything that writes, in the order of a trip's life ----

works(admin => configure_commission_rates => { rates => [ { kind => 'percent', site => 'navitrip', value => 12, product_type => 'hotel', effective_from => '2026-01-01' } ] });
my $client = works(agent => create_client => { name => 'Demo Client', tier => 'vip' })->{slug};
my $trip = works(agent => create_trip => { client_id => $client, title => 'A week in Rome', destination => 'Rome', start_date => '2027-09-10', end_date => '2027-09-20', travelers => 2 })->{slug};
my $leg = works(agent => add_leg => { trip_id => $trip, city => 'Rome', arrive_date => '2027-09-10', depart_date => '2027-09-20' })->{leg_id};
works(agent => update_leg => { trip_id => $trip, leg_id => $leg, depart_date => '2027-09-19' });
works(agent => ingest_hotels => { trip_id => $trip, site => 'navitrip', check_in => '2027-09-10', check_out => '2027-09-20', hotels => [
	map { { name => "Hotel $_", site_id => "h$_", city => 'Rome', available => JSON::PP::true, lead_price => { amount => 100 + 20 * $_, currency => 'USD', basis => 'per_night', tax => 'excluded' } } } 1 .. 12 ] });
works(agent => ingest_rooms => { trip_id => $trip, site => 'navitrip', hotel_key => 'navitrip:h1', rooms => [ { room_id => 'std', name => 'Double', total_price => 1200, currency => 'USD', taxes_included => JSON::PP::false } ] });
works(agent => ingest_activities => { trip_id => $trip, site => 'viator', activities => [ { product_code => 'p1', title => 'Colosseum', city => 'Rome', price => { amount => 75, currency => 'EUR', basis => 'per_person' } } ] });
my $activity = works(agent => add_activity => { trip_id => $trip, title => 'Walk', activity_date => '2027-09-14' })->{activity_id};
works(agent => update_activity => { trip_id => $trip, activity_id => $activity, status => 'selected' });
works(agent => add_flight => { trip_id => $trip, origin => 'MOB', destination => 'FCO', depart_at => '2027-09-10T12:53:00-05:00' });
my $booking = works(agent => add_booking => { trip_id => $trip, kind => 'hotel', site => 'navitrip', price => { amount => 1000, currency => 'USD' }, tax => 'excluded', check_in => '2027-09-10', check_out => '2027-09-19' })->{booking_id};
works(agent => update_booking => { trip_id => $trip, booking_id => $booking, reference => 'QX7A2B' });
works(agent => update_trip => { trip_id => $trip, status => 'proposed' });
works(agent => update_client => { client_id => $client, tier => 'platinum' });
works(agent => calculate_trip_commission => { trip_id => $trip });
works(agent => optimize_commission => { trip_id => $trip });
works(agent => mark_facts_dirty => { trip_ids => [$trip], reason => 'looked odd' });
works(agent => refresh_trip_facts => { trip_id => $trip });
works(admin => recalculate_commission => { reason => 'new contract', confirm => JSON::PP::true, booked_from => '2026-01-01', booked_until => '2027-12-31' });

# ---- everything that reads, as a reader, against what a superuser is answered ----

my $everywhere = connect_to('empty_search_path');
$everywhere->do("set voygen.agency_id = '$agency'");
my %proposal = map { $_ => $everywhere->selectrow_array("insert into voygen.proposals (trip_id, version, json_payload) select trip_id, ?, '{}' from voygen.trips where slug = ? returning proposal_id", undef, $_, $trip) } 1, 2;
for my $row (@{ $db->selectall_arrayref('select name, examples -> 0 from voygen.tool where read_only order by name') })
{
	my ($name, $example) = @$row;
	my $arguments = $json->decode($example // '{}');
	# A job belongs to whoever began it, and a reader begins none.
	next if exists $arguments->{job_id};
	$arguments->{trip_id} = $trip if exists $arguments->{trip_id};
	$arguments->{$_} = $proposal{1} for grep { exists $arguments->{$_} } qw(proposal_id proposal_a);
	$arguments->{proposal_b} = $proposal{2} if exists $arguments->{proposal_b};
	my $result = works(reader => $name => $arguments);
	local $session{superuser} = $everywhere;
	is_deeply($result, tool(superuser => $name => $arguments), '... and the answer is the same');
}

# ---- the functions of the extension, and tables, as an agent ----

for my $sql (
	'select * from voygen.tool',
	'select voygen.price_cuts(nightly_amount) from voygen.hotel_cache',
	q(select voygen.price_cuts(nightly_amount, 'kmeans', 25, 75) from voygen.hotel_cache),
	'select voygen.price_tier(nightly_amount) over (partition by leg_id) from voygen.hotel_cache',
	'select voygen.commission_amount(site, total_amount, currency, total_tax, tax_amount, nights => nights) from voygen.hotel_cache',
	'select voygen.room_commission(r) from voygen.rooms_cache r',
	'select voygen.room_commission(r) from (select * from voygen.rooms_cache offset 0) r',
	q(select * from voygen.commission_rows('select hotel_id as id, site, total_amount as amount, currency, nights from voygen.hotel_cache')),
	qq(select voygen.resolve_trip('$trip'), voygen.resolve_client('$client'), voygen.current_agency(), voygen.next_id()),
	q(select voygen.nightly_amount(361, 'per_stay', 3, 2, 'USD'), voygen.hotel_identity(null, 'Grand Hotel'), voygen.currency_exponent('JPY')),
	q(insert into voygen.hotel_cache (trip_id, site, hotel_key, name, price_amount, currency, price_basis) select trip_id, 'navitrip', 'navitrip:x', 'X', 9, 'USD', 'per_night' from voygen.trips),
	'update voygen.hotel_cache set price_amount = price_amount + 1',
	q(delete from voygen.hotel_cache where hotel_key = 'navitrip:x'))
{
	ok(eval { $session{agent}->do($sql) or die "nothing happened\n"; 1 }, 'agent: ' . substr($sql, 0, 70)) or diag($@);
}
my $views = $db->selectcol_arrayref("select oid::regclass::text from pg_class where relnamespace::regnamespace::text like 'voygen%' and relkind = 'v' and has_table_privilege('voygen_agent', oid, 'select')");
ok(eval { $session{agent}->selectall_arrayref("select * from $_"); 1 }, "agent: view $_") or diag($@) for @$views;
cmp_ok($session{agent}->selectrow_array(q(select (voygen_api.get_facts_stats()).dirty)), '>', 0, 'what the agent wrote by hand has marked the trip');

# ---- and what takes away ----

works(agent => cancel_booking => { trip_id => $trip, booking_id => $booking, confirm => JSON::PP::true });
works(agent => archive_booking => { trip_id => $trip, booking_id => $booking, confirm => JSON::PP::true });
works(agent => archive_activity => { trip_id => $trip, activity_id => $activity, confirm => JSON::PP::true });
works(agent => archive_leg => { trip_id => $trip, leg_id => $leg, confirm => JSON::PP::true });
works(agent => archive_trip => { trip_id => $trip, confirm => JSON::PP::true });
works(agent => archive_client => { client_id => $client, confirm => JSON::PP::true });

# A tool the trip's life above does not know is tried with its example: it may find nothing, but no name may be missing.
for my $row (@{ $db->selectall_arrayref('select name, examples -> 0 from voygen.tool order by name') })
{
	my ($name, $example) = @$row;
	next if $used{$name};
	my $result = tool(admin => $name => $json->decode($example // '{}'));
	ok(!$result->{failed} || $session{admin}->state =~ /^VG/, "admin: $name") or diag($result->{failed});
}

done_testing();
