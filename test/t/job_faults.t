# Jobs when things go wrong: workers that race, die, hang or lose their lease, rights that are taken away, steps that fail,
# a server that restarts. Whatever happens each step of a job is done once.
# Alone on the test cluster: it restarts the server.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use DBD::Pg qw(:async);
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use JobTest qw(count_up_tool);
use VoygenTest;

my $name = 'job_faults';
my $door = CallTest->new($name);
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my $json = JSON::PP->new->canonical;
my $error_of_failure = { code => 'unavailable', message => 'failed on purpose' };
count_up_tool($owner);

sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 60;
	until ($test->()) { die "waited in vain for $what\n" if time > $end; sleep 0.05 }
	return;
}

sub begin { my ($who, %arguments) = @_; return $door->call($who, 'count_up', \%arguments)->{job_id} }
sub row { my ($job) = @_; return $owner->selectrow_hashref('select *, extract(epoch from run_after - updated_at) as wait from voygen.job where agency_id = ? and job_id = ?', undef, $sunny, $job) }
sub steps { my ($job) = @_; return $owner->selectcol_arrayref('select step from voygen.counted where job_id = ? order by 1', undef, $job) }
# Makes what waits for its time ready, so that no test has to wait.
sub hurry { $owner->do("update voygen.job set run_after = now() where status = 'queued'"); return }
sub lose_lease { my ($job) = @_; $owner->do("update voygen.job set lease_until = now() - interval '1 second' where job_id = ?", undef, $job); return }

# Begins a step and does not wait for its end; end_step answers its status or dies.
sub start_step
{
	my ($worker, $held) = @_;
	my $statement = $worker->db->prepare('select voygen.work_job(?, ?, ?)', { pg_async => PG_ASYNC });
	$statement->execute(@$held{qw(agency_id job_id run)});
	my ($pid) = $worker->db->{pg_pid};
	wait_for('the step to begin', sub { $owner->selectrow_array("select count(*) from pg_stat_activity where pid = ? and wait_event = 'PgSleep'", undef, $pid) });
	return $statement;
}
sub end_of_step { my ($worker, $statement) = @_; $worker->db->pg_result; return ($statement->fetchrow_array)[0] }

# Everybody's connections after the server went away.
sub connect_again
{
	# A moment after a backend was killed the others are still let in.
	wait_for('the end of the former sessions', sub { !$owner->ping });
	wait_for('the server', sub { eval { $owner = connect_to($name); 1 } });
	$door->{owner} = $owner;
	$door->{gateway} = $door->connect_gateway;
	return JobTest->new($door);
}

my $worker = JobTest->new($door);

subtest 'workers that race do each job once' => sub {
	my @jobs = map { begin('agent', times => 2) } 1 .. 100;
	my @children;
	$_->disconnect for $owner, $door->gateway, $worker->db;
	for my $number (1 .. 4)
	{
		my $child = fork // die "fork: $!\n";
		push @children, $child and next if $child;
		my $racer = JobTest->new($door, name => "racer $number");
		my $done = 0;
		while (my $held = $racer->take) { $done++; 1 while $racer->step($held) eq 'running' }
		$racer->db->disconnect;
		exit($done == 0);
	}
	for (@children) { waitpid $_, 0; is($?, 0, 'a racer had its share') }
	$worker = connect_again();
	is_deeply($owner->selectall_arrayref("select status, run, count(*) from voygen.job group by 1, 2"), [ [ 'done', 1, 100 ] ], 'all are done, each taken once');
	is_deeply($owner->selectall_arrayref('select count(*), count(distinct (job_id, step)), min(step), max(step) from voygen.counted'), [ [ 200, 200, 1, 2 ] ], 'each step ran once');
};

subtest 'a worker that lost its lease does nothing' => sub {
	my $job = begin('agent', times => 2, pause => 1);
	my ($slow, $quick) = map { JobTest->new($door, name => $_) } qw(slow quick);
	my $held = $slow->take;
	my $step = start_step($slow, $held);
	lose_lease($job);
	is($quick->take, undef, 'it is tried again a little later');
	is_deeply([ @{ row($job) }{qw(status attempts)} ], [ 'queued', 1 ], 'by whoever comes');
	hurry();
	my $again = $quick->take;
	is($again->{run}, $held->{run} + 1, 'another takes it');
	ok(!eval { end_of_step($slow, $step); 1 }, 'the step of the first fails at its end');
	is(CallTest::error_of($slow->db)->{code}, 'conflict', 'for it holds the job no more');
	is_deeply(steps($job), [], 'and leaves nothing');
	is($slow->leave($held, $error_of_failure), undef, 'nor can it let go of what it has not');
	is_deeply($slow->db->selectall_arrayref('select * from voygen.keep_jobs(?)', undef, 'slow'), [], 'or hold it on');
	is($quick->step($again), 'running', 'the second works');
	is($quick->step($again), 'done', 'to the end');
	is_deeply(steps($job), [ 1, 2 ], 'each step ran once');
};

