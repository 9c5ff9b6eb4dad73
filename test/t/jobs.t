# The work pg_cron does: what retention takes away and keeps, how volumes are counted, and that pg_cron runs it as a role without privileges.
# Alone on the test cluster: pg_cron works in one database, whose name it needs.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep time);
use VoygenTest;
use VoygenMigration;

# pg_cron works in the database of this name only.
my $name = 'voygen';
my $db = fresh_database($name);

# A database dropped by force takes pg_cron's scheduler with it for good, and another test may have done so.
sub scheduler_is_awake { return scalar $db->selectrow_array("select exists (select from pg_stat_activity where backend_type = 'pg_cron launcher')") }
my $patience = time + 5;
until (scheduler_is_awake() || time > $patience) { sleep 0.2 }
if (!scheduler_is_awake())
{
	$db->disconnect;
	local $ENV{VOYGEN_CLUSTER} = 'test';
	system("$_ >/dev/null") == 0 or die "$_ failed\n" for map { checkout() . "/service/cluster/$_" } qw(stop start);
	$db = connect_to($name);
}

my $agency = fill_agency($db, 'first');
my $forever = fill_agency($db, 'forever');
my $shorter = fill_agency($db, 'shorter');

# Runs a job as pg_cron would.
sub run_job
{
	my ($job) = @_;
	$db->do("set session authorization voygen_jobs");
	my $done = eval { $db->do($job); 1 };
	my $error = $@;
	$db->do("reset session authorization");
	ok($done, $job) or diag $error;
	return;
}

sub count_of { my ($table, $where) = @_; return scalar $db->selectrow_array("select count(*) from voygen.$table where $where") }

