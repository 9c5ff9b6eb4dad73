package GatewayTest;

# Runs `voygen serve` as the database's user, built under AddressSanitizer and UBSan, and talks to it over real sockets.
#
#   my $gateway = GatewayTest->new('my_test');                   # a fresh database, two agencies, the gateway over HTTP
#   my $answer = $gateway->modern('tools/call', { name => 'get_facts_stats' });     # {status, headers, body, json}
#   my $answer = $gateway->legacy('ping');
#   my $socket = $gateway->connect; print {$socket} $bytes; my $answer = $gateway->read_answer($socket);
#   is($gateway->stop, 'exit 0', ...);
#
# Who asks is the agent of agency sunny, or token => $gateway->{tokens}{"rainy:admin"}.

use strict;
use warnings;
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use Test::More ();
use Time::HiRes qw(sleep time);
use VoygenProgram;
use VoygenTest;

my $json = JSON::PP->new->canonical->allow_nonref->utf8->allow_bignum;
my $program;
my @running;

our $REVISION = '2026-07-28';

# The program under test, where the database's user can reach it. It is built when it is older than its sources.
sub program
{
	return $program if $program;
	my $checkout = checkout();
	system("flock '$checkout/build/sanitized.lock' make -s -C '$checkout/service' SANITIZE=yes >&2") == 0
		or die "the program does not compile with sanitizers\n";
	my $folder = tempdir('voygen-gateway-XXXX', DIR => '/tmp', CLEANUP => 1);
	chmod 0755, $folder;
	copy("$checkout/build/voygen-sanitized", "$folder/voygen") or die "copying the program: $!\n";
	chmod 0755, "$folder/voygen";
	return $program = "$folder/voygen";
}

# Options: more => [options of serve], start => 0 (not yet), plain => 1 (the program as users get it), work => 1 (does jobs and
# refreshes facts, which would be in the way of tests that count statements).
sub new
{
	my ($class, $database, %options) = @_;
	my $db = fresh_database($database);
	# a server that crashes says so to everybody
	$db->{PrintWarn} = 0;
	my $voygen = VoygenProgram->new($database);
	my $self = bless { db => $db, database => $database, voygen => $voygen, creator => $$, tokens => {}, %options }, $class;
	for my $slug (qw(sunny rainy))
	{
		$db->do('select voygen.create_agency(?, ?)', undef, $slug, ucfirst $slug);
		$self->{tokens}{"$slug:$_"} = $voygen->new_token($slug, $_) for qw(admin agent reader);
	}
	push @running, $self;
	$self->start unless exists $options{start} && !$options{start};
	return $self;
}

