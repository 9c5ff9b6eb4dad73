# `voygen work` does jobs and keeps facts fresh: several share the work, one that ends gives back what it holds, one that is
# killed is stood in for, a database that goes away is waited for.
# Alone on the test cluster: it restarts the server.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run ();
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use JobTest qw(count_up_tool);
use VoygenProgram;
use VoygenTest;

my $name = 'cli_work';
my $door = CallTest->new($name);
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
count_up_tool($owner);
my $voygen = VoygenProgram->new($name);

sub wait_for
{
	my ($what, $test, $seconds) = @_;
	my $end = time + ($seconds // 60);
	my $began = time;
	until ($test->()) { die "waited in vain for $what\n" if time > $end; sleep 0.02 }
	return time - $began;
}

sub begin { my (%arguments) = @_; return $door->call('agent', 'count_up', \%arguments)->{job_id} }
sub status { my ($job) = @_; return scalar $owner->selectrow_array('select status from voygen.job where agency_id = ? and job_id = ?', undef, $sunny, $job) }
sub steps { my ($job) = @_; return $owner->selectcol_arrayref('select step from voygen.counted where job_id = ? order by 1', undef, $job) }
sub sleeping { return $owner->selectrow_array("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") }

# Starts the program in the background; end() stops it and answers its status and what it said.
my @running;
sub start
{
	my (@options) = @_;
	my $self = { err => '' };
	local %ENV = $voygen->environment;
	$self->{run} = IPC::Run::start([ VoygenProgram::program(), 'work', @options ], \'', \$self->{out}, \$self->{err});
	push @running, $self;
	return $self;
}
sub pid { my ($self) = @_; return $self->{run}{KIDS}[0]{PID} }
sub end
{
	my ($self, $signal) = @_;
	kill $signal => pid($self) if $signal;
	$self->{run}->finish;
	@running = grep { $_ != $self } @running;
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}
END { kill KILL => pid($_) for @running }

# A trip with marks, for the refresher
$door->call('agent', 'create_client', { name => 'Ann' });
my $trip = $door->call('agent', 'create_trip', { client_id => 'ann', title => 'T', destination => 'Rome', start_date => '2027-05-01', end_date => '2027-05-04' })->{trip_id};
sub mark { $owner->do("update voygen.trips set title = clock_timestamp()::text where trip_id = ?", undef, $trip); return }
sub marks { return $owner->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $sunny) }

subtest 'wrong usage' => sub {
	is($voygen->run('work', '--jobs', $_)->{status}, 2, "--jobs $_") for qw(-1 101 x);
	is($voygen->run('work', '--jobs', '0', '--no-refresh')->{status}, 2, 'nothing to do');
	local $voygen->{gateway} = 'postgresql://voygen_gateway@127.0.0.1:1/none';
	my $run = $voygen->run('work', '--once');
	is($run->{status}, 1, 'a database that is not there');
	like($run->{err}, qr/cannot connect/, 'is named');
};

subtest 'once' => sub {
	my @jobs = map { begin(times => 3) } 1 .. 5;
	my $asks = begin(times => 1, asks => 'Go on?');
	my $fails = begin(times => 1, fails => 'not_found');
	my $later = begin(times => 1, fails => 'unavailable');
	mark();
	my $run = $voygen->run('work', '--once');
	is_deeply([ @$run{qw(status out)} ], [ 0, '' ], 'it ends by itself') or diag($run->{err});
	is(status($_), 'done', "job $_ is done") for @jobs;
	is_deeply(steps($_), [ 1, 2, 3 ], 'each step once') for @jobs;
	is(status($asks), 'input_required', 'one asks');
	is_deeply($owner->selectrow_arrayref("select status, error ->> 'code', error ->> 'message' from voygen.job where job_id = ?", undef, $fails), [ 'failed', 'not_found', 'failed on purpose' ], 'one failed, with its error');
	is_deeply($owner->selectrow_arrayref("select status, error ->> 'code' from voygen.job where job_id = ?", undef, $later), [ 'queued', 'unavailable' ], 'one is tried again later');
	is(marks(), 0, 'and the facts are fresh');
	$door->call('agent', 'cancel_job', { job_id => $_ }) for $asks, $later;
	mark();
	my $job = begin(times => 1);
	is($voygen->run('work', '--once', '--no-refresh')->{status}, 0, 'without the facts');
	is_deeply([ status($job), marks() ? 1 : 0 ], [ 'done', 1 ], 'jobs are done, marks are left');
	$job = begin(times => 1);
	is($voygen->run('work', '--once', '--jobs', '0')->{status}, 0, 'without the jobs');
	is_deeply([ status($job), marks() ], [ 'queued', 0 ], 'the other way round');
	$door->call('agent', 'cancel_job', { job_id => $job });
};

