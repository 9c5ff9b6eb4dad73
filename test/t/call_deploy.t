# While the tools are exchanged by a deployment, calls go on: readers and writers call without pause, over connections
# they keep and through the program, and none of their calls fails.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use File::Temp qw(tempdir);
use JSON::PP;
use POSIX qw(_exit);
use Test::More;
use Time::HiRes qw(sleep time);
use CallTest;
use VoygenProgram;
use VoygenTest;

my $deployments = 3;
my $name = 'call_deploy';
my $door = CallTest->new($name);
my $owner = $door->owner;
my $json = JSON::PP->new->canonical;
$door->call('admin', 'create_client', { name => 'Demo Client' });
my $trip = $door->call('admin', 'create_trip', { client_id => 'demo-client', title => 'T', destination => 'Rome', start_date => '2026-05-01', end_date => '2026-05-05' })->{slug};
$door->call('admin', 'ingest_hotels', { trip_id => $trip, site => 'web', hotels => [map { { site_id => "h$_", name => "Hotel $_", available => JSON::PP::true, lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' } } } 1 .. 12] });
my $program = VoygenProgram->new($name);
my %token = map { $_ => $program->new_token('sunny', $_) } qw(admin agent reader);
my $folder = tempdir(CLEANUP => 1);

sub over { return -e "$folder/over" }

# Calls until the deployments are over; leaves what failed, and how often it called.
sub client
{
	my ($number, $who, $call) = @_;
	my $child = fork // die "fork: $!";
	return $child if $child;
	my ($calls, @failed) = (0);
	until (over())
	{
		my $error = $call->(++$calls);
		push @failed, $error if defined $error;
	}
	open my $file, '>', "$folder/$number" or _exit(1);
	print $file $json->encode({ who => $who, calls => $calls, failed => \@failed });
	close $file;
	_exit(0);
}

# One call over a connection that is kept.
sub kept
{
	my ($role, $tool, $arguments) = @_;
	my $db;
	return sub {
		my ($number) = @_;
		$db //= $door->connect_gateway;
		return if eval { $door->call_text($role, $tool, $arguments->($number), db => $db); 1 };
		return "$tool: " . $json->encode(CallTest::error_of($db));
	};
}

# One call through the program.
sub through
{
	my ($role, $tool, $arguments) = @_;
	return sub {
		my ($number) = @_;
		local $program->{token} = $token{$role};
		my $run = $program->run('call', $tool, $json->encode($arguments->($number)));
		return $run->{status} eq '0' ? undef : "$tool: $run->{status} $run->{err}";
	};
}

my $list;
my @clients = (
	['reads facts, shortlists and lists of a kept connection', sub { my ($n) = @_; return ([query_trip_facts => sub { {} }], [shortlist_hotels => sub { { trip_id => $trip } }], [get_trip => sub { { trip_id => $trip } }], [find_trips => sub { { query => 'Rome' } }]) }, 'reader'],
	['writes of a kept connection', sub { return ([create_client => sub { { name => 'Kept', idempotency_key => "kept $_[0]" } }], [quote_commission => sub { { offer => { currency => 'USD', components => [{ kind => 'room', amount => 100 }] }, rates => [{ value => 10 }] } }], [optimize_commission => sub { { trip_id => $trip } }]) }, 'agent'],
);
my @children;
$owner->disconnect;
$door->gateway->disconnect;
for my $client (@clients)
{
	my ($what, $tools, $role) = @$client;
	my @calls = map { kept($role, @$_) } $tools->();
	push @children, client(scalar @children, $what, sub { my ($n) = @_; return $calls[$n % @calls]->($n) });
}
push @children, client(scalar @children, 'lists the tools', sub {
	$list //= $door->connect_gateway;
	return eval { $list->selectrow_array("select voygen.tools(?, sha256('sunny:agent'))", undef, $door->agency('sunny')); 1 } ? undef : $list->errstr;
});
push @children, client(scalar @children, 'reads through the program', through('reader', 'find_clients', sub { {} }));
push @children, client(scalar @children, 'writes through the program', through('agent', 'create_client', sub { { name => 'Program', idempotency_key => "program $_[0]" } }));

my @status;
for (1 .. $deployments)
{
	local $ENV{VOYGEN_DATABASE} = $name;
	my $output = qx(@{[ checkout() ]}/service/cluster/deploy 2>&1);
	push @status, $?;
	diag($output) if $?;
}
open my $flag, '>', "$folder/over" or die "over: $!\n";
close $flag;
waitpid $_, 0 for @children;
is_deeply(\@status, [(0) x $deployments], "$deployments deployments succeed while clients call");

$owner = connect_to($name);
for my $number (0 .. $#children)
{
	open my $file, '<', "$folder/$number" or die("client $number left nothing");
	my $report = $json->decode(scalar <$file>);
	cmp_ok($report->{calls}, '>', 10, "$report->{who}: $report->{calls} calls");
	is(scalar @{ $report->{failed} }, 0, "$report->{who}: none failed") or diag(join "\n", @{ $report->{failed} });
}
my ($rows, $keys) = $owner->selectrow_array("select (select count(*) from voygen.clients where name in ('Kept', 'Program')), (select count(*) from voygen.idempotency_keys where tool = 'create_client' and result is not null)");
cmp_ok($rows, '>', 10, 'clients were created');
is($rows, $keys, 'each once');
is($owner->selectrow_array("select string_agg(nspname, ' ') from pg_namespace where nspname like 'voygen\\_%'"), 'voygen_api voygen_lib', 'the tools of before are gone');

# A call that takes longer than a deployment waits at once is not ended by it, and the next ones do not queue behind it
$owner->do(<<'SQL');
create type voygen_api.slept as (seconds numeric);
create function voygen_api.sleep(seconds numeric) returns voygen_api.slept
language plpgsql stable set search_path = pg_catalog, voygen, pg_temp as $$
begin
  perform pg_sleep(seconds);
  return row(seconds)::voygen_api.slept;
end $$;
comment on function voygen_api.sleep(numeric) is 'Sleep
@param seconds How long.';
grant execute on function voygen_api.sleep to voygen_reader;
SQL
my $sleeper = client(scalar @children, 'sleeps', sub { my $db = $door->connect_gateway; return eval { $door->call_text('reader', 'sleep', { seconds => 3 }, db => $db); 1 } ? undef : $json->encode(CallTest::error_of($db)) })
	if unlink "$folder/over";
until ($owner->selectrow_array("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'")) { sleep 0.05 }
open $flag, '>', "$folder/over" or die "over: $!\n";
close $flag;
my $held = connect_to($name);
$held->begin_work;
$held->do("set local lock_timeout = '200ms'");
ok(!eval { $held->do('select voygen.hold_calls()'); 1 }, 'a call that runs keeps the tools from being exchanged');
$held->rollback;
my $gateway = $door->connect_gateway;
my $begun = time;
$door->call_text('reader', 'find_clients', {}, db => $gateway);
cmp_ok(time - $begun, '<', 2.5, 'another call does not wait for it');
waitpid $sleeper, 0;
open my $file, '<', "$folder/" . @children or die "the sleeper left nothing\n";
is_deeply($json->decode(scalar <$file>)->{failed}, [], 'it ends as it should');
$held->begin_work;
$held->do('select voygen.hold_calls()');
pass('afterwards they can');
$gateway->do("set statement_timeout = '300ms'");
ok(!eval { $door->call_text('reader', 'find_clients', {}, db => $gateway); 1 }, 'a call waits while they are');
$held->rollback;
ok(eval { $door->call_text('reader', 'find_clients', {}, db => $gateway); 1 }, 'and goes on after it');
is_deeply($gateway->selectall_arrayref("select locktype, mode from pg_locks where pid = pg_backend_pid() and locktype = 'object'"), [], 'no lock is left of a call');
$owner->do("set role $_"), ok(!eval { $owner->do('select voygen.hold_calls()'); 1 }, "$_ cannot hold calls"), $owner->do('reset role') for qw(voygen_admin voygen_agent voygen_gateway);

done_testing;
