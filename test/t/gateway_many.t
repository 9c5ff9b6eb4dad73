# Many clients at once, and clients that are too slow: 1,000 that do nothing, 200 that all call, some that send or read a
# byte now and then. The program as users get it, since its memory is looked at too.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;

# idle clients are let be for much longer than slow ones
my $gateway = GatewayTest->new('gateway_many', plain => 1, more => [ '--pace-ms', '2000' ]);
$gateway->add_tools;
$gateway->modern('tools/list');

# A child that holds connections open until it is told to let go; it answers how many are still open then.
sub hold_idle
{
	my ($count) = @_;
	pipe my $from_child, my $to_parent or die "pipe: $!\n";
	pipe my $from_parent, my $to_child or die "pipe: $!\n";
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		$SIG{ALRM} = 'DEFAULT';
		alarm 120;
		my @held = map { eval { $gateway->connect } // () } 1 .. $count;
		syswrite $to_parent, scalar(@held) . "\n";
		readline $from_parent;
		my $open = 0;
		for my $socket (@held)
		{
			print {$socket} $gateway->request_bytes($gateway->modern_request('server/discover'));
			my $answer = eval { $gateway->read_answer($socket) };
			$open++ if $answer && $answer->{status} == 200;
		}
		syswrite $to_parent, "$open\n";
		require POSIX;
		POSIX::_exit(0);
	}
	return { pid => $pid, from => $from_child, to => $to_child, held => 0 + readline $from_child };
}

# --- many ----------------------------------------------------------------------------------------------

my @idle = map { hold_idle(500) } 1 .. 2;
is($idle[0]{held} + $idle[1]{held}, 1000, '1,000 clients are let in');
my @busy = map { $gateway->connect } 1 .. 200;
my (%statuses, %said);
for my $round (1 .. 5)
{
	print { $busy[$_] } $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_wait', arguments => { seconds => 0 } }, id => $_)) for 0 .. $#busy;
	for my $number (0 .. $#busy)
	{
		my $answer = $gateway->read_answer($busy[$number]);
		$statuses{ $answer->{status} }++;
		$said{ ($answer->{json}{id} // '') eq $number ? 'right' : 'wrong' }++;
	}
}
is_deeply(\%statuses, { 200 => 1000 }, '200 that call at once are all answered, five times');
is_deeply(\%said, { right => 1000 }, '... each its own');

# --- and slow ones --------------------------------------------------------------------------------------

local $SIG{PIPE} = 'IGNORE';
my $started = time;
my $sender = $gateway->connect;
my $reader = $gateway->connect;
my ($request) = $gateway->request_bytes($gateway->modern_request('server/discover'));
print {$reader} map { $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_big', arguments => { bytes => 6_000_000 } })) } 1 .. 2;
GatewayTest::wait_for('the beginning of a large answer', sub { IO::Select->new($reader)->can_read(0) });
my $resident = $gateway->resident;
cmp_ok($resident, '<', 40_000, "all of them, one large answer among it, take $resident kB of memory");

my ($sent, %cut) = (0);
until ($cut{sender} && $cut{reader} || time - $started > 30)
{
	sleep 0.2;
	$cut{sender} //= time - $started unless syswrite $sender, substr $request, $sent++, 1;
	# what lies in the buffers of the kernel is read on, a byte a time; the connection itself is looked at
	sysread $reader, my $byte, 1;
	$cut{reader} //= time - $started unless grep { /:$gateway->{port}$/ } reader_connection();
}
# a window of two seconds has to pass, and the clock looks every second
for my $who ([ sender => 'a client that sends a byte now and then is cut off' ], [ reader => 'so is one that reads a byte now and then' ])
{
	my ($name, $what) = @$who;
	cmp_ok($cut{$name} // 999, '<', 15, $what);
	cmp_ok($cut{$name} // 0, '>', 1.5, '... once it had its time');
}
GatewayTest::wait_for('memory of the large answer', sub { $gateway->resident < 40_000 });
is($gateway->modern('server/discover')->{status}, 200, 'others are served');
syswrite $_->{to}, "\n" for @idle;
is($idle[0]{from}->getline + $idle[1]{from}->getline, 1000, 'those that did nothing are still served');
waitpid $_->{pid}, 0 for @idle;

# The other end of the reader's connection, as the kernel knows it: established, or nothing.
sub reader_connection
{
	my $mine = sprintf ':%04X', $reader->sockport;
	my $theirs = sprintf ':%04X', $gateway->{port};
	open my $file, '<', '/proc/net/tcp' or die "/proc/net/tcp: $!\n";
	return map { ":$gateway->{port}" } grep { /^\s*\d+: \S+$theirs \S+$mine 01 / } <$file>;
}

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
