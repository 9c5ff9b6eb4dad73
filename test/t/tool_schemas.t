# The list of tools as a client takes it: each schema is one by the 2020-12 meta schema and keeps to what every client understands,
# and what each tool really answers is valid by what it said. Judged by a validator that is not ours.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run qw(run);
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('tool_schemas');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);

sub list_text { my ($name) = @_; return ($door->gateway->selectrow_array('select voygen.tools(?, sha256(?))', undef, $door->agency('sunny'), "sunny:$name"))[0] }
my $text = list_text('admin');
my @tools = @{ $json->decode($text) };
my %tool = map { $_->{name} => $_ } @tools;
cmp_ok(scalar @tools, '>', 40, scalar(@tools) . ' tools');

# The schema of what a tool answers, a job in the end
sub said_result { my ($tool) = @_; return $tool->{_meta}{'voygen/job'} ? $tool->{_meta}{'voygen/jobSchema'} : $tool->{outputSchema} }

# What the other validator finds wrong
sub judge
{
	my ($schemas, @instances) = @_;
	my $asked = $json->encode({ schemas => $schemas, instances => \@instances });
	my $said;
	run(['python3', "$FindBin::RealBin/../lib/json_schema.py"], '<', \$asked, '>', \$said) or return ("the validator failed: $said");
	my @lines = split /\n/, $said;
	is(pop @lines, 'checked ' . (keys(%$schemas) + @instances), 'the validator looked at all of it');
	return @lines;
}

subtest 'what a tool says of itself' => sub {
	is_deeply([map { $_->{name} } @tools], [sort map { $_->{name} } @tools], 'the order is that of the names');
	is(list_text('admin'), $text, 'the same question has the same answer, byte for byte');
	for my $tool (@tools)
	{
		like($tool->{name}, qr/^[A-Za-z0-9_.-]{1,64}$/, "$tool->{name}: a name every client takes");
		ok(length $tool->{title} && length $tool->{description}, '... title and description');
		is_deeply([sort keys %{ $tool->{annotations} }], [qw(destructiveHint idempotentHint openWorldHint readOnlyHint title)], '... all hints');
		is_deeply([grep { !/^(name|title|description|inputSchema|outputSchema|annotations|_meta)$/ } keys %$tool], [], '... nothing the protocol has no place for');
		is_deeply([$tool->{inputSchema}{type}, said_result($tool)->{type}], ['object', 'object'], '... takes and answers an object');
		is(exists $tool->{outputSchema}, !$tool->{_meta}{'voygen/job'}, '... by a schema where every answer follows it');
	}
	my %volatile = map { $_->[0] => $_->[1] } @{ $owner->selectall_arrayref("select proname, provolatile = 'v' from pg_proc where pronamespace = 'voygen_api'::regnamespace") };
	is_deeply([grep { !$tool{$_}{annotations}{readOnlyHint} == !$volatile{$_} } keys %tool], [], 'readOnlyHint is the volatility');
	is_deeply([sort grep { $tool{$_}{annotations}{destructiveHint} } keys %tool],
		$owner->selectcol_arrayref("select proname from pg_proc p where pronamespace = 'voygen_api'::regnamespace and obj_description(oid, 'pg_proc') ~ '\\n\@destructive' order by 1"), 'destructiveHint is the tag');
	is_deeply([map { $tool{$_}{_meta}{ui}{resourceUri} } qw(shortlist_hotels calculate_trip_commission)], ['ui://voygen/shortlist', 'ui://voygen/commission'], 'two name the page that shows their result');
	is($tool{shortlist_hotels}{_meta}{'ui/resourceUri'}, 'ui://voygen/shortlist', '... in the older place, too');
};

