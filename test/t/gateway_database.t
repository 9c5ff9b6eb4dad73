# The gateway and its database: clients that go away stop their statements, a server that restarts is met again, more
# calls than it takes are refused, what fails is in the audit, and SIGTERM loses nothing.
# Alone on the test cluster: it kills backends, and all others go with them.
use strict;
use warnings;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;
use ProtocolCutter;
use VoygenTest;

my $gateway = GatewayTest->new('gateway_database', more => [ '--pool', '3', '--queue', '5', '--queue-ms', '3000' ]);
$gateway->add_tools;
my $db = $gateway->db;

sub call_bytes
{
	my ($tool, $arguments, %options) = @_;
	return $gateway->request_bytes($gateway->modern_request('tools/call', { name => $tool, arguments => $arguments }, %options));
}

# Sends a call and answers its connection.
sub send_call
{
	my ($tool, $arguments, %options) = @_;
	my $socket = $gateway->connect;
	print {$socket} call_bytes($tool, $arguments, %options);
	return $socket;
}

sub wait_running
{
	my ($count) = @_;
	GatewayTest::wait_for("$count running statements", sub { $gateway->running_statements == $count });
	return;
}

sub clients_named { return ($db->selectrow_array('select count(*) from voygen.clients where name = ?', undef, $_[0]))[0] }

# --- clients that go away --------------------------------------------------------------------

my $socket = send_call('test_wait', { seconds => 25 });
wait_running(1);
close $socket;
my $started = time;
wait_running(0);
cmp_ok(time - $started, '<', 10, 'a client that goes away stops his statement');

$socket = send_call('test_write', { name => 'Stopped', seconds => 25 });
wait_running(1);
close $socket;
wait_running(0);
is(clients_named('Stopped'), 0, 'what he had begun to write is undone');

# a cancellation that is still on its way must not hit the call behind
my @wrong;
for (1 .. 60)
{
	my $gone = send_call('test_wait', { seconds => 25 });
	sleep 0.002 * ($_ % 5);
	close $gone;
	my $answer = $gateway->modern('tools/call', { name => 'test_wait', arguments => { seconds => 0.01 } });
	push @wrong, $answer->{body} if !$answer->{json}{result} || $answer->{json}{result}{isError};
}
is_deeply(\@wrong, [], 'nobody else is hit by it');
wait_running(0);

my @waiting = map { send_call('test_wait', { seconds => 1 }) } 1 .. 3;
wait_running(3);
$socket = send_call('test_write', { name => 'Never', seconds => 0 });
sleep 0.1;
close $socket;
is($gateway->read_answer($_)->{status}, 200, 'a call that runs ends') for @waiting;
is($gateway->call('test_wait', { seconds => 0 })->{said}, 'waited', 'the next one runs');
is(clients_named('Never'), 0, 'one whose client went away while it waited has not');

# --- a client that cancels ----------------------------------------------------------------------

my %session = (headers => { 'Mcp-Session-Id' => 'one' });
sub send_in_session
{
	my ($seconds) = @_;
	my $sent = $gateway->connect;
	print {$sent} $gateway->request_bytes($gateway->legacy_request('tools/call', { name => 'test_wait', arguments => { seconds => $seconds } }, id => 'x', %session));
	wait_running(1);
	return $sent;
}
$socket = send_in_session(1);
for my $other ({ headers => { 'Mcp-Session-Id' => 'two' } }, { %session, token => $gateway->{tokens}{'sunny:reader'} }, {})
{
	is($gateway->legacy('notifications/cancelled', { requestId => 'x' }, id => undef, %$other)->{status}, 202, 'a cancellation of somebody else');
}
is($gateway->read_answer($socket)->{json}{result}{structuredContent}{said}, 'waited', '... stops nothing');
$socket = send_in_session(25);
$gateway->legacy('notifications/cancelled', { requestId => 'x' }, id => undef, %session);
wait_running(0);
is($gateway->read_answer($socket)->{body}, '', 'his own does, and there is no result');

# --- too many calls -----------------------------------------------------------------------------

@waiting = map { send_call('test_wait', { seconds => 2 }) } 1 .. 3;
wait_running(3);
push @waiting, map { send_call('test_wait', { seconds => 0 }) } 1 .. 5;
sleep 0.3;
my $answer = $gateway->modern('tools/call', { name => 'test_write', arguments => { name => 'Beyond', seconds => 0 } }, id => 'much');
is($answer->{status}, 503, 'more calls than may wait are refused');
like($answer->{headers}{'retry-after'}, qr/^\d+$/, '... and told when to come back');
is($answer->{json}{id}, 'much', '... with their id');
is($answer->{json}{error}{data}{code}, 'unavailable', '... and a code');
is(clients_named('Beyond'), 0, '... and have done nothing');
is($gateway->modern('server/discover')->{status}, 200, 'what needs no database is answered all the same');
is_deeply([ map { $gateway->read_answer($_)->{status} } @waiting ], [ (200) x 8 ], 'those that waited are answered');

# --- failures ------------------------------------------------------------------------------------------