# The gateway with the fixtures of the conformance suite, without a database.
sub conformance
{
	my ($class, %options) = @_;
	my $self = bless { creator => $$, url => '', token => '', tokens => {}, %options }, $class;
	$self->{more} = [ '--conformance', @{ $options{more} // [] } ];
	push @running, $self;
	return $self->start;
}

# One gateway more on the same database, with other options.
sub beside
{
	my ($self, %options) = @_;
	my $other = bless { %$self, %options }, ref $self;
	delete @$other{qw(pid out port said)};
	push @running, $other;
	return $other->start;
}

sub db { return $_[0]{db} }

# Tools for the tests: one that answers as many bytes as it is asked for, with quotes and line ends among them, one that
# waits, reading or writing, and one that writes a client and then waits.
sub add_tools
{
	my ($self) = @_;
	$self->{db}->do(<<'SQL');
set client_min_messages = warning;
create type voygen_api.test_said as (said text);
create function voygen_api.test_big(bytes integer) returns voygen_api.test_said language sql stable
  return row(left(repeat(e'A "quoted" line\n', bytes / 16 + 1), bytes))::voygen_api.test_said;
create function voygen_api.test_wait(seconds numeric) returns voygen_api.test_said language plpgsql stable as $$
begin
  perform pg_catalog.pg_sleep(seconds);
  return row('waited')::voygen_api.test_said;
end $$;
create function voygen_api.test_write(name text, seconds numeric, idempotency_key text default null) returns voygen_api.test_said
language plpgsql volatile as $$
begin
  insert into voygen.clients (slug, name) values (test_write.name, test_write.name);
  perform pg_catalog.pg_sleep(seconds);
  return row('written')::voygen_api.test_said;
end $$;
create function voygen_api.test_break() returns voygen_api.test_said language plpgsql stable as $$
begin
  raise exception 'the secret of the server' using errcode = 'XX000';
end $$;
comment on function voygen_api.test_big(integer) is 'A large answer

@param bytes How many.
@required bytes';
comment on function voygen_api.test_wait(numeric) is 'Wait

@param seconds How long.
@required seconds';
comment on function voygen_api.test_write(text, numeric, text) is 'Write and wait

@param name Of the client.
@param seconds How long.
@required name seconds';
comment on function voygen_api.test_break() is 'Break';
grant execute on function voygen_api.test_big(integer), voygen_api.test_wait(numeric), voygen_api.test_break() to voygen_reader, voygen_agent, voygen_admin;
grant execute on function voygen_api.test_write(text, numeric, text) to voygen_agent, voygen_admin;
grant usage on type voygen_api.test_said to voygen_reader, voygen_agent, voygen_admin;
SQL
	return;
}

# How many statements of the gateway run a tool at this moment.
sub running_statements
{
	my ($self) = @_;
	my ($count) = $self->{db}->selectrow_array(
		"select count(*) from pg_stat_activity where datname = ? and usename = 'voygen_gateway' and state = 'active' and query like 'select voygen.call(%'", undef, $self->{database});
	return $count;
}

# The command to run the program as the database's user, with nothing of the checkout in its environment.
sub command
{
	my ($self, @arguments) = @_;
	my @as = $> == 0 ? ('setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups') : ();
	my @environment = ('PATH=' . $ENV{PATH}, 'LC_ALL=C.UTF-8', 'ASAN_OPTIONS=detect_leaks=1', 'UBSAN_OPTIONS=print_stacktrace=1',
		'VOYGEN_GATEWAY_URL=' . ($self->{url} // database_url($self->{database}, 'voygen_gateway')),
		($self->{work} ? () : ('VOYGEN_JOBS=0', 'VOYGEN_REFRESH=0')),
		'VOYGEN_TOKEN=' . ($self->{token} // $self->{tokens}{'sunny:agent'}), @{ $self->{environment} // [] });
	return (@as, 'env', '-i', @environment, $self->{plain} ? VoygenProgram::program() : program(), 'serve', @arguments);
}

# Starts it on a free port and waits until it listens.
sub start
{
	my ($self) = @_;
	my @command = $self->command('--http', '127.0.0.1:' . ($self->{port} // 0), @{ $self->{more} // [] });
	$self->{said} = File::Temp->new;
	my $pid = open my $out, '-|';
	die "fork: $!\n" unless defined $pid;
	if (!$pid)
	{
		open STDERR, '>>', $self->{said}->filename;
		chdir '/';
		exec @command;
		exit 127;
	}
	my $line = readline $out;
	die "the gateway did not start: " . $self->said unless defined $line && $line =~ m{http://127\.0\.0\.1:(\d+)/mcp};
	@$self{qw(pid out port)} = ($pid, $out, $1);
	return $self;
}

# What it has written on stderr.
sub said
{
	my ($self) = @_;
	open my $file, '<', $self->{said}->filename or return '';
	local $/;
	return readline($file) // '';
}

sub signal { my ($self, $name) = @_; return kill $name, $self->{pid} }

# Ends it and says how it ended; what a sanitizer has found fails the test.
sub stop
{
	my ($self, $signal) = @_;
	return 'not running' unless $self->{pid};
	kill $signal // 'TERM', $self->{pid};
	return $self->wait_for_end;
}

sub wait_for_end
{
	my ($self) = @_;
	my $pid = delete $self->{pid};
	local $SIG{ALRM} = sub { kill 'KILL', $pid };
	alarm 60;
	waitpid $pid, 0;
	alarm 0;
	my $status = $?;
	close delete $self->{out};
	my $said = $self->said;
	Test::More::fail("a sanitizer speaks: $said") if $said =~ /Sanitizer|runtime error/;
	return $status & 127 ? 'signal ' . ($status & 127) : 'exit ' . ($status >> 8);
}

# Resident memory in kB.
sub resident
{
	my ($self) = @_;
	open my $file, '<', "/proc/$self->{pid}/status" or return 0;
	return (map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$file>)[0];
}

# --- bytes ------------------------------------------------------------------------

sub connect
{
	my ($self) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $self->{port}) or die "connect: $@\n";
	binmode $socket;
	return $socket;
}

# Reads until the buffer matches, or the connection ends (undef), or it takes too long (dies).
sub _read_until
{
	my ($socket, $buffer, $enough) = @_;
	my $end = time + 30;
	until ($enough->($buffer))
	{
		my $left = $end - time;
		die "no answer in time; so far: $$buffer\n" if $left <= 0;
		next unless IO::Select->new($socket)->can_read($left);
		my $got = sysread $socket, $$buffer, 65536, length $$buffer;
		return 0 unless $got;
	}
	return 1;
}

# The next answer on a connection: {status, headers, body, and of short ones json, events}; undef when the connection has ended.
sub read_answer
{
	my ($self, $socket) = @_;
	my $buffer = \(${*$socket}{gateway_unread} //= '');
	return undef unless _read_until($socket, $buffer, sub { ${ $_[0] } =~ /\r\n\r\n/ });
	$$buffer =~ s/\A(.*?)\r\n\r\n//s;
	my ($line, @lines) = split /\r\n/, $1;
	my ($status) = $line =~ m{\AHTTP/1\.1 (\d{3}) } or die "no status line: $line\n";
	my %headers = map { /\A([^:]+):\s*(.*)\z/ ? (lc $1, $2) : () } @lines;
	my $answer = { status => $status, headers => \%headers };
	return $answer if $status == 100 || $status == 204;
	if (($headers{'transfer-encoding'} // '') eq 'chunked') { $answer->{body} = _read_chunks($socket, $buffer) }
	else
	{
		my $length = $headers{'content-length'};
		_read_until($socket, $buffer, sub { length ${ $_[0] } >= $length }) or die "the answer is cut\n";
		$answer->{body} = substr $$buffer, 0, $length, '';
	}
	# reading JSON of megabytes takes this module half a minute
	return $answer if $self->{raw} || length $answer->{body} > 1_000_000;
	$answer->{events} = [ map { $json->decode($_) } $answer->{body} =~ /^data: (.+)$/mg ] if ($headers{'content-type'} // '') eq 'text/event-stream';
	$answer->{json} = eval { $json->decode($answer->{body}) } // $answer->{events} && $answer->{events}[-1];
	return $answer;
}

sub _read_chunks
{
	my ($socket, $buffer) = @_;
	my $body = '';
	while (1)
	{
		_read_until($socket, $buffer, sub { ${ $_[0] } =~ /\A[0-9a-f]+\r\n/ }) or die "a chunk is cut\n";
		$$buffer =~ s/\A([0-9a-f]+)\r\n//;
		my $length = hex $1;
		_read_until($socket, $buffer, sub { length ${ $_[0] } >= $length + 2 }) or die "a chunk is cut\n";
		$body .= substr $$buffer, 0, $length, '';
		substr $$buffer, 0, 2, '';
		return $body if $length == 0;
	}
}

# What has come in on a connection so far, without taking it.
sub peek
{
	my ($self, $socket) = @_;
	my $buffer = \(${*$socket}{gateway_unread} //= '');
	while (IO::Select->new($socket)->can_read(0.01)) { sysread($socket, $$buffer, 65536, length $$buffer) or last }
	return $$buffer;
}

# The bytes of a POST. Options: token (undef for none), headers => {name => value; undef takes one away}, path, method.
sub request_bytes
{
	my ($self, $body, %options) = @_;
	my %headers = (
		Host => "127.0.0.1:$self->{port}",
		'Content-Type' => 'application/json',
		Accept => 'application/json, text/event-stream',
		Authorization => 'Bearer ' . (exists $options{token} ? $options{token} // '' : $self->{tokens}{'sunny:agent'}),
		'Content-Length' => length $body,
	);
	delete $headers{Authorization} if exists $options{token} && !defined $options{token};
	my %more = %{ $options{headers} // {} };
	for my $name (keys %more)
	{
		delete $headers{$name};
		$headers{$name} = $more{$name} if defined $more{$name};
	}
	return join "\r\n", ($options{method} // 'POST') . ' ' . ($options{path} // '/mcp') . ' HTTP/1.1',
		(map { "$_: $headers{$_}" } sort keys %headers), '', $body;
}

# Sends a body on a connection of its own and answers what comes back.
sub post
{
	my ($self, $body, %options) = @_;
	my $socket = $self->connect;
	print {$socket} $self->request_bytes($body, %options);
	return $self->read_answer($socket);
}

# --- messages -----------------------------------------------------------------------

sub encode { return $json->encode($_[1]) }

# A request of the newest revision with all it needs: ($body, %options for post). Options: id, meta (undef takes one
# away), and those of post.
sub modern_request
{
	my ($self, $method, $params, %options) = @_;
	my %meta = (
		'io.modelcontextprotocol/protocolVersion' => $REVISION,
		'io.modelcontextprotocol/clientCapabilities' => {},
		%{ delete $options{meta} // {} });
	delete $meta{$_} for grep { !defined $meta{$_} } keys %meta;
	my $id = exists $options{id} ? delete $options{id} : 1;
	my %message = (jsonrpc => '2.0', method => $method, params => { %{ $params // {} }, _meta => \%meta });
	$message{id} = $id if defined $id;
	my $name = $params->{name} // $params->{uri} // $params->{taskId};
	$options{headers} = {
		'MCP-Protocol-Version' => $REVISION,
		'Mcp-Method' => $method,
		(defined $name && !ref $name ? ('Mcp-Name' => $name) : ()),
		%{ $options{headers} // {} } };
	return ($json->encode(\%message), %options);
}

sub modern { my ($self, @request) = @_; return $self->post($self->modern_request(@request)) }

sub legacy_request
{
	my ($self, $method, $params, %options) = @_;
	my $id = exists $options{id} ? delete $options{id} : 1;
	my %message = (jsonrpc => '2.0', method => $method);
	$message{params} = $params if $params;
	$message{id} = $id if defined $id;
	return ($json->encode(\%message), %options);
}

sub legacy { my ($self, @request) = @_; return $self->post($self->legacy_request(@request)) }

# Calls a tool and answers its structured result; a test that expects an error looks at `modern` itself.
sub call
{
	my ($self, $tool, $arguments, %options) = @_;
	my $answer = $self->modern('tools/call', { name => $tool, arguments => $arguments // {} }, %options);
	die "$tool failed: $answer->{body}\n" unless $answer->{json} && exists $answer->{json}{result}{structuredContent};
	return $answer->{json}{result}{structuredContent};
}

# The error object of a result with isError.
sub tool_error
{
	my ($answer) = @_;
	return {} unless $answer->{json}{result}{isError};
	return $json->decode(do { my $text = $answer->{json}{result}{content}[0]{text}; utf8::encode($text); $text });
}

# Waits for something to be true, up to half a minute.
sub wait_for
{
	my ($what, $test) = @_;
	my $end = time + 30;
	until ($test->())
	{
		die "waited in vain for $what\n" if time > $end;
		sleep 0.02;
	}
	return;
}

END
{
	my $status = $?;
	for my $gateway (@running)
	{
		next if $gateway->{creator} != $$ || !$gateway->{pid};
		kill 'KILL', $gateway->{pid};
		waitpid $gateway->{pid}, 0;
	}
	$? = $status;
}

1;
