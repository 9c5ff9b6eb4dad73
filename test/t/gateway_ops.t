# What operators see: health, readiness, metrics in Prometheus' format (read by a parser of our own, since Debian has
# promtool only with the whole of Prometheus), and an end under load that loses no call.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;
use VoygenTest;

my $gateway = GatewayTest->new('gateway_ops', more => [ '--jobs', '0', '--refresh', '0' ]);
$gateway->add_tools;

sub get
{
	my ($path, %options) = @_;
	return $gateway->post('', method => 'GET', path => $path, token => undef,
		%options, headers => { 'Content-Type' => undef, Accept => undef, %{ $options{headers} // {} } });
}

# {name => {type, help, samples => {labels => value}}}; dies where the text is not in the format.
sub read_metrics
{
	my ($text) = @_;
	my (%metrics, $current);
	die "the text does not end with a line end\n" unless $text =~ /\n\z/;
	for my $line (split /\n/, $text)
	{
		if ($line =~ /\A# HELP ([a-z_]+) (\S.*)\z/)
		{
			die "$1 comes twice\n" if $metrics{$1};
			$current = $metrics{$1} = { name => $1, help => $2, samples => {} };
		}
		elsif ($line =~ /\A# TYPE ([a-z_]+) (counter|gauge|histogram)\z/)
		{
			die "TYPE of $1 without its HELP\n" unless $current && $current->{name} eq $1;
			$current->{type} = $2;
		}
		elsif ($line =~ /\A([a-z_]+)(\{(?:[a-z]+="[^"\\\n]*",?)*\})? (-?\d+(?:\.\d+)?)\z/)
		{
			my ($name, $labels, $value) = ($1, $2 // '', $3);
			my $of = $current->{type} eq 'histogram' ? $name =~ s/_(?:bucket|sum|count)\z//r : $name;
			die "$name stands under $current->{name}\n" unless $of eq $current->{name};
			die "$name$labels comes twice\n" if exists $current->{samples}{"$name$labels"};
			die "$name is a counter and not called _total\n" if $current->{type} eq 'counter' && $name !~ /_total\z/;
			$current->{samples}{"$name$labels"} = $value;
		}
		else { die "no line of the format: $line\n" }
	}
	return \%metrics;
}

sub metrics { return read_metrics(get('/metrics')->{body}) }
sub value { my ($metrics, $name, $labels) = @_; return $metrics->{$name}{samples}{ $name . ($labels // '') } }

# --- health and readiness ------------------------------------------------------------------

my $answer = get('/healthz');
is_deeply([ @$answer{qw(status body)} ], [ 200, "ok\n" ], 'healthz');
GatewayTest::wait_for('a connection', sub { get('/readyz')->{status} == 200 });
is(get('/readyz')->{body}, "ready\n", 'readyz');
is(get('/healthz', method => 'POST')->{status}, 405, 'health is only asked');
is(get('/healthz', headers => { Host => 'elsewhere.example' })->{status}, 403, 'and by a name of this server');

# --- metrics ----------------------------------------------------------------------------------

$gateway->call('get_facts_stats') for 1 .. 3;
$gateway->modern('tools/call', { name => 'get_trip', arguments => { trip_id => 'nowhere' } });
$gateway->modern('tools/call', { name => "no_such_$_", arguments => {} }) for 1 .. 5;
$gateway->modern('tools/call', { name => 'bad"name', arguments => {} });
$gateway->call('test_wait', { seconds => 0.3 });
my $metrics = metrics();
is(value($metrics, 'voygen_tool_calls_total', '{tool="get_facts_stats",code="ok"}'), 3, 'calls of a tool');
is(value($metrics, 'voygen_tool_calls_total', '{tool="get_trip",code="not_found"}'), 1, 'a failed call, by code');
is(value($metrics, 'voygen_tool_calls_total', '{tool="(none)",code="unknown_name"}'), 6, 'names nobody knows are one series');
is(scalar(grep { /no_such|bad/ } keys %{ $metrics->{voygen_tool_calls_total}{samples} }), 0, 'whatever they are');

my $histogram = $metrics->{voygen_tool_call_duration_seconds};
is($histogram->{type}, 'histogram', 'durations are a histogram');
my %bucket = map { /_bucket\{tool="test_wait",le="([^"]+)"\}/ ? ($1, $histogram->{samples}{$_}) : () } keys %{ $histogram->{samples} };
is_deeply([ @bucket{qw(0.25 0.5 +Inf)} ], [ 0, 1, 1 ], 'a call of 0.3 s lies in its bucket');
my $sum = $histogram->{samples}{'voygen_tool_call_duration_seconds_sum{tool="test_wait"}'};
ok($sum >= 0.3 && $sum < 0.5, "and in the sum ($sum)");
is($histogram->{samples}{'voygen_tool_call_duration_seconds_count{tool="test_wait"}'}, 1, 'and in the count');
my %stats = map { /_bucket\{tool="get_facts_stats",le="([^"]+)"\}/ ? ($1, $histogram->{samples}{$_}) : () } keys %{ $histogram->{samples} };
my @rising = @stats{ sort { $a <=> $b } grep { $_ ne '+Inf' } keys %stats };
ok(!(grep { $rising[$_] < $rising[ $_ - 1 ] } 1 .. $#rising), 'buckets are cumulative');
is($stats{'+Inf'}, 3, 'up to all calls');

my $bad = value($metrics, 'voygen_bad_tokens_total');
$gateway->modern('tools/list', {}, token => 'vg_1_nobody');
is(value(metrics(), 'voygen_bad_tokens_total'), $bad + 1, 'bad tokens are counted');
is(value($metrics, 'voygen_calls_limited_total'), 0, 'nobody came too often');

is(value($metrics, 'voygen_pool_size'), 8, 'size of the pool');
my ($version) = $gateway->{db}->selectrow_array("select extversion from pg_extension where extname = 'voygen'");
is(value($metrics, 'voygen_build_info', qq({version="$version"})), 1, 'the version');
cmp_ok(value($metrics, 'voygen_http_connections'), '>=', 1, 'whoever asks is connected');

# Twelve calls of one token, which three quarters of the eight connections are for.
my @sockets = map { $gateway->connect } 1 .. 12;
print {$_} $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_wait', arguments => { seconds => 10 } })) for @sockets;
# The audit of calls before may have a connection for a moment, too.
my %expected = (voygen_pool_busy => 6, voygen_pool_waiting => 6, voygen_requests_running => 12);
GatewayTest::wait_for('six busy connections, six calls that wait, twelve requests under way', sub {
	my $now = metrics();
	return !grep { value($now, $_) != $expected{$_} } keys %expected;
});
pass('calls that run and calls that wait are told apart');
$_->close for @sockets;
GatewayTest::wait_for('the calls to be cancelled', sub { value(metrics(), 'voygen_requests_running') == 0 });

# Calls that the database does not let into the audit.
GatewayTest::wait_for('an empty backlog', sub { value(metrics(), 'voygen_audit_backlog') == 0 });
$gateway->{db}->begin_work;
$gateway->{db}->do('lock table voygen.audit in exclusive mode');
$gateway->call('get_facts_stats') for 1 .. 7;
GatewayTest::wait_for('the audit to wait', sub { $gateway->{db}->selectrow_array("select count(*) from pg_locks where relation = 'voygen.audit'::regclass and not granted") });
$gateway->call('get_facts_stats') for 1 .. 2;
is(value(metrics(), 'voygen_audit_backlog'), 9, 'the backlog of the audit counts calls: those being sent, and those behind them');
$gateway->{db}->commit;
GatewayTest::wait_for('the audit', sub { value(metrics(), 'voygen_audit_backlog') == 0 });

# Jobs that wait, of all agencies.
$gateway->{db}->do(<<'SQL');
insert into voygen.job (agency_id, job_id, tool, role, login, run_after, status, worker, lease_until)
select a.agency_id, n, 'none', 'voygen_agent', 'nobody', now() - interval '100 s' * n, case n when 3 then 'running' else 'queued' end,
  case n when 3 then 'somebody' end, case n when 3 then now() + interval '1 hour' end
from voygen.agencies as a, generate_series(1, 3) as n;
update voygen.job set run_after = now() + interval '1 hour' where job_id = 1;
SQL
GatewayTest::wait_for('the queue', sub { (value(metrics(), 'voygen_jobs_queued') // 0) == 4 });
pass('queued jobs are counted, those that are tried again later among them');
my $oldest = value(metrics(), 'voygen_jobs_queued_oldest_seconds');
ok($oldest >= 200 && $oldest < 230, "and how long the first has waited ($oldest s)");
$gateway->{db}->do('delete from voygen.job');
GatewayTest::wait_for('an empty queue', sub { my $now = metrics(); value($now, 'voygen_jobs_queued') == 0 && value($now, 'voygen_jobs_queued_oldest_seconds') == 0 });
pass('until there are none');

# Streams that wait for news.
sub streams { my $now = metrics(); return [ map { value($now, $_) } qw(voygen_subscriptions voygen_session_streams) ] }
is_deeply(streams(), [ 0, 0 ], 'nobody listens');
my @ears = map { $gateway->connect } 1 .. 3;
print {$_} $gateway->request_bytes($gateway->modern_request('subscriptions/listen', { notifications => { toolsListChanged => JSON::PP::true } })) for @ears[ 0, 1 ];
print { $ears[2] } $gateway->request_bytes('', method => 'GET', headers => { Accept => 'text/event-stream', 'Content-Type' => undef });
GatewayTest::wait_for('streams', sub { join(' ', @{ streams() }) eq '2 1' });
pass('subscriptions and streams of sessions are counted');
$_->close for @ears[ 0, 2 ];
GatewayTest::wait_for('the end of streams', sub { join(' ', @{ streams() }) eq '1 0' });
pass('while they are open');
$ears[1]->close;

is(get('/metrics', headers => { $_ => '203.0.113.9' })->{status}, 403, "a stranger behind a proxy ($_) sees none") for qw(X-Forwarded-For Forwarded X-Real-IP Via);

# --- the database goes away -------------------------------------------------------------------

connect_to('postgres')->do('alter database gateway_ops allow_connections false');
$gateway->{db}->do("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'gateway_ops' and usename = 'voygen_gateway'");
GatewayTest::wait_for('readiness to end', sub { get('/readyz')->{status} == 503 });
is(get('/readyz')->{body}, "no connection to the database\n", 'not ready without a database');
is(get('/healthz')->{status}, 200, 'but alive');
is(value(metrics(), 'voygen_pool_connected'), 0, 'and the metrics say so');
connect_to('postgres')->do('alter database gateway_ops allow_connections true');
GatewayTest::wait_for('readiness', sub { get('/readyz')->{status} == 200 });

# --- the end under load -------------------------------------------------------------------------

# Every client sends call after call until its connection is closed; one that was sent must be answered, unless nothing of it
# was read: then the connection ends without a byte, and the database knows nothing of the call.
my (@readers, $answered, $unanswered);
for my $client (1 .. 8)
{
	my $pid = open my $out, '-|';
	die "fork: $!\n" unless defined $pid;
	if (!$pid)
	{
		my $socket = $gateway->connect;
		my ($done, $lost) = (0, '');
		for my $count (1 .. 100_000)
		{
			my $name = "drain-$client-$count";
			local $SIG{PIPE} = 'IGNORE';
			print {$socket} $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_write', arguments => { name => $name, seconds => 0.01 } }, token => $gateway->{tokens}{'sunny:admin'})) or last;
			my $answer = eval { $gateway->read_answer($socket) };
			if (!$answer) { $lost = $name; last }
			die "answered $answer->{body}\n" unless $answer->{status} == 200 && !$answer->{json}{result}{isError};
			$done++;
		}
		print "$done $lost\n";
		require POSIX;
		POSIX::_exit(0);
	}
	push @readers, $out;
}
GatewayTest::wait_for('load', sub { $gateway->{db}->selectrow_array("select count(*) from voygen.clients where name like 'drain-%'") > 40 });
my $ended = $gateway->stop;
is($ended, 'exit 0', 'SIGTERM under load ends in order');
for my $out (@readers)
{
	my ($done, $lost) = (readline($out) // '') =~ /\A(\d+) (\S*)/ or die "a client was answered an error\n";
	$answered += $done;
	push @$unanswered, $lost if $lost;
}
my ($written) = $gateway->{db}->selectrow_array("select count(*) from voygen.clients where name like 'drain-%'");
is($written, $answered, "all $answered calls that took effect were answered");
cmp_ok($answered, '>', 20, 'and there was load');

# --- a token for metrics ---------------------------------------------------------------------------

push @{ $gateway->{more} }, '--metrics-token', 'open sesame';
$gateway->start;
is(get('/metrics')->{status}, 401, 'without the token of --metrics-token no metrics');
is(get('/metrics', token => 'open')->{status}, 401, 'nor with another');
is(get('/metrics', token => $gateway->{tokens}{'sunny:admin'})->{status}, 401, 'nor with one for tools');
is(get('/metrics', token => 'open sesame', headers => { 'X-Forwarded-For' => '203.0.113.9' })->{status}, 200, 'with it, for everybody');
is($gateway->stop, 'exit 0', 'the end');
unlike($gateway->said, qr/sesame/, 'the token is in no log');
done_testing();