$answer = $gateway->modern('tools/call', { name => 'test_break' });
my $error = GatewayTest::tool_error($answer);
is($error->{code}, 'internal', 'what the caller cannot mend is internal');
unlike($answer->{body}, qr/secret/, '... and not told');
like($error->{message}, qr/^internal error [0-9a-f]{16}$/, '... but for a number');
$gateway->modern('tools/call', { name => 'create_client', arguments => { nam => 'Ann' } });
my $failures = "select tool, outcome, jsonb_exists(args, '(sha256)') from voygen.audit where outcome not in ('ok', 'cancelled') order by tool";
GatewayTest::wait_for('the audit', sub { @{ $db->selectall_arrayref($failures) } >= 2 });
is_deeply($db->selectall_arrayref($failures), [ [ 'create_client', 'unknown_name', 1 ], [ 'test_break', 'internal', 1 ] ],
	'calls that failed are in the audit');
is_deeply($db->selectall_arrayref("select tool, count(*) > 30, bool_and(jsonb_exists(args, '(sha256)')) from voygen.audit where outcome = 'cancelled' and tool = 'test_wait' group by tool"),
	[ [ 'test_wait', 1, 1 ] ], '... and those that were cancelled');
is(($db->selectrow_array("select count(*) from voygen.audit where outcome = 'cancelled' and tool = 'test_write'"))[0], 2, '... before they had written anything');

# so are those that went well, each once, with what they were given
$gateway->call('find_clients', { query => 'somebody' });
$gateway->call('create_client', { name => 'Recorded' });
my $recorded = "select tool, count(*), bool_and(duration_us > 0 and role = 'voygen_agent' and at between now() - interval '1 minute' and now()), min(args ->> 'query'), min(args ->> 'name')
	from voygen.audit where outcome = 'ok' and tool in ('find_clients', 'create_client') group by tool order by tool";
GatewayTest::wait_for('the audit', sub { @{ $db->selectall_arrayref($recorded) } == 2 });
sleep 0.3;
is_deeply($db->selectall_arrayref($recorded), [ [ 'create_client', 1, 1, undef, 'Recorded' ], [ 'find_clients', 1, 1, 'somebody', undef ] ],
	'calls that went well are in the audit, each once');

# what goes wrong before the door of calls is not told either
$db->do('revoke execute on function voygen.call(bigint, bytea, text, bytea) from voygen_gateway');
$answer = $gateway->modern('tools/call', { name => 'find_clients' });
$db->do('grant execute on function voygen.call(bigint, bytea, text, bytea) to voygen_gateway');
$error = GatewayTest::tool_error($answer);
is($error->{code}, 'internal', 'a fault of the installation is internal');
unlike($answer->{body}, qr/permission/, '... and not told');
my ($number) = $error->{message} =~ /([0-9a-f]{16})/;
like($gateway->said, qr/internal error $number: permission denied/, '... but in the log under its number');

# --- a server that goes away ---------------------------------------------------------------------------

sub end_statements { $db->do("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'voygen_gateway' and datname = 'gateway_database'") }

$gateway->modern('tools/list');
$socket = send_call('test_wait', { seconds => 1 });
wait_running(1);
end_statements();
$answer = $gateway->read_answer($socket);
is($answer->{json}{result}{structuredContent}{said}, 'waited', 'a call whose session was ended runs again') or diag $answer->{body};
$socket = send_call('test_write', { name => 'Again', seconds => 0.5 });
wait_running(1);
end_statements();
$gateway->read_answer($socket);
is(clients_named('Again'), 1, '... a writing one too, since the server has said that it was undone: once');

# a backend that is killed says nothing
sub kill_running
{
	my $pid;
	GatewayTest::wait_for('a call that runs', sub { ($pid) = $db->selectrow_array("select pid from pg_stat_activity where usename = 'voygen_gateway' and datname = 'gateway_database' and state = 'active' and query like 'select voygen.call(%'") });
	kill 'KILL', $pid;
	eval { $db->disconnect };
	# the server ends all its sessions, then starts anew
	GatewayTest::wait_for('the server', sub { eval { $db = connect_to('gateway_database', PrintWarn => 0); $db->do('select pg_sleep(0.3)'); 1 } });
	$gateway->{db} = $db;
	return;
}
$socket = send_call('test_wait', { seconds => 2 });
wait_running(1);
kill_running();
is($gateway->read_answer($socket)->{json}{result}{structuredContent}{said}, 'waited', 'a reading call survives a crash of the server');
$socket = send_call('test_write', { name => 'Lost', seconds => 2 });
wait_running(1);
kill_running();
$answer = $gateway->read_answer($socket);
$error = GatewayTest::tool_error($answer);
is($error->{code}, 'unavailable', 'a writing call does not run again by itself');
like("$error->{message} $error->{hint}", qr/not known.*idempotency_key/, '... and says what is to be done');
is($gateway->call('test_wait', { seconds => 0 })->{said}, 'waited', 'the next call is answered');

