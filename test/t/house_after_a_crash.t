# What a killed server, a reused process number, an interrupted initdb or a port taken by somebody leave behind does not
# keep the next start from working, and loses nothing that was committed.
use strict;
use warnings;
use File::Temp qw(tempdir);
use IO::Socket::INET;
use POSIX qw(_exit);
use Test::More;
use Checkout;

my $base = tempdir('voygen-crash-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $here = Checkout->new("$base/checkout");
my $data = $here->where('data');

# An initdb that was broken off has left a half-made folder.
$here->run("mkdir -p $data.new .voygen/main/log && touch $data.new/PG_VERSION");
$here->run('if [ $(id -u) = 0 ]; then chown -R postgres: .voygen/main; fi');
my ($status, $output) = $here->make('deploy');
is($status, 0, 'a broken-off initdb is begun anew') or diag($output);

sub postmaster
{
	my (undef, $pid) = $here->run("head -n 1 $data/postmaster.pid");
	chomp $pid;
	return $pid;
}

# Kills the postmaster as a crash would and waits until it is gone.
sub crash
{
	my $pid = postmaster();
	kill 'KILL', $pid;
	select undef, undef, undef, 0.1 while kill 0, $pid;
	return;
}

$here->query('create table public.kept as select 1 as n');
crash();
($status, $output) = $here->make('cluster');
is($status, 0, 'the server starts after kill -9 of the postmaster') or diag($output);
is($here->query('select n from public.kept'), '1', '... with what was committed');

# The number in the pid file belongs to a process that lives and is none of ours.
crash();
$here->run("sed -i '1s/.*/$$/' $data/postmaster.pid");
($status, $output) = $here->make('down');
is($status, 0, 'make down with a pid file that names another process succeeds') or diag($output);
ok(kill(0, $$), '... and leaves that process alone');
($status, $output) = $here->make('cluster');
is($status, 0, 'make cluster with such a pid file starts the server') or diag($output);
is($here->query('select n from public.kept'), '1', '... with what was committed');

# A backend that is busy when its postmaster is killed lives on and holds the shared memory.
my $busy = fork // die "fork: $!";
if ($busy == 0)
{
	$here->query('select pg_sleep(60)');
	_exit(0);
}
my $seen;
for (1 .. 100)
{
	$seen = $here->query("select count(*) from pg_stat_activity where query like 'select pg_sleep%'") eq '1';
	last if $seen;
	select undef, undef, undef, 0.1;
}
ok($seen, 'a backend is busy');
crash();
($status, $output) = $here->make('down');
is($status, 0, 'make down after kill -9 succeeds') or diag($output);
is_deeply([$here->processes], [], '... and leaves no orphan');
waitpid $busy, 0;

# Somebody took the port while the server was down.
my (undef, $port) = $here->run('cat "$(service/cluster/where socket)/port"');
chomp $port;
my $squatter = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1, ReuseAddr => 1);
ok($squatter, "another program takes port $port");
($status, $output) = $here->make('cluster');
is($status, 0, 'the server starts on another port') or diag($output);
like($output, qr/port $port is taken by another program/, '... and says so');
my $new_port = $here->query('show port');
isnt($new_port, $port, '... which it does use');
like($here->environment->{VOYGEN_DATABASE_URL}, qr/:$new_port\//, '... and writes into the environment file');
is(($here->make('down'))[0], 0, 'make down succeeds');

done_testing();
