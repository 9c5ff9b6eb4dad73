# Work of a job outside of the database: a step asks, whoever holds the job hands back once, the next step finds it; and what a worker
# and the process that makes things do with it.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use DBD::Pg qw(:pg_types);
use IPC::Run qw(run);
use JSON::PP;
use Test::More;
use CallTest;
use JobTest;
use VoygenTest;

my $door = CallTest->new('job_outside');
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my $json = JSON::PP->new->canonical->allow_nonref;
my $worker = JobTest->new($door);

# A tool that asks for a thing as often as it is told to, and answers what it was handed.
$owner->do($_) for split /;;\n/, <<'SQL';
create type voygen_api.handed as (answers jsonb, bytes bigint);;
create function voygen_api.have_made(kind text, times bigint default 1, idempotency_key text default null)
  returns voygen_api.job_started language sql volatile set search_path = pg_catalog, voygen, pg_temp
  as $$ select voygen_lib.start_job('have_made', jsonb_build_object('kind', kind, 'times', times)) $$;;
comment on function voygen_api.have_made is 'Have something made
Asks.
@param kind What.
@param times How often.
@param idempotency_key Once.
@job handed';;
create function voygen_lib.job_have_made(inout job voygen.job, out result voygen_api.handed)
  language plpgsql volatile set search_path = pg_catalog, voygen, pg_temp
  as $$
declare
  answers jsonb := coalesce(job.state -> 'answers', '[]');
  bytes bigint := coalesce((job.state ->> 'bytes')::bigint, 0);
begin
  if job.outside_answer is not null then
    answers := answers || job.outside_answer;
    bytes := bytes + coalesce(octet_length(voygen_lib.outside_part(job, 1)), 0) + coalesce(octet_length(voygen_lib.outside_part(job, 2)), 0);
  end if;
  job.outside := null;
  job.state := jsonb_build_object('answers', answers, 'bytes', bytes);
  if jsonb_array_length(answers) = (job.arguments ->> 'times')::bigint then
    result := (answers, bytes)::voygen_api.handed;
  else
    job.outside := jsonb_build_object('kind', job.arguments ->> 'kind', 'number', jsonb_array_length(answers));
  end if;
end
$$;;
revoke execute on function voygen_api.have_made, voygen_lib.job_have_made from public;;
grant execute on function voygen_api.have_made to voygen_agent, voygen_admin;;
alter function voygen_api.have_made owner to voygen_owner
SQL

sub begin_job { return $door->call('agent', 'have_made', { @_ })->{job_id} }
sub request { my ($held) = @_; return ($worker->db->selectrow_array('select voygen.outside_request(?, ?, ?)', undef, @$held{qw(agency_id job_id run)}))[0] }

sub hand_back
{
	my ($held, $answer, @parts) = @_;
	return ($worker->db->selectrow_array('select voygen.outside_answer(?, ?, ?, ?, ?)::int', undef, @$held{qw(agency_id job_id run)}, $answer, '{' . join(',', map { '"\\\\x' . unpack('H*', $_) . '"' } @parts) . '}'))[0];
}

sub refused { my ($code) = @_; return eval { $code->(); 1 } ? 'went well' : CallTest::error_of($worker->db)->{code} }
sub parts { return $owner->selectrow_array('select count(*) from voygen.job_parts') }

subtest 'a step asks, the next one finds' => sub {
	my $job = begin_job(kind => 'x', times => 2);
	my $held = $worker->take;
	is($worker->step($held), 'outside', 'a step asks');
	is($owner->selectrow_array('select status from voygen.job where job_id = ?', undef, $job), 'running', 'the job runs meanwhile');
	is_deeply($json->decode(request($held)), { kind => 'x', number => 0 }, 'whoever holds it is told what for');
	is(hand_back($held, '{"said": 1}', 'abc', "\x00\xff" x 500), 1, 'it is handed back');
	is(hand_back($held, '{"said": "other"}', 'zzz'), 0, 'twice is once');
	is(request($held), undef, 'and nothing is wanted any more');
	is($worker->step($held), 'outside', 'the next step asks for more');
	is(parts(), 0, 'what was taken is gone');
	is_deeply($json->decode(request($held)), { kind => 'x', number => 1 }, 'the second request');
	hand_back($held, '{"said": 2}');
	is($worker->step($held), 'done', 'the last step ends it');
	is_deeply($door->call('agent', 'get_job', { job_id => $job })->{result}, { answers => [ { said => 1 }, { said => 2 } ], bytes => 1003 }, 'with all that was handed back, byte for byte');
	is_deeply([ $owner->selectrow_array('select outside, outside_answer from voygen.job where job_id = ?', undef, $job) ], [ undef, undef ], 'which the row forgets');
};