# Every schema in a schema, with its place
sub walk
{
	my ($schema, $place, $visit) = @_;
	$visit->($schema, $place);
	walk($schema->{properties}{$_}, "$place.$_", $visit) for sort keys %{ $schema->{properties} // {} };
	walk($schema->{items}, "$place\[]", $visit) if ref $schema->{items} eq 'HASH';
	for my $choice (qw(anyOf oneOf allOf)) { walk($_, "$place|", $visit) for @{ $schema->{$choice} // [] } }
	return;
}

my %known_format = map { $_ => 1 } qw(date date-time email uuid duration uri);
my %keyword = map { $_ => 1 } qw(type properties required additionalProperties items anyOf enum format pattern minimum maximum minLength maxLength maxItems description default examples);
sub faults_of
{
	my ($schema, $place) = @_;
	my @faults;
	walk($schema, $place, sub {
		my ($part, $where) = @_;
		push @faults, "$where: a union of types" if ref $part->{type};
		push @faults, "$where: a list without a schema of its items" if ($part->{type} // '') eq 'array' && ref $part->{items} ne 'HASH';
		push @faults, "$where: format $part->{format}" if defined $part->{format} && !$known_format{ $part->{format} };
		push @faults, map { "$where: keyword $_" } grep { !$keyword{$_} } sort keys %$part;
		push @faults, map { "$where: requires $_, which it does not describe" } grep { !$part->{properties}{$_} } @{ $part->{required} // [] };
		push @faults, map { "$where: a choice without a type of its own" } grep { !defined $_->{type} || ref $_->{type} } @{ $part->{anyOf} // [] };
	});
	return @faults;
}

subtest 'schemas' => sub {
	my %schemas = map { ("$_->{name} in" => $_->{inputSchema}, "$_->{name} out" => said_result($_)) } @tools;
	is_deeply([map { faults_of($schemas{$_}, $_) } sort keys %schemas], [], 'keep to what every client understands');
	my @examples = map { my $tool = $_; map { ["$tool->{name} in", 'example', $_] } @{ $tool->{_meta}{'voygen/examples'} } } @tools;
	cmp_ok(scalar @examples, '>', 30, scalar(@examples) . ' examples');
	is_deeply([judge(\%schemas, @examples)], [], 'are schemas, and take their own examples');
	is(scalar(judge({ x => { type => 'nonsense', minimum => 'a' } })), 2, 'the validator finds what is none');
	like((judge({ x => { type => 'object', required => ['a'] } }, ['x', 't', {}]))[0], qr/'a' is a required property/, '... and what is not valid');
};

# An amount is taken as a number and as text, by clients that check and by us, and none loses a digit on the way
subtest 'exact amounts' => sub {
	my @amounts;
	for my $tool (@tools)
	{
		walk($tool->{inputSchema}, $tool->{name}, sub {
			my ($part, $where) = @_;
			push @amounts, [$where, $part] if grep { ($_->{type} // '') eq 'number' } @{ $part->{anyOf} // [] };
			fail("$where is a number alone") if ($part->{type} // '') eq 'number' && $where !~ /\|$/;
		});
	}
	cmp_ok(scalar @amounts, '>', 20, scalar(@amounts) . ' amounts');
	my %schemas = map { $_->[0] => $_->[1] } @amounts;
	my @spellings = map { my $low = (grep { defined } map { $_->{minimum} } @{ $schemas{$_}{anyOf} })[0] // 0; my $high = (grep { defined } map { $_->{maximum} } @{ $schemas{$_}{anyOf} })[0];
		my $value = defined $high && $high < 296.03 ? ($low + $high) / 2 : 296.03; ([$_, 'number', 0 + $value], [$_, 'text', "$value"]) } sort keys %schemas;
	is_deeply([judge(\%schemas, @spellings)], [], 'both spellings are valid for a client');
	my @wrong = judge({ money => $tool{create_trip}{inputSchema}{properties}{budget}{properties}{amount} }, map { ['money', "'$_'", $_] } '1,5', '$5', '', '-1', '1e5', 'x', '1.');
	is(scalar @wrong, 7, 'what is no amount is not');
	my $client = $door->call('agent', 'create_client', { name => 'Exact' })->{slug};
	for my $amount ('12345678901.17', '"12345678901.17"')
	{
		my $trip = $json->decode($door->call_text('agent', 'create_trip', qq({"client_id": "$client", "title": "T", "destination": "Rome", "start_date": "2027-01-01", "end_date": "2027-01-02", "budget": {"amount": $amount, "currency": "USD"}})))->{slug};
		like($door->call_text('reader', 'get_trip', { trip_id => $trip }), qr/"amount":12345678901\.170*[,}]/, "$amount comes back to the digit");
	}
	like($door->call_text('agent', 'segment_prices', '{"prices": ["0.10", 0.20, "12345678901.12", 1, 2, 3, 4, 5, 6, 7, 8, 9]}'), qr/"method":"percentile"/, 'one list may mix them');
};

# A trip's life: one call and more of every tool, each result judged
my (@results, %answered);
sub result
{
	my ($who, $tool, $arguments) = @_;
	my $answer = eval { $door->call($who, $tool, $arguments) };
	if (!$answer) { diag("$tool: $@"); return {} }
	push @results, ["$tool out", $tool . ' ' . @results, $answer];
	$answered{$tool}++;
	return $answer;
}

result(admin => configure_commission_rates => { rates => [{ kind => 'percent', site => 'navitrip', value => '12.5', product_type => 'hotel', effective_from => '2026-01-01' }] });
my $client = result(agent => create_client => { name => 'Demo Client', tier => 'vip' })->{slug};
my $trip = result(agent => create_trip => { client_id => $client, title => 'A week in Rome', destination => 'Rome', start_date => '2027-09-10', end_date => '2027-09-20', travelers => 2, budget => { amount => '7000.00', currency => 'USD' } })->{slug};
my $empty = result(agent => create_trip => { client_id => $client, title => 'Nothing yet', destination => 'Oslo', start_date => '2027-09-10', end_date => '2027-09-20' })->{slug};
my $leg = result(agent => add_leg => { trip_id => $trip, city => 'Ostia', arrive_date => '2027-09-19', depart_date => '2027-09-20' })->{leg_id};
result(agent => update_leg => { trip_id => $trip, leg_id => $leg, depart_date => '2027-09-20', notes => 'late' });
result(agent => ingest_hotels => { trip_id => $trip, site => 'navitrip', check_in => '2027-09-10', check_out => '2027-09-20', hotels => [
	map { { name => "Hotel $_", site_id => "h$_", city => 'Rome', available => $yes, star_rating => 3.5, distance_to_center => 1.25, stated_commission => { percent => '14.875' },
		lead_price => { amount => 100 + 20 * $_ + 0.37, currency => 'USD', basis => 'per_night', tax => 'excluded' } } } 1 .. 12, -9 ] });
result(agent => ingest_rooms => { trip_id => $trip, site => 'navitrip', hotel_key => 'navitrip:h1', rooms => [{ room_id => 'std', name => 'Double', total_price => 1200, currency => 'USD', taxes_included => $no }] });
result(agent => ingest_activities => { trip_id => $trip, site => 'viator', activities => [{ product_code => 'p1', title => 'Colosseum', city => 'Rome', price => { amount => 75, currency => 'EUR', basis => 'per_person' } }] });
my $activity = result(agent => add_activity => { trip_id => $trip, title => 'Walk', activity_date => '2027-09-14' })->{activity_id};
result(agent => update_activity => { trip_id => $trip, activity_id => $activity, status => 'selected' });
result(agent => add_flight => { trip_id => $trip, origin => 'MOB', destination => 'FCO', depart_at => '2027-09-10T12:53:00-05:00' });
my $booking = result(agent => add_booking => { trip_id => $trip, kind => 'hotel', site => 'navitrip', price => { amount => 1000, currency => 'USD' }, tax => 'excluded', check_in => '2027-09-10', check_out => '2027-09-19' })->{booking_id};
result(agent => update_booking => { trip_id => $trip, booking_id => $booking, reference => 'QX7A2B' });
result(agent => update_trip => { trip_id => $trip, status => 'proposed' });
result(agent => update_client => { client_id => $client, tier => 'platinum' });
for my $subject ($trip, $empty)
{
	result(agent => $_ => { trip_id => $subject }) for qw(calculate_trip_commission optimize_commission get_trip shortlist_hotels refresh_trip_facts);
	result(reader => query_hotels => { trip_id => $subject, limit => 2 });
	result(reader => query_trip_facts => { trip_ids => [$subject] });
}
result(agent => mark_facts_dirty => { trip_ids => [$trip] });
result(reader => verify_facts => { trip_ids => [$trip, $empty] });
result(reader => get_facts_stats => {});
result(reader => query_trip_facts => { query => 'nothing like that' });
result(reader => $_ => { query => $client, limit => 1 }) for qw(find_clients find_trips);
result(reader => $_ => { query => 'zzzz' }) for qw(find_clients find_trips);
result(reader => $_ => { query => 'Rome' }) for qw(find_legs find_activities find_bookings);
result(reader => segment_prices => { prices => [1, '2.50', 3] });
result(reader => segment_prices => { prices => [] });
result(reader => quote_commission => $_) for @{ $tool{quote_commission}{_meta}{'voygen/examples'} };
result(admin => recalculate_commission => { reason => 'new contract', confirm => $yes, booked_from => '2026-01-01', booked_until => '2027-12-31' });
result(admin => set_feature_flag => { flag => 'apps', enabled => $no, reason => 'no pages here' });
result(admin => list_feature_flags => {});
result(agent => cancel_booking => { trip_id => $trip, booking_id => $booking, confirm => $yes });
result(agent => archive_booking => { trip_id => $trip, booking_id => $booking, confirm => $yes });
result(agent => archive_activity => { trip_id => $trip, activity_id => $activity, confirm => $yes });
result(agent => archive_leg => { trip_id => $trip, leg_id => $leg, confirm => $yes });
result(agent => archive_trip => { trip_id => $trip, confirm => $yes });
result(agent => archive_client => { client_id => $client, confirm => $yes });

# A tool that is not in this life is called with its example; what starts a job answers its number, not its result
my @silent;
for my $tool (grep { !$answered{ $_->{name} } && !$_->{_meta}{'voygen/job'} } @tools)
{
	my $example = $tool->{_meta}{'voygen/examples'}[0] // {};
	my $answer = eval { $door->call('admin', $tool->{name}, $example) };
	if ($answer) { push @results, ["$tool->{name} out", 'its example', $answer] }
	elsif ($door->gateway->state !~ /^VG00[36]/) { push @silent, $tool->{name} }
	else { diag("$tool->{name}: its example has nothing to work on here") }
}
is_deeply(\@silent, [], 'every tool answers');
cmp_ok(scalar keys %answered, '>=', 40, keys(%answered) . ' tools in a life of a trip');
is_deeply([judge({ map { ("$_->{name} out" => said_result($_)) } @tools }, @results)], [], scalar(@results) . ' results are valid by what their tools said');

# Pages that an agency has switched off are named by no tool
ok(!grep({ $_->{_meta}{ui} || $_->{_meta}{'ui/resourceUri'} } @{ $json->decode(list_text('agent')) }), 'no tool names a page when the agency has switched pages off');

done_testing;
