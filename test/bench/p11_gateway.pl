#!/usr/bin/env perl
# P-11: a call of a tool that answers one row, through the gateway with all it does: token, role, agency, read-only mode,
# checked arguments, audit. Two agencies and two roles in turn; gateway, PostgreSQL and wrk on one core. Beside it servers
# that read the same row by a prepared statement as the superuser: the official SDK, MCP Toolbox, and pgbench.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchGateway;
use BenchKit;
use JSON::PP;

my $json = JSON::PP->new->canonical;
my $seconds = $ENV{BENCH_SECONDS} // 5;
my $bench = BenchGateway->new;
my @callers = $bench->callers;

# Whole requests of these headers and bodies; the id is made by the client, seven digits.
sub write_requests
{
	my ($name, @requests) = @_;
	my $file = "$bench->{folder}/$name.requests";
	open my $out, '>', $file or die "cannot write $file: $!\n";
	print {$out} join "\x1e", @requests;
	close $out;
	return $file;
}

sub request_of
{
	my ($headers, $params, $method) = @_;
	my $body = $json->encode({ jsonrpc => '2.0', id => 'ID', method => $method // 'tools/call', params => $params }) =~ s/"ID"/\@ID\@/r;
	my $length = length($body) - 4 + 7;
	return join "\r\n", 'POST /mcp HTTP/1.1', 'Host: 127.0.0.1', 'Content-Type: application/json', 'Accept: application/json, text/event-stream',
		@$headers, "Content-Length: $length", '', $body;
}

# Head and body of an answer; nothing while some of it is still to come.
sub whole
{
	my ($answer) = @_;
	my ($head, $body) = $answer =~ /\A(.*?\r\n)\r\n(.*)\z/s or return;
	my ($length) = $head =~ /^content-length: *(\d+)/mi;
	return if defined $length ? length $body < $length : $body !~ /^0\r\n\r\n\z/m;
	return ($head, $body);
}

# Sends requests one by one; the answers' bodies as JSON, the headers of the first, and the bytes of all.
sub ask
{
	my ($server, @requests) = @_;
	my ($bytes, @answers, %headers) = (0);
	for my $request (@requests)
	{
		my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $server->{port}) or die "connect: $@\n";
		print {$socket} $request =~ s/\@ID\@/1000000/r;
		my ($answer, $head, $body) = ('');
		until (($head, $body) = whole($answer))
		{
			sysread($socket, $answer, 65536, length $answer) or die "$server->{name} closed the connection: $answer\n";
		}
		$bytes += length $answer;
		%headers = map { /\A([^:]+): *(.*)\z/ ? (lc $1, $2) : () } split /\r\n/, $head unless %headers;
		push @answers, $body =~ /(\{.*\})/s ? $json->decode($1) : {};
	}
	return (\@answers, \%headers, $bytes);
}

my %servers = (ours => $bench->start_gateway);
my %requests = (ours => [ map { request_of(["Authorization: Bearer $_->{token}", 'MCP-Protocol-Version: 2025-11-25'],
	{ name => 'read_row', arguments => { trip_id => $_->{trip} } }) } @callers ]);
my ($answers) = ask($servers{ours}, @{ $requests{ours} });
for my $i (0 .. $#callers)
{
	check_equal("answers to caller $i", map { $json->encode($_) } $answers->[$i]{result}{structuredContent} // {}, $callers[$i]{answer});
}

my %why;
my $node = `'$FindBin::Bin/../npm/install' bench`;
chomp $node;
if ($? != 0) { $why{$_} = 'its npm package could not be installed' for qw(sdk stateless toolbox) }
else
{
	eval { $servers{sdk} = $bench->start_sdk($node, 'session'); 1 } or $why{sdk} = $@ =~ s/\s+/ /gr;
	eval { $servers{stateless} = $bench->start_sdk($node, 'stateless'); 1 } or $why{stateless} = $@ =~ s/\s+/ /gr;
	eval { $servers{toolbox} = $bench->start_toolbox; 1 } or $why{toolbox} = $@ =~ s/\s+/ /gr;
}

# The lasting SDK wants its session to be opened.
my $hello = { protocolVersion => '2025-11-25', capabilities => {}, clientInfo => { name => 'bench', version => '1' } };
for my $form (grep { $servers{$_} } qw(sdk stateless))
{
	my (undef, $headers) = $form eq 'sdk' ? ask($servers{sdk}, request_of([], $hello, 'initialize')) : ();
	my @session = $headers ? "Mcp-Session-Id: $headers->{'mcp-session-id'}" : ();
	$requests{$form} = [ map { request_of([@session, 'MCP-Protocol-Version: 2025-11-25'],
		{ name => 'read_row', arguments => { agency_id => "$_->{agency}", trip_id => "$_->{trip}" } }) } @callers ];
	my ($rows) = ask($servers{$form}, @{ $requests{$form} });
	check_equal("the SDK's row ($form)", $_->[0]{result}{structuredContent}{row}{trip_id}, $_->[1]) for map { [ $rows->[$_], $callers[$_]{trip} ] } 0 .. $#callers;
}
if ($servers{toolbox})
{
	$requests{toolbox} = [ map { request_of(['MCP-Protocol-Version: 2025-11-25'],
		{ name => 'read_row', arguments => { agency_id => 0 + $_->{agency}, trip_id => 0 + $_->{trip} } }) } @callers ];
	my ($rows) = ask($servers{toolbox}, @{ $requests{toolbox} });
	check_equal("Toolbox's row", $json->decode($_->[0]{result}{content}[0]{text} // '{}')->{trip_id}, $_->[1]) for map { [ $rows->[$_], $callers[$_]{trip} ] } 0 .. $#callers;
}

# A run whose answers are not as long as those that were looked at has answered something else.
my (%files, %length);
for my $name (keys %servers)
{
	$files{$name} = write_requests($name, @{ $requests{$name} });
	$length{$name} = (ask($servers{$name}, @{ $requests{$name} }))[2] / @callers;
}
my (%runs, %two);
sub measure
{
	my ($name, $connections, $into) = @_;
	my $run = $bench->load($servers{$name}, $connections, $files{$name}, $seconds);
	die sprintf "%s: answers of %.1f bytes instead of %.1f\n", $name, $run->{bytes} / $run->{requests}, $length{$name}
		if $run->{requests} > 1000 && abs($run->{bytes} / $run->{requests} / $length{$name} - 1) > 0.01;
	push @{ $into->{$name} }, $run;
	return $run->{rate};
}
my %rate = in_turn(rounds(),
	(map { my $name = $_; ($name => sub { measure($name, 32, \%runs) }) } sort keys %servers),
	two => sub { measure('ours', 2, \%two) },
	pgbench => sub { $bench->pgbench($callers[0]{agency}, $callers[0]{trip}, $seconds) });
check_equal('calls in the audit that failed', $bench->failed_calls, 0);

my $p99 = median(map { $_->{p99} / 1e6 } @{ $runs{ours} });
my $resident = $bench->resident($servers{ours});
my $megabytes = sub { return sprintf '%.1fMB', $_[0] / 1e6 };
report('P-11a', $rate{ours} / 10_000, per_second($rate{ours}), '10k/s',
	'calls of a tool that reads a row, for each CPU second of gateway, backends and wrk, 32 connections (2 connections: ' . per_second($rate{two}) . ')');
report('P-11b', 0.005 / $p99, duration($p99), '5ms', 'p99 of these calls, by the clock (2 connections: ' . duration(median(map { $_->{p99} / 1e6 } @{ $two{ours} })) . ')');
report('P-11c', 20e6 / $resident, $megabytes->($resident), '20MB', 'resident memory of the gateway after them');
my %title = (stateless => ['P-11d', 'the official SDK with pg, as stateless as ours'], toolbox => ['P-11e', 'MCP Toolbox'],
	sdk => ['P-11g', 'the official SDK in its fastest form, one session']);
for my $name (qw(stateless toolbox sdk))
{
	my ($id, $title) = @{ $title{$name} };
	if ($servers{$name})
	{
		report($id, $rate{ours} / $rate{$name}, per_second($rate{ours}), per_second($rate{$name}),
			"the same row by $title (" . $megabytes->($bench->resident($servers{$name})) . ', p99 ' . duration(median(map { $_->{p99} / 1e6 } @{ $runs{$name} })) . ')');
	}
	else { missing($id, "$title: $why{$name}") }
}
report('P-11f', 3 * $rate{ours} / $rate{pgbench}, per_second($rate{ours}), per_second($rate{pgbench}), 'three times our rate against pgbench, a prepared select of the row');
