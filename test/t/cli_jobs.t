# `voygen call` of a tool that begins a job waits for it as if the work were done in the call: progress, result, failure,
# questions, Ctrl-C.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use IPC::Run ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use JobTest qw(count_up_tool);
use VoygenProgram;
use VoygenTest;

my $name = 'cli_jobs';
my $door = CallTest->new($name);
my $owner = $door->owner;
count_up_tool($owner);
# An amount with the digits the database wrote, which no reader of JSON may lose.
$owner->do('alter type voygen_api.counted add attribute amount numeric');
$owner->do(q{create or replace function voygen_lib.job_exact(inout job voygen.job, out result voygen_api.counted) language plpgsql as $$ begin result := (1, 12345678901234567890.100); end $$});
$owner->do(q{create function voygen_api.exact() returns voygen_api.job_started language sql volatile set search_path = pg_catalog, voygen, pg_temp as $$ select voygen_lib.start_job('exact', '{}') $$});
$owner->do("comment on function voygen_api.exact is E'Exact\nExact.\n\@job counted'");
$owner->do('grant execute on function voygen_api.exact to voygen_agent');
my $voygen = VoygenProgram->new($name);
$voygen->{token} = $voygen->new_token('sunny', 'agent');

sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 60;
	until ($test->()) { die "waited in vain for $what\n" if time > $end; sleep 0.02 }
	return;
}
sub newest { return $owner->selectrow_hashref('select job_id, status from voygen.job order by job_id desc limit 1') }
sub sleeping { return $owner->selectrow_array("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'") }

# A program in the background.
sub start
{
	my (@arguments) = @_;
	my $self = { out => '', err => '' };
	local %ENV = $voygen->environment;
	$self->{run} = IPC::Run::start([ VoygenProgram::program(), @arguments ], \'', \$self->{out}, \$self->{err});
	return $self;
}
sub pid { my ($self) = @_; return $self->{run}{KIDS}[0]{PID} }
sub end { my ($self) = @_; $self->{run}->finish; return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8 }
sub error_of { my ($run) = @_; my ($line) = grep { /^\{/ } split /\n/, $run->{err}; return $line ? decode_json($line) : {} }

my $work = start('work');
END { kill KILL => pid($work) if $work }

my $run = $voygen->run('call', 'count_up', '{"times": 3, "pause": 0.3}');
is($run->{status}, 0, 'a job that is done') or diag($run->{err});
is($run->{out}, qq({"steps":3,"amount":null}\n), 'its result is printed, and nothing else');
my ($job) = map { $_->{job_id} } newest();
like($run->{err}, qr/^job $job: 1 of 3: 1 of 3\n.*^job $job: 3 of 3: 3 of 3\n\z/ms, 'its progress is told on stderr');
is($voygen->run('call', 'exact')->{out}, qq({"steps":1,"amount":12345678901234567890.100}\n), 'digit for digit');

$run = $voygen->run('call', 'count_up', '{"times": 1, "fails": "not_found"}');
is_deeply([ @$run{qw(status out)} ], [ 1, '' ], 'a job that fails');
is_deeply([ @{ error_of($run) }{qw(code message)} ], [ 'not_found', 'failed on purpose' ], 'its error is that of the call');
$run = $voygen->run('call', 'count_up', '{"times": "x"}');
is(error_of($run)->{path}, '/times', 'a job that is not begun');

$run = $voygen->run('call', 'count_up', '{"times": 2, "asks": "Shall it?"}');
is($run->{status}, 1, 'a job that asks');
($job) = map { $_->{job_id} } newest();
my $error = error_of($run);
is_deeply([ @$error{qw(code message)} ], [ 'precondition_failed', "job $job waits for an answer: Shall it?" ], 'says what');
like($error->{expected}, qr/^\{"more": .*"confirm".*\}$/, 'and what would be an answer');
my ($tool, $answer) = $error->{hint} =~ /^voygen call (\w+) '(.*)'$/;
$run = $voygen->run('call', $tool, $answer);
is_deeply([ @$run{qw(status out)} ], [ 0, qq({"steps":2,"amount":null}\n) ], 'the hint is how to answer it, and waits for the end');
is($voygen->run('call', 'get_job', qq({"job_id": "$job"}))->{status}, 0, 'a result that tells of a job is no job that was begun');
like($voygen->run('call', 'cancel_job', qq({"job_id": "$job"}))->{out}, qr/^\{"job_id":"$job","status":"done","cancel_requested":false\}$/, 'nor is what cancelling answers');

# Ctrl-C
my $call = start('call', 'count_up', '{"times": 2, "pause": 20}');
wait_for('the step', \&sleeping);
kill INT => pid($call);
my $began = time;
is(end($call), 1, 'Ctrl-C ends the call');
cmp_ok(time - $began, '<', 5, 'within moments');
($job) = map { $_->{job_id} } newest();
is(newest()->{status}, 'cancelled', 'and the job');
wait_for('the statement to end', sub { !sleeping() });
like($call->{err}, qr/^job $job: cancelling$/m, 'as it says');
is(error_of($call)->{message}, "job $job was cancelled", 'which is its failure');

# Nobody does jobs
kill TERM => pid($work);
end($work);
undef $work;
$call = start('call', 'count_up', '{"times": 1}');
wait_for('the hint', sub { $call->{run}->pump_nb; $call->{err} =~ /voygen work/ });
pass('a job nobody takes: it says who does jobs');
is($voygen->run('work', '--once')->{status}, 0, 'when somebody comes');
is_deeply([ end($call), $call->{out} ], [ 0, qq({"steps":1,"amount":null}\n) ], 'it is done');
$call = start('call', 'count_up', '{"times": 1}');
wait_for('the job', sub { newest()->{status} eq 'queued' });
sleep 0.2;
kill TERM => pid($call);
is(end($call), 1, 'a job that waits is cancelled, too');
is(newest()->{status}, 'cancelled', 'at once');

done_testing;
