# Proposals: what they say against a computation from the fixtures, what they never say, how versions move on, stay as they are and
# compare.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Math::BigRat;
use Test::More;
use CallTest;
use DemoModel;
use DemoTrips;
use JobTest;

binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

my $door = CallTest->new('api_proposals');
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my $worker = JobTest->new($door);

sub call { return $door->call('agent', @_) }

sub generate
{
	my ($trip, %arguments) = @_;
	# What is printed is the business of job_proposal.t.
	$arguments{options} = { pdf => $no, images => $no, %{ $arguments{options} // {} } };
	my $job = call('generate_proposal', { trip_id => $trip, %arguments })->{job_id};
	my $status = $worker->finish($job);
	is($status, 'done', 'a proposal is made') or diag explain $worker->{error};
	return call('get_job', { job_id => $job })->{result};
}

sub payload { return $json->decode($owner->selectrow_array('select json_payload::text from voygen.proposals where proposal_id = ?', undef, $_[0])) }
sub money { my ($cents) = @_; return sprintf '%d.%02d', $cents / 100, $cents % 100 }

# Runs a statement as a role of an agency, for good or for show; answers how many rows it changed, or the error.
sub as_role
{
	my ($role, $keep, $sql, @values) = @_;
	my ($rows, $error);
	$owner->begin_work;
	$owner->do("set local voygen.agency_id = '$sunny'");
	$owner->do("set local role $role");
	eval { $rows = $owner->do($sql, undef, @values); 1 } or $error = $owner->errstr;
	$keep && !$error ? $owner->commit : $owner->rollback;
	return $error // $rows + 0;
}

# ---- what it says

my @names = qw(Classic Premium Luxury);
my %trip;

# {option => {hotel, cents}} of the picks of the shortlist: prices from the fixture, by the key of the hotel
sub picks
{
	my ($slug, $fixture) = @_;
	my %listing = map { $_->{key} => $_ } DemoModel::listings($fixture);
	my $tiers = call('shortlist_hotels', { trip_id => $slug, per_tier => 1 })->{tiers};
	return map { my $key = $tiers->{ (qw(low medium high))[$_] }[0]{hotel_key}; ($names[$_] => $listing{$key}) } 0 .. 2;
}

subtest 'the four demo trips' => sub {
	for my $name (qw(dublin cancun rome tokyo))
	{
		my $fixture = DemoModel::fixture($name);
		$trip{$name} = DemoTrips::load($door, 'agent', $name)->{slug};
		my %pick = picks($trip{$name}, $fixture);
		my @cheapest = sort { $pick{$a}{total} <=> $pick{$b}{total} } @names;
		my $made = generate($trip{$name});
		is_deeply([ map { [ $_->{option}, "$_->{total}" * 100 ] } @{ $made->{totals} } ], [ map { [ $_, $pick{$_}{total} ] } @cheapest ], "$name: an option for each tier, cheapest first");
		is_deeply([ map { defined $_->{commission} ? "$_->{commission}" * 100 : undef } @{ $made->{totals} } ], [ map { $pick{$_}{commission} } @cheapest ], '... with its commission');
		is("$made->{total}" * 100, $pick{ $cheapest[0] }{total}, 'the total is that of the cheapest');
		is_deeply([ @$made{qw(version status currency html_uri pdf_uri share_url)} ], [ 1, 'draft', 'USD', "voygen://proposal/$made->{proposal_id}/html", undef, undef ], 'the first version is a draft');
		my $said = payload($made->{proposal_id});
		is_deeply([ map { [ @$_{qw(name total_amount)} ] } @{ $said->{options} } ], [ map { [ $_, money($pick{$_}{total}) ] } @cheapest ], 'the document has the same totals');
		my @hotels = map { @{ $_->{hotels} } } @{ $said->{legs} };
		is_deeply([ sort map { "$_->{option} $_->{name} $_->{total_amount}" } @hotels ], [ sort map { "$_ $pick{$_}{name} " . money($pick{$_}{total}) } @names ], 'and just the hotels picked');
		ok(!exists $said->{pricing}{total_amount}, 'no total where there is a choice');
		ok(!exists $said->{flights} && !exists $said->{days}, 'of flights and activities that are only proposed none fixes anything');
		like("@{ $made->{warnings} }", qr/flights \w+–\w+ are proposed and none is selected/, '... which the advisor is told');
		is(scalar @{ $said->{activities} }, scalar @{ $fixture->{activities} }, 'activities are suggestions');
		is_deeply([ grep { $_ ne 'A suggestion; not in the total.' } map { $_->{text} } @{ $said->{activities} } ], [], '... and say so');
		my $days = DemoModel::nights($fixture);
		is_deeply([ @{ $said->{trip} }{qw(nights travellers start_date destination)} ], [ $days, 2, @{ $fixture->{trip} }{qw(start_date destination)} ], 'the trip');
		unlike($said->{reference}, qr/DEMO-CLIENT|[a-z]/, 'the reference is not the client');
	}
};

subtest 'what is booked and selected is added, with what the agency puts on top' => sub {
	my $fixture = DemoModel::fixture('dublin');
	my ($listing) = grep { $_->{site} eq 'navitrip' } DemoModel::listings($fixture);
	my @activities = @{ $fixture->{activities} }[0, 1];
	$owner->do(q{update voygen.agencies set settings = '{"proposals": {"markup": {"hotel": "8", "activity": 2.5, "air": 0}}}' where agency_id = ?}, undef, $sunny);
	$owner->do(q{update voygen.trip_activities set status = 'selected' where title = ?}, undef, $_->{title}) for @activities;
	$owner->do(q{update voygen.flights set status = 'booked' where flight_number = ?}, undef, $fixture->{flights}[0]{flight_number});
	my $made = generate($trip{dublin}, options => { hotels => [ $listing->{key} ] });
	my $hotel = $listing->{total} + DemoModel::rounded(Math::BigRat->new($listing->{total}) * 8 / 100);
	my @tours = map { my $net = 2 * DemoModel::cents($_->{price}{amount}); $net + DemoModel::rounded(Math::BigRat->new($net) * 25 / 1000) } @activities;
	my $flight = DemoModel::cents($fixture->{flights}[0]{price}{amount});
	my $total = $hotel + $flight + $tours[0] + $tours[1];
	my $said = payload($made->{proposal_id});
	is("$made->{total}" * 100, $total, 'the total');
	is($said->{pricing}{total_amount}, money($total), '... in the document');
	is_deeply([ sort map { $_->{amount} } @{ $said->{pricing}{lines} } ], [ sort map { money($_) } $hotel, $flight, @tours ], 'its lines');
	is($said->{pricing}{per_person_amount}, money(DemoModel::rounded(Math::BigRat->new($total) / 2)), 'half of it for each of two');
	is_deeply([ map { exists $said->{$_} } qw(options) ], [''], 'one hotel is no choice');
	is($said->{legs}[0]{hotels}[0]{total_amount}, money($hotel), 'the hotel stands at its one price');
	is_deeply([ @{ $said->{legs}[0]{hotels}[0] }{qw(taxes nights)} ], [ 'excluded', 7 ], '... with its basis and taxes');
	is($said->{pricing}{taxes}, 'excluded', 'and so the total');
	is_deeply([ @{ $said->{flights}[0] }{qw(from to depart_date depart_time arrive_date arrive_time duration_minutes stops)} ], [ 'MOB', 'DUB', '2026-10-12', '12:53', '2026-10-13', '07:20', 747, 1 ], 'a flight by the clocks of its airports');
	is(scalar @{ $said->{days} }, 8, 'a day for each');
	is_deeply([ map { $_->{date} => map { $_->{title} } @{ $_->{items} // [] } } @{ $said->{days} } ],
		[ map { my $day = "2026-10-$_"; $day => map { $_->{title} } grep { $_->{activity_date} eq $day } @activities } 12 .. 19 ], 'with what was chosen for it');
	is("$made->{totals}[0]{commission}" * 100, $listing->{commission} + $hotel - $listing->{total} + $tours[0] + $tours[1] - 2 * DemoModel::cents($activities[0]{price}{amount}) - 2 * DemoModel::cents($activities[1]{price}{amount}), 'the agency earns commission and what it put on top');

	my $text = $json->encode($said);
	unlike($text, qr/commission|markup|supplier|net_|hotel_key|trip_id|proposal_id|navitrip|\bweb\b|viator/i, 'none of that is in the document');
	unlike($text, qr/null|""|\[\]|\{\}/, 'and nothing empty');
	unlike($text, qr/\b\Q@{[money($listing->{total})]}\E\b/, 'nor what the portal asks');
	$owner->do("update voygen.agencies set settings = '{}' where agency_id = ?", undef, $sunny);
};

subtest 'another currency, no price, no basis' => sub {
	my $trip = call('create_trip', { client_id => 'demo-client', title => 'Oddities', destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 3 })->{slug};
	call('ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [
		{ site_id => 'eur', name => 'Euro House', city => 'Bergen', lead_price => { amount => '100.00', currency => 'EUR', basis => 'per_night' }, available => $yes } ] });
	call('add_activity', { trip_id => $trip, title => 'Boat', status => 'selected', price => { amount => '90.10', currency => 'USD', basis => 'per_group' } });
	call('add_activity', { trip_id => $trip, title => 'Bus', status => 'selected', price => { amount => '50.00', currency => 'USD' } });
	call('add_activity', { trip_id => $trip, title => 'Fjord', status => 'selected', price => { amount => '500', currency => 'JPY', basis => 'total' } });
	call('add_activity', { trip_id => $trip, title => 'Gone', status => 'cancelled', price => { amount => '5000.00', currency => 'USD', basis => 'total' } });
	my $made = generate($trip, options => { hotels => ['web:eur'] });
	my $said = payload($made->{proposal_id});
	is($said->{pricing}{total_amount}, '90.10', 'only what is in the currency of the trip and has a price is added');
	is($said->{pricing}{per_person_amount}, '30.03', 'a third, to the cent');
	is_deeply($said->{pricing}{not_in_total}, [ { label => 'Bus' }, { label => 'Euro House', amount => '300.00', currency => 'EUR' }, { label => 'Fjord', amount => '500', currency => 'JPY' } ],
		'the rest is named, with its price where there is one');
	is_deeply([ @{ $said->{legs}[0]{hotels}[0] }{qw(currency total_amount nightly_amount taxes)} ], [ 'EUR', '300.00', '100.00', 'unknown' ], 'the hotel has its own currency');
	is(scalar(grep { /Bus has no price|Euro House is in EUR|Fjord is in JPY/ } @{ $made->{warnings} }), 3, 'and the advisor is told');
	unlike($json->encode($said), qr/Gone/, 'what was cancelled is not in it');
};

subtest 'the advisor chooses' => sub {
	my @keys = map { $_->{key} } grep { $_->{site} eq 'navitrip' } DemoModel::listings(DemoModel::fixture('rome'));
	my %total = map { $_->{key} => $_->{total} } DemoModel::listings(DemoModel::fixture('rome'));
	my $made = generate($trip{rome}, options => { hotels => [ @keys[0, 1] ] });
	is_deeply([ map { $_->{option} } @{ $made->{totals} } ], [ 'Classic', 'Premium' ], 'two hotels of a leg are two options');
	is_deeply([ map { "$_->{total}" * 100 } @{ $made->{totals} } ], [ sort { $a <=> $b } @total{ @keys[0, 1] } ], 'at their prices');
	is_deeply(call('select_hotels', { trip_id => $trip{rome}, hotels => [ $keys[2] ] })->{hotels}, [ $keys[2] ], 'a choice is stored');
	is(call('select_hotels', { trip_id => $trip{rome}, hotels => [ $keys[2] ] })->{changed}, $no, '... once');
	is("@{[ generate($trip{rome})->{total} ]}" * 100, $total{ $keys[2] }, '... and used');
	call('select_hotels', { trip_id => $trip{rome}, hotels => [] });
	is(scalar @{ generate($trip{rome})->{totals} }, 3, '... until it is taken back');
	my @wrong = (
		[ { hotels => ['navitrip:none'] }, 'not_found', '/options/hotels/0' ], [ { hotels => [7] }, 'invalid_argument', '/options/hotels/0' ], [ { hotels => [] }, 'invalid_argument', '/options/hotels' ],
		[ { hotels => [ @keys[0 .. 3] ] }, 'invalid_argument', '/options/hotels' ], [ { hotels => [ { hotel_key => $keys[0], room_key => 'x' } ] }, 'not_found', '/options/hotels/0/room_key' ],
		[ { valid_until => '2020-01-01' }, 'invalid_argument', '/options/valid_until' ], [ { flights => [1] }, 'not_found', '/options/flights' ], [ { colour => 'red' }, 'unknown_name', '/options/colour' ]);
	for my $wrong (@wrong)
	{
		my $error = $door->fails('agent', 'preview_proposal', { trip_id => $trip{rome}, options => $wrong->[0] });
		is("$error->{code} $error->{path}", "$wrong->[1] $wrong->[2]", $json->encode($wrong->[0]) . ' is refused') or diag explain $error;
	}
	my $error = $door->fails('agent', 'generate_proposal', { trip_id => $trip{rome}, options => { hotels => [ (DemoModel::listings(DemoModel::fixture('tokyo')))[0]{key} ] } });
	is($error->{code}, 'not_found', 'a hotel of another trip is none of this one') or diag explain $error;
};

subtest 'hostile texts pass through unharmed' => sub {
	my $evil = q{<script>alert('x')</script> {{ 7*7 }} {% raw %} "; drop table voygen.trips; -- $1 \\u0041 javascript:x 田中};
	my $trip = call('create_trip', { client_id => 'demo-client', title => $evil, destination => $evil, start_date => '2027-05-01', end_date => '2027-05-04', travelers => [ $evil, 'B' ] })->{slug};
	call('ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [
		{ site_id => 'evil', name => $evil, city => $evil, address => $evil, lead_price => { amount => 100, currency => 'USD', basis => 'per_night' }, amenities => [ $evil, ('x') x 9 ], available => $yes } ] });
	$owner->do('update voygen.agencies set settings = ? where agency_id = ?', undef, $json->encode({
		branding => { tagline => $evil, website => 'javascript:alert(1)', logo => { url => 'file:///etc/passwd' }, theme => { palette => 'luxury-gold', primary => 'red;}</style>', dark => '#AABBCC', accent => 7 } },
		proposals => { terms => $evil, next_steps => [ { title => $evil }, 5 ], labels => { total => $evil, other => [1] }, valid_days => 'x', markup => { hotel => 'ten', car => 5 }, lang => 'de' } }), $sunny);
	my $made = generate($trip, options => { hotels => ['web:evil'], title => $evil, intro => $evil });
	my $said = payload($made->{proposal_id});
	is_deeply([ $said->{trip}{title}, $said->{trip}{traveller_names}[0], $said->{legs}[0]{hotels}[0]{name}, $said->{legs}[0]{hotels}[0]{address}, $said->{intro}, $said->{terms}, $said->{next_steps}[0]{title}, $said->{labels}{total} ], [ ($evil) x 8 ], 'as they are');
	is_deeply($said->{agency}{theme}, { palette => 'luxury-gold', dark => '#aabbcc' }, 'what is no colour is none');
	ok(!exists $said->{agency}{website}, 'nor is a script an address');
	is(scalar @{ $said->{legs}[0]{hotels}[0]{amenities} }, 5, 'five amenities');
	is(scalar(grep { /theme\.(primary|accent)|markup\.(hotel|car)/ } @{ $made->{warnings} }), 4, 'settings that cannot be used are named');
	is_deeply($owner->selectcol_arrayref('select distinct markup_amount::int from voygen.proposal_lines where proposal_id = ?', undef, $made->{proposal_id}), [0], 'and not guessed');
	$owner->do("update voygen.agencies set settings = '{}' where agency_id = ?", undef, $sunny);
};

subtest 'halves are rounded as the agency rounds' => sub {
	for my $case ([ 'half_up', '0.125', 'USD', '0.13' ], [ 'half_up', '2.5', 'JPY', '3' ], [ 'half_even', '0.125', 'USD', '0.12' ], [ 'half_even', '0.135', 'USD', '0.14' ], [ 'half_even', '2.5', 'JPY', '2' ], [ 'half_even', '3.5', 'JPY', '4' ], [ 'half_even', '0.1251', 'USD', '0.13' ])
	{
		my ($how, $amount, $currency, $expected) = @$case;
		$owner->do('update voygen.agencies set rounding = ? where agency_id = ?', undef, $how, $sunny);
		$owner->do("select set_config('voygen.agency_id', '$sunny', false)");
		is($owner->selectrow_array('select voygen_lib.amount_text(voygen_lib.rounded(?, ?), ?)', undef, $amount, $currency, $currency), $expected, "$how: $amount $currency");
	}
	$owner->do("reset voygen.agency_id");
	$owner->do("update voygen.agencies set rounding = 'half_up' where agency_id = ?", undef, $sunny);
};

# ---- versions

my $number = 800000;
my ($any_trip) = $owner->selectrow_array('select trip_id from voygen.trips where slug = ?', undef, $trip{tokyo});
my %way = (draft => [], review => ['review'], final => ['final'], sent => [qw(final sent)], viewed => [qw(final sent viewed)], accepted => [qw(final sent accepted)], declined => [qw(final sent declined)], expired => [qw(final expired)]);

sub version_at
{
	my ($status) = @_;
	$number++;
	$owner->do(q{insert into voygen.proposals (agency_id, proposal_id, trip_id, version, json_payload, total_cost, currency) values (?, ?, ?, ?, '{"a": 1}', 10, 'USD')}, undef, $sunny, $number, $any_trip, $number);
	$owner->do("insert into voygen.proposal_lines (agency_id, proposal_id, place, kind, label, supplier_amount, markup_amount, amount, currency, counted) values (?, ?, 1, 'hotel', 'H', 9, 1, 10, 'USD', true)", undef, $sunny, $number);
	$owner->do("insert into voygen.proposal_images (agency_id, proposal_id, source_url) values (?, ?, 'https://a.example/1.jpg')", undef, $sunny, $number);
	$owner->do('update voygen.proposals set status = ? where agency_id = ? and proposal_id = ?', undef, $_, $sunny, $number) for @{ $way{$status} };
	return $number;
}

my %allowed = map { $_ => 1 } qw(draft:review draft:final review:draft review:final final:sent final:expired sent:viewed sent:accepted sent:declined sent:expired viewed:accepted viewed:declined viewed:expired);

subtest 'every move that is allowed, and none beside' => sub {
	my @wrong;
	for my $from (sort keys %way)
	{
		for my $to (sort keys %way)
		{
			next if $from eq $to;
			my $id = version_at($from);
			my $expected = $allowed{"$from:$to"} ? 1 : 0;
			for my $role (qw(voygen_agent voygen_admin))
			{
				my $did = as_role($role, 0, 'update voygen.proposals set status = ? where proposal_id = ?', $to, $id);
				push @wrong, "$role $from:$to $did" if ($did eq '1' ? 1 : 0) != $expected || !$expected && $did !~ /a proposal that is $from does not become $to/;
			}
			my $error = $expected ? {} : $door->fails('agent', 'set_proposal_status', { proposal_id => $id, status => $to });
			my $moved = $expected ? call('set_proposal_status', { proposal_id => $id, status => $to }) : {};
			push @wrong, "tool $from:$to" if $expected ? "$moved->{was} $moved->{status} $moved->{changed}" ne "$from $to 1" : "$error->{code} $error->{path}" ne 'precondition_failed /status';
		}
	}
	is_deeply(\@wrong, [], 'by update of an agent or an administrator, and by the tool');
	is(call('set_proposal_status', { proposal_id => version_at('sent'), status => 'sent' })->{changed}, $no, 'where it stands already is no move');
	for my $status (grep { $_ ne 'draft' } sort keys %way)
	{
		like(as_role('voygen_agent', 0, 'insert into voygen.proposals (trip_id, version, status) values (?, 1000000, ?)', $any_trip, $status), qr/does not become $status/, "none begins as $status");
	}
	like(as_role('voygen_agent', 0, q{insert into voygen.proposals (trip_id, version) values (?, 1000000) returning 1}, $any_trip), qr/^1$/, 'but as a draft');
	my ($sent, $decided, $viewed) = $owner->selectrow_array('select sent_at is not null, decided_at is not null, viewed_at is null from voygen.proposals where proposal_id = ?', undef, version_at('accepted'));
	ok($sent && $decided && $viewed, 'the moves write down when they were made');
	$number++;
	$owner->do('insert into voygen.proposals (agency_id, proposal_id, trip_id, version) values (?, ?, ?, ?)', undef, $sunny, $number, $any_trip, $number);
	like(as_role('voygen_admin', 0, "update voygen.proposals set status = 'final' where proposal_id = ?", $number), qr/an empty proposal/, 'an empty one does not become final');
	$owner->do(q{update voygen.proposals set json_payload = '{}', options = '{"draft": true}' where proposal_id = ?}, undef, $number);
	like(as_role('voygen_admin', 0, "update voygen.proposals set status = 'final' where proposal_id = ?", $number), qr/watermark/, 'nor one whose document says draft');
};

subtest 'a final one stays as it is' => sub {
	my %other = (agency_id => $door->agency('rainy'), proposal_id => '1', trip_id => "(select trip_id from voygen.trips where slug = '$trip{rome}')", version => '77', template => "'luxury'", title => "'Other'", options => q('{"x": 1}'), json_payload => q('{"a": 2}'),
		rendered_html => "'<p>'", rendered_pdf_path => "'/x'", images_saved => '5', total_cost => '11', total_commission => '5', currency => "'EUR'", valid_until => "'2030-01-01'", created_by => 'null', created_at => "'2020-01-01'");
	my %moved = map { $_ => 1 } qw(status sent_at viewed_at decided_at updated_at share_digest content_hash);
	my @columns = @{ $owner->selectcol_arrayref("select attname from pg_attribute where attrelid = 'voygen.proposals'::regclass and attnum > 0 and not attisdropped") };
	is_deeply([ sort keys %other, keys %moved ], [ sort @columns ], 'every column is looked at');
	my @wrong;
	for my $status (qw(final sent viewed accepted declined expired))
	{
		my $id = version_at($status);
		my $before = $json->encode($owner->selectrow_hashref('select *, null as updated_at from voygen.proposals where proposal_id = ?', undef, $id));
		for my $role (qw(voygen_agent voygen_admin))
		{
			for my $column (grep { $_ ne 'created_by' } sort keys %other)
			{
				my $did = as_role($role, 1, "update voygen.proposals set $column = $other{$column} where proposal_id = $id");
				push @wrong, "$role $status $column: $did" if $did !~ /not changed any more/;
			}
			for my $column (qw(sent_at viewed_at decided_at content_hash))
			{
				as_role($role, 1, "update voygen.proposals set $column = " . ($column eq 'content_hash' ? "'\\x00'" : "'2001-01-01'") . " where proposal_id = $id");
			}
			for my $sql ("delete from voygen.proposals where proposal_id = $id", "update voygen.proposal_lines set label = 'x' where proposal_id = $id", "delete from voygen.proposal_lines where proposal_id = $id",
				"insert into voygen.proposal_lines (proposal_id, place, kind, label, counted) values ($id, 9, 'hotel', 'x', false)", "delete from voygen.proposal_images where proposal_id = $id", "update voygen.proposal_images set alt_text = 'x' where proposal_id = $id")
			{
				my $did = as_role($role, 1, $sql);
				push @wrong, "$role $status $sql: $did" if $did !~ /not changed any more/;
			}
		}
		push @wrong, "$status is not as it was" if $json->encode($owner->selectrow_hashref('select *, null as updated_at from voygen.proposals where proposal_id = ?', undef, $id)) ne $before;
	}
	is_deeply(\@wrong, [], 'whatever an agent or an administrator writes');
	my $draft = version_at('draft');
	my $other = version_at('draft');
	is(as_role('voygen_agent', 1, q{update voygen.proposals set json_payload = '{"a": 3}' where proposal_id = ?}, $draft), 1, 'a draft is changed');
	is($owner->selectrow_array(q{select content_hash = sha256(convert_to('{"a": 3}', 'UTF8')) from voygen.proposals where proposal_id = ?}, undef, $draft), 1, '... and its hash with it');
	like(as_role('voygen_agent', 0, 'update voygen.proposal_lines set proposal_id = ? where proposal_id = ?', $draft, $other), qr/not changed any more/, 'a line is not carried to another version');
	is(as_role('voygen_agent', 1, 'delete from voygen.proposals where proposal_id = ?', $draft), 1, 'a draft is deleted');
};

subtest 'proposals whose last day has passed' => sub {
	my %at = map { $_ => version_at('draft') } qw(draft sent accepted);
	$owner->do("update voygen.proposals set valid_until = '2020-01-01' where proposal_id = ?", undef, $_) for values %at;
	for my $status (qw(sent accepted)) { $owner->do('update voygen.proposals set status = ? where proposal_id = ?', undef, $_, $at{$status}) for @{ $way{$status} } }
	is($owner->selectrow_array('select voygen.expire_proposals()'), 1, 'one ends');
	is_deeply({ map { $_ => $owner->selectrow_array('select status from voygen.proposals where proposal_id = ?', undef, $at{$_}) } keys %at }, { draft => 'draft', sent => 'expired', accepted => 'accepted' }, 'the one that was not decided');
};

subtest 'versions compare' => sub {
	my @keys = map { $_->{key} } grep { $_->{site} eq 'navitrip' } DemoModel::listings(DemoModel::fixture('cancun'));
	my %listing = map { $_->{key} => $_ } DemoModel::listings(DemoModel::fixture('cancun'));
	my $first = generate($trip{cancun}, options => { hotels => [ $keys[0] ], title => 'One' });
	my $again = generate($trip{cancun}, options => { hotels => [ $keys[0] ], title => 'One' });
	my $second = generate($trip{cancun}, options => { hotels => [ $keys[1] ], title => 'Two', intro => 'Hello' });
	is($second->{version}, $first->{version} + 2, 'each is a version of its own');
	my $same = call('compare_proposals', { proposal_a => $first->{proposal_id}, proposal_b => $again->{proposal_id} });
	is_deeply([ $same->{same}, $same->{differences}, map { "$_" } $same->{price}[0]{difference}, $same->{commission}[0]{difference} ], [ $yes, [], '0', '0' ], 'the same again is the same');
	my $compared = call('compare_proposals', { proposal_a => $first->{proposal_id}, proposal_b => $second->{proposal_id} });
	my %said = map { $_->{path} => $_ } @{ $compared->{differences} };
	is_deeply([ @{ $said{'trip / title'} }{qw(change before after words)} ], [ 'changed', 'One', 'Two', 'trip, title was One and is Two' ], 'what changed');
	is($said{intro}{change}, 'added', 'what is new');
	my ($old, $new) = map { $listing{$_}{name} } @keys[0, 1];
	is_deeply([ map { $said{"legs / Cancún / hotels / $_"}{change} } $old, $new ], [ 'removed', 'added' ], 'a hotel in place of another');
	is(scalar(grep { m{/ hotels / .* / } } keys %said), 0, '... and not all of its parts once more');
	is_deeply([ map { "$_" * 100 } @{ $compared->{price}[0] }{qw(before after difference)} ], [ $listing{ $keys[0] }{total}, $listing{ $keys[1] }{total}, $listing{ $keys[1] }{total} - $listing{ $keys[0] }{total} ], 'what it means for the price');
	is_deeply([ map { "$_" * 100 } @{ $compared->{commission}[0] }{qw(before after difference)} ], [ $listing{ $keys[0] }{commission}, $listing{ $keys[1] }{commission}, $listing{ $keys[1] }{commission} - $listing{ $keys[0] }{commission} ], '... and for the commission');
	my $list = call('list_proposals', { trip_id => $trip{cancun} });
	is_deeply([ map { $_->{version} } @{ $list->{proposals} } ], [ reverse 1 .. $second->{version} ], 'the list has every version, newest first');
	my %standing;
	$standing{ $_->{status} }++ for @{ $list->{proposals} };
	is(scalar @{ call('list_proposals', { trip_id => $trip{cancun}, status => [$_] })->{proposals} }, $standing{$_} // 0, "... those that are $_") for qw(draft final declined);
	my $page = call('list_proposals', { trip_id => $trip{cancun}, limit => 2 });
	is($page->{truncated}{left_out}, $second->{version} - 2, 'a page says what it leaves out');
	is(call('list_proposals', { trip_id => $trip{cancun}, limit => 2, cursor => $page->{truncated}{cursor} })->{proposals}[0]{version}, $second->{version} - 2, '... and where it goes on');

	my $shown = call('preview_proposal', { trip_id => $trip{cancun}, options => { hotels => [ $keys[1] ], title => 'Two', intro => 'Hello' } });
	my $stored = payload($second->{proposal_id});
	is_deeply($shown->{payload}, { %$stored, version => $stored->{version} + 1 }, 'a preview is what would be made');
	is($owner->selectrow_array('select max(version) from voygen.proposals p join voygen.trips t using (agency_id, trip_id) where t.slug = ?', undef, $trip{cancun}), $second->{version}, '... and makes nothing');

	for my $who (qw(rainy:agent rainy:admin rainy:reader))
	{
		is($door->fails($who, 'compare_proposals', { proposal_a => $first->{proposal_id}, proposal_b => $second->{proposal_id} })->{code}, 'not_found', "$who finds none of them");
		is_deeply($door->call($who, 'list_proposals', {})->{proposals}, [], '... nor any in the list');
		next if $who eq 'rainy:reader';
		is($door->fails($who, 'set_proposal_status', { proposal_id => $first->{proposal_id}, status => 'final' })->{code}, 'not_found', '... nor moves one');
		is($door->fails($who, 'generate_proposal', { trip_id => $trip{cancun} })->{code}, 'not_found', '... nor makes one');
		is($door->fails($who, 'select_hotels', { trip_id => $trip{cancun}, hotels => [] })->{code}, 'not_found', '... nor chooses');
	}
	is($door->call('reader', 'compare_proposals', { proposal_a => $first->{proposal_id}, proposal_b => $second->{proposal_id} })->{same}, $no, 'a reader may look');
	is($door->fails('reader', 'generate_proposal', { trip_id => $trip{cancun} })->{code}, 'not_allowed', 'but make none');
};

subtest 'a trip goes with all that is of it' => sub {
	my ($id) = $owner->selectrow_array("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination) select agency_id, 900001, 'short', client_id, 't', 'd' from voygen.clients where agency_id = ? limit 1 returning trip_id", undef, $sunny);
	$owner->do(q{insert into voygen.proposals (agency_id, proposal_id, trip_id, json_payload) values (?, 900002, 900001, '{}')}, undef, $sunny);
	$owner->do("update voygen.proposals set status = 'final' where proposal_id = 900002");
	is(as_role('voygen_agent', 0, 'delete from voygen.trips where trip_id = 900001'), 1, 'with final proposals, too');
};

done_testing;