subtest 'retention takes away what an agency no longer keeps, and nothing else' => sub {
	# table, column of its age, default days, name in the settings
	my @kinds = (
		[ 'audit', 'at', 730, 'audit' ],
		[ 'commission_audit', 'calculated_at', 2555, 'commission_audit' ],
		[ 'idempotency_keys', 'created_at', 30, 'idempotency_keys' ],
		[ 'trip_facts_history', 'recorded_at', 1095, 'facts_history' ],
		[ 'facts_runs', 'started_at', 30, 'facts_runs' ],
		[ 'template_processings', 'created_at', 180, 'template_processings' ],
		[ 'extraction_sessions', 'started_at', 180, 'extraction_sessions' ],
		[ 'chain_executions', 'started_at', 365, 'chain_executions' ],
		[ 'job', 'finished_at', 30, 'jobs' ],
	);
	my %insert = (
		audit => "(agency_id, audit_id, tool, outcome, at) values (A, N, 't', 'ok', T)",
		commission_audit => "(agency_id, audit_id, reason, calculated_at) values (A, N, 't', T)",
		idempotency_keys => "(agency_id, key, tool, args_digest, created_at) values (A, 'k' || N, 't', '', T)",
		trip_facts_history => "(agency_id, trip_id, recorded_at) select A, trip_id, T from voygen.trips where agency_id = A",
		facts_runs => "(agency_id, started_at) values (A, T)",
		template_processings => "(agency_id, processing_id, template_id, variables_provided, processed_content, created_at) select A, N, min(template_id), '{}', 'x', T from voygen.template_definitions where agency_id = A",
		extraction_sessions => "(agency_id, session_id, trip_id, site, status, started_at) select A, 's' || N, trip_id, 'navitrip', 'completed', T from voygen.trips where agency_id = A",
		job => "(agency_id, job_id, tool, role, login, status, finished_at) values (A, N, 't', 'voygen_admin', 'postgres', 'cancelled', T)",
		chain_executions => "(agency_id, execution_id, chain_id, execution_context, status, started_at) select A, N, min(chain_id), '{}', 'completed', T from voygen.execution_chains where agency_id = A",
	);
	my $number = 900_000;
	my $put = sub {
		my ($owner, $kind, $days) = @_;
		my $sql = $insert{ $kind->[0] } =~ s/\bA\b/$owner/gr =~ s/\bN\b/++$number/er =~ s/\bT\b/now() - interval '$days days'/r;
		$db->do("insert into voygen.$kind->[0] $sql");
	};
	$db->do("update voygen.agencies set settings = ? where agency_id = ?", undef,
		'{"retention": {' . join(', ', map { "\"$_->[3]\": null" } @kinds) . '}}', $forever);
	$db->do("update voygen.agencies set settings = ? where agency_id = ?", undef,
		'{"retention": {' . join(', ', map { "\"$_->[3]\": 3" } @kinds) . '}}', $shorter);
	for my $kind (@kinds)
	{
		$put->($_, $kind, $kind->[2] + 1) for $agency, $forever;
		$put->($_, $kind, $kind->[2] - 1) for $agency, $forever;
		$put->($shorter, $kind, $_) for 2, 4;
	}
	$db->do("insert into voygen.facts_runs (agency_id, started_at) values (null, now() - interval '31 days'), (null, now() - interval '29 days')");
	$db->do("insert into voygen.extraction_sessions (agency_id, session_id, trip_id, site, status, started_at)
		select $agency, 'running', trip_id, 'navitrip', 'running', now() - interval '1 year' from voygen.trips where agency_id = $agency");
	run_job('call voygen.retention_job()');
	for my $kind (@kinds)
	{
		my ($table, $age, $days) = @$kind;
		my $running = $table eq 'extraction_sessions' ? "and status <> 'running'" : '';
		is(count_of($table, "agency_id = $agency and $age < now() - interval '$days days' $running"), 0, "$table: older than $days days is gone");
		is(count_of($table, "agency_id = $agency and $age < now() - interval '" . ($days - 2) . " days' $running"), 1, "$table: younger is kept");
		is(count_of($table, "agency_id = $forever and $age < now() - interval '" . ($days - 2) . " days'"), 2, "$table: kept for ever where the agency says null");
		is(count_of($table, "agency_id = $shorter and $age < now() - interval '1 day'"), 1, "$table: kept for 3 days where the agency says so");
	}
	is(count_of('facts_runs', 'agency_id is null'), 1, 'runs for all agencies are kept for 30 days');
	is(count_of('extraction_sessions', "session_id = 'running'"), 1, 'what still runs is kept');
	$db->do("insert into voygen.job (agency_id, job_id, tool, role, login, created_at, updated_at, status, input_requests) values
		($agency, 1, 'queued', 'voygen_admin', 'postgres', now() - interval '1 year', now() - interval '1 year', 'queued', null),
		($agency, 2, 'asks', 'voygen_admin', 'postgres', now() - interval '1 year', now() - interval '31 days', 'input_required', '{\"a\": {}}'),
		($agency, 3, 'asks', 'voygen_admin', 'postgres', now() - interval '1 year', now() - interval '29 days', 'input_required', '{\"a\": {}}')");
	$db->do("insert into voygen.job (agency_id, job_id, tool, role, login, status, finished_at, ttl) values
		($agency, 4, 'short', 'voygen_admin', 'postgres', 'cancelled', now() - interval '2 hours', '1 hour'),
		($agency, 5, 'short', 'voygen_admin', 'postgres', 'cancelled', now() - interval '2 hours', '3 hours')");
	run_job('call voygen.retention_job()');
	is_deeply($db->selectall_arrayref("select job_id, status, message from voygen.job where agency_id = $agency and job_id < 10 order by 1"),
		[ [ 1, 'queued', undef ], [ 2, 'cancelled', 'nobody answered' ], [ 3, 'input_required', undef ], [ 5, 'cancelled', undef ] ],
		'a job that waits is kept, a question nobody answers ends, and a job may be kept for less');
	$db->do("update voygen.agencies set settings = '{\"retention\": {\"audit\": \"soon\"}}' where agency_id = $agency");
	run_job('call voygen.retention_job()');
	cmp_ok(count_of('audit', "agency_id = $agency"), '>', 0, 'a setting that is no number counts as none');
};

subtest 'what one agency spoils is not missing for the others' => sub {
	my ($first, $last) = sort { $a <=> $b } $agency, $forever;
	my $fails = sub {
		my ($job, $error) = @_;
		$db->do("set session authorization voygen_jobs");
		ok(!eval { $db->do($job); 1 }, "$job fails");
		like($@, $error, 'and names whose rows made it');
		$db->do("reset session authorization");
	};
	my $settings = $db->selectcol_arrayref('select settings from voygen.agencies where agency_id in (?, ?) order by agency_id', undef, $first, $last);
	$db->do("update voygen.agencies set settings = '{\"retention\": {\"facts_runs\": 2000000000}}' where agency_id = ?", undef, $first);
	$db->do("update voygen.agencies set settings = '{}' where agency_id = ?", undef, $last);
	$db->do("insert into voygen.facts_runs (agency_id, started_at) values ($last, now() - interval '300 days'), (null, now() - interval '300 days')");
	$fails->('call voygen.retention_job()', qr/1 agencies no longer keep was not deleted; agency $first: .*out of range/);
	is(count_of('facts_runs', "started_at < now() - interval '299 days' and agency_id is distinct from $first"), 0, 'the others are tidied');
	$db->do('update voygen.agencies set settings = ? where agency_id = ?', undef, @$_) for [ $settings->[0], $first ], [ $settings->[1], $last ];

	$db->do("insert into voygen.bookings (agency_id, booking_id, trip_id, kind, site, status, price_amount, currency, booked_on)
		select agency_id, 810 + n, min(trip_id), 'hotel', 'web', 'booked', 99999999999, 'USD', '2026-07-01' from voygen.trips, generate_series(1, 3) n where agency_id = $first group by 1, n");
	run_job('call voygen.volumes_job()');
	is($db->selectrow_array("select min(amount) from voygen.commission_volumes where agency_id = $first and site = 'web'"), '99999999999.999', 'a volume beyond all is the highest there is');
	$db->do("alter table voygen.commission_volumes add constraint no_web check (agency_id <> $first or site <> 'vax')");
	$db->do("insert into voygen.bookings (agency_id, booking_id, trip_id, kind, site, status, price_amount, currency, booked_on)
		select agency_id, 820, min(trip_id), 'hotel', 'vax', 'booked', 5, 'USD', '2026-08-01' from voygen.trips where agency_id in ($first, $last) group by 1");
	$fails->('call voygen.volumes_job()', qr/volumes of 1 agencies were not counted; agency $first: .*no_web/);
	is(count_of('commission_volumes', "agency_id = $last and site = 'vax'"), 3, 'the others are counted');
	$db->do('alter table voygen.commission_volumes drop constraint no_web');
	$db->do("delete from voygen.bookings where booking_id in (811, 812, 813, 820)");
	run_job('call voygen.volumes_job()');
};

subtest 'spare marks go, one of each stays' => sub {
	my ($trip) = $db->selectrow_array("select trip_id from voygen.trips where agency_id = $agency");
	$db->do("delete from voygen.facts_dirty");
	$db->do("insert into voygen.facts_dirty (agency_id, trip_id, reason, marked_at) values
		($agency, $trip, 'old', now() - interval '3 days'), ($agency, $trip, 'newer', now() - interval '2 days'), ($agency, $trip, 'today', now()),
		($agency, 0, 'all, old', now() - interval '3 days'), ($agency, 0, 'all', now()),
		($agency, 999999, 'gone', now() - interval '2 days'), ($agency, 999998, 'gone today', now()),
		($forever, 0, 'the only one', now() - interval '9 days'), ($forever, -5, 'a client, the only one', now() - interval '9 days')");
	$db->do("insert into voygen.facts_failed (agency_id, trip_id, reason, sqlstate) values ($agency, 999999, 'gone', '22000')");
	my $holder = connect_to($name);
	$holder->begin_work;
	$holder->do("select from voygen.facts_dirty where reason = 'all, old' for update");
	run_job('call voygen.retention_job()');
	is_deeply($db->selectcol_arrayref("select reason from voygen.facts_dirty order by 1"),
		[ 'a client, the only one', 'all', 'all, old', 'gone today', 'the only one', 'today' ], 'what a newer mark says is taken, what a refresher holds is left');
	$holder->rollback;
	run_job('call voygen.retention_job()');
	is(count_of('facts_dirty', "reason = 'all, old'"), 0, 'and taken later');
	is(count_of('facts_failed', "trip_id = 999999"), 0, 'a trip that is gone has not failed');
};

subtest 'volumes follow the bookings' => sub {
	my ($trip) = $db->selectrow_array("select trip_id from voygen.trips where agency_id = $agency");
	$db->do("delete from voygen.bookings where agency_id = $agency");
	$db->do("insert into voygen.bookings (agency_id, booking_id, trip_id, kind, site, status, price_amount, tax_amount, tax_basis, currency, nights, rooms, booked_on) values
		($agency, 801, $trip, 'hotel', 'navitrip', 'booked',    296.00, 11.03, 'included', 'USD', 2, 1, '2026-02-10'),
		($agency, 802, $trip, 'hotel', 'navitrip', 'completed', 100.00, 10.00, 'excluded', 'USD', 3, 2, '2026-03-31'),
		($agency, 803, $trip, 'hotel', 'navitrip', 'cancelled', 999.00, null,  'unknown',  'USD', 9, 9, '2026-03-01'),
		($agency, 804, $trip, 'hotel', 'navitrip', 'booked',    500.00, null,  'unknown',  'EUR', 1, 1, '2026-04-01'),
		($agency, 805, $trip, 'hotel', 'vax',      'booked',     70.00, null,  'unknown',  'USD', null, 1, '2026-04-01'),
		($agency, 806, $trip, 'other', null,       'booked',     10.00, null,  'unknown',  'USD', null, 1, '2026-04-01')");
	run_job('call voygen.volumes_job()');
	is_deeply($db->selectall_arrayref("select site, window_kind, window_start::text, amount, room_nights, bookings from voygen.commission_volumes where agency_id = $agency order by 1, 2, 3"), [
			[ 'navitrip', 'month', '2026-02-01', '284.970', 2, 1 ],
			[ 'navitrip', 'month', '2026-03-01', '100.000', 6, 1 ],
			[ 'navitrip', 'month', '2026-04-01', '0.000', 1, 1 ],
			[ 'navitrip', 'quarter', '2026-01-01', '384.970', 8, 2 ],
			[ 'navitrip', 'quarter', '2026-04-01', '0.000', 1, 1 ],
			[ 'navitrip', 'year', '2026-01-01', '384.970', 9, 3 ],
			[ 'vax', 'month', '2026-04-01', '70.000', 0, 1 ],
			[ 'vax', 'quarter', '2026-04-01', '70.000', 0, 1 ],
			[ 'vax', 'year', '2026-01-01', '70.000', 0, 1 ],
		], 'per month, quarter and year, without tax, cancelled bookings and foreign money');
	$db->do("delete from voygen.facts_dirty");
	run_job('call voygen.volumes_job()');
	is(count_of('facts_dirty', 'true'), 0, 'counting again changes nothing and marks nothing');
	$db->do("update voygen.bookings set status = 'cancelled' where agency_id = $agency and booking_id = 805");
	run_job('call voygen.volumes_job()');
	is(count_of('commission_volumes', "agency_id = $agency and site = 'vax'"), 0, 'what has no booking any more is gone');
};

subtest 'the statistics tell how the last refresh ended' => sub {
	my ($trip) = $db->selectrow_array("select trip_id from voygen.trips where agency_id = $agency");
	my $stats = sub {
		$db->do("set voygen.agency_id = $agency");
		$db->do("set role voygen_reader");
		my $row = $db->selectrow_hashref("select (s.last_run).*, s.job_seen_at > ?::timestamptz as seen, s.failed as set_aside from voygen_api.get_facts_stats() s", undef, $_[0]);
		$db->do("reset role");
		$db->do("reset voygen.agency_id");
		return $row;
	};
	my ($began) = $db->selectrow_array("select clock_timestamp()");
	ok(!$stats->($began)->{seen}, 'no job has run since');
	$db->do("insert into voygen.facts_dirty (agency_id, trip_id, reason) values ($agency, $trip, 'test')");
	run_job('call voygen.refresh_job()');
	my $good = $stats->($began);
	ok($good->{seen}, 'the job has been seen');
	cmp_ok($good->{refreshed} + $good->{unchanged}, '>=', 1, 'the trip was looked at');
	is($good->{error}, undef, 'without a fault');
	$db->do("update voygen.hotel_cache set price_amount = 'NaN' where agency_id = $agency");
	run_job('call voygen.refresh_job()');
	my $bad = $stats->($began);
	is_deeply([@$bad{qw(failed set_aside)}], [1, 1], 'a trip that cannot be built is told of the last one');
	$db->do("update voygen.hotel_cache set price_amount = 120 where agency_id = $agency");
	run_job('call voygen.refresh_job()');
	is_deeply([@{ $stats->($began) }{qw(failed set_aside)}], [0, 0], 'until it can be built');
};

subtest 'pg_cron runs the jobs as a role without privileges, and administrators see that it did' => sub {
	psql($name, 'select 1', '-1', '-f', checkout() . '/sql/jobs.sql');
	psql($name, 'select 1', '-1', '-f', checkout() . '/sql/jobs.sql');
	is_deeply($db->selectall_arrayref("select jobname::text, schedule, username from cron.job order by 1"), [
			[ 'voygen_expire', '*/5 * * * *', 'voygen_jobs' ],
			[ 'voygen_proposals', '13 * * * *', 'voygen_jobs' ],
			[ 'voygen_refresh', '* * * * *', 'voygen_jobs' ],
			[ 'voygen_retention', '23 3 * * *', 'voygen_jobs' ],
			[ 'voygen_volumes', '7 * * * *', 'voygen_jobs' ],
		], 'each is scheduled once, however often it is deployed');
	my ($privileged) = $db->selectrow_array("select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = 'voygen_jobs'");
	ok(!$privileged, 'their role is no superuser and does not pass row security by');
	# The long schedules are not waited for.
	$db->do("select cron.alter_job(jobid, schedule => '* * * * *') from cron.job");
	my $until = time + 130;
	my $seen;
	until (($seen = $db->selectrow_array("select count(distinct j.jobname) from cron.job_run_details d join cron.job j using (jobid) where d.status in ('succeeded', 'failed')")) == 5 || time > $until) { sleep 0.5 }
	is_deeply($db->selectall_arrayref("select distinct j.jobname::text, d.status from cron.job_run_details d join cron.job j using (jobid) where d.end_time is not null order by 1"),
		[ map { [ $_, 'succeeded' ] } qw(voygen_expire voygen_proposals voygen_refresh voygen_retention voygen_volumes) ], 'each has run')
	  or diag explain $db->selectall_arrayref("select command, status, return_message from cron.job_run_details");
	$db->do("set role voygen_jobs");
	cmp_ok($db->selectrow_array("select count(*) from cron.job_run_details"), '>=', 5, 'the role of the jobs sees its runs');
	$db->do("set role voygen_admin");
	my $runs = $db->selectcol_arrayref("select distinct job from voygen.job_runs() where status = 'succeeded' order by 1");
	is_deeply($runs, [qw(voygen_expire voygen_proposals voygen_refresh voygen_retention voygen_volumes)], 'an administrator sees them too');
	$db->do("reset role");
	for my $role (qw(voygen_admin voygen_agent voygen_reader voygen_gateway voygen_jobs))
	{
		$db->do("set role $role");
		for my $call ("cron.schedule('* * * * *', 'select 1')", "cron.schedule('x', '* * * * *', 'select 1')", "cron.unschedule('voygen_refresh')", "cron.alter_job(1, active => false)")
		{
			ok(!eval { $db->do("select $call"); 1 }, "$role cannot $call");
			like($db->errstr, qr/permission denied/, "for it may not");
		}
		$db->do("reset role");
	}
	$db->do("insert into cron.job_run_details (jobid, runid, username, status, end_time) values (1, -1, 'voygen_jobs', 'succeeded', now() - interval '8 days'), (1, -2, 'postgres', 'succeeded', now() - interval '8 days')");
	run_job('call voygen.retention_job()');
	is_deeply($db->selectcol_arrayref("select runid from cron.job_run_details where runid < 0"), [ -2 ], 'retention forgets the jobs\' own runs of more than a week ago, nobody else\'s');
	$db->do("select cron.unschedule(jobid) from cron.job");
};

done_testing();
