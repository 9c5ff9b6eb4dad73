package OwnCluster;

# A server for one test alone, for what a server holds as a whole: its roles, its log, its replicas. It is made like the
# test cluster and by the same scripts, lies beside it, and is stopped and removed at the end of the test.
#
#   my $primary = OwnCluster->new('replica');
#   $primary->deploy('voygen_copy');                   # a database with everything
#   my $db = $primary->connect('voygen_copy', user => 'voygen_gateway');
#   my $standby = $primary->replica('standby');        # a hot standby made by pg_basebackup

use strict;
use warnings;
use DBI;
use File::Path qw(remove_tree);
use Time::HiRes qw(sleep);
use VoygenTest ();

my @all;

# So that a test that is interrupted still stops its servers.
$SIG{$_} //= sub { exit 130 } for qw(INT TERM);

sub _new
{
	my ($class, %self) = @_;
	my $self = bless { %self, creator => $$ }, $class;
	push @all, $self;
	return $self;
}

sub new
{
	my ($class, $name) = @_;
	my $self = $class->_new(name => $name, cluster => $name);
	chomp($self->{socket} = $self->_script('where', 'socket'));
	chomp($self->{data} = $self->_script('where', 'data'));
	$self->remove;
	$self->{removed} = 0;
	$self->_script('start');
	$self->{port} = do { open my $file, '<', "$self->{socket}/port" or die "port: $!\n"; <$file> =~ s/\s//r };
	return $self;
}

# Runs a script of service/cluster for this cluster; answers what it says, dies when it fails.
sub _script
{
	my ($self, $script, @arguments) = @_;
	local $ENV{VOYGEN_CLUSTER} = $self->{cluster};
	my $said = `@{[ VoygenTest::checkout() ]}/service/cluster/$script @arguments 2>&1 9>&-`;
	die "service/cluster/$script failed:\n$said" if $?;
	return $said;
}

# Runs a program of the server as the server's user.
sub as_server
{
	my ($self, @command) = @_;
	my $said = `bash -c 'source @{[ VoygenTest::checkout() ]}/service/cluster/state.sh; as_server "\$bin/\$0" "\$@"' @{[ map { "'$_'" } @command ]} 2>&1`;
	die "$command[0] failed:\n$said" if $?;
	return $said;
}

sub deploy
{
	my ($self, $database) = @_;
	local $ENV{VOYGEN_DATABASE} = $database;
	$self->_script('deploy');
	return;
}

sub connect
{
	my ($self, $database, %options) = @_;
	my $user = delete $options{user} // 'postgres';
	return DBI->connect("dbi:Pg:dbname='$database';host=$self->{socket};port=$self->{port}", $user, '',
		{ AutoCommit => 1, RaiseError => 1, PrintError => 0, pg_enable_utf8 => 1, %options });
}

# The environment for a program that is to work on this cluster.
sub environment { my ($self) = @_; return (%ENV, PGHOST => $self->{socket}, PGPORT => $self->{port}, PGUSER => 'postgres') }

# Makes a physical replica, which streams from this server, and starts it.
sub replica
{
	my ($self, $name) = @_;
	my $folder = $self->{socket} =~ s{[^/]*$}{$name}r;
	my $standby = ref($self)->_new(name => $name, socket => $folder, data => "$folder/data", port => $self->{port});
	$standby->remove;
	$standby->{removed} = 0;
	mkdir $folder or die "$folder: $!\n";
	if ($> == 0) { my (undef, undef, $uid, $gid) = getpwnam('postgres'); chown $uid, $gid, $folder }
	# The access rules of configure speak of databases; replication is none.
	my $rules = "$self->{data}/pg_hba.conf";
	open my $file, '>>', $rules or die "$rules: $!\n";
	print {$file} "local replication all peer map=voygen\n";
	close $file;
	$self->as_server('pg_ctl', 'reload', '-s', '-D', $self->{data});
	$self->as_server('pg_basebackup', '-D', $standby->{data}, '-R', '-c', 'fast', '-h', $self->{socket}, '-p', $self->{port}, '-U', 'postgres');
	$standby->start_by_hand("-c listen_addresses= -c unix_socket_directories=$folder -c log_directory=$folder");
	return $standby;
}

sub start_by_hand
{
	my ($self, $options) = @_;
	$self->as_server('pg_ctl', 'start', '-w', '-t', 120, '-s', '-D', $self->{data}, '-l', "$self->{socket}/start.log", '-o', $options);
	return;
}

# Waits until a replica has seen everything this server has written by now.
sub wait_for
{
	my ($self, $standby) = @_;
	my $here = $self->connect('postgres');
	my ($written) = $here->selectrow_array('select pg_current_wal_lsn()');
	my $there = $standby->connect('postgres');
	for (1 .. 1200)
	{
		return if ($there->selectrow_array('select pg_last_wal_replay_lsn() >= ?::pg_lsn', undef, $written))[0];
		sleep 0.05;
	}
	die "$standby->{name} has not replayed $written in a minute\n";
}

sub promote
{
	my ($self) = @_;
	$self->as_server('pg_ctl', 'promote', '-w', '-s', '-D', $self->{data});
	return;
}

sub remove
{
	my ($self) = @_;
	return if $self->{removed}++;
	if ($self->{cluster})
	{
		eval { $self->_script('stop') };
		unlink map { VoygenTest::checkout() . "/.voygen/$self->{cluster}.$_" } qw(env lock);
	}
	elsif (-f "$self->{data}/postmaster.pid") { eval { $self->as_server('pg_ctl', 'stop', '-w', '-s', '-m', 'immediate', '-D', $self->{data}) } }
	remove_tree($self->{socket});
	return;
}

END
{
	my $status = $?;
	for my $cluster (reverse @all)
	{
		$cluster->remove if $cluster->{creator} == $$;
	}
	$? = $status;
}

1;