subtest 'only for whoever holds it' => sub {
	my $job = begin_job(kind => 'x');
	my $held = $worker->take;
	my %before = (%$held, run => $held->{run} - 1);
	my %other = (%$held, agency_id => $door->agency('rainy'));
	is(refused(sub { hand_back($held, '{}') }), 'conflict', 'nothing is handed to a job that asked for nothing');
	$worker->step($held);
	is(request(\%before), undef, 'an earlier run is told nothing');
	is(request(\%other), undef, 'nor another agency');
	is(refused(sub { hand_back(\%before, '{}') }), 'conflict', 'nor hands back');
	is(refused(sub { hand_back(\%other, '{}') }), 'conflict', 'nor the other');
	is(refused(sub { hand_back($held, '[1]') }), 'invalid_argument', 'an answer is an object');
	ok(refused(sub { hand_back($held, 'no json') }) ne 'went well', 'of JSON');
	is($worker->leave($held, { code => 'unavailable', message => 'nobody there' }), 'queued', 'what failed for now is tried again');
	is(refused(sub { hand_back($held, '{}') }), 'conflict', 'not by who let it go');
	$owner->do('update voygen.job set run_after = now() where job_id = ?', undef, $job);
	$held = $worker->take;
	is($worker->step($held), 'outside', 'it asks again');
	hand_back($held, '{"late": true}', 'x' x 10);
	$door->call('agent', 'cancel_job', { job_id => $job });
	is(request($held), undef, 'of one that shall be cancelled nothing is wanted');
	is($worker->leave($held), 'cancelled', 'it is cancelled');
	is(parts(), 0, 'and its parts are gone');
	for my $role (qw(voygen_agent voygen_admin voygen_reader))
	{
		$owner->begin_work;
		$owner->do("set local voygen.agency_id = '$sunny'; set local role $role");
		ok(!eval { $owner->do("select voygen.outside_answer($sunny, $job, 1, '{}', '{}')"); 1 }, "$role cannot hand back");
		$owner->rollback;
	}
};

subtest 'what always fails for now is given up' => sub {
	my $job = begin_job(kind => 'x', times => 2);
	my (@statuses, $held);
	for my $attempt (1 .. 9)
	{
		$owner->do('update voygen.job set run_after = now() where job_id = ?', undef, $job);
		$held = $worker->take or last;
		is($worker->step($held), 'outside', "attempt $attempt asks") or last;
		if ($attempt == 3)
		{
			hand_back($held, '{"here": 1}');
			is($worker->step($held), 'outside', 'what was done begins the count anew for the next');
		}
		push @statuses, $worker->leave($held, { code => 'unavailable', message => 'nobody there' });
	}
	is_deeply(\@statuses, [ ('queued') x 6, 'failed' ], 'after five attempts at one thing');
	is($door->call('agent', 'get_job', { job_id => $job })->{error}{message}, 'nobody there', 'with the reason');
};

subtest 'a worker and the process that makes things' => sub {
	my $job = begin_job(kind => 'nothing known');
	my $program = checkout() . '/build/voygen';
	local $ENV{VOYGEN_GATEWAY_URL} = database_url('job_outside', 'voygen_gateway');
	my $said;
	ok(run([ $program, 'work', '--once', '--no-refresh' ], '<', '/dev/null', '>&', \$said), 'a worker does it') or diag $said;
	my $told = $door->call('agent', 'get_job', { job_id => $job });
	is_deeply([ $told->{status}, $told->{error}{code}, $told->{error}{message} ], [ 'failed', 'unknown_name', 'nothing of the kind "nothing known" is made here' ], 'what is made by nobody ends the job with what the maker says');
	is($owner->selectrow_array('select count(*) from voygen.job where outside is not null'), 0, 'and leaves nothing');
	my ($out, $err);
	# One order of one piece, then one that breaks off
	my $order = '{"kind": "x"}';
	run([ $program, 'make' ], '<', \(pack('NN', 1, length $order) . $order), '>', \$out, '2>', \$err);
	is($?, 0, 'it ends with its input');
	my ($count, $length) = unpack 'NN', $out;
	is_deeply([ $count, $json->decode(substr $out, 8)->{error}{code} ], [ 1, 'unknown_name' ], 'an order is answered');
	is($length, length($out) - 8, '... in whole');
	for my $broken (pack('N', 0), pack('N', 100000), pack('NN', 1, 4000000000), pack('NN', 1, 10) . 'short', 'x')
	{
		run([ $program, 'make' ], '<', \$broken, '>', \$out, '2>', \$err);
		is($? >> 8, 1, unpack('H*', substr $broken, 0, 12) . ' is refused');
		is($out, '', '... without a word to the other side');
	}
	run([ $program, 'make' ], '<', \(pack('NN', 1, 3) . '{"k'), '>', \$out, '2>', \$err);
	is($json->decode(substr $out, 8)->{error}{code}, 'unknown_name', 'what is no JSON names no kind');
};

done_testing;