subtest 'a sign of life holds a job' => sub {
	my $job = begin('agent', times => 1);
	my $held = $worker->take;
	$owner->do("update voygen.job set lease_until = now() + interval '0.2 seconds' where job_id = ?", undef, $job);
	is(scalar @{ $worker->db->selectall_arrayref('select * from voygen.keep_jobs(?)', undef, $worker->{name}) }, 1, 'given in time');
	cmp_ok($owner->selectrow_array('select extract(epoch from lease_until - now()) from voygen.job where job_id = ?', undef, $job), '>', 10, 'the lease is as long as before');
	is($worker->step($held), 'done', 'and the job is done');
};

subtest 'a step that fails is tried again, later each time, and not for ever' => sub {
	my $job = begin('agent', times => 2, fails => 'unavailable');
	my $held = $worker->take;
	is($worker->step($held), 'running', 'the first step is done');
	my @waits;
	for my $attempt (1 .. 5)
	{
		is(row($job)->{attempts}, $attempt, "attempt $attempt");
		is($worker->try_step($held), $attempt < 5 ? 'queued' : 'failed', $attempt < 5 ? 'goes back' : 'was the last');
		last if $attempt == 5;
		push @waits, row($job)->{wait};
		is($worker->take, undef, 'it is not taken before its time');
		my $told = $door->call('agent', 'get_job', { job_id => $job });
		is($told->{error}{message}, 'failed on purpose', 'get_job says why it waits');
		ok($told->{next_attempt_at}, 'and until when');
		hurry();
		$held = $worker->take;
	}
	ok($waits[$_] >= 0.7 * 2**$_ && $waits[$_] <= 1.3 * 2**$_, "wait $waits[$_]") for 0 .. 3;
	is_deeply([ @{ $door->call('agent', 'get_job', { job_id => $job }) }{qw(status attempts)} ], [ 'failed', 5 ], 'it has failed');
	is_deeply(steps($job), [1], 'what failed left nothing, what was done before stays');
	for my $code (qw(invalid_argument not_found not_allowed precondition_failed conflict))
	{
		$job = begin('agent', times => 1, fails => $code);
		is($worker->finish($job), 'failed', "$code is not tried again");
		my $told = $door->call('agent', 'get_job', { job_id => $job });
		is_deeply([ @{ $told->{error} }{qw(code message)} ], [ $code, 'failed on purpose' ], 'and told');
	}
	$job = begin('agent', times => 2, fails => 'timeout');
	$held = $worker->take;
	$worker->step($held);
	$worker->try_step($held);
	hurry();
	$held = $worker->take;
	$owner->do("update voygen.job set arguments = arguments - 'fails' where job_id = ?", undef, $job);
	is($worker->step($held), 'done', 'what helps is tried again until it helps');
	is(row($job)->{error}, undef, 'and then no error is told');
};

subtest 'a job whose worker is lost each time ends' => sub {
	my $job = begin('agent', times => 1);
	for (1 .. 5) { $worker->take or die('not taken'); lose_lease($job); JobTest->new($door, name => 'other')->take; hurry() if $_ < 5 }
	my $told = $door->call('agent', 'get_job', { job_id => $job });
	is_deeply([ $told->{status}, $told->{error}{code} ], [ 'failed', 'unavailable' ], 'after five attempts');
	$job = begin('agent', times => 1);
	$worker->take;
	$door->call('agent', 'cancel_job', { job_id => $job });
	lose_lease($job);
	is($worker->take, undef, 'one that was to be cancelled');
	is(row($job)->{status}, 'cancelled', 'is cancelled when its worker is lost');
};

subtest 'given back as it is, a job has lost nothing' => sub {
	my $job = begin('agent', times => 2);
	my $held = $worker->take;
	$worker->step($held);
	is($worker->leave($held), 'queued', 'a worker that ends gives its job back');
	is(row($job)->{attempts}, 0, 'which is no attempt');
	is($worker->finish($job), 'done', 'the next one goes on with it');
	is_deeply(steps($job), [ 1, 2 ], 'where it stood');
};

