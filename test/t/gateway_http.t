# Bytes on the wire: requests in pieces and in a row, answers in order, what is too long, too slow or no HTTP, answers of
# many megabytes to a slow reader.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep time);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_http', more => [ '--max-body', '1000000', '--connections', '40', '--idle-ms', '1500', '--max-held', '2000000' ]);
$gateway->add_tools;

sub wait_bytes
{
	my ($seconds, $id) = @_;
	return $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_wait', arguments => { seconds => $seconds } }, id => $id));
}

sub discover_bytes
{
	my ($id, %options) = @_;
	return $gateway->request_bytes($gateway->modern_request('server/discover', {}, id => $id, %options));
}

# True when the other side has closed the connection.
sub has_ended
{
	my ($socket) = @_;
	return !defined $gateway->read_answer($socket);
}

# --- one connection -----------------------------------------------------------------------

my $socket = $gateway->connect;
for my $id (1 .. 3)
{
	print {$socket} discover_bytes($id);
	is($gateway->read_answer($socket)->{json}{id}, $id, "request $id on one connection");
}

print {$socket} wait_bytes(0.4, 'slow'), discover_bytes('quick'), wait_bytes(0, 'third');
is($gateway->read_answer($socket)->{json}{id}, $_, "sent at once, answered in order: $_") for qw(slow quick third);

print {$socket} join '', map { discover_bytes($_) } 1 .. 200;
my @ids = map { $gateway->read_answer($socket)->{json}{id} } 1 .. 200;
is_deeply(\@ids, [ 1 .. 200 ], '200 requests sent at once are answered in order');

