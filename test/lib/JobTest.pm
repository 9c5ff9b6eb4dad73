package JobTest;

# Does jobs in a test as a worker would, over a connection of the gateway's login.
#
#   my $worker = JobTest->new($door);              # a CallTest
#   my $status = $worker->finish($job_id);         # takes jobs and does their steps until this one does not run any more
#   my $held = $worker->take;                      # {agency_id, job_id, run, tool}, or undef
#   my $status = $worker->step($held);             # one step; dies with what it failed with
#
# count_up_tool($owner) makes a tool @job for tests of the machinery: `count_up(times, pause, fails, asks)` writes a row
# into voygen.counted in each of its steps, and answers how many there are.

use strict;
use warnings;
use Exporter qw(import);
use IPC::Run qw(run);
use JSON::PP;
use CallTest;
use VoygenTest;

our @EXPORT_OK = qw(count_up_tool);

my $json = JSON::PP->new->canonical->allow_nonref;

sub new
{
	my ($class, $door, %options) = @_;
	return bless { db => $door->connect_gateway, name => $options{name} // "test:$$", history => {} }, $class;
}

sub db { return $_[0]{db} }

sub take
{
	my ($self) = @_;
	return $self->{db}->selectrow_hashref('select * from voygen.take_job(?)', undef, $self->{name});
}

sub step
{
	my ($self, $held) = @_;
	my ($status) = $self->{db}->selectrow_array('select voygen.work_job(?, ?, ?)', undef, @$held{qw(agency_id job_id run)});
	return $status;
}

# Lets a job go, with an error or as it is.
sub leave
{
	my ($self, $held, $error) = @_;
	my ($status) = $self->{db}->selectrow_array('select voygen.leave_job(?, ?, ?, ?)', undef, @$held{qw(agency_id job_id run)}, $error ? $json->encode($error) : undef);
	return $status;
}

# A step, and what a worker does when it fails; answers the status. Keeps the error in {error}.
sub try_step
{
	my ($self, $held) = @_;
	my $status = eval { $self->step($held) };
	return $status if defined $status;
	my $error = CallTest::error_of($self->{db});
	$self->{error} = $error;
	return $self->leave($held, { code => $error->{code} || 'internal', message => $error->{message} // $error->{text} });
}

# Has done what a step wants to have done outside, by the program that a worker has it done by.
sub outside
{
	my ($self, $held) = @_;
	my ($order) = $self->{db}->selectrow_array('select voygen.outside_request(?, ?, ?)', undef, @$held{qw(agency_id job_id run)});
	utf8::encode($order);
	run([ checkout() . '/build/voygen', 'make' ], '<', \(pack('NN', 1, length $order) . $order), '>', \my $answer);
	my ($count, $at, @pieces) = (unpack('N', $answer), 4);
	while (@pieces < $count) { my $length = unpack 'N', substr $answer, $at, 4; push @pieces, substr $answer, $at + 4, $length; $at += 4 + $length }
	my $said = JSON::PP->new->utf8->decode($pieces[0]);
	return $self->leave($held, $said->{error}) if $said->{error};
	$self->{db}->do('select voygen.outside_answer(?, ?, ?, ?, ?)', undef, @$held{qw(agency_id job_id run)}, JSON::PP->new->encode($said),
		'{' . join(',', map { '"\\\\x' . unpack('H*', $_) . '"' } @pieces[ 1 .. $#pieces ]) . '}');
	return 'running';
}

# Does jobs until this one has ended, asks, or waits to be tried again; answers its status.
sub finish
{
	my ($self, $job) = @_;
	while (my $held = $self->take)
	{
		my $status = 'running';
		while ($status =~ /^(?:running|outside)$/)
		{
			$status = $status eq 'outside' ? $self->outside($held) : $self->try_step($held);
			push @{ $self->{history}{ $held->{job_id} } }, $status;
		}
		return $status if $held->{job_id} == $job;
	}
	return 'nothing to do';
}

sub count_up_tool
{
	my ($owner) = @_;
	$owner->do($_) for split /;;\n/, <<'SQL';
create table voygen.counted (counted_id bigint generated always as identity, agency_id bigint default voygen.current_agency(), job_id bigint, step bigint, who text default current_user, backend integer default pg_backend_pid(), caller text default (voygen.caller())::text);;
alter table voygen.counted owner to voygen_owner;;
grant select, insert on voygen.counted to voygen_agent, voygen_admin;;
create type voygen_api.counted as (steps bigint);;
create function voygen_api.count_up(times bigint, pause numeric default 0, fails text default null, asks text default null, secret text default null, idempotency_key text default null)
  returns voygen_api.job_started language sql volatile set search_path = pg_catalog, voygen, pg_temp
  as $$ select voygen_lib.start_job('count_up', jsonb_strip_nulls(jsonb_build_object('times', times, 'pause', pause, 'fails', fails, 'asks', asks, 'secret', secret))) $$;;
comment on function voygen_api.count_up is 'Count up
Counts.
@param times How often.
@param pause Seconds of each step.
@param fails Code of the error that the last step fails with.
@param asks Question before the last step.
@param secret A secret. @redact
@param idempotency_key Once.
@job counted';;
create function voygen_lib.job_count_up(inout job voygen.job, out result voygen_api.counted)
  language plpgsql volatile set search_path = pg_catalog, voygen, pg_temp
  as $$
declare
  number bigint := coalesce((job.state ->> 'number')::bigint, 0) + 1;
  last bigint := (job.arguments ->> 'times')::bigint;
begin
  if number = last and job.arguments ? 'asks' and voygen_lib.said_yes(job.answers, 'more') is not true then
    job.input_requests := jsonb_build_object('more', voygen_lib.yes_or_no(job.arguments ->> 'asks'));
    job.answers := job.answers - 'more';
    return;
  end if;
  insert into counted (job_id, step) values (job.job_id, number);
  perform pg_sleep((job.arguments ->> 'pause')::numeric);
  if number = last and job.arguments ? 'fails' then
    perform voygen.raise(job.arguments ->> 'fails', 'failed on purpose');
  end if;
  job.state := jsonb_build_object('number', number);
  job.done := number;
  job.total := last;
  job.message := format('%s of %s', number, last);
  if number = last then
    result.steps := (select count(*) from counted as c where c.job_id = job.job_id);
  end if;
end
$$;;
revoke execute on function voygen_api.count_up, voygen_lib.job_count_up from public;;
grant execute on function voygen_api.count_up to voygen_agent, voygen_admin;;
alter function voygen_api.count_up owner to voygen_owner
SQL
	return;
}

1;
