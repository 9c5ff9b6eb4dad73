# A call with an idempotency_key over a crash of the whole server: one that was answered, or could have been, is not done
# again; one that the crash broke off has left nothing and its key is free.
use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Checkout;

my $base = tempdir('voygen-calls-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $here = Checkout->new("$base/checkout");
my $data = $here->where('data');
my ($status, $output) = $here->make('deploy');
is($status, 0, 'a server with the tools') or die($output);
$here->run("build/voygen agency create sunny --name 'Sunny Travel' --currency USD");
(undef, my $token) = $here->run('build/voygen token create --agency sunny --role agent 2>/dev/null');
chomp $token;
like($token, qr/^vg_\d+_/, 'and a token');

# One call through the program: its status and its output, decoded.
sub call
{
	my ($tool, %arguments) = @_;
	my $json = JSON::PP->new->canonical->encode(\%arguments);
	my ($ended, $said) = $here->run("VOYGEN_TOKEN=$token build/voygen call $tool '$json'");
	return ($ended, eval { decode_json($said) } // { said => $said });
}

# Ends the server at once, its children too, as a machine that loses its power would.
my %crash = (
	'kill -9 of the postmaster' => sub {
		my (undef, $pid) = $here->run("head -n 1 $data/postmaster.pid");
		chomp $pid;
		kill 'KILL', $pid or die "kill $pid: $!\n";
		sleep 0.1 while kill 0, $pid;
	},
	'an immediate stop' => sub {
		my $as = $> == 0 ? 'setpriv --reuid=postgres --regid=postgres --clear-groups' : '';
		my ($ended, $said) = $here->run("$as " . $here->where('bin') . "/pg_ctl stop -m immediate -s -w -D $data");
		is($ended, 0, 'the server stops at once') or diag($said);
	},
);
sub start { my ($ended, $said) = $here->make('cluster'); is($ended, 0, 'the server starts again') or die($said); return }
sub count_of { return $here->query("select count(*) from voygen.clients where name = '$_[0]'") }

for my $crash (sort keys %crash)
{
	# Answered, then the crash
	my $name = "Answered before $crash";
	my (undef, $first) = call('create_client', name => $name, idempotency_key => "a $crash");
	ok($first->{client_id}, "$crash: a call is answered") or diag(explain($first));
	$crash{$crash}->();
	my ($ended, $error) = call('find_clients');
	is($error->{code}, 'unavailable', "$crash: the server is gone");
	start();
	my (undef, $again) = call('create_client', name => $name, idempotency_key => "a $crash");
	is_deeply($again, $first, "$crash: the repeated call gets the first answer");
	(undef, $error) = call('create_client', name => 'Somebody else', idempotency_key => "a $crash");
	is($error->{code}, 'conflict', "$crash: with other arguments it is a conflict");
	is(count_of($name), 1, "$crash: it was done once");
	is(count_of('Somebody else'), 0, "$crash: and nothing else was");

	# Broken off in the middle: it has written its client and its key, and waits for a row of the audit
	$name = "Broken off by $crash";
	my $holder = fork // die "fork: $!";
	if (!$holder) { $here->query("begin; lock table voygen.audit in exclusive mode; select pg_sleep(120)"); POSIX::_exit(0) }
	my $wait = sub { my ($what, $sql) = @_; my $end = time + 60; until ($here->query($sql) eq 't') { die "waited in vain for $what\n" if time > $end; sleep 0.1 } };
	$wait->('the lock', "select exists (select from pg_locks where relation = 'voygen.audit'::regclass and mode = 'ExclusiveLock')");
	pipe my $reading, my $writing or die "pipe: $!";
	my $caller = fork // die "fork: $!";
	if (!$caller)
	{
		my ($ends, $says) = call('create_client', name => $name, idempotency_key => "b $crash");
		print $writing encode_json([$ends, $says]);
		close $writing;
		POSIX::_exit(0);
	}
	close $writing;
	$wait->('the call', "select exists (select from pg_locks where relation = 'voygen.audit'::regclass and not granted)");
	$crash{$crash}->();
	waitpid $_, 0 for $caller, $holder;
	($ended, $error) = @{ decode_json(do { local $/; <$reading> }) };
	is($ended, 1, "$crash: the call is told");
	is($error->{code}, 'unavailable', "$crash: that the server went away");
	start();
	is(count_of($name), 0, "$crash: nothing of it is left");
	is($here->query("select count(*) from voygen.idempotency_keys where key = 'b $crash'"), 0, "$crash: its key is free");
	($ended, $again) = call('create_client', name => "$name, then done", idempotency_key => "b $crash");
	ok($again->{client_id}, "$crash: another call may take it");
	is($here->query("select count(*) from voygen.audit where tool = 'create_client' and outcome = 'ok' and args ->> 'name' like '%$crash%'"), 2, "$crash: the audit has what was done");
}

done_testing();
