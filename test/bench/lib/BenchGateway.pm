package BenchGateway;

# What P-11 runs: servers and their clients on one core, and the CPU time all of them have used.
#
#   my $bench = BenchGateway->new;                         # a database of its own: two agencies, two roles, a trip each
#   my $server = $bench->start_gateway;                    # {pid, port}; also start_sdk, start_toolbox
#   my $run = $bench->load($server, 32, $file_of_requests) # {rate, p99, requests, bytes, failed}
#
# rate is calls for each second of CPU that the server, its backends and the client have used together: on a core that has
# nothing else to do this is calls a second, and neighbours on the machine count little.

use strict;
use warnings;
use BenchKit;
use Cwd qw(abs_path);
use DBI;
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Temp qw(tempdir);
use IO::Socket::INET;
use JSON::PP;
use List::Util qw(sum0);
use Time::HiRes qw(sleep);

my $here = abs_path(dirname(__FILE__) . '/..');
my $checkout = abs_path("$here/../..");
my $database = 'voygen_bench_gateway';
my $json = JSON::PP->new->canonical;

our $CONNECTIONS = 8;
our $STATEMENT = 'select * from voygen.trips where agency_id = $1 and trip_id = $2';

sub new
{
	my ($class) = @_;
	my $self = bless { creator => $$, pids => [], core => $ENV{BENCH_CORE} // 0 }, $class;
	$self->{folder} = tempdir('voygen-bench-XXXX', DIR => '/tmp', CLEANUP => 1);
	chmod 0755, $self->{folder};
	$self->_make_database;
	$self->{db} = DBI->connect("dbi:Pg:dbname=$database", $ENV{PGUSER}, '', { RaiseError => 1, PrintError => 0 });
	# backends inherit the core of the server's first process
	my ($data) = $self->{db}->selectrow_array('show data_directory');
	open my $file, '<', "$data/postmaster.pid" or die "cannot read the server's number in $data: $!\n";
	chomp($self->{postmaster} = readline $file);
	($self->{cores}) = `taskset -pc $self->{postmaster}` =~ /: (\S+)$/;
	$self->_pin($self->{postmaster}, $self->{core});
	return $self;
}

sub db { return $_[0]{db} }

sub _pin
{
	my ($self, $pid, $cores) = @_;
	system("taskset -apc $cores $pid >/dev/null") == 0 or die "cannot pin process $pid to core $cores\n";
	return;
}

# --- the data -----------------------------------------------------------------------

sub _make_database
{
	my ($self) = @_;
	my $admin = DBI->connect('dbi:Pg:dbname=postgres', $ENV{PGUSER}, '', { RaiseError => 1, PrintError => 0, PrintWarn => 0 });
	$admin->do("set client_min_messages = error");
	$admin->do("drop database if exists $database with (force)");
	local $ENV{VOYGEN_DATABASE} = $database;
	system("$checkout/service/cluster/deploy >/dev/null") == 0 or die "the database of P-11 could not be made\n";
	system('psql', '-Xqd', $database, '-v', 'ON_ERROR_STOP=1', '-f', "$here/other/read_row.sql") == 0 or die "the tool of P-11 could not be made\n";
	return;
}

sub _url
{
	my ($user) = @_;
	return "host=$ENV{PGHOST} port=$ENV{PGPORT} user=$user dbname=$database";
}

# Runs build/voygen and answers what it prints.
sub _voygen
{
	my ($self, @arguments) = @_;
	local $ENV{VOYGEN_DATABASE_URL} = _url($ENV{PGUSER});
	open my $out, '-|', "'$checkout/build/voygen' @{[map { quotemeta } @arguments]} 2>$self->{folder}/voygen.said" or die "voygen: $!\n";
	my $said = do { local $/; readline $out };
	close $out or die "voygen @arguments failed: " . `cat '$self->{folder}/voygen.said'` . "\n";
	chomp $said;
	return $said;
}

# Calls a tool and answers its result.
sub _call
{
	my ($self, $token, $tool, $arguments) = @_;
	my ($agency) = $token =~ /\Avg_(\d+)_/;
	my ($answer) = $self->{db}->selectrow_array('select voygen.call(?::bigint, sha256(?::bytea), ?, ?::text)', undef, $agency, $token, $tool, $json->encode($arguments));
	return $json->decode($answer);
}

# A token for each of two roles in each of two agencies, and a trip to read.
sub callers
{
	my ($self) = @_;
	my @callers;
	for my $agency (qw(north south))
	{
		$self->{db}->do('select voygen.create_agency(?, ?)', undef, $agency, ucfirst $agency);
		for my $role (qw(admin agent))
		{
			my $token = $self->_voygen('token', 'create', '--agency', $agency, '--role', $role);
			my $client = $self->_call($token, 'create_client', { name => 'Demo Client' })->{client_id};
			my $trip = $self->_call($token, 'create_trip', { client_id => $client, title => 'Rome in May', destination => 'Rome',
				start_date => '2027-05-01', end_date => '2027-05-08' })->{trip_id};
			my ($agency_id) = $token =~ /\Avg_(\d+)_/;
			push @callers, { token => $token, trip => $trip, agency => $agency_id, answer => $self->_call($token, 'read_row', { trip_id => $trip }) };
		}
	}
	return @callers;
}

# Not those under way when a client's time was over, which hangs up.
sub failed_calls { return scalar $_[0]{db}->selectrow_array("select count(*) from voygen.audit where outcome not in ('ok', 'cancelled')") }

# --- servers -------------------------------------------------------------------------

sub _free_port
{
	my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1) or die "no free port: $@\n";
	return $socket->sockport;
}

