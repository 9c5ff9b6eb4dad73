# The gateway on standard input and output: one message per line, nothing else on stdout, the owner of VOYGEN_TOKEN.
use strict;
use warnings;
use IPC::Run ();
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use GatewayTest;

my $gateway = GatewayTest->new('gateway_stdio', start => 0);
$gateway->add_tools;
my $json = JSON::PP->new->allow_nonref->utf8->allow_bignum;

# Runs it with this input to its end: {status, lines, err}.
sub run_stdio
{
	my ($in, @arguments) = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ $gateway->command('--stdio', @arguments) ], \$in, \$out, \$err, IPC::Run::timeout(60));
	my $status = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	fail("a sanitizer speaks: $err") if $err =~ /Sanitizer|runtime error/;
	return { status => $status, lines => [ map { eval { $json->decode($_) } // "no JSON: $_" } split /\n/, $out ], out => $out, err => $err };
}

sub line
{
	my ($method, $params, %more) = @_;
	return $json->encode({ jsonrpc => '2.0', id => 1, method => $method, ($params ? (params => $params) : ()), %more }) . "\n";
}

my %modern = (_meta => { 'io.modelcontextprotocol/protocolVersion' => '2026-07-28', 'io.modelcontextprotocol/clientCapabilities' => {} });

# --- both eras ---------------------------------------------------------------------------------

my $run = run_stdio(line('server/discover', {%modern}) . line('tools/call', { name => 'find_clients', arguments => {}, %modern }, id => 'two'));
is($run->{status}, 0, 'it ends when its input ends');
is($run->{err}, '', '... without a word');
is_deeply($run->{lines}[0]{result}{supportedVersions}, ['2026-07-28'], 'server/discover');
is($run->{lines}[1]{id}, 'two', 'tools/call repeats the id');
is_deeply($run->{lines}[1]{result}{structuredContent}{clients}, [], '... and has a result');

$run = run_stdio(
	line('initialize', { protocolVersion => '2025-06-18', capabilities => {}, clientInfo => { name => 'x', version => '1' } })
	. $json->encode({ jsonrpc => '2.0', method => 'notifications/initialized' }) . "\n"
	. line('ping', undef, id => 2) . line('tools/list', undef, id => 3));
my %by_id = map { ($_->{id} => $_) } @{ $run->{lines} };
is(scalar @{ $run->{lines} }, 3, 'a notification is not answered');
is($by_id{1}{result}{protocolVersion}, '2025-06-18', 'initialize agrees on the revision');
is_deeply($by_id{2}{result}, {}, 'ping');
cmp_ok(scalar @{ $by_id{3}{result}{tools} }, '>', 30, 'tools/list');
my ($first) = grep { $_->{name} eq 'test_big' } @{ $by_id{3}{result}{tools} };
is($first->{title}, 'A large answer', '... with titles');
is($first->{inputSchema}{properties}{bytes}{type}, 'integer', '... and schemas');
is($first->{annotations}{readOnlyHint}, JSON::PP::true, '... and hints');
is($run->{lines}[-1]{result}{resultType}, undef, '... in the form of that revision');

# --- lines -----------------------------------------------------------------------------------------

$run = run_stdio("\n \r\n" . line('ping') =~ s/\n/\r\n/r . "no json\n" . line('ping', undef, id => 4) =~ s/\n//r);
is_deeply([ map { $_->{error}{code} // $_->{id} } @{ $run->{lines} } ], [ 1, -32700, 4 ], 'empty lines, CR LF, a fault, a last line without an end');
$run = run_stdio(line('ping', { x => 'x' x 3000 }) . line('ping', undef, id => 2), '--max-body', '2000');
is_deeply([ map { $_->{error}{code} // $_->{id} } @{ $run->{lines} } ], [ -32700, 2 ], 'a line that is too long, and the one behind it');
$run = run_stdio(join '', map { line('tools/call', { name => 'find_clients' }, id => $_) } 1 .. 300);
is(scalar @{ $run->{lines} }, 300, '300 calls at once are all answered');
is(scalar(grep { ref $_ && $_->{result} } @{ $run->{lines} }), 300, '... well');
$run = run_stdio(line('tools/call', { name => 'test_big', arguments => { bytes => 900_000 } }) . line('ping', undef, id => 'b'));
is($run->{out} =~ tr/\n//, 2, 'line ends inside an answer are none of the line');
cmp_ok(length $run->{out}, '>', 1_800_000, 'a large answer arrives whole');

# --- cancelling, and the end -----------------------------------------------------------------------------

my $started = time;
$run = run_stdio(line('tools/call', { name => 'test_wait', arguments => { seconds => 25 } }, id => 'slow')
	. $json->encode({ jsonrpc => '2.0', method => 'notifications/cancelled', params => { requestId => 'slow' } }) . "\n" . line('ping', undef, id => 2));
is_deeply([ map { $_->{id} } @{ $run->{lines} } ], [2], 'what is cancelled is not answered');
cmp_ok(time - $started, '<', 20, '... and not waited for');

# --- who asks -----------------------------------------------------------------------------------------------

{
	local $gateway->{token} = 'vg_1_short';
	$run = run_stdio(line('ping'));
	is($run->{status}, 1, 'a token that is none');
	like($run->{err}, qr/VOYGEN_TOKEN does not hold a whole token/, '... is said');
	is($run->{out}, '', '... on stderr');
}
{
	local $gateway->{token} = $gateway->{tokens}{'sunny:reader'};
	$run = run_stdio(line('tools/list') . line('tools/call', { name => 'create_client', arguments => { name => 'Ann' } }, id => 2));
	%by_id = map { ($_->{id} => $_) } @{ $run->{lines} };
	is(scalar(grep { $_->{name} =~ /^(create|update|archive)_/ } @{ $by_id{1}{result}{tools} }), 0, 'a reader sees no tools that write');
	is(GatewayTest::tool_error({ json => $by_id{2} })->{code}, 'not_allowed', '... and may not call them');
}
{
	local $gateway->{token} = $gateway->{tokens}{'sunny:agent'} =~ s/.$/x/r;
	$run = run_stdio(line('tools/call', { name => 'find_clients' }));
	is($run->{lines}[0]{error}{data}{code}, 'not_allowed', 'a token nobody has is refused');
}

# --- the command line -------------------------------------------------------------------------------------

for my $case (
	[ [], qr/either --http ADDR:PORT or --stdio/ ],
	[ [ '--stdio', '--http', '127.0.0.1:0' ], qr/either --http ADDR:PORT or --stdio/ ],
	[ [ '--stdio', 'more' ], qr/unexpected argument "more"/ ])
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ $gateway->command(@{ $case->[0] }) ], \'', \$out, \$err);
	is($? >> 8, 2, "serve @{ $case->[0] }: wrong usage");
	like($err, $case->[1], '... and why');
}
for my $case (
	[ [ '--http', 'nowhere' ], qr/"nowhere" is no address to listen on.*\nhint: expected ADDR:PORT/ ],
	[ [ '--http', '192.0.2.1:80' ], qr/cannot listen on 192\.0\.2\.1:80/ ],
	[ [ '--stdio', '--pool', '0' ], qr/--pool \(VOYGEN_POOL\) is "0"; expected a whole number from 1 to 200/ ],
	[ [ '--stdio', '--queue', '5x' ], qr/--queue \(VOYGEN_QUEUE\) is "5x"/ ])
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ $gateway->command(@{ $case->[0] }) ], \'', \$out, \$err);
	is($? >> 8, 1, "serve @{ $case->[0] } fails");
	like($err, $case->[1], '... and says why');
}
{
	local $gateway->{environment} = ['VOYGEN_POOL=many'];
	my ($out, $err) = ('', '');
	IPC::Run::run([ $gateway->command('--stdio') ], \'', \$out, \$err);
	like($err, qr/VOYGEN_POOL\) is "many"/, 'a variable of the environment is read as well');
	local $gateway->{environment} = [];
	local $gateway->{url} = 'no address';
	IPC::Run::run([ $gateway->command('--stdio') ], \'', \$out, \$err);
	like($err, qr/VOYGEN_GATEWAY_URL is no address of a database/, 'an address that is none is said');
}
SKIP:
{
	skip 'only root can be root', 2 if $> != 0;
	my ($out, $err) = ('', '');
	my @command = $gateway->command('--stdio');
	splice @command, 0, 4;
	IPC::Run::run(\@command, \'', \$out, \$err);
	is($? >> 8, 1, 'root is refused');
	like($err, qr/does not run as root/, '... and told so');
}

done_testing();
