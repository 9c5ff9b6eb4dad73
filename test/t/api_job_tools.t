# The tools that are jobs: all facts verified and repaired, all commissions recalculated after a question; each against
# what is computed here or by the tools that do the same in one call.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use JobTest;

my $door = CallTest->new('api_job_tools');
my $owner = $door->owner;
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my $worker = JobTest->new($door);
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);

# Begins a job and does it; answers get_job's view and how many steps it took.
sub job
{
	my ($who, $tool, $arguments) = @_;
	my $job = $door->call($who, $tool, $arguments)->{job_id};
	$worker->{history} = {};
	$worker->finish($job);
	my $told = $door->call($who, 'get_job', { job_id => $job });
	return wantarray ? ($told, scalar @{ $worker->{history}{$job} }) : $told;
}

subtest 'all facts are verified' => sub {
	$owner->do("set voygen.agency_id = '$sunny'");
	$owner->do("insert into voygen.clients (client_id, slug, name) values (900000, 'many', 'Many')");
	$owner->do("insert into voygen.trips (trip_id, slug, client_id, title, destination, start_date, end_date)
		select 900000 + n, 'many-' || n, 900000, 'T', 'Rome', '2027-05-01', '2027-05-04' from generate_series(1, 2300) n");
	$owner->do("insert into voygen.hotel_cache (trip_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at)
		select 900000 + n, 'web', 'web:' || n, 'H', 100 + n % 7, 'USD', 'per_night', 'available', now() from generate_series(1, 2300) n");
	$owner->do('reset voygen.agency_id');
	$owner->do('select voygen.refresh_facts(?)', undef, $sunny);
	my ($told, $steps) = job('agent', 'verify_all_facts', {});
	is($told->{status}, 'done', 'it ends');
	is_deeply($told->{result}, { checked => 2300, left_out => 0, drifted_trips => 0, repaired => 0, drifted => [], truncated => undef }, 'all are right');
	is($steps, 3, 'a thousand trips a step');
	is_deeply($told->{progress}, { done => 2300, total => 2300, message => '2300 trips checked, 0 differ' }, 'with its progress');

	# Given facts that differ, a trip that is marked, and one without facts
	$owner->do("update voygen.trip_facts set lead_price_min = 1 where agency_id = ? and trip_id in (900002, 902299)", undef, $sunny);
	$owner->do("update voygen.trip_facts set facts = jsonb_set(facts, '{legs}', '[1]') where agency_id = ? and trip_id between 901001 and 901050", undef, $sunny);
	$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) values (?, 900002 + 5, 'test')", undef, $sunny);
	$owner->do("delete from voygen.trip_facts where agency_id = ? and trip_id = 900009", undef, $sunny);
	$owner->do("update voygen.trip_facts set lead_price_min = 2 where agency_id = ? and trip_id = 900007", undef, $sunny);
	my $one_call = $door->call('agent', 'verify_facts', { sample => 100000 });
	is(scalar @{ $one_call->{drifted} }, 2 + 50 * 2, 'verify_facts finds so many places');
	($told, $steps) = job('agent', 'verify_all_facts', {});
	is_deeply([ @{ $told->{result} }{qw(checked left_out drifted_trips repaired)} ], [ 2298, 2, 52, 0 ], 'the job finds the trips');
	is_deeply($told->{result}{drifted}, [ @{ $one_call->{drifted} }[0 .. 99] ], 'and the same places, of which it tells a hundred');
	($told) = job('agent', 'verify_all_facts', { repair => $yes });
	is_deeply([ @{ $told->{result} }{qw(checked drifted_trips repaired)} ], [ 2298, 52, 52 ], 'told to, it repairs them');
	is_deeply($told->{result}{truncated}, { left_out => 2, cursor => undef }, 'and says how many places it does not tell');
	($told) = job('agent', 'verify_all_facts', {});
	is($told->{result}{drifted_trips}, 0, 'afterwards all are right');
	is(job('rainy:agent', 'verify_all_facts', {})->{result}{checked}, 0, 'another agency has its own');
};

subtest 'new facts are told' => sub {
	my $listener = $door->connect_gateway;
	$listener->do('listen voygen_facts');
	my $heard = sub {
		my @news;
		$owner->do("notify voygen_facts, 'so far'");
		for (;;)
		{
			$listener->do('select 1');
			while (my $one = $listener->pg_notifies) { return \@news if $one->[2] eq 'so far'; push @news, $one->[2] }
		}
	};
	my $change = sub { my ($trips) = @_; $owner->do("update voygen.hotel_cache set price_amount = price_amount + 1 where agency_id = $sunny and trip_id $trips"); return };
	my $refresh = sub { return $worker->db->selectrow_hashref('select * from voygen.refresh_marked()') };
	1 while $refresh->()->{worked};
	$heard->();
	$change->('in (900003, 900001)');
	is_deeply($heard->(), [], 'a mark is no news');
	my $done = $refresh->();
	is_deeply([ @$done{qw(agency_id worked busy refreshed failed error)} ], [ $sunny, 1, 0, 2, 0, undef ], 'the refresher works');
	is_deeply($heard->(), ["$sunny 900001,900003"], 'and tells of the trips');
	is_deeply([ @{ $refresh->() }{qw(agency_id worked)} ], [ undef, 0 ], 'then there is nothing to do');
	is_deeply($heard->(), [], 'nor to tell');
	$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) values ($sunny, 900001, 'test')");
	ok($refresh->()->{worked}, 'facts that are the same');
	is_deeply($heard->(), [], 'are no news');
	$change->('between 900001 and 901900');
	$door->call('agent', 'refresh_trip_facts', {});
	my @told = @{ $heard->() };
	cmp_ok(scalar @told, '>', 1, 'many trips are told in several parts');
	cmp_ok(length($_), '<', 8000, 'each short enough') for @told;
	is_deeply([ sort { $a <=> $b } map { /^$sunny (.*)$/ ? split(/,/, $1) : 'what?' } @told ], [ 900001 .. 902900 - 1000 ], 'every one once');
	$change->('> 900000');
	$owner->do("call voygen.refresh_job()");
	ok(!(grep { length > 7950 } @{ $heard->() }), 'the scheduled job tells, too');
	$change->('> 900000');
	$owner->do("select * from voygen.refresh_and_tell($sunny)");
	is_deeply($heard->(), ["$sunny many"], 'more than two thousand at once are told as many');
	$change->('= 900001');
	$owner->begin_work;
	$owner->do("select * from voygen.refresh_facts($sunny)");
	$owner->do("prepare transaction 'job_tools'");
	$owner->{AutoCommit} = 1;
	$owner->do("commit prepared 'job_tools'");
	is_deeply($heard->(), [], 'refresh_facts is silent, so that it can be prepared');

	# One at a time in a database; agencies in turn; what failed is not tried again at once
	$owner->begin_work;
	$owner->do("select pg_advisory_xact_lock(hashtext('voygen.refresh_marked'))");
	$change->('= 900001');
	is_deeply([ @{ $refresh->() }{qw(agency_id worked busy)} ], [ undef, 0, 1 ], 'while another refresher works nothing is done');
	$owner->commit;
	$owner->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) values ($rainy, 5, 'test')");
	my ($first, $second) = map { $worker->db->selectrow_hashref('select * from voygen.refresh_marked(?)', undef, $_)->{agency_id} } $sunny, $rainy;
	is_deeply([ $first, $second ], [ $rainy, $sunny ], 'the agencies take turns');
	my $runs = sub { return $owner->selectrow_arrayref('select count(*), sum(refreshed) from voygen.facts_runs where agency_id = ?', undef, $sunny) };
	my ($rows, $sum) = @{ $runs->() };
	for (1 .. 3) { $change->('= 900001'); $refresh->() }
	is_deeply($runs->(), [ $rows, $sum + 3 ], 'what is done within a minute is one row of the runs');
	$owner->do("update voygen.facts_runs set started_at = started_at - interval '2 minutes' where agency_id = ?", undef, $sunny);
	$change->('= 900001');
	$refresh->();
	is_deeply($runs->(), [ $rows + 1, $sum + 4 ], 'the next minute has its own');
	$owner->do("insert into voygen.facts_runs (agency_id, started_at, error) values (?, clock_timestamp(), 'failed as a whole')", undef, $sunny);
	$change->('= 900001');
	is($refresh->()->{agency_id}, undef, 'an agency whose refresh failed just now is left alone');
	$owner->do("update voygen.facts_runs set started_at = started_at - interval '11 seconds' where error is not null");
	is($refresh->()->{agency_id}, $sunny, 'for ten seconds');
};

