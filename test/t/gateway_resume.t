# Streams that outlive their connection: ids of events, what a client is told so that he can come back, what he gets then,
# what goes on without him and for how long, what is cancelled at once, what keeps its status of HTTP, and what nobody else gets.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use Time::HiRes qw(time);
use GatewayTest;
use JobTest qw(count_up_tool);

my $gateway = GatewayTest->new('gateway_resume', start => 0, work => 1, more => [ '--jobs', '4' ]);
my $db = $gateway->db;
$gateway->add_tools;
count_up_tool($db);
# One that can be seen while it runs, by a lock that goes with it.
$db->do(<<'SQL');
create function voygen_api.test_hold(mark integer, seconds numeric) returns voygen_api.test_said language plpgsql stable as $$
begin
  perform pg_catalog.pg_advisory_xact_lock_shared(mark), pg_catalog.pg_sleep(seconds);
  return row('held')::voygen_api.test_said;
end $$;
comment on function voygen_api.test_hold(integer, numeric) is 'Hold

@param mark Which.
@param seconds How long.
@required mark seconds';
grant execute on function voygen_api.test_hold(integer, numeric) to voygen_reader, voygen_agent, voygen_admin;
SQL
$gateway->start;
my $json = JSON::PP->new->utf8;

# Sends a call and leaves the connection open. Options: via, another gateway; version, id, and those of post.
sub send_call
{
	my ($tool, $arguments, %options) = @_;
	my $via = delete $options{via} // $gateway;
	my $version = delete $options{version} // '2025-11-25';
	my $socket = $via->connect;
	my ($body, %more) = $via->legacy_request('tools/call', { name => $tool, arguments => $arguments, _meta => { progressToken => 'p' } },
		headers => { 'MCP-Protocol-Version' => $version, 'Mcp-Session-Id' => 'one', %{ delete $options{headers} // {} } }, %options);
	print {$socket} $via->request_bytes($body, %more);
	return $socket;
}

# The events in what has come in: {id, data}, with what stands in front of the first as {retry}.
sub events
{
	my ($bytes) = @_;
	$bytes =~ s/\A.*?\r\n\r\n//s;
	$bytes =~ s/(?:\A|\r\n)[0-9a-f]+\r\n//g;
	return map { +{ map { /^(\w+): ?(.*)$/ ? ($1, $2) : () } split /\n/ } } grep { /^(?:id|data|retry):/m } split /\n\n/, $bytes;
}

sub wait_events
{
	my ($socket, $count) = @_;
	GatewayTest::wait_for("$count events", sub { (grep { defined $_->{data} } events($gateway->peek($socket))) >= $count });
	return events($gateway->peek($socket));
}

# Comes back: the whole stream up to its end, or what it was refused with.
sub come_back
{
	my ($id, %options) = @_;
	my $via = delete $options{via} // $gateway;
	my $answer = $via->post('', method => 'GET', %options, headers => { Accept => 'text/event-stream', 'Last-Event-ID' => $id, %{ $options{headers} // {} } });
	$answer->{list} = [ events("\r\n\r\n$answer->{body}") ];
	return $answer;
}
sub said { my ($event) = @_; return $json->decode($event->{data})->{result}{structuredContent} }
sub job { return ($db->selectrow_array('select max(job_id) from voygen.job'))[0] }
sub status_of { my ($job) = @_; return ($db->selectrow_array('select status from voygen.job where job_id = ?', undef, $job))[0] }
sub held { my ($mark) = @_; return ($db->selectrow_array("select count(*) from pg_locks where locktype = 'advisory' and objid = ? and database = (select oid from pg_database where datname = current_database())", undef, $mark))[0] }
sub wait_held { my ($mark, $count) = @_; return GatewayTest::wait_for("$count of $mark", sub { held($mark) == $count }) }
sub metric
{
	my ($name, $via) = @_;
	$via //= $gateway;
	return ($via->post('', method => 'GET', path => '/metrics', headers => { 'Content-Type' => undef })->{body} =~ /^$name (\d+)$/m)[0];
}
sub is_parted { my ($count, $what, $via) = @_; GatewayTest::wait_for("what has gone away", sub { metric('voygen_http_connections', $via) == 1 }); return is(metric('voygen_http_parted', $via), $count, $what) }

# --- what takes its time begins here, and is looked at further below -------------------------------

my %admin = (token => $gateway->{tokens}{'sunny:admin'});
my $long = send_call('test_wait', { seconds => 4 });
my $plain = send_call('test_wait', { seconds => 4 }, headers => { Accept => 'application/json' });
my $many = send_call('count_up', { times => 150, pause => 0.015 });
my ($first_of_many) = wait_events($many, 1);
my $job_of_many = job();
close $many;

my $narrow = $gateway->beside(work => 0, more => [ '--pool', '1', '--queue-ms', '3500' ]);
my @before = send_call('test_hold', { mark => 1, seconds => 3.2 }, via => $narrow, %admin);
wait_held(1, 1);
my $queued = send_call('test_wait', { seconds => 0 }, via => $narrow);
my $revoked = send_call('test_wait', { seconds => 0 }, via => $narrow, token => $gateway->{tokens}{'rainy:agent'});
my $unscoped = send_call('create_client', { name => 'Never' }, via => $narrow, token => $gateway->{tokens}{'rainy:admin'});
GatewayTest::wait_for('three to wait', sub { metric('voygen_pool_waiting', $narrow) == 3 });
push @before, send_call('test_hold', { mark => 1, seconds => 1 }, via => $narrow, %admin);
GatewayTest::wait_for('four to wait', sub { metric('voygen_pool_waiting', $narrow) == 4 });
my $late = send_call('test_wait', { seconds => 0 }, via => $narrow);
$db->do("update voygen.tokens set revoked_at = now() where role = 'voygen_agent' and agency_id = (select agency_id from voygen.agencies where slug = 'rainy')");
$db->do("update voygen.tokens set scopes = '{read}' where role = 'voygen_admin' and agency_id = (select agency_id from voygen.agencies where slug = 'rainy')");

my $never = $gateway->beside(work => 0, more => [ '--resume-ms', '0', '--pool', '3' ]);
my $silent = send_call('test_hold', { mark => 2, seconds => 25 }, via => $never);
my $brief = $gateway->beside(work => 0, more => [ '--resume-ms', '1500', '--pool', '36', '--per-caller', '36' ]);
my @crowd = map { send_call('test_hold', { mark => 3, seconds => 25 }, via => $brief) } 1 .. 33;
my $ending = $gateway->beside(work => 0, more => [ '--pool', '3' ]);
my $away = send_call('test_write', { name => 'Away', seconds => 4.5 }, via => $ending);

# --- what a client is told ------------------------------------------------------------------------

my %slow = (times => 12, pause => 0.1);
my $socket = send_call('count_up', \%slow);
my @first = wait_events($socket, 3);
like($first[0]{id}, qr/^[0-9a-f]{32}-0$/, 'the first event of a stream has an id');
is($first[0]{data}, '', '... and no data');
is($first[0]{retry}, 1000, '... and says when to come back');
my ($key) = $first[0]{id} =~ /^(\w+)-/;
is_deeply([ map { $_->{id} } @first[ 1, 2 ] ], [ "$key-1", "$key-2" ], 'those behind it are counted');
is($json->decode($first[1]{data})->{method}, 'notifications/progress', '... and tell the progress');

# --- coming back while it runs ---------------------------------------------------------------------

my $job = job();
my ($steps) = $db->selectrow_array('select count(*) from voygen.counted where job_id = ?', undef, $job);
close $socket;
GatewayTest::wait_for('more steps', sub { $db->selectrow_array('select count(*) from voygen.counted where job_id = ?', undef, $job) > $steps + 2 });
is(status_of($job), 'running', 'a call goes on while its client is away');
my $back = come_back("$key-1");
is($back->{status}, 200, 'he comes back');
is($back->{headers}{'content-type'}, 'text/event-stream', '... to a stream');
my @list = @{ $back->{list} };
is_deeply([ map { $_->{id} } @list ], [ map { "$key-$_" } 2 .. @list + 1 ], '... of all events behind the one he names, each once, and those to come');
is_deeply($list[0], { %{ $first[2] }, event => 'message' }, '... as they were');
is(said($list[-1])->{steps}, 12, '... up to the answer');
cmp_ok(scalar @list, '>', 3, '... with progress on its way');

# --- coming back for an answer ------------------------------------------------------------------------

my $last = $list[-1]{id};
$back = come_back("$key-0");
is($back->{list}[-1]{data}, $list[-1]{data}, 'an answer that was sent can be had once more');
is($back->{list}[0]{id}, "$key-1", '... and all before it');
is_deeply(come_back($last)->{list}, [], 'who has read the answer gets an empty stream');
is(come_back($_)->{status}, 400, "unknown: $_") for "$key-999", "$key-", "$key-1x", "$key", '0' x 32 . '-1', 'x', "$key-99999999999";
is(come_back("$key-1", %admin)->{status}, 400, 'another caller of the agency does not know the event');
is(come_back("$key-1", token => $gateway->{tokens}{'rainy:reader'})->{status}, 400, '... nor does another agency');
is(come_back("$key-1", token => $gateway->{voygen}->new_token('sunny', 'agent'))->{status}, 400, '... nor another token like his');
is(come_back("$key-1", token => undef)->{status}, 401, '... nor nobody');
is(come_back("$key-1", headers => { Accept => 'application/json' })->{status}, 406, 'a stream needs a client that takes one');
like(come_back('x')->{json}{error}{message}, qr/Last-Event-ID/, 'what is refused says why');
is(said(come_back("$key-1")->{list}[-1])->{steps}, 12, 'none of them has taken it from him');

$back = $gateway->read_answer(send_call('test_wait', { seconds => 0 }));
is($back->{headers}{'content-type'}, 'application/json', 'a quick answer is no stream');
my %big = (bytes => 300_000);
$back = $gateway->read_answer(send_call('test_big', \%big, headers => { Accept => 'text/event-stream' }));
my ($id) = $back->{body} =~ /^id: (\w+-0)$/m;
is(said(come_back($id)->{list}[-1])->{said}, $back->{json}{result}{structuredContent}{said}, 'a large answer is had whole once more');

# --- taking over ------------------------------------------------------------------------------------------

$socket = send_call('count_up', { times => 6, pause => 0.1 });
@first = wait_events($socket, 2);
$back = come_back($first[0]{id});
is(said($back->{list}[-1])->{steps}, 6, 'a client may come back before his old connection has ended');
GatewayTest::wait_for('its end', sub { $gateway->peek($socket); !IO::Select->new($socket)->can_read(0) || !sysread $socket, my $more, 1 });
unlike($gateway->peek($socket), qr/"result"/, '... which gets no answer');

# on one connection the GET stands behind the stream it asks for
$socket = send_call('count_up', { times => 3, pause => 0.1 });
@first = wait_events($socket, 1);
print {$socket} $gateway->request_bytes('', method => 'GET', headers => { Accept => 'text/event-stream', 'Last-Event-ID' => $first[0]{id} });
is($gateway->read_answer($socket)->{events}[-1]{result}{structuredContent}{steps}, 3, 'a stream goes on before a GET behind it on the same connection');
is($gateway->read_answer($socket)->{status}, 400, '... which is refused');

# --- being asked --------------------------------------------------------------------------------------------

my $session = $gateway->legacy('initialize', { protocolVersion => '2025-11-25', capabilities => { elicitation => {} }, clientInfo => { name => 'x', version => '1' } })->{headers}{'mcp-session-id'};
my %in = (headers => { 'Mcp-Session-Id' => $session, 'MCP-Protocol-Version' => '2025-11-25' });
$socket = send_call('count_up', { times => 1, asks => 'Really?' }, %in);
@first = wait_events($socket, 1);
close $socket;
$socket = $gateway->connect;
print {$socket} $gateway->request_bytes('', method => 'GET', headers => { %{ $in{headers} }, Accept => 'text/event-stream', 'Last-Event-ID' => $first[0]{id} });
GatewayTest::wait_for('the question', sub { $gateway->peek($socket) =~ m{elicitation/create} });
my ($question) = $gateway->peek($socket) =~ /"id":"(voygen-[0-9a-f]+)"/;
$gateway->post($gateway->encode({ jsonrpc => '2.0', id => $question, result => { action => 'accept', content => { confirm => JSON::PP::true } } }), %in);
is($gateway->read_answer($socket)->{events}[-1]{result}{structuredContent}{steps}, 1, 'a question that was lost can be answered');

# --- older revisions ----------------------------------------------------------------------------------------

my %older = map { $_ => send_call('count_up', \%slow, version => $_) } qw(2025-06-18 2025-03-26);
for my $version (sort keys %older)
{
	@first = grep { defined $_->{data} } wait_events($older{$version}, 2);
	ok(!grep({ $_->{data} eq '' } @first), "$version: no event is without data");
	like($gateway->peek($older{$version}), qr/^retry: 1000$/m, '... it is told when to come back');
	close $older{$version};
	is(said(come_back($first[0]{id})->{list}[-1])->{steps}, 12, '... and may');
}

# --- who cannot come back, and who says that he will not ----------------------------------------------------------

my %long = (name => 'count_up', arguments => { times => 1000, pause => 0.1 });
my %call = (name => 'test_hold', arguments => { mark => 9, seconds => 25 });
my %ways = (
	'2026-07-28: a client with a stream that goes away' => [ $gateway->modern_request('tools/call', \%long, meta => { progressToken => 'p' }) ],
	'2026-07-28: one without' => [ $gateway->modern_request('tools/call', \%call) ],
	'2025-11-25: one who takes no stream' => [ $gateway->legacy_request('tools/call', \%call, headers => { 'MCP-Protocol-Version' => '2025-11-25', Accept => 'application/json' }) ],
	'2025-11-25: one whose answer is no stream yet' => [ $gateway->legacy_request('tools/call', \%call, headers => { 'MCP-Protocol-Version' => '2025-11-25' }) ],
);
for my $what (sort keys %ways)
{
	my $counts = $what =~ /with a stream/;
	$socket = $gateway->connect;
	print {$socket} $gateway->request_bytes(@{ $ways{$what} });
	if ($counts) { GatewayTest::wait_for('progress', sub { $gateway->peek($socket) =~ /progress/ }) }
	else { wait_held(9, 1) }
	unlike($gateway->peek($socket), qr/^(?:id|retry):/m, "$what has no id");
	close $socket;
	my $begun = time;
	if ($counts) { GatewayTest::wait_for('the end of the job', sub { status_of(job()) eq 'cancelled' }) }
	else { wait_held(9, 0) }
	cmp_ok(time - $begun, '<', 10, '... and his call is cancelled at once, not after half a minute');
}

$socket = send_call('count_up', { times => 1000, pause => 0.1 }, id => 'x');
@first = wait_events($socket, 2);
close $socket;
$gateway->legacy('notifications/cancelled', { requestId => 'x' }, id => undef, headers => { 'Mcp-Session-Id' => 'one' });
GatewayTest::wait_for('the end of the job', sub { status_of(job()) eq 'cancelled' });
pass('a client who is away can cancel his call');
is_deeply([ grep { $_->{data} =~ /"result"/ } @{ come_back($first[0]{id})->{list} } ], [], '... and there is no answer');

# --- a call that tells nothing -------------------------------------------------------------------------

@first = wait_events($long, 1);
is($first[0]{data}, '', 'a call that is long at work becomes a stream');
close $long;
is(said(come_back($first[0]{id})->{list}[-1])->{said}, 'waited', '... that can be resumed');
$back = $gateway->read_answer($plain);
is($back->{headers}{'content-type'}, 'application/json', '... but not for a client that takes none');
close $plain;

# --- what has waited long, and has not begun ------------------------------------------------------------------

$back = $gateway->read_answer($queued);
is_deeply([ $back->{status}, $back->{headers}{'content-type'} ], [ 200, 'application/json' ], 'a call that had to wait is no stream');
$back = $gateway->read_answer($revoked);
is($back->{status}, 401, 'a token that is revoked while its call waits');
like($back->{headers}{'www-authenticate'}, qr/invalid_token/, '... is told so by HTTP');
$back = $gateway->read_answer($unscoped);
is($back->{status}, 403, 'so is one that lacks the scope by then');
like($back->{headers}{'www-authenticate'}, qr/insufficient_scope/, '... and which');
$back = $gateway->read_answer($late);
is($back->{status}, 503, 'so is a call that has waited too long');
like($back->{headers}{'retry-after'}, qr/^\d+$/, '... and when to come back');

# --- the end of the grace -----------------------------------------------------------------------

my @ids = map { (wait_events($_, 1))[0]{id} } @crowd;
is(held(3), 33, 'calls that have become streams');
close $_ for @crowd;
my $begun = time;
GatewayTest::wait_for('one of them', sub { held(3) <= 32 });
is(held(3), 32, 'of one caller, so many go on without him; one more is cancelled with its connection');
wait_held(3, 0);
cmp_ok(time - $begun, '>=', 1.5, 'when he does not come back they are cancelled, after a while');
is(come_back($ids[0], via => $brief)->{status}, 400, '... and their streams are gone');
is($gateway->peek($silent), '', 'where streams do not wait for clients, no call becomes one');
close $silent;
$begun = time;
wait_held(2, 0);
$socket = send_call('count_up', { times => 1000, pause => 0.1 }, via => $never);
GatewayTest::wait_for('progress', sub { $never->peek($socket) =~ /progress/ });
unlike($never->peek($socket), qr/^(?:id|retry):/m, '... what is one has no ids');
close $socket;
GatewayTest::wait_for('the end of the job', sub { status_of(job()) eq 'cancelled' });
cmp_ok(time - $begun, '<', 10, '... and a client that goes away cancels at once');

# --- SIGTERM -------------------------------------------------------------------------------------

wait_events($away, 1);
close $away;
is_parted(1, 'a client has gone away', $ending);
is($ending->stop, 'exit 0', 'SIGTERM ends it');
is($db->selectrow_array("select count(*) from voygen.clients where name = 'Away'"), 1, '... once his call has come to its end');

# --- limits ---------------------------------------------------------------------------------------------------

GatewayTest::wait_for('the job', sub { status_of($job_of_many) eq 'done' });
$back = come_back($first_of_many->{id});
is(scalar @{ $back->{list} }, 65, 'so many events of a stream are kept');
is(said($back->{list}[-1])->{steps}, 150, '... and its answer');
@ids = map { $gateway->read_answer(send_call('find_clients', {}, headers => { Accept => 'text/event-stream' }))->{body} =~ /^id: (\w+-0)$/m } 1 .. 40;
is_parted(32, 'so many answers of one caller are kept');
is(come_back($ids[7])->{status}, 400, '... the oldest are not');
is(come_back($ids[8])->{status}, 200, '... the newest are');

# Loses a large answer on its way; its id.
sub lose
{
	my ($caller) = @_;
	my $lost = send_call('test_big', { bytes => 2_500_000 }, headers => { Accept => 'text/event-stream' }, token => $gateway->{tokens}{$caller});
	my $begin = '';
	sysread($lost, $begin, 4096, length $begin) or die "no answer\n" until $begin =~ /^id: (\w+-0)$/m;
	close $lost;
	return $1;
}
# each once as text and once as value, as bytes of the answer
my $size = length come_back(lose('rainy:reader'), token => $gateway->{tokens}{'rainy:reader'})->{list}[-1]{data};
lose('rainy:reader') for 1 .. 3;
is_parted(32 + int(16 * 1024 ** 2 / $size), "of answers of $size bytes one caller has 16 MB");
my @large = map { my $caller = $_; map { lose($caller) } 1 .. 2 } qw(rainy:admin sunny:reader sunny:admin sunny:agent);
is_parted(int(64 * 1024 ** 2 / $size), '... and all have 64 MB');
is(come_back($ids[-1])->{status}, 400, 'what is older makes room, whose ever it is');

# --- the end ----------------------------------------------------------------------------------------------------

$begun = time;
is($gateway->stop, 'exit 0', 'SIGTERM ends it, whoever may still come back');
cmp_ok(time - $begun, '<', 10, '... without waiting for him');
$gateway->start;
$back = come_back($first[0]{id});
is($back->{status}, 400, 'after a restart the id is not known');
like($back->{json}{error}{message}, qr/unknown/, '... which is said');
is($gateway->legacy('ping', undef, headers => { 'Mcp-Session-Id' => 'one' })->{status}, 200, '... and the session goes on');
is($_->stop, 'exit 0', 'SIGTERM ends it') for $gateway, $brief, $never, $narrow;
done_testing();