subtest 'rights are those of the moment' => sub {
	my ($ann) = $owner->selectrow_array("select voygen.create_user(?, 'ann\@sunny.example', 'Ann', 'agent')", undef, $sunny);
	my %take_away = (
		'a token that was revoked' => [ {}, 'update voygen.tokens set revoked_at = now() where token_id = T' ],
		'a token that ran out' => [ {}, "update voygen.tokens set expires_at = now() - interval '1 second' where token_id = T" ],
		'a token that became another role\'s' => [ {}, "update voygen.tokens set role = 'voygen_reader' where token_id = T" ],
		'a scope that was taken away' => [ { scopes => '{count_*}' }, "update voygen.tokens set scopes = '{find_*}' where token_id = T" ],
		'a person who left' => [ { user_id => $ann }, "update voygen.users set archived_at = now() where user_id = $ann" ],
		'an agency that was closed' => [ {}, "update voygen.agencies set archived_at = now() where agency_id = $sunny", "update voygen.agencies set archived_at = null where agency_id = $sunny" ],
		'a tool that was taken from the role' => [ {}, 'revoke execute on function voygen_api.count_up from voygen_agent', 'grant execute on function voygen_api.count_up to voygen_agent' ],
	);
	for my $what (sort keys %take_away)
	{
		my ($columns, $take, $give) = @{ $take_away{$what} };
		my $token = 'token' . ++$ann;
		$door->add_token('sunny', $token, 'voygen_agent', %$columns);
		my $job = begin($token, times => 3);
		my ($number) = $owner->selectrow_array("select token_id from voygen.tokens where digest = sha256('sunny:$token')");
		my $held = $worker->take;
		is($worker->step($held), 'running', "$what: the first step is done");
		$owner->do($take =~ s/\bT\b/$number/r);
		is($worker->try_step($held), 'failed', 'the next is not');
		is($worker->{error}{code}, 'not_allowed', 'for it may not');
		is_deeply(steps($job), [1], 'nothing more is done');
		$owner->do($give) if $give;
	}
	my $session = connect_to($name);
	$owner->do('create role job_faults_login login in role voygen_agent');
	$session->do("set voygen.agency_id = '$sunny'");
	$session->do('set role job_faults_login');
	my ($job) = $session->selectrow_array('select job_id from voygen_api.count_up(2)');
	my $held = $worker->take;
	is($worker->step($held), 'running', 'a session\'s job: the first step is done');
	$owner->do('revoke voygen_agent from job_faults_login');
	is($worker->try_step($held), 'failed', 'when its login has lost the role, the next is not');
	$session->disconnect;
	$owner->do('drop role job_faults_login');
	my $changed = begin('agent', times => 2);
	$held = $worker->take;
	$owner->do("update voygen.job set arguments = '{\"times\": \"many\"}' where job_id = ?", undef, $changed);
	is($worker->try_step($held), 'failed', 'arguments the tool would not take any more end a job');
	is($worker->{error}{path}, '/times', 'and say where');
};

subtest 'a step that reads is held to that' => sub {
	$owner->do($_) for split /;;\n/, <<'SQL';
create function voygen_api.peek(writes boolean) returns voygen_api.job_started language sql volatile set search_path = pg_catalog, voygen, pg_temp
  as $$ select voygen_lib.start_job('peek', jsonb_build_object('writes', writes)) $$;;
comment on function voygen_api.peek is E'Peek\nPeeks.\n@param writes Tries to write.\n@job counted';;
create function voygen_lib.job_peek(inout job voygen.job, out result voygen_api.counted) language plpgsql stable set search_path = pg_catalog, voygen, pg_temp
  as $$ begin
    if (job.arguments -> 'writes')::boolean then
      perform set_config('transaction_read_only', 'off', true);
      execute 'insert into counted (job_id) values (1)';
    end if;
    result.steps := case current_user when 'voygen_reader' then 7 end;
  end $$;;
grant execute on function voygen_api.peek to voygen_agent
SQL
	my $job = $door->call('agent', 'peek', { writes => $JSON::PP::false })->{job_id};
	is($worker->finish($job), 'done', 'a stable function does its work');
	is($door->call('agent', 'get_job', { job_id => $job })->{result}{steps}, 7, 'as the reader');
	$job = $door->call('agent', 'peek', { writes => $JSON::PP::true })->{job_id};
	isnt($worker->finish($job), 'done', 'and cannot write');
	is($owner->selectrow_array('select count(*) from voygen.counted where job_id = 1'), 0, 'whatever it tries');
	$door->call('agent', 'cancel_job', { job_id => $job });
	is($worker->db->selectrow_array('show transaction_read_only'), 'off', 'the session writes as before');
};