my $bytes = discover_bytes('pieces');
for my $byte (split //, $bytes)
{
	syswrite $socket, $byte;
	select undef, undef, undef, 0.0005;
}
is($gateway->read_answer($socket)->{json}{id}, 'pieces', 'a request that comes byte by byte');

my ($body, %options) = $gateway->modern_request('server/discover', {}, id => 'chunks');
my $head = $gateway->request_bytes('', %options, headers => { %{ $options{headers} }, 'Content-Length' => undef, 'Transfer-Encoding' => 'chunked' });
print {$socket} $head, map { sprintf("%x\r\n%s\r\n", length, $_) } (substr($body, 0, 10), substr($body, 10), '');
is($gateway->read_answer($socket)->{json}{id}, 'chunks', 'a request in chunks');

($body, %options) = $gateway->modern_request('server/discover', {}, id => 'expect');
print {$socket} $gateway->request_bytes($body, %options, headers => { %{ $options{headers} }, Expect => '100-continue' }) =~ s/\Q$body\E\z//r;
is($gateway->read_answer($socket)->{status}, 100, 'a client that asks first is told to go on');
print {$socket} $body;
is($gateway->read_answer($socket)->{json}{id}, 'expect', '... and is answered');

print {$socket} discover_bytes('upgrade', headers => { Upgrade => 'h2c', Connection => 'Upgrade, HTTP2-Settings' });
is($gateway->read_answer($socket)->{json}{id}, 'upgrade', 'a client that offers another protocol is answered in this one');

print {$socket} discover_bytes('last', headers => { Connection => 'close' }), discover_bytes('beyond');
my $answer = $gateway->read_answer($socket);
is($answer->{json}{id}, 'last', 'the last request');
is($answer->{headers}{connection}, 'close', '... is answered as the last');
ok(has_ended($socket), '... and the connection ends');

$socket = $gateway->connect;
print {$socket} discover_bytes('old') =~ s{HTTP/1\.1}{HTTP/1.0}r;
is($gateway->read_answer($socket)->{json}{id}, 'old', 'HTTP/1.0 is answered');
ok(has_ended($socket), '... and the connection ends');

# --- what is refused ------------------------------------------------------------------------

for my $case (
	[ "this is no HTTP\r\n\r\n", 400, 'no HTTP' ],
	[ "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400, 'a length that is no number' ],
	[ "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, 'two lengths' ],
	[ "POST /mcp HTTP/1.1\r\nHost: localhost\r\nX: " . ('x' x 40_000) . "\r\n\r\n", 431, 'a header that is too long' ],
	[ "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" . join('', map { "X$_: 1\r\n" } 1 .. 80) . "\r\n", 431, 'too many headers' ],
	[ 'POST /' . ('x' x 40_000) . " HTTP/1.1\r\nHost: localhost\r\n\r\n", 431, 'a path that is too long' ])
{
	$socket = $gateway->connect;
	print {$socket} $case->[0];
	is($gateway->read_answer($socket)->{status}, $case->[1], "$case->[2] is refused");
	ok(has_ended($socket), '... and the connection ends');
}
$socket = $gateway->connect;
print {$socket} $gateway->request_bytes('', method => 'HEAD', headers => { Connection => 'close' });
like(do { local $/; readline $socket }, qr/\AHTTP\/1\.1 405 .*\r\n\r\n\z/s, 'HEAD is answered without a body');
$answer = $gateway->post(' ' x 1_000_001);
is($answer->{status}, 413, 'a body that is too long is refused');
($body, %options) = $gateway->modern_request('server/discover', {});
$socket = $gateway->connect;
print {$socket} $gateway->request_bytes('', %options, headers => { %{ $options{headers} }, 'Content-Length' => undef, 'Transfer-Encoding' => 'chunked' }),
	map { "10000\r\n" . (' ' x 65536) . "\r\n" } 1 .. 16;
is($gateway->read_answer($socket)->{status}, 413, '... also one whose length was not told');
$socket = $gateway->connect;
print {$socket} $gateway->request_bytes('', token => undef, headers => { 'Content-Length' => 900_000, Expect => '100-continue' });
is($gateway->read_answer($socket)->{status}, 401, 'who shows no token is not asked for his body');

# requests that come in slowly are held meanwhile, and all of them together have a limit
my @slow = map { $gateway->connect } 1 .. 3;
print {$_} $gateway->request_bytes(' ' x 900_000, headers => { 'Content-Length' => 950_000 }) for @slow[0, 1];
GatewayTest::wait_for('most of both', sub { ($gateway->post('', method => 'GET', path => '/metrics', headers => { 'Content-Type' => undef })->{body} =~ /^voygen_http_held_bytes (\d+)$/m)[0] >= 1_800_000 });
print { $slow[2] } $gateway->request_bytes(' ' x 900_000);
is($gateway->read_answer($slow[2])->{status}, 503, 'what is more than can be held is refused');
close $_ for @slow;
GatewayTest::wait_for('the rest to be forgotten', sub { $gateway->post(' ' x 900_000)->{status} == 400 });
pass('... until others have gone');

# --- who comes from where -----------------------------------------------------------------------

for my $case (
	[ { Host => 'evil.example.com' }, 403 ],
	[ { Host => 'localhost.evil.example.com' }, 403 ],
	[ { Host => undef }, 403 ],
	[ { Host => 'localhost' }, 200 ],
	[ { Host => 'LOCALHOST:8080' }, 200 ],
	[ { Host => '[::1]:8080' }, 200 ],
	[ { Origin => 'http://evil.example.com' }, 403 ],
	[ { Origin => 'http://localhost.evil.example.com' }, 403 ],
	[ { Origin => 'null' }, 403 ],
	[ { Origin => '' }, 403 ],
	[ { Origin => 'file://localhost' }, 403 ],
	[ { Origin => 'http://localhost:6274' }, 200 ],
	[ { Origin => 'https://127.0.0.1' }, 200 ],
	[ { Origin => 'http://[::1]:99' }, 200 ])
{
	my ($headers, $status) = @$case;
	my ($name) = keys %$headers;
	is($gateway->modern('server/discover', {}, headers => $headers)->{status}, $status, "$name: " . ($headers->{$name} // 'none') . " is answered with $status");
}

# A browser asks first, without a token, and wants to be told that the page may read the answer.
my %page = (Origin => 'http://localhost:6274');
$answer = $gateway->post('', method => 'OPTIONS', token => undef, headers => { %page,
	'Access-Control-Request-Method' => 'POST', 'Access-Control-Request-Headers' => 'authorization,mcp-method' });
is($answer->{status}, 204, 'a page that may call is told so before');
is($answer->{headers}{'access-control-allow-origin'}, $page{Origin}, '... by its origin');
is($answer->{headers}{'access-control-allow-headers'}, 'authorization,mcp-method', '... with the headers it asks for');
like($answer->{headers}{'access-control-allow-methods'}, qr/POST/, '... and the methods');
is($gateway->modern('server/discover', {}, headers => {%page})->{headers}{'access-control-allow-origin'}, $page{Origin}, '... and may read the answer');
is($gateway->post('', method => 'OPTIONS', headers => { Origin => 'http://evil.example.com' })->{status}, 403, 'another page is told that it may not');
ok(!exists $gateway->modern('server/discover')->{headers}{'access-control-allow-origin'}, 'who is no page is told nothing of it');
is($gateway->post('', method => 'OPTIONS')->{status}, 405, '... and knows no OPTIONS');

# --- large answers ----------------------------------------------------------------------------------

my $size = 6_000_000;
my $value = '{"said":"' . ('A \\"quoted\\" line\\n' x ($size / 16)) . '"}';
my $expected = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"' . ($value =~ s/(["\\])/\\$1/gr)
	. qq("}],"structuredContent":$value,"resultType":"complete",);
$socket = $gateway->connect;
print {$socket} $gateway->request_bytes($gateway->modern_request('tools/call', { name => 'test_big', arguments => { bytes => $size } })), discover_bytes('behind');
# a reader that is slow at first: the rest has to wait where it is
for (1 .. 40)
{
	sysread $socket, my $some, 4096;
	${*$socket}{gateway_unread} .= $some;
	sleep 0.02;
}
$answer = $gateway->read_answer($socket);
cmp_ok(length $answer->{body}, '>', 2 * $size, 'an answer of 12 million bytes arrives whole');
ok(substr($answer->{body}, 0, length $expected) eq $expected, '... as value and as text');
is($gateway->read_answer($socket)->{json}{id}, 'behind', '... and the next answer follows');
$answer = $gateway->modern('tools/call', { name => 'test_big', arguments => { bytes => $size } }, headers => { Accept => 'text/event-stream' });
ok(substr($answer->{body}, 0, 21 + length $expected) eq "event: message\ndata: $expected", 'and as an event');

# --- too many, too quiet -------------------------------------------------------------------------------

my @crowd = map { $gateway->connect } 1 .. 60;
my %got;
for (@crowd)
{
	print {$_} discover_bytes(1);
	my $crowded = eval { $gateway->read_answer($_) };
	$got{ $crowded ? $crowded->{status} : 'cut' }++;
}
cmp_ok($got{200} // 0, '>=', 35, 'up to the limit connections are served');
cmp_ok(($got{503} // 0) + ($got{cut} // 0), '>=', 15, '... beyond it they are turned away');
undef @crowd;
GatewayTest::wait_for('room', sub { my $one = eval { $gateway->modern('server/discover') }; $one && $one->{status} == 200 });
$socket = $gateway->connect;
my $started = time;
ok(has_ended($socket), 'an unused connection is closed');
cmp_ok(time - $started, '>', 1.4, '... after a while');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
