# The gateway holds no more after many requests of every kind than after some: good ones and bad ones, large ones, clients
# that go away in the middle. GATEWAY_MEMORY_SECONDS is how long.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_memory', plain => 1, raw => 1, more => [ '--pool', '4' ]);
$gateway->add_tools;
my $seconds = $ENV{GATEWAY_MEMORY_SECONDS} // 10;
# What an allocator may keep in pieces.
my $room = 6_000;

my %call = (name => 'test_wait', arguments => { seconds => 0 });
my $kept = $gateway->connect;
my @kinds = (
	sub { print {$kept} map { $gateway->request_bytes($gateway->modern_request('tools/call', \%call)) } 1 .. 10; $gateway->read_answer($kept) for 1 .. 10 },
	sub { $gateway->modern('tools/list') },
	sub { $gateway->modern('tools/call', { name => 'create_client', arguments => { nam => 'x' x (1 + rand 3000) } }) },
	sub { $gateway->modern('tools/call', { name => 'nope' }, token => $gateway->{tokens}{'rainy:reader'}) },
	sub { $gateway->modern('tools/call', { name => 'test_big', arguments => { bytes => 1_000_000 + int rand 500_000 } }) },
	sub { $gateway->post('{"jsonrpc":"2.0",' . ('[' x rand 3000)) },
	sub { $gateway->modern('tools/call', { name => 'test_wait', arguments => { seconds => 0, x => 'y' x rand 2_500_000 } }) },
	sub { $gateway->modern('server/discover', {}, token => undef) },
	sub { $gateway->post('[' . join(',', map { ($gateway->legacy_request('tools/call', \%call, id => $_))[0] } 1 .. 20) . ']') },
	sub { my $gone = $gateway->connect; print {$gone} $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_wait', arguments => { seconds => 20 } })); close $gone },
	sub { my $gone = $gateway->connect; print {$gone} substr $gateway->request_bytes($gateway->modern_request('tools/call', \%call)), 0, rand 600; close $gone },
	sub { $gateway->modern('tools/call', \%call, headers => { Accept => 'text/event-stream' }) },
	sub { $gateway->modern('tools/list', {}, token => $gateway->{tokens}{"rainy:$_"}) for qw(admin agent reader) });

sub work
{
	my ($end, $rounds) = (time + $_[0], 0);
	while (time < $end) { $kinds[ $rounds++ % @kinds ]->() }
	return $rounds;
}

work($seconds * 0.4);
my $before = $gateway->resident;
my $rounds = work($seconds * 0.6);
GatewayTest::wait_for('all to be over', sub { $gateway->running_statements == 0 });
my $after = $gateway->resident;
cmp_ok($after - $before, '<', $room, "after $rounds more requests $after kB are held, $before kB before");
is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