subtest 'cancelling reaches the running step' => sub {
	my $job = begin('agent', times => 2, pause => 30);
	my $held = $worker->take;
	my $step = start_step($worker, $held);
	my $began = time;
	is($door->call('agent', 'cancel_job', { job_id => $job })->{status}, 'running', 'who cancels does not wait for the step');
	$worker->db->pg_cancel;
	ok(!eval { end_of_step($worker, $step); 1 }, 'the worker stops it');
	is($worker->leave($held, { code => 'timeout', message => 'stopped' }), 'cancelled', 'and the job is cancelled');
	cmp_ok(time - $began, '<', 10, 'within moments');
	is_deeply(steps($job), [], 'nothing of the step is left');
};

subtest 'the time of a step is limited as that of a call' => sub {
	$owner->do("alter database $name set voygen.call_timeout = '300ms'");
	my $limited = JobTest->new($door, name => 'limited');
	my $job = begin('agent', times => 1, pause => 20);
	is($limited->finish($job), 'queued', 'a step that takes too long is stopped and tried again');
	is($limited->{error}{code}, 'timeout', 'as a call would be');
	$owner->do("alter database $name reset voygen.call_timeout");
	$owner->do("update voygen.job set arguments = arguments || '{\"pause\": 0}' where job_id = ?", undef, $job);
	hurry();
	is($worker->finish($job), 'done', 'until it is quicker');
};

# With leases of a second the rest waits for what a crash would really have it wait for.
$owner->do("alter database $name set voygen.job_lease = '1s'");
$_->disconnect for $worker->db;
$worker = JobTest->new($door);

# Does the job to its end, waiting for its lease and its time.
sub done_at_last { my ($job) = @_; wait_for("job $job to be done", sub { $worker->finish($job); row($job)->{status} =~ /done|failed/ }); return row($job)->{status} }

subtest 'a worker that vanishes in the middle of a step' => sub {
	my $job = begin('agent', times => 3, pause => 0.5);
	my $child = fork // die "fork: $!\n";
	if (!$child)
	{
		$_->{InactiveDestroy} = 1 for $owner, $door->gateway, $worker->db;
		my $lost = JobTest->new($door, name => 'lost');
		my $held = $lost->take;
		$lost->step($held);
		$lost->step($held);
		sleep 60;
		exit;
	}
	wait_for('its second step', sub { (row($job)->{done} // 0) == 1 && $owner->selectrow_array("select count(*) from pg_stat_activity where usename = 'voygen_gateway' and wait_event = 'PgSleep'") });
	kill KILL => $child;
	waitpid $child, 0;
	is(done_at_last($job), 'done', 'another does the rest');
	is_deeply(steps($job), [ 1, 2, 3 ], 'each step ran once');
};

subtest 'kill -9 of the backend in the middle of a step' => sub {
	my $job = begin('agent', times => 3, pause => 0.5);
	my $held = $worker->take;
	$worker->step($held);
	my $step = start_step($worker, $held);
	kill KILL => $worker->db->{pg_pid} or die "kill: $!\n";
	eval { end_of_step($worker, $step) };
	$worker = connect_again();
	is_deeply([ @{ row($job) }{qw(status done)} ], [ 'running', 1 ], 'the first step is there after the crash');
	is(done_at_last($job), 'done', 'the rest is done');
	is_deeply(steps($job), [ 1, 2, 3 ], 'each step once');
};

subtest 'PostgreSQL is restarted in the middle of a step' => sub {
	for my $how (qw(fast immediate))
	{
		my $job = begin('agent', times => 3, pause => 0.5);
		my $held = $worker->take;
		$worker->step($held);
		my $step = start_step($worker, $held);
		local $ENV{VOYGEN_CLUSTER} = 'test';
		my $said = `bash -c 'source @{[ checkout() ]}/service/cluster/state.sh; as_server "\$bin/pg_ctl" restart -w -s -m $how -D "\$data" -l "\$log/start.log"' 2>&1`;
		is($?, 0, "restarted: $how") or diag($said);
		eval { end_of_step($worker, $step) };
		$worker = connect_again();
		is(done_at_last($job), 'done', 'the job is done');
		is_deeply(steps($job), [ 1, 2, 3 ], 'each step once');
	}
};

done_testing;
