# What one caller and one address may take: requests a second, bad tokens a minute, connections to the database, clients.
use strict;
use warnings;
use IO::Select;
use IPC::Run ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(time sleep);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_limits', start => 0);
$gateway->add_tools;
my %tokens = %{ $gateway->{tokens} };
my %call = (name => 'find_clients', arguments => {});

sub start
{
	my (@options) = @_;
	is($gateway->stop, 'exit 0', 'SIGTERM ends it') if $gateway->{pid};
	$gateway->{more} = \@options;
	return $gateway->start;
}
sub call { my ($token, %options) = @_; return $gateway->modern('tools/call', \%call, token => $token, %options) }
sub statuses { my ($count, $token) = @_; return join ' ', map { call($token)->{status} } 1 .. $count }

# --- requests ------------------------------------------------------------------------------------------

start('--rate', '2', '--burst', '4');
is(statuses(4, $tokens{'sunny:agent'}), '200 200 200 200', 'as many as the burst allows');
my $answer = call($tokens{'sunny:agent'});
is($answer->{status}, 429, 'one more is too many');
like($answer->{headers}{'retry-after'}, qr/^1$/, '... and when to come back is said');
is($answer->{json}{error}{data}{code}, 'rate_limited', '... in the words of the tools');
is($answer->{json}{id}, 1, '... to the request that asked');
is(statuses(2, $tokens{'sunny:reader'}), '200 200', 'another token of the agency has its own');
is($gateway->modern('tools/list', {}, token => $tokens{'sunny:agent'})->{status}, 429, 'every method counts');
sleep 1.1;
is(statuses(3, $tokens{'sunny:agent'}), '200 200 429', 'a second brings as many as the rate says');
my @batch = map { { jsonrpc => '2.0', id => $_, method => 'tools/call', params => \%call } } 1 .. 6;
my $batch = $gateway->post($gateway->encode([@batch]), token => $tokens{'rainy:agent'});
is($batch->{status}, 200, 'a batch is answered as one');
my @failed = grep { $_->{result}{isError} } @{ $batch->{json} };
is(scalar @failed, 2, '... in which those beyond the burst failed');
is(JSON::PP->new->decode($failed[0]{result}{content}[0]{text})->{code}, 'rate_limited', '... with a result that says so');

# standard input has no status
my $lines = join '', map { $gateway->encode($_) . "\n" } @batch;
my ($out, $err) = ('', '');
{
	local $gateway->{token} = $tokens{'rainy:admin'};
	IPC::Run::run([ $gateway->command('--stdio', '--rate', '2', '--burst', '4') ], \$lines, \$out, \$err);
}
is(scalar(() = $out =~ /rate_limited/g), 2, 'on standard input, too, what is too much gets a result');
is(scalar(split /\n/, $out), 6, '... each its own');

# --- bad tokens ------------------------------------------------------------------------------------------

start('--failures', '6');
is(call($tokens{'sunny:agent'})->{status}, 200, 'a good token');
(my $altered = $tokens{'sunny:agent'}) =~ tr/a-z/b-za/;
is(statuses(3, $altered), '401 401 401', 'secrets nobody has');
is(statuses(3, 'vg_1_abc'), '401 401 401', '... and no secrets at all');
$answer = call($altered);
is($answer->{status}, 429, 'are not looked at any more when they are many');
like($answer->{headers}{'retry-after'}, qr/^\d+$/, '... for a while that is said');
is(call('vg_1_abc')->{status}, 429, 'nor are others');
is(call($tokens{'sunny:admin'})->{status}, 429, '... not even good ones, of whom nobody knows yet that they are');
is(call($tokens{'sunny:agent'})->{status}, 200, 'who has shown a good one goes on');
is(call(undef)->{status}, 401, 'who shows none is told how to');

# --- connections to the database ------------------------------------------------------------------------------

start('--pool', '4');
sub request { my ($seconds, $token) = @_; return $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_wait', arguments => { seconds => $seconds } }, token => $token)) }
my @crowd = map { my $socket = $gateway->connect; print {$socket} request(0.6, $tokens{'sunny:agent'}); $socket } 1 .. 12;
GatewayTest::wait_for('the crowd', sub { $gateway->running_statements >= 3 });
sleep 0.1;
is($gateway->running_statements, 3, 'one token has three quarters of the connections');
my $begin = time;
is(call($tokens{'rainy:agent'})->{status}, 200, 'another finds one free');
cmp_ok(time - $begin, '<', 0.5, '... at once');
# two more callers share what is left, and come before the crowd when something ends
my @few = map { my $socket = $gateway->connect; print {$socket} request(0.1, $tokens{"rainy:$_"}); $socket } qw(agent reader admin agent);
$begin = time;
$gateway->read_answer($_) for @few;
cmp_ok(time - $begin, '<', 1.5, 'a few calls of others do not wait for the crowd to end');
my $left = grep { !IO::Select->new($_)->can_read(0) } @crowd;
cmp_ok($left, '>=', 3, '... of which many still wait');
is(join(' ', map { $gateway->read_answer($_)->{status} } @crowd), join(' ', ('200') x 12), 'the crowd, too, gets its answers');

start('--pool', '2', '--queue', '3');
@crowd = map { my $socket = $gateway->connect; print {$socket} request(1, $tokens{'sunny:agent'}); $socket } 1 .. 2;
GatewayTest::wait_for('the first', sub { $gateway->running_statements >= 2 });
push @crowd, map { my $socket = $gateway->connect; print {$socket} request(0.1, $tokens{'sunny:agent'}); $socket } 1 .. 3;
sleep 0.2;
is(call($tokens{'sunny:agent'})->{status}, 503, 'who has filled the queue is refused');
is(call($tokens{'rainy:agent'})->{status}, 200, '... and others are not');
$gateway->read_answer($_) for @crowd;

# --- clients ----------------------------------------------------------------------------------------------------

start('--per-address', '3');
my @clients = map { $gateway->connect } 1 .. 3;
sleep 0.2;
is($gateway->read_answer($gateway->connect)->{status}, 503, 'one client more than an address may have');
close pop @clients;
GatewayTest::wait_for('the place', sub { my $got = eval { call($tokens{'sunny:agent'}) }; $got && $got->{status} == 200 });
pass('... comes in when one has left');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