subtest 'it goes on, and hears of work' => sub {
	my $work = start();
	my $first = begin(times => 1);
	wait_for('the first job', sub { status($first) eq 'done' });
	my @waits;
	for (1 .. 5)
	{
		my $job = begin(times => 1);
		push @waits, wait_for('a job', sub { status($job) eq 'done' });
	}
	note(sprintf 'a job was done %.0f to %.0f ms after it was begun', map { $_ * 1000 } (sort { $a <=> $b } @waits)[0, -1]);
	cmp_ok((sort { $a <=> $b } @waits)[0], '<', 0.5, 'news of a job makes it look at once');
	my @lag;
	for (1 .. 8)
	{
		mark();
		push @lag, wait_for('the facts', sub { !marks() });
	}
	note(sprintf 'facts were fresh %.0f to %.0f ms after their mark', map { $_ * 1000 } (sort { $a <=> $b } @lag)[0, -1]);
	cmp_ok((sort { $a <=> $b } @lag)[3], '<', 0.5, 'facts follow their marks within moments');

	# Two at once, though one is long
	my $long = begin(times => 1, pause => 25);
	wait_for('the long one', \&sleeping);
	my $short = begin(times => 1);
	wait_for('the short one', sub { status($short) eq 'done' });
	is(status($long), 'running', 'a short job does not wait for a long one');
	$door->call('agent', 'cancel_job', { job_id => $long });
	wait_for('the end of the long one', sub { status($long) eq 'cancelled' });

	# One at a time, many steps: they take turns
	end($work, 'TERM');
	$work = start('--jobs', '1');
	my @turns = map { begin(times => 12, pause => 0.3) } 1, 2;
	wait_for('a second of the first one', sub { @{ steps($turns[0]) } > 3 });
	my $late = begin(times => 1);
	wait_for('the late one', sub { status($late) eq 'done' });
	cmp_ok(scalar @{ steps($_) }, '<', 12, 'a short job does not wait for the end of long ones') for @turns;
	wait_for('both long ones', sub { !grep { status($_) ne 'done' } @turns });
	is_deeply(steps($_), [ 1 .. 12 ], 'which lose nothing by it') for @turns;
	cmp_ok($owner->selectrow_array('select min(counted_id) from voygen.counted where job_id = ?', undef, $turns[1]), '<', $owner->selectrow_array('select max(counted_id) from voygen.counted where job_id = ?', undef, $turns[0]), 'they went on side by side');
	my $alone = begin(times => 7, pause => 0.2);
	wait_for('one alone', sub { status($alone) eq 'done' });
	cmp_ok($owner->selectrow_array('select run from voygen.job where job_id = ?', undef, $alone), '<=', 2, 'one that nobody waits for keeps its slot for seconds');

	# A longer step than the lease, were there no signs of life
	$owner->do("alter database $name set voygen.job_lease = '3s'");
	is(end($work, 'TERM'), 0, 'SIGTERM ends it');
	is($work->{err}, '', 'without a word');
	$work = start();
	my $slow = begin(times => 1, pause => 5);
	wait_for('the slow step', sub { status($slow) eq 'done' });
	is($owner->selectrow_array('select run from voygen.job where job_id = ?', undef, $slow), 1, 'a step that takes longer than the lease keeps its job');

	# Cancelled
	my $endless = begin(times => 1, pause => 25);
	wait_for('the endless step', \&sleeping);
	$door->call('agent', 'cancel_job', { job_id => $endless });
	cmp_ok(wait_for('the end', sub { status($endless) eq 'cancelled' && !sleeping() }), '<', 5, 'cancelling stops the statement that runs');
	my $cancelling = 0;
	for (1 .. 4)
	{
		my $job = begin(times => 1, pause => 25);
		wait_for('its step', \&sleeping);
		$door->call('agent', 'cancel_job', { job_id => $job });
		$cancelling += wait_for('the end', sub { status($job) eq 'cancelled' && !sleeping() });
	}
	note(sprintf 'a statement was stopped after %.0f ms', $cancelling * 1000 / 4);
	cmp_ok($cancelling, '<', 2, 'at once, not at the next sign of life');
	is_deeply(steps($endless), [], 'of which nothing is left');
	my $after = begin(times => 1);
	wait_for('another job', sub { status($after) eq 'done' });
	pass('and the worker goes on');
	end($work, 'TERM');
};

