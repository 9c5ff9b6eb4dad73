# Memory that runs out while the gateway serves: each allocation in turn, one alone or a row of them, finds none during a set of
# exchanges. Each of these is answered well, with an error, or its connection ends; then all goes on as before, in the same
# process. While it starts, the gateway ends with a message, or runs. GATEWAY_STARVED_SECONDS is how long.
use strict;
use warnings;
use File::Temp qw(tempdir);
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(time sleep);
use GatewayTest;
use JobTest qw(count_up_tool);
use ShareTest;
use VoygenTest;

$SIG{PIPE} = 'IGNORE';
my $seconds = $ENV{GATEWAY_STARVED_SECONDS} // 6;
my $folder = tempdir('voygen-starved-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $folder;
my $library = "$folder/failing_malloc.so";
system('cc', '-shared', '-fPIC', '-O1', '-fno-builtin-malloc', '-o', $library, checkout() . '/test/faults/failing_malloc.c') == 0
	or die('failing_malloc.c does not compile');
my $control = "$folder/control";
open my $numbers, '+>', $control or die "$control: $!\n";
chmod 0666, $control;
syswrite $numbers, pack 'q3', 0, 0, 0;

# Counts from 0 on; fails those from $first on, so many.
sub starve { my ($first, $many) = @_; sysseek $numbers, 0, 0; return syswrite $numbers, pack 'q3', 0, $first, $first + $many }
sub counted { sysseek $numbers, 0, 0; sysread $numbers, my $bytes, 8; return unpack 'q', $bytes }

my $gateway = GatewayTest->new('gateway_starved', plain => 1, raw => 1, work => 1, start => 0, more => [ '--pool', '2', '--jobs', '1', '--refresh', '0' ],
	environment => [ "LD_PRELOAD=$library", "FAIL_CONTROL=$control" ]);
$gateway->add_tools;
count_up_tool($gateway->db);
$gateway->start;

# a proposal behind a link, opened as often as one likes
my ($share, $offer, $key);
{
	local $gateway->{raw} = 0;
	$share = ShareTest->on($gateway);
	$offer = $share->offer(options => ['Classic']);
	$key = $share->link($offer->{id});
	$share->db->do("create function public.forget() returns trigger language plpgsql as 'begin new.opened = 0; return new; end'");
	$share->db->do('create trigger forget before update on voygen.proposal_shares for each row execute function public.forget()');
}
my %page = (token => undef, method => 'GET', headers => { 'Content-Type' => undef, Accept => 'text/html', 'User-Agent' => $ShareTest::READER });
my %form = (token => undef, headers => { 'Content-Type' => 'application/x-www-form-urlencoded' });

my %tasks = (meta => { 'io.modelcontextprotocol/clientCapabilities' => { extensions => { 'io.modelcontextprotocol/tasks' => {} } } });
my @exchanges = map { $gateway->request_bytes(@$_) } (
	[ $gateway->modern_request('server/discover', {}) ],
	[ $gateway->modern_request('tools/list', {}) ],
	[ $gateway->modern_request('tools/call', { name => 'find_clients', arguments => { query => 'x' } }) ],
	[ $gateway->modern_request('tools/call', { name => 'test_big', arguments => { bytes => 100_000, note => 'y' x 40_000 } }) ],
	[ $gateway->modern_request('tools/call', { name => 'test_big', arguments => { bytes => 100_000 } }, headers => { Accept => 'text/event-stream' }) ],
	[ $gateway->modern_request('tools/call', { name => 'nope', arguments => {} }) ],
	[ $gateway->modern_request('tools/call', { name => 'count_up', arguments => { times => 1 } }, %tasks) ],
	[ $gateway->modern_request('tasks/get', { taskId => '1' }, %tasks) ],
	[ $gateway->modern_request('resources/list', {}) ],
	[ ($gateway->legacy_request('initialize', { protocolVersion => '2025-06-18', capabilities => {}, clientInfo => { name => 'c', version => '1' } })) ],
	[ ($gateway->legacy_request('logging/setLevel', { level => 'error' }, headers => { 'Mcp-Session-Id' => 's' })) ],
	[ '[' . join(',', map { ($gateway->legacy_request('ping', undef, id => $_))[0] } 1 .. 3) . ']' ],
	[ '', %page, path => "/p/$key" ],
	[ '', %page, path => "/p/$key/document" ],
	[ ShareTest::form({ decision => 'accepted', name => 'Ann', version => 'none' }), %form, path => "/p/$key/decision" ]);
my @streams = (
	$gateway->request_bytes($gateway->modern_request('subscriptions/listen', { notifications => { toolsListChanged => JSON::PP::true } })),
	$gateway->request_bytes('', method => 'GET', headers => { Accept => 'text/event-stream', 'Content-Type' => undef, 'Mcp-Session-Id' => 's' }));

# The status of each, or undef where the connection ended before an answer; all at once, each on a connection of its own.
sub exchange_all
{
	my @sockets = map { my $socket = $gateway->connect; print {$socket} $_; $socket } @exchanges;
	my @open = map { my $socket = $gateway->connect; print {$socket} $_; $socket } @streams;
	return map { my $answer = eval { $gateway->read_answer($_) }; die $@ if $@ =~ /in time/; $answer && $answer->{status} } @sockets;
}

exchange_all() for 1 .. 3;
my @well = exchange_all();
is_deeply(\@well, [ (200) x $#exchanges, 409 ], 'with memory all is answered');
starve(0, 0);
exchange_all();
my $most = counted();
cmp_ok($most, '>', 50, "a set of exchanges takes $most allocations");

my ($tried, $answered, $refused, $ended, @wrong) = (0, 0, 0, 0);
my $end = time + $seconds;
# every allocation once in the long form, and as many as there is time for in the short one
my $step = 1 + int($most / ($seconds * 8));
for (my $at = 1 + int rand $step; $at <= $most && !@wrong && time < $end + $seconds; $at += $step)
{
	for my $many (1, 40)
	{
		starve($at, $many);
		my @statuses = eval { exchange_all() };
		push @wrong, "allocations $at to " . ($at + $many - 1) . ": $@" if $@;
		starve(0, 0);
		$answered += grep { defined && $_ == 200 } @statuses;
		$refused += grep { defined && $_ != 200 } @statuses;
		$ended += grep { !defined } @statuses;
		push @wrong, "allocations $at to " . ($at + $many - 1) . ": status $_" for grep { defined && $_ !~ /^(200|401|409|500|503)$/ } @statuses;
		my $sound;
		GatewayTest::wait_for("a sound answer after allocation $at", sub {
			die "the gateway has ended (status $?) after allocation $at, $many: " . $gateway->said . "\n" if waitpid($gateway->{pid}, WNOHANG) != 0;
			$sound = eval { $gateway->modern('tools/call', { name => 'test_wait', arguments => { seconds => 0 } }) };
			return $sound && $sound->{status} == 200 && $sound->{body} =~ /waited/ });
		$tried++;
	}
}
is_deeply(\@wrong, [], "$tried times without memory: $answered answers, $refused errors, $ended connections ended");
cmp_ok($refused + $ended, '>', 0, 'it was felt');
GatewayTest::wait_for('all to be over', sub { $gateway->running_statements == 0 });
is_deeply([ exchange_all() ], \@well, 'all is answered as before');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');

# --- the start ------------------------------------------------------------------------------------

my @bad;
for my $at (1 .. 12, map { $_ * 9 + 12 } 1 .. 12)
{
	starve($at, 1);
	if (eval { $gateway->start; 1 }) { starve(0, 0); my $how = $gateway->stop; push @bad, "allocation $at: $how" if $how ne 'exit 0'; next }
	waitpid delete $gateway->{pid}, 0 if $gateway->{pid};
	push @bad, "allocation $at: " . $gateway->said unless $gateway->said =~ /memory|cannot|no event loop/;
}
is_deeply(\@bad, [], 'without memory at the start the gateway ends with a message, or serves');
done_testing();
