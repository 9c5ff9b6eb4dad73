# What `voygen call` says when the database goes away: before it, in the middle, for one session or altogether; and
# when the caller goes away instead.
# Alone on the test cluster: it kills a backend, and all others go with it.
use strict;
use warnings;
use IPC::Run ();
use JSON::PP;
use ProtocolCutter;
use Test::More;
use Time::HiRes qw(sleep time);
use VoygenTest;
use VoygenProgram;

my $db = fresh_database('cli_faults');
my $voygen = VoygenProgram->new('cli_faults');
$db->do("select voygen.create_agency('sunny', 'Sunny Travel')");
$voygen->{token} = $voygen->new_token('sunny', 'agent');

# Waits for something to be true, up to half a minute.
sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 30;
	until ($test->())
	{
		die "waited in vain for $what\n" if time > $end;
		sleep 0.02;
	}
	return;
}

# Starts a call that waits for a lock of ours, hands its backend to the given function, and answers how it ended.
sub interrupted
{
	my ($interrupt) = @_;
	my $holder = connect_to('cli_faults', AutoCommit => 0);
	$holder->do('lock table voygen.clients in access exclusive mode');
	my ($in, $out, $err) = ('', '', '');
	my ($run, $backend);
	{
		local %ENV = $voygen->environment;
		$run = IPC::Run::start([ VoygenProgram::program(), 'call', 'create_client', '{"name": "Late"}' ], \$in, \$out, \$err);
	}
	wait_for('the call to wait', sub {
		($backend) = $db->selectrow_array(
			"select pid from pg_stat_activity where datname = 'cli_faults' and usename = 'voygen_gateway' and wait_event_type = 'Lock'");
		return $backend;
	});
	$interrupt->($backend, $run);
	$run->finish;
	eval { $holder->rollback };
	eval { $holder->disconnect };
	return { status => $? & 127 ? 'signal ' . ($? & 127) : $? >> 8, out => $out, err => $err };
}

sub check_refusal
{
	my ($what, $run, $code, $message) = @_;
	is($run->{status}, 1, "$what: status 1");
	is($run->{out}, '', "$what: nothing on stdout");
	my $error = eval { decode_json($run->{err}) };
	ok($error, "$what: one JSON object on stderr") or diag $run->{err};
	is($error->{code}, $code, "$what: code");
	like($error->{message}, $message, "$what: message");
	return $error // {};
}

# A connection that breaks behind the row and before the end of the transaction: nobody knows whether that was committed.
{
	my $cutter = ProtocolCutter->new;
	local $voygen->{gateway} = $cutter->url('cli_faults', 'voygen_gateway');
	is($voygen->run('call', 'find_clients')->{status}, 0, 'a call through a relay is answered');
	$cutter->cut_after('"client_id"');
	my $error = check_refusal('a connection cut behind the row', scalar $voygen->run('call', 'create_client', '{"name": "Cut"}'),
		'unavailable', qr/closed the connection during the call/);
	like($error->{hint}, qr/not known/, '... and says that its effect is not known');
}

# An administrator ends the session.
check_refusal('a session ended by an administrator',
	interrupted(sub { $db->do('select pg_terminate_backend(?)', undef, $_[0]) }), 'unavailable', qr/terminat|closed/);

# The caller presses Ctrl-C: the call ends, and so does the statement on the server.
my $stopped;
check_refusal('Ctrl-C', interrupted(sub { ($stopped, my $run) = @_; $run->signal('INT') }), 'timeout', qr/stopped by a signal/);
wait_for('the backend to end', sub { !$db->selectrow_array('select count(*) from pg_stat_activity where pid = ?', undef, $stopped) });
is($db->selectrow_array("select count(*) from voygen.clients where name = 'Late'"), 0, 'what was stopped has not happened');

# A backend is killed: the server restarts all of them.
my $error = check_refusal('a killed backend', interrupted(sub { kill('KILL', $_[0]) or die "kill failed: $!\n" }),
	'unavailable', qr/closed the connection during the call/);
like($error->{hint}, qr/idempotency_key/, 'a killed backend: says how to repeat safely');
$db->disconnect;
wait_for('the server to come back', sub { $db = eval { connect_to('cli_faults') } });
is($voygen->run('call', 'find_clients')->{status}, 0, 'the next call is answered');

# No server there.
my $there = $voygen->{gateway};
$voygen->{gateway} = $there =~ s/:\d+\//:1\//r;
check_refusal('no server', scalar $voygen->run('call', 'find_clients'), 'unavailable', qr/cannot connect to the database/);
$voygen->{gateway} = 'postgresql://voygen_gateway@127.0.0.1:1/nothing';
check_refusal('a port nobody listens to', scalar $voygen->run('call', 'find_clients'), 'unavailable', qr/refused/);
$voygen->{gateway} = 'not a connection string';
check_refusal('an address that is none', scalar $voygen->run('call', 'find_clients'), 'unavailable', qr/cannot connect/);
$voygen->{gateway} = database_url('cli_faults_nowhere', 'voygen_gateway');
check_refusal('no such database', scalar $voygen->run('call', 'find_clients'), 'unavailable', qr/does not exist/);

# A database without Voygen in it.
empty_database('cli_faults_empty')->disconnect;
$voygen->{gateway} = database_url('cli_faults_empty', 'voygen_gateway');
check_refusal('a database without Voygen', scalar $voygen->run('call', 'find_clients'), 'precondition_failed', qr/voygen/);

done_testing();
