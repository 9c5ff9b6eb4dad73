# Jobs of the database as tasks: begun, looked at, answered, cancelled, told of on a stream, and nobody else's; and for
# clients that know no tasks, a call that tells its progress and answers when the job is done.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(sleep);
use GatewayTest;
use JobTest qw(count_up_tool);

my $gateway = GatewayTest->new('gateway_jobs', start => 0, work => 1);
count_up_tool($gateway->db);
$gateway->start;

my $tasks = 'io.modelcontextprotocol/tasks';
my %able = ('io.modelcontextprotocol/clientCapabilities' => { elicitation => {}, extensions => { $tasks => {} } });

sub task { my ($method, $id, %more) = @_; return $gateway->modern("tasks/$method", { taskId => $id, %{ $more{params} // {} } }, meta => \%able, $more{token} ? (token => $more{token}) : ()) }
sub count_up { my ($arguments, %more) = @_; return $gateway->modern('tools/call', { name => 'count_up', arguments => $arguments, %{ $more{params} // {} } }, meta => { %able, %{ $more{meta} // {} } }) }
sub finished
{
	my ($id) = @_;
	my $task;
	GatewayTest::wait_for("task $id", sub { $task = task('get', $id)->{json}{result}; $task->{status} =~ /^(completed|cancelled|failed)$/ });
	return $task;
}

# --- begun and done -------------------------------------------------------------------------

my $begun = count_up({ times => 3, pause => 0.2 })->{json}{result};
is($begun->{resultType}, 'task', 'a call that begins a job is answered with a task');
like($begun->{taskId}, qr/^\d+$/, '... with its id');
is($begun->{status}, 'working', '... which is at work');
like($begun->{createdAt}, qr/^\d{4}-\d\d-\d\dT/, '... since when');
ok(exists $begun->{ttlMs} && !defined $begun->{ttlMs}, '... and kept without an end');
ok(!exists $begun->{result} && !exists $begun->{requestState}, '... and no more');
my $done = finished($begun->{taskId});
is($done->{status}, 'completed', 'it ends');
is($done->{resultType}, 'complete', 'an answer about a task is no task');
is($done->{result}{structuredContent}{steps}, 3, '... with the result of the job');
cmp_ok($done->{ttlMs}, '>', 0, '... and is kept for a while');
is_deeply([ sort keys %{ task('cancel', $begun->{taskId})->{json}{result} } ], [qw(_meta resultType)], 'cancelling it then is taken without effect');
is(task('get', $begun->{taskId})->{json}{result}{status}, 'completed', '... indeed');

my $failed = finished(count_up({ times => 1, fails => 'conflict' })->{json}{result}{taskId});
is($failed->{status}, 'completed', 'a job that fails is a tool that has failed');
ok($failed->{result}{isError}, '... so its result says');
like($failed->{result}{content}[0]{text}, qr/conflict/, '... and why');

# --- cancelled --------------------------------------------------------------------------------

my $long = count_up({ times => 1000, pause => 0.1 })->{json}{result}{taskId};
is(task('cancel', $long)->{json}{result}{resultType}, 'complete', 'cancelling is taken');
is(finished($long)->{status}, 'cancelled', '... and reaches the job');

# What of tasks/cancel and tasks/update is in the audit, since it was last asked: outcomes by tool.
my $seen = 0;
sub audited
{
	my ($expected, $what) = @_;
	my $rows = sub { $gateway->db->selectall_arrayref("select tool, outcome, args::text, audit_id from voygen.audit where tool in ('cancel_job', 'answer_job', 'get_job') and audit_id > ? order by audit_id", undef, $seen) };
	GatewayTest::wait_for("the audit of $what", sub { @{ $rows->() } >= @$expected });
	my $found = $rows->();
	$seen = $found->[-1][3];
	is_deeply([ map { "$_->[0] $_->[1]" } @$found ], $expected, "the audit has $what");
	return map { $_->[2] } @$found;
}
is_deeply([ audited([ 'cancel_job ok', 'cancel_job ok' ], 'each cancellation once, and nothing of looking at a job') ]->[1], qq({"job_id": "$long"}), '... of which job');
is(task('cancel', '999999999')->{json}{error}{code}, -32602, 'cancelling what is not there');
is(task('update', '999999999', params => { inputResponses => { more => { action => 'accept', content => { code => 'secret' } } } })->{json}{error}{code}, -32602, '... and answering it');
my @args = audited([ 'cancel_job not_found', 'answer_job not_found' ], 'what came of it');
is(scalar(grep { /secret/ } @args), 0, '... and of what was said only a digest');

# --- asking -----------------------------------------------------------------------------------

my $asking = count_up({ times => 2, asks => 'Shall I?' })->{json}{result}{taskId};
GatewayTest::wait_for('the question', sub { task('get', $asking)->{json}{result}{status} eq 'input_required' });
my $questions = task('get', $asking)->{json}{result}{inputRequests};
is_deeply([ keys %$questions ], ['more'], 'a task shows what it asks');
is($questions->{more}{method}, 'elicitation/create', '... as a form');
is($questions->{more}{params}{message}, 'Shall I?', '... with its words');
is(task('update', $asking, params => { inputResponses => { other => { action => 'accept' } } })->{json}{result}{resultType}, 'complete', 'answers to nothing are taken');
is(task('get', $asking)->{json}{result}{status}, 'input_required', '... without effect');
task('update', $asking, params => { inputResponses => { more => { action => 'accept', content => { confirm => JSON::PP::true } } } });
is(finished($asking)->{result}{structuredContent}{steps}, 2, 'the answer lets it go on');
audited([ 'answer_job ok' ], 'the answer that was one');

# --- nobody else's ------------------------------------------------------------------------------

my $mine = count_up({ times => 1000, pause => 0.1 })->{json}{result}{taskId};
my $unknown = task('get', '999999999')->{json};
is($unknown->{error}{code}, -32602, 'a task that is not there');
for my $other (qw(rainy:admin sunny:reader))
{
	for my $method (qw(get cancel update))
	{
		my $answer = task($method, $mine, token => $gateway->{tokens}{$other}, params => $method eq 'update' ? { inputResponses => {} } : {})->{json};
		is_deeply($answer->{error}, $unknown->{error}, "tasks/$method of a task of somebody else, for $other: as if it were not there");
	}
}
is(task('get', "$mine' or 1=1")->{json}{error}{code}, -32602, 'an id that is none');
is(task('get', $mine)->{json}{result}{status}, 'working', 'it goes on all the same');
$gateway->stop;
$gateway->start;
is(task('get', $mine)->{json}{result}{taskId}, $mine, 'a restart of the gateway loses no task');

# --- news -----------------------------------------------------------------------------------------

my $socket = $gateway->connect;
my ($body, %options) = $gateway->modern_request('subscriptions/listen', { notifications => { taskIds => [$mine] } }, meta => \%able, id => 'ear');
print {$socket} $gateway->request_bytes($body, %options);
GatewayTest::wait_for('the acknowledgement', sub { $gateway->peek($socket) =~ /acknowledged/ });
task('cancel', $mine);
GatewayTest::wait_for('the news', sub { $gateway->peek($socket) =~ m{notifications/tasks.*"cancelled"} });
like($gateway->peek($socket), qr{"io.modelcontextprotocol/subscriptionId":"ear"[^\n]*"taskId":"$mine"}, 'a stream tells of the task it was opened for');
close $socket;
my $refused = $gateway->modern('subscriptions/listen', { notifications => { taskIds => [$mine] } });
is($refused->{json}{error}{code}, -32021, 'a client that knows no tasks cannot listen to one');

# --- clients that know no tasks ---------------------------------------------------------------------

my %plain = (meta => { progressToken => 'p1' });
my $answer = $gateway->modern('tools/call', { name => 'count_up', arguments => { times => 3, pause => 0.3 } }, %plain);
is($answer->{json}{result}{structuredContent}{steps}, 3, 'another client gets the result in the same call') or diag($answer->{body});
my @progress = map { $_->{params}{progress} } grep { ($_->{method} // '') eq 'notifications/progress' } @{ $answer->{events} };
cmp_ok(scalar @progress, '>=', 1, '... and progress before it');
is_deeply(\@progress, [ sort { $a <=> $b } @progress ], '... which grows');
is($gateway->modern('tasks/get', { taskId => $mine })->{json}{error}{code}, -32021, '... and has no tasks');
$answer = $gateway->legacy('tools/call', { name => 'count_up', arguments => { times => 2, pause => 0 } });
is($answer->{json}{result}{structuredContent}{steps}, 2, 'so does a client of an older revision');
$answer = $gateway->modern('tools/call', { name => 'count_up', arguments => { times => 1, asks => 'Really?' } });
ok($answer->{json}{result}{isError}, 'a client that cannot be asked hears what the job asks');
like($answer->{json}{result}{content}[0]{text}, qr/Really\?/, '... in its words');

# one that can be asked repeats its call with the answer, and the same job goes on
my %asked = (meta => { 'io.modelcontextprotocol/clientCapabilities' => { elicitation => {} } });
my %call = (name => 'count_up', arguments => { times => 1, asks => 'Really?' });
my ($before) = $gateway->db->selectrow_array('select count(*) from voygen.job');
my $round = $gateway->modern('tools/call', \%call, %asked)->{json}{result};
is($round->{resultType}, 'input_required', 'a client that can be asked is asked');
my %more = (inputResponses => { more => { action => 'accept', content => { confirm => JSON::PP::true } } }, requestState => $round->{requestState});
is($gateway->modern('tools/call', { %call, %more }, %asked)->{json}{result}{structuredContent}{steps}, 1, '... and his answer ends the job');
is($gateway->db->selectrow_array('select count(*) from voygen.job'), $before + 1, '... the very one');

# going away cancels
$socket = $gateway->connect;
($body, %options) = $gateway->modern_request('tools/call', { name => 'count_up', arguments => { times => 1000, pause => 0.1 } });
print {$socket} $gateway->request_bytes($body, %options);
my $running = sub { $gateway->db->selectrow_array("select count(*) from voygen.job where status = 'running'") };
GatewayTest::wait_for('the job', sub { $running->() == 1 });
close $socket;
GatewayTest::wait_for('the end of the job', sub { $running->() == 0 });
is($gateway->db->selectrow_array('select status from voygen.job order by job_id desc limit 1'), 'cancelled', 'a client that goes away cancels his job');

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