# Runs a command on the core until the port answers.
sub _start
{
	my ($self, $port, %more) = @_;
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		%ENV = (%ENV, %{ $more{environment} // {} });
		chdir '/';
		open STDOUT, '>', "$self->{folder}/$more{name}.log";
		open STDERR, '>&', \*STDOUT;
		exec 'taskset', '-c', $self->{core}, @{ $more{command} };
		exit 127;
	}
	push @{ $self->{pids} }, $pid;
	for (1 .. 400)
	{
		return { pid => $pid, port => $port, name => $more{name} } if IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port);
		sleep 0.05;
	}
	die "$more{name} did not start: " . `tail -n 5 '$self->{folder}/$more{name}.log'` . "\n";
}

# The gateway does not run as root, and the database's user may not enter every checkout.
sub start_gateway
{
	my ($self) = @_;
	my $port = _free_port();
	copy("$checkout/build/voygen", "$self->{folder}/voygen") or die "copying the program: $!\n";
	chmod 0755, "$self->{folder}/voygen";
	my @as = $> == 0 ? ('setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups') : ();
	return $self->_start($port, name => 'gateway', environment => { VOYGEN_GATEWAY_URL => _url('voygen_gateway') },
		command => [ @as, "$self->{folder}/voygen", 'serve', '--http', "127.0.0.1:$port", '--pool', $CONNECTIONS, '--jobs', 0, '--refresh', 0 ]);
}

sub start_sdk
{
	my ($self, $node, $form) = @_;
	my $port = _free_port();
	return $self->_start($port, name => "sdk_$form", command => [ $node, "$here/other/mcp_sdk.mjs", $port, $form ],
		environment => { NODE_PATH => "$checkout/build/npm/bench/node_modules", NODE_ENV => 'production', PGDATABASE => $database,
			BENCH_STATEMENT => $STATEMENT, BENCH_POOL => $CONNECTIONS });
}

sub start_toolbox
{
	my ($self) = @_;
	my $port = _free_port();
	my $config = "$self->{folder}/tools.yaml";
	my ($password) = `cat "\$('$checkout/service/cluster/where' env)"` =~ /^VOYGEN_PASSWORD=(\S+)/m or die "the server's password is not where it should be\n";
	open my $out, '>', $config or die "cannot write $config: $!\n";
	print {$out} <<"YAML";
sources:
  bench:
    kind: postgres
    host: 127.0.0.1
    port: $ENV{PGPORT}
    database: $database
    user: $ENV{PGUSER}
    password: "$password"
    queryParams:
      pool_max_conns: "$CONNECTIONS"
tools:
  read_row:
    kind: postgres-sql
    source: bench
    description: Get a trip
    parameters:
      - {name: agency_id, type: integer, description: The agency.}
      - {name: trip_id, type: integer, description: The trip.}
    statement: $STATEMENT
YAML
	close $out;
	return $self->_start($port, name => 'toolbox', command => [ "$checkout/build/npm/bench/node_modules/\@toolbox-sdk/server-linux-x64/bin/toolbox",
		'--config', $config, '--address', '127.0.0.1', '--port', $port, '--log-level', 'ERROR', '--disable-version-check', '--disable-reload' ]);
}