# many that call while the server crashes and starts anew
my @crowd = map { $gateway->connect } 1 .. 5;
my (%ends, $crashed);
$started = time;
until ($crashed && time - $crashed > 1)
{
	my $crash_now = !$crashed && time - $started > 0.5;
	print {$_} call_bytes('test_wait', { seconds => $crash_now ? 1 : 0.02 }) for @crowd;
	kill_running(), $crashed = time if $crash_now;
	for (@crowd)
	{
		my $end = $gateway->read_answer($_);
		$ends{ $end->{status} . ($end->{json}{result}{isError} ? ' ' . GatewayTest::tool_error($end)->{code} : '') }++;
	}
}
my @other = grep { !/^(200|200 unavailable|503)$/ } keys %ends;
is_deeply(\@other, [], 'in a crash calls end well, or can be repeated') or diag explain \%ends;
cmp_ok($ends{200}, '>', 20, '... and go on');

# a database nobody is let into
$db->do('select pg_sleep(0)');
my $outside = connect_to('postgres', PrintWarn => 0);
$outside->do('alter database gateway_database allow_connections false');
$outside->do("select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = 'voygen_gateway' and datname = 'gateway_database'");
$answer = $gateway->modern('tools/call', { name => 'test_write', arguments => { name => 'Away', seconds => 0 } });
is($answer->{status}, 503, 'without a database a call is refused');
is($answer->{json}{error}{data}{code}, 'unavailable', '... with its code');
like($answer->{json}{error}{message}, qr/cannot be reached/, '... and why');
is($gateway->modern('tools/list')->{status}, 503, 'so is a list that nobody remembers');
$outside->do('alter database gateway_database allow_connections true');
$outside->disconnect;
GatewayTest::wait_for('the database', sub { $gateway->modern('tools/call', { name => 'test_wait', arguments => { seconds => 0 } })->{status} == 200 });
is(clients_named('Away'), 0, 'what was refused has not happened');

# --- a connection that breaks behind the row, before the end of the transaction ------------------------

is($gateway->stop, 'exit 0', 'the gateway ends');
my $cutter = ProtocolCutter->new;
$gateway->{url} = $cutter->url('gateway_database', 'voygen_gateway');
$gateway->start;
$gateway->modern('tools/list');
is($gateway->call('test_wait', { seconds => 0 })->{said}, 'waited', 'a call through a relay is answered');
$cutter->cut_after('written');
$answer = $gateway->modern('tools/call', { name => 'test_write', arguments => { name => 'Cut', seconds => 0 } });
$error = GatewayTest::tool_error($answer);
is($error->{code}, 'unavailable', 'a row alone is no success') or diag $answer->{body};
like("$error->{message} $error->{hint}", qr/not known.*idempotency_key/, '... and no certain failure');
$cutter->cut_after('waited');
is($gateway->call('test_wait', { seconds => 0 })->{said}, 'waited', 'a reading call runs again');
is($gateway->stop, 'exit 0', 'the gateway ends again');
delete $gateway->{url};
$gateway->start;

# --- the end -----------------------------------------------------------------------------------------------

$socket = send_call('test_write', { name => 'Ending', seconds => 1 });
wait_running(1);
my $idle = $gateway->connect;
$gateway->signal('TERM');
GatewayTest::wait_for('the door to close', sub { !eval { $gateway->connect } });
ok(!defined $gateway->read_answer($idle), 'at SIGTERM an unused connection is closed');
$answer = $gateway->read_answer($socket);
is($answer->{json}{result}{structuredContent}{said}, 'written', '... and a call that runs comes to its end');
is($answer->{headers}{connection}, 'close', '... as the last of its connection');
is($gateway->wait_for_end, 'exit 0', '... then the gateway ends');
is(clients_named('Ending'), 1, 'what the call wrote is there');

# nothing gets into the audit until the gateway has long been told to end
$gateway->start;
my $holder = connect_to('gateway_database', AutoCommit => 0, PrintWarn => 0);
$holder->do('lock table voygen.audit in share mode');
$gateway->modern('tools/call', { name => 'create_client', arguments => { nam => $_ } }) for 1 .. 2;
$gateway->signal('TERM');
GatewayTest::wait_for('the door to close', sub { !eval { $gateway->connect } });
sleep 0.5;
is(waitpid($gateway->{pid}, POSIX::WNOHANG()), 0, 'with nobody served any more it waits for the audit');
$holder->commit;
$holder->disconnect;
is($gateway->wait_for_end, 'exit 0', '... and ends then');
is(($db->selectrow_array("select count(*) from voygen.audit where outcome = 'unknown_name'"))[0], 3, '... with no failure missing in it');

$gateway->{more} = [ '--drain-ms', '300' ];
$gateway->start;
$socket = send_call('test_write', { name => 'Late', seconds => 20 });
wait_running(1);
$started = time;
is($gateway->stop, 'exit 0', 'a call that takes too long does not keep it');
cmp_ok(time - $started, '<', 8, '... for longer than it was told');
wait_running(0);
is(clients_named('Late'), 0, '... and is undone');

$gateway->start;
$socket = send_call('test_write', { name => 'Orphan', seconds => 20 });
wait_running(1);
is($gateway->stop('KILL'), 'signal 9', 'a gateway that is killed');
wait_running(0);
is(clients_named('Orphan'), 0, '... leaves nothing running');

done_testing();