subtest 'all commissions are recalculated' => sub {
	my %percent = (vax => 10, navitrip => 20);
	$owner->do('update voygen.commission_rates set is_active = false');
	my %rate = map { $_ => $door->call('admin', 'configure_commission_rates', { rates => [ { site => $_, value => $percent{$_} } ] })->{rate_ids}[0] } sort keys %percent;
	my @bookings;
	for my $number (1 .. 450)
	{
		my $site = $number % 3 ? 'vax' : 'navitrip';
		my $stated = $number % 10 == 0;
		push @bookings, { id => 10_000_000 + $number, site => $site, price => 100 + $number * 3, on => sprintf('2026-%02d-15', 1 + $number % 12), stated => $stated, cancelled => $number % 50 == 7,
			cents => $stated ? 500 : (100 + $number * 3) * $percent{$site} };
	}
	$owner->do("set voygen.agency_id = '$sunny'");
	my $insert = $owner->prepare("insert into voygen.bookings (booking_id, trip_id, kind, site, status, product_type, price_amount, currency, tax_basis, booked_on, commission_amount, commission_percent, commission_source, rate_id)
		values (?, 900001, 'hotel', ?, ?, 'hotel', ?, 'USD', 'excluded', ?, ?, ?, ?, ?)");
	$insert->execute(@$_{qw(id site)}, $_->{cancelled} ? 'cancelled' : 'booked', @$_{qw(price on)}, $_->{cents} / 100, $_->{stated} ? (undef, 'stated', undef) : ($percent{ $_->{site} }, 'computed', $rate{ $_->{site} })) for @bookings;
	$owner->do('reset voygen.agency_id');
	my $stored = sub { return { map { $_->[0] => $_->[1] + 0 } @{ $owner->selectall_arrayref('select booking_id, commission_amount * 100 from voygen.bookings where agency_id = ?', undef, $sunny) } } };
	job('admin', 'recalculate_all_commissions', { confirm => $yes });
	my $before = $stored->();
	is_deeply($before, { map { $_->{id} => $_->{cents} } @bookings }, 'given bookings that earn what they should');
	is(job('admin', 'recalculate_all_commissions', {})->{status}, 'done', 'while no money would change nobody is asked');

	# When a rate changes
	$door->call('admin', 'configure_commission_rates', { rates => [ { site => 'vax', value => 12, id => $rate{vax} } ] });
	my %after = map { $_->{id} => $_->{site} eq 'vax' && !$_->{stated} && !$_->{cancelled} ? $_->{price} * 12 : $before->{ $_->{id} } } @bookings;
	my @alive = grep { !$_->{cancelled} } @bookings;
	my @changed = grep { $after{$_} != $before->{$_} } keys %after;
	my $sum = sub { my ($of) = @_; my $cents = 0; $cents += $of->{ $_->{id} } for @alive; return $cents };
	my ($told, $steps) = job('admin', 'recalculate_all_commissions', { reason => 'contract' });
	is($told->{status}, 'input_required', 'it asks before money changes');
	is($steps, 5, 'a hundred bookings a step');
	is_deeply($told->{progress}, { done => scalar @alive, total => 2 * @alive, message => sprintf('%d bookings looked at, %d would change', scalar @alive, scalar @changed) }, 'having looked at all but the cancelled');
	is($told->{input_requests}{apply}{message}, sprintf('%d of %d bookings would earn something else (USD %.2f instead of %.2f). Change them?', scalar @changed, scalar @alive, $sum->(\%after) / 100, $sum->($before) / 100), 'it says what would change');
	is_deeply($stored->(), $before, 'nothing has changed');

	# Declined
	$door->call('admin', 'answer_job', { job_id => $told->{job_id}, answers => { apply => undef } });
	is($worker->finish($told->{job_id}), 'done', 'declined, it ends');
	my $declined = $door->call('admin', 'get_job', { job_id => $told->{job_id} })->{result};
	is_deeply([ @$declined{qw(applied bookings changed)} ], [ $no, scalar @alive, scalar @changed ], 'and says what would have been');
	is_deeply($stored->(), $before, 'nothing has changed');

	# Agreed to
	my $audit = $owner->selectrow_array('select max(audit_id) from voygen.commission_audit where agency_id = ?', undef, $sunny);
	$told = job('admin', 'recalculate_all_commissions', { reason => 'contract' });
	$door->call('admin', 'answer_job', { job_id => $told->{job_id}, answers => { apply => { confirm => $yes } } });
	is($worker->finish($told->{job_id}), 'done', 'agreed to, it ends');
	$told = $door->call('admin', 'get_job', { job_id => $told->{job_id} });
	is_deeply([ @{ $told->{result} }{qw(applied bookings changed)} ], [ $yes, scalar @alive, scalar @changed ], 'and says what it changed');
	my ($currency) = @{ $told->{result}{by_currency} };
	is_deeply([ $currency->{currency}, map { sprintf '%.2f', $_ } @$currency{qw(before after)} ], [ 'USD', map { sprintf '%.2f', $sum->($_) / 100 } $before, \%after ], 'from how much to how much');
	is_deeply($told->{progress}, { done => 2 * @alive, total => 2 * @alive, message => sprintf('%d bookings recalculated, %d changed', scalar @alive, scalar @changed) }, 'its progress never went back');
	is_deeply($stored->(), \%after, 'each booking earns what it should');
	my $rows = $owner->selectall_arrayref("select booking_id, previous * 100, commission * 100 from voygen.commission_audit where agency_id = ? and audit_id > ? and reason = 'recalculated: contract' and tool = 'recalculate_all_commissions' and role = 'voygen_admin' order by 1", undef, $sunny, $audit);
	is_deeply([ map { [ map { $_ + 0 } @$_ ] } @$rows ], [ map { [ $_, $before->{$_}, $after{$_} ] } sort { $a <=> $b } @changed ], 'the audit has each change once');

	# Only some
	$door->call('admin', 'configure_commission_rates', { rates => [ { site => 'vax', value => 13, id => $rate{vax} }, { site => 'navitrip', value => 21, id => $rate{navitrip} } ] });
	$told = job('admin', 'recalculate_all_commissions', { site => 'navitrip', booked_from => '2026-03-01', booked_until => '2026-06-30', confirm => $yes });
	$after{ $_->{id} } = $_->{price} * 21 for grep { $_->{site} eq 'navitrip' && !$_->{stated} && $_->{on} ge '2026-03-01' && $_->{on} le '2026-06-30' } @alive;
	is($told->{status}, 'done', 'what was confirmed from the start does not ask');
	is_deeply($stored->(), \%after, 'one site and some days: those alone');
	is($door->fails('agent', 'recalculate_all_commissions', {})->{code}, 'not_allowed', 'it is for administrators');
	is($door->fails('admin', 'recalculate_all_commissions', { site => 'nowhere' })->{path}, '/site', 'a site that is none is refused at once');
	is($door->fails('admin', 'recalculate_all_commissions', { booked_from => '2026-03-01', booked_until => '2026-02-01' })->{code}, 'invalid_argument', 'and days that end before they begin');
};

done_testing;
