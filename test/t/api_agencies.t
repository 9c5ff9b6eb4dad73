# Two agencies through every tool of the catalogue: the second sees nothing of the first, and what the first has is answered
# with the very error that what nobody has is answered with.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('api_agencies');
my $owner = $door->owner;
my $yes = JSON::PP::true;
my $json = JSON::PP->new->canonical;

# What each agency has. Names are unlike anything else, so that a leak is seen in any text.
sub furnish
{
	my ($slug, $word) = @_;
	my $call = sub { return $door->call("$slug:admin", @_) };
	my $client = $call->('create_client', { name => "$word Client", email => "$word\@example.com" });
	my $trip = $call->('create_trip', { client_id => $client->{slug}, title => "$word Trip", destination => "${word}ville", start_date => '2026-10-12', end_date => '2026-10-19' });
	my %has = (client_id => $client->{client_id}, client_slug => $client->{slug}, trip_id => $trip->{trip_id}, trip_slug => $trip->{slug}, leg_id => $trip->{leg_ids}[0]);
	$call->('ingest_hotels', { trip_id => $trip->{slug}, site => 'web', check_in => '2026-10-12', check_out => '2026-10-19', hotels => [map { { site_id => "$word$_", name => "$word Hotel $_", city => "${word}ville", available => $yes, lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' }, stated_commission => { percent => 10 } } } 1 .. 3] });
	$has{hotel_key} = "web:${word}1";
	$has{activity_id} = $call->('add_activity', { trip_id => $trip->{slug}, title => "$word Walk" })->{activity_id};
	$has{booking_id} = $call->('add_booking', { trip_id => $trip->{slug}, kind => 'hotel', supplier => "$word Supplier", price => { amount => 777, currency => 'USD' }, stated_commission => { amount => 70 } })->{booking_id};
	$has{rate_id} = $call->('configure_commission_rates', { rates => [{ site => 'web', supplier => "$word Supplier", value => 9 }] })->{rate_ids}[0];
	$has{job_id} = $call->('recalculate_all_commissions', { reason => "$word contract" })->{job_id};
	$call->('refresh_trip_facts', {});
	$has{followup_id} = $call->('schedule_followup', { trip_id => $trip->{slug}, due_at => '2026-10-01T09:00:00Z', note => "$word call" })->{followup_id};
	$owner->do("select set_config('voygen.agency_id', ?, false)", undef, $door->agency($slug));
	$has{proposal_id} = $owner->selectrow_array("insert into voygen.proposals (trip_id, title, status, json_payload) values (?, ?, 'draft', '{}') returning proposal_id", undef, $trip->{trip_id}, "$word Proposal");
	$has{share_id} = $owner->selectrow_array("insert into voygen.proposal_shares (proposal_id, digest, expires_at) values (?, sha256(?), now() + interval '1 day') returning share_id", undef, $has{proposal_id}, $word);
	$has{question_id} = $owner->selectrow_array("insert into voygen.client_questions (trip_id, client_id, proposal_id, question) values (?, ?, ?, ?) returning question_id", undef, @has{qw(trip_id client_id proposal_id)}, "Is $word near?");
	return \%has;
}

# Each agency counts its ids from 1; here they shall differ, so that an id of one is none of the other.
$owner->do(sprintf 'alter sequence voygen.ids_%d restart with 500000', $door->agency('sunny'));
my $theirs = furnish('sunny', 'Xanadu');
my $mine = furnish('rainy', 'Yonder');
my %absent = (client_id => 987654321, client_slug => 'nobody-at-all', trip_id => 987654322, trip_slug => 'nowhere-at-all', leg_id => 987654323, activity_id => 987654324, booking_id => 987654325, rate_id => 987654326, job_id => 987654327, hotel_key => 'web:none',
	followup_id => 987654328, proposal_id => 987654329, share_id => 987654330, question_id => 987654331);

# For each tool the calls that name something: a sub of what is named by id, and of what is named beside one's own trip.
my %money = (amount => 1, currency => 'USD');
my %named = (
	add_activity => [sub { { trip_id => $_[0]{trip}, title => 'A' } }, sub { { trip_id => $mine->{trip_slug}, title => 'A', leg_id => $_[0]{leg_id} } }],
	add_booking => [sub { { trip_id => $_[0]{trip}, kind => 'hotel' } }, sub { { trip_id => $mine->{trip_slug}, kind => 'hotel', leg_id => $_[0]{leg_id} } }],
	add_flight => [sub { { trip_id => $_[0]{trip}, origin => 'SEA', destination => 'DUB' } }],
	add_leg => [sub { { trip_id => $_[0]{trip}, city => 'A' } }],
	answer_job => [sub { { job_id => $_[0]{job_id}, answers => {} } }],
	answer_client_question => [sub { { question_id => $_[0]{question_id}, answer => 'A' } }],
	archive_activity => [sub { { trip_id => $_[0]{trip}, activity_id => 1, confirm => $yes } }, sub { { trip_id => $mine->{trip_slug}, activity_id => $_[0]{activity_id}, confirm => $yes } }],
	archive_booking => [sub { { trip_id => $_[0]{trip}, booking_id => 1, confirm => $yes } }, sub { { trip_id => $mine->{trip_slug}, booking_id => $_[0]{booking_id}, confirm => $yes } }],
	archive_client => [sub { { client_id => $_[0]{client}, confirm => $yes } }],
	archive_leg => [sub { { trip_id => $_[0]{trip}, leg_id => 1, confirm => $yes } }, sub { { trip_id => $mine->{trip_slug}, leg_id => $_[0]{leg_id}, confirm => $yes } }],
	archive_trip => [sub { { trip_id => $_[0]{trip}, confirm => $yes } }],
	calculate_trip_commission => [sub { { trip_id => $_[0]{trip} } }],
	compare_proposals => [sub { { proposal_a => $_[0]{proposal_id}, proposal_b => $mine->{proposal_id} } }, sub { { proposal_a => $mine->{proposal_id}, proposal_b => $_[0]{proposal_id} } }],
	finish_followup => [sub { { followup_id => $_[0]{followup_id} } }],
	generate_proposal => [sub { { trip_id => $_[0]{trip} } }, sub { { trip_id => $mine->{trip_slug}, options => { hotels => [$_[0]{hotel_key}] } } }],
	list_client_questions => [sub { { trip_id => $_[0]{trip} } }],
	list_followups => [sub { { trip_id => $_[0]{trip} } }, sub { { client_id => $_[0]{client} } }],
	list_messages => [sub { { trip_id => $_[0]{trip} } }, sub { { proposal_id => $_[0]{proposal_id} } }],
	list_proposals => [sub { { trip_id => $_[0]{trip} } }],
	list_shares => [sub { { proposal_id => $_[0]{proposal_id} } }],
	process_template => [map { my $named = $_; sub { { template_name => 'client-welcome', variables => { client_name => 'A', destination => 'B', agent_name => 'C' }, "${named}_id" => $_[0]{$named} } } } qw(trip client)],
	preview_proposal => [sub { { trip_id => $_[0]{trip} } }, sub { { trip_id => $mine->{trip_slug}, options => { hotels => [$_[0]{hotel_key}] } } }],
	render_preview => [sub { { trip_id => $_[0]{trip} } }, sub { { trip_id => $mine->{trip_slug}, options => { hotels => [$_[0]{hotel_key}] } } }],
	revoke_share => [sub { { share_id => $_[0]{share_id} } }],
	schedule_followup => [sub { { trip_id => $_[0]{trip}, due_at => '2026-10-01T09:00:00Z' } }, sub { { client_id => $_[0]{client}, due_at => '2026-10-01T09:00:00Z' } }],
	select_hotels => [sub { { trip_id => $_[0]{trip}, hotels => [] } }, sub { { trip_id => $mine->{trip_slug}, hotels => [$_[0]{hotel_key}] } }],
	send_proposal => [sub { { proposal_id => $_[0]{proposal_id}, confirm => $yes } }],
	set_proposal_status => [sub { { proposal_id => $_[0]{proposal_id}, status => 'review' } }],
	share_proposal => [sub { { proposal_id => $_[0]{proposal_id} } }],
	cancel_job => [sub { { job_id => $_[0]{job_id} } }],
	get_job => [sub { { job_id => $_[0]{job_id} } }],
	create_template => [],
	get_template => [],
	list_feature_flags => [],
	list_templates => [],
	list_jobs => [],
	recalculate_all_commissions => [],
	verify_all_facts => [],
	cancel_booking => [sub { { trip_id => $_[0]{trip}, booking_id => 1, confirm => $yes } }, sub { { trip_id => $mine->{trip_slug}, booking_id => $_[0]{booking_id}, confirm => $yes } }],
	configure_commission_rates => [sub { { rates => [{ id => $_[0]{rate_id}, value => 1 }] } }],
	create_client => [],
	create_trip => [sub { { client_id => $_[0]{client}, title => 'A', destination => 'B', start_date => '2026-01-01', end_date => '2026-01-02' } }],
	find_activities => [sub { { filters => { client => $_[0]{client} } } }, sub { { filters => { trip_id => $_[0]{trip} } } }],
	find_bookings => [sub { { filters => { client => $_[0]{client} } } }, sub { { filters => { trip_id => $_[0]{trip} } } }],
	find_clients => [],
	find_legs => [sub { { filters => { client => $_[0]{client} } } }, sub { { filters => { trip_id => $_[0]{trip} } } }],
	find_trips => [sub { { filters => { client => $_[0]{client} } } }],
	get_facts_stats => [],
	get_trip => [sub { { trip_id => $_[0]{trip} } }],
	ingest_activities => [sub { { trip_id => $_[0]{trip}, site => 'viator', activities => [] } }],
	ingest_hotels => [sub { { trip_id => $_[0]{trip}, site => 'web', hotels => [] } }, sub { { trip_id => $mine->{trip_slug}, site => 'web', hotels => [], leg_id => $_[0]{leg_id} } }],
	ingest_rooms => [sub { { trip_id => $_[0]{trip}, site => 'web', hotel_key => 'web:Yonder1', rooms => [] } }, sub { { trip_id => $mine->{trip_slug}, site => 'web', hotel_key => $_[0]{hotel_key}, rooms => [] } }],
	mark_facts_dirty => [sub { { trip_ids => ["$_[0]{trip}"] } }],
	optimize_commission => [sub { { trip_id => $_[0]{trip} } }],
	query_hotels => [sub { { trip_id => $_[0]{trip} } }],
	query_trip_facts => [sub { { trip_ids => ["$_[0]{trip}"] } }, sub { { filters => { client => $_[0]{client} } } }],
	quote_commission => [],
	recalculate_commission => [sub { { trip_id => $_[0]{trip}, confirm => $yes } }],
	refresh_trip_facts => [sub { { trip_id => $_[0]{trip} } }],
	segment_prices => [],
	set_feature_flag => [],
	shortlist_hotels => [sub { { trip_id => $_[0]{trip} } }, sub { { trip_id => $mine->{trip_slug}, leg => "$_[0]{leg_id}" } }],
	update_activity => [sub { { trip_id => $_[0]{trip}, activity_id => 1, title => 'A' } }, sub { { trip_id => $mine->{trip_slug}, activity_id => $_[0]{activity_id}, title => 'A' } }],
	update_booking => [sub { { trip_id => $_[0]{trip}, booking_id => 1, notes => 'A' } }, sub { { trip_id => $mine->{trip_slug}, booking_id => $_[0]{booking_id}, notes => 'A' } }],
	update_client => [sub { { client_id => $_[0]{client}, name => 'A' } }],
	update_leg => [sub { { trip_id => $_[0]{trip}, leg_id => 1, city => 'A' } }, sub { { trip_id => $mine->{trip_slug}, leg_id => $_[0]{leg_id}, city => 'A' } }],
	update_trip => [sub { { trip_id => $_[0]{trip}, title => 'A' } }, sub { { trip_id => $mine->{trip_slug}, client_id => $_[0]{client} } }],
	verify_facts => [sub { { trip_ids => ["$_[0]{trip}"] } }],
);

my $tools = $owner->selectcol_arrayref('select name from voygen.tool order by 1');
is_deeply([grep { !$named{$_} } @$tools], [], 'every tool of the catalogue is tried');

# The outcome of a call with every name of the ids taken out, so that two outcomes can be compared.
sub outcome
{
	my ($tool, $arguments, $has) = @_;
	my $text = eval { $door->call_text('rainy:admin', $tool, $json->encode($arguments)) };
	my $error = $text // $json->encode({ %{ CallTest::error_of($door->gateway) }, primary => $door->gateway->pg_error_field('message_primary') });
	$error =~ s/\b\Q$_\E\b/ID/g for sort { length $b <=> length $a } map { "$_" } values %$has;
	return ($text // '', $error);
}

my $all = sub { return join ' ', @{ $owner->selectcol_arrayref(q{
	select md5(string_agg(t::text, ',' order by t::text)) from (
		select c::text from voygen.clients c where agency_id = ? union all select c::text from voygen.trips c where agency_id = ? union all
		select c::text from voygen.trip_legs c where agency_id = ? union all select c::text from voygen.trip_activities c where agency_id = ? union all
		select c::text from voygen.bookings c where agency_id = ? union all select c::text from voygen.hotel_cache c where agency_id = ? union all
		select c::text from voygen.commission_rates c where agency_id = ? union all select c::text from voygen.facts_dirty c where agency_id = ? union all
		select c::text from voygen.job c where agency_id = ? union all select c::text from voygen.commission_audit c where agency_id = ?) as t (t)}, undef, ($door->agency('sunny')) x 10) } };
my $before = $all->();

for my $tool (@$tools)
{
	my (@wrong, $tried);
	for my $make (@{ $named{$tool} })
	{
		for my $by (qw(id slug))
		{
			my ($of_theirs, $of_nobody) = map { { %$_, trip => $_->{"trip_$by"}, client => $_->{"client_$by"} } } $theirs, \%absent;
			my ($seen, $foreign) = outcome($tool, $make->($of_theirs), $of_theirs);
			my (undef, $none) = outcome($tool, $make->($of_nobody), $of_nobody);
			push @wrong, "by $by: $foreign\nagainst $none" if $foreign ne $none;
			push @wrong, "by $by: $seen" if $seen =~ /Xanadu|Supplier/i;
			$tried++;
		}
	}
	is_deeply(\@wrong, [], "$tool: what the other agency has is as what nobody has") if $tried;
}

# Lists and searches, and what a tool says when all is well
for (['find_clients', {}], ['find_clients', { query => 'Xanadu' }], ['find_clients', { query => 'xanadu@example.com' }], ['find_trips', {}], ['find_trips', { query => 'Xanadu' }], ['find_trips', { query => $theirs->{trip_slug} }],
	['query_hotels', {}], ['query_hotels', { city => 'Xanaduville' }], ['query_hotels', { site => 'web', sort => 'commission' }], ['query_trip_facts', {}], ['query_trip_facts', { query => 'Xanadu' }],
	['list_jobs', {}], ['list_templates', {}], ['get_template', { template_name => 'client-welcome' }], ['list_proposals', {}], ['list_client_questions', { answered => undef }], ['list_followups', {}], ['list_jobs', { tool => 'recalculate_all_commissions' }], ['get_facts_stats', {}], ['verify_facts', {}], ['shortlist_hotels', { trip_id => $mine->{trip_slug} }], ['optimize_commission', { trip_id => $mine->{trip_slug} }],
	['calculate_trip_commission', { trip_id => $mine->{trip_slug} }], ['configure_commission_rates', { rates => [] }], ['recalculate_commission', { confirm => $yes }],
	['configure_commission_rates', { rates => [], mode => 'replace', confirm => $yes }], ['get_trip', { trip_id => $mine->{trip_slug} }])
{
	my ($tool, $arguments) = @$_;
	my $text = $door->call_text('rainy:admin', $tool, $json->encode($arguments));
	unlike($text, qr/Xanadu/i, "$tool " . $json->encode($arguments) . ' tells nothing of the other agency');
}
is($door->call('rainy:reader', 'find_trips', {})->{total}, 1, 'one trip is all there is to see');
is($door->call('rainy:reader', 'get_facts_stats', {})->{trips}, 1, 'and to count');
is($all->(), $before, 'nothing of the other agency was changed');

done_testing();