# --- measuring ------------------------------------------------------------------------

sub _seconds_of
{
	my (@pids) = @_;
	my $nanoseconds = 0;
	for my $pid (@pids)
	{
		for my $file (glob "/proc/$pid/task/*/schedstat")
		{
			open my $in, '<', $file or next;
			$nanoseconds += (split ' ', readline $in)[0];
		}
	}
	return $nanoseconds / 1e9;
}

sub _backends
{
	my ($self) = @_;
	return @{ $self->{db}->selectcol_arrayref('select pid from pg_stat_activity where datname = ? and pid <> pg_backend_pid()', undef, $database) };
}

# CPU seconds of the server, the backends (those that begin meanwhile too), and the command's own, while the command runs;
# with its output.
sub _run
{
	my ($self, $pid, @command) = @_;
	my @pids = ($self->_backends, defined $pid ? $pid : ());
	my $before = _seconds_of(@pids);
	my ($user, $system) = (times)[ 2, 3 ];
	open my $out, '-|', 'taskset', '-c', $self->{core}, @command or die "$command[0]: $!\n";
	my $said = do { local $/; readline $out };
	close $out or die "$command[0] failed: $said\n";
	my ($user_after, $system_after) = (times)[ 2, 3 ];
	my %counted = map { $_ => 1 } @pids, $self->_backends;
	return (_seconds_of(keys %counted) - $before + $user_after - $user + $system_after - $system, $said);
}

sub load
{
	my ($self, $server, $connections, $file, $seconds) = @_;
	my ($cpu, $said) = $self->_run($server->{pid}, 'wrk', '-t1', "-c$connections", "-d${seconds}s", '--timeout', '20s', '-s', "$here/other/calls.lua",
		"http://127.0.0.1:$server->{port}", '--', $file);
	my ($line) = $said =~ /^(\{.*\})$/m or die "wrk: $said\n";
	my $run = $json->decode($line);
	die "$server->{name} answered $run->{failed} of $run->{requests} requests with an error\n" if $run->{failed} || !$run->{requests};
	return { %$run, rate => $run->{requests} / $cpu };
}

# The same row by pgbench, prepared, over the socket. Its backends end with it, so their CPU time is that of the server's children.
sub pgbench
{
	my ($self, $agency, $trip, $seconds) = @_;
	my $script = "$self->{folder}/pgbench.sql";
	open my $out, '>', $script or die "cannot write $script: $!\n";
	print {$out} "\\set agency $agency\n\\set trip $trip\n" . ($STATEMENT =~ s/\$1/:agency/r =~ s/\$2/:trip/r) . ";\n";
	close $out;
	my $before = _children_of($self->{postmaster});
	my ($cpu, $said) = $self->_run(undef, 'pgbench', '-n', '-M', 'prepared', '-c', $CONNECTIONS, '-T', $seconds, '-f', $script, $database);
	my ($count) = $said =~ /transactions actually processed: (\d+)/ or die "pgbench: $said\n";
	return $count / ($cpu + _children_of($self->{postmaster}) - $before);
}

# CPU seconds of the children of a process that have ended.
sub _children_of
{
	my ($pid) = @_;
	sleep 0.3;
	open my $in, '<', "/proc/$pid/stat" or die "no process $pid\n";
	my @fields = split ' ', (readline($in) =~ s/\A.*\) //r);
	return ($fields[13] + $fields[14]) / 100;
}

# Resident memory in bytes.
sub resident
{
	my ($self, $server) = @_;
	open my $file, '<', "/proc/$server->{pid}/status" or die "$server->{name} has ended\n";
	return 1024 * (map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$file>)[0];
}

sub DESTROY
{
	my ($self) = @_;
	return if $self->{creator} != $$;
	local ($?, $@);
	kill 'TERM', @{ $self->{pids} };
	waitpid $_, 0 for @{ $self->{pids} };
	$self->_pin($self->{postmaster}, $self->{cores}) if $self->{cores};
	$self->{db}->disconnect if $self->{db};
	return;
}

1;