subtest 'SIGTERM ends it after the step' => sub {
	my $work = start();
	my $job = begin(times => 2, pause => 1);
	wait_for('the first step', \&sleeping);
	is(end($work, 'TERM'), 0, 'it ends');
	is_deeply([ status($job), steps($job) ], [ 'queued', [1] ], 'the step was done and the job given back');
	is($owner->selectrow_array('select attempts from voygen.job where job_id = ?', undef, $job), 0, 'as it was');
	$work = start();
	wait_for('the rest', sub { status($job) eq 'done' });
	is_deeply(steps($job), [ 1, 2 ], 'another does the rest');
	my $long = begin(times => 2, pause => 20);
	wait_for('the long step', \&sleeping);
	kill TERM => pid($work);
	sleep 0.3;
	my $began = time;
	is(end($work, 'TERM'), 0, 'a second SIGTERM ends it at once');
	cmp_ok(time - $began, '<', 5, 'without waiting for the step');
	$door->call('agent', 'cancel_job', { job_id => $long });
};

subtest 'several share the work, and stand in for one that is killed' => sub {
	wait_for('the former step', sub { !sleeping() });
	my @works = map { start() } 1 .. 3;
	my @jobs = map { begin(times => 2, pause => 0.02) } 1 .. 40;
	wait_for('all jobs', sub { !grep { status($_) ne 'done' } @jobs });
	is_deeply($owner->selectall_arrayref('select count(*), count(distinct (job_id, step)) from voygen.counted where job_id = any (?)', undef, \@jobs), [ [ 80, 80 ] ], 'each step ran once');
	cmp_ok($owner->selectrow_array("select max(run) from voygen.job where job_id = any (?)", undef, \@jobs), '==', 1, 'each job was taken once');
	my $job = begin(times => 2, pause => 1);
	my $holder;
	wait_for('the first step', sub { ($holder) = $owner->selectrow_array("select split_part(worker, ':', 2) from voygen.job where job_id = ? and done = 1", undef, $job); $holder });
	my ($victim) = grep { pid($_) == $holder } @works;
	is(end($victim, 'KILL'), 'signal 9', 'the one that has the job is killed');
	my $took = wait_for('the job', sub { status($job) eq 'done' });
	is_deeply(steps($job), [ 1, 2 ], 'another does the rest, each step once');
	note(sprintf 'after %.1f s, with a lease of 3 s', $took);
	my @lag;
	for my $alone (grep { $_ != $victim } @works)
	{
		mark();
		push @lag, wait_for('the facts', sub { !marks() });
		end($alone, 'KILL') if @lag == 1;
	}
	cmp_ok($lag[1], '<', 1.5, 'nor do facts wait for a refresher that was killed');
	note(sprintf 'facts were fresh after %.0f ms', $lag[1] * 1000);
	end($_) for grep { $_ != $victim } @works[0 .. 0];
};

subtest 'PostgreSQL is restarted under it' => sub {
	end($_, 'TERM') for @running;
	my $work = start();
	for my $how (qw(fast immediate))
	{
		my $job = begin(times => 4, pause => 0.5);
		wait_for('a step', sub { @{ steps($job) } >= 1 });
		local $ENV{VOYGEN_CLUSTER} = 'test';
		my $said = `bash -c 'source @{[ checkout() ]}/service/cluster/state.sh; as_server "\$bin/pg_ctl" restart -w -s -m $how -D "\$data" -l "\$log/start.log"' 2>&1`;
		is($?, 0, "restarted: $how") or diag($said);
		wait_for('the server', sub { eval { $owner = connect_to($name); 1 } });
		$door->{owner} = $owner;
		$door->{gateway} = $door->connect_gateway;
		wait_for('the job', sub { status($job) eq 'done' });
		is_deeply(steps($job), [ 1 .. 4 ], 'the job is done by the same process, each step once');
		mark();
		wait_for('the facts', sub { !marks() });
		pass('and facts follow');
	}
	is(end($work, 'TERM'), 0, 'it ends as ever');
	like($work->{err}, qr/no connection to the database/, 'having said what it missed');
};

done_testing;
