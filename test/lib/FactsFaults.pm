package FactsFaults;

# What may befall the server during a stress run: sessions that are ended, killed and cancelled, a killed postmaster, a
# stop as by a power cut, a disk that is full.
#
#   FactsFaults::session($dbh, 'kill');      # ends a random session: kill (-9), terminate, cancel
#   FactsFaults::power_cut($data);           # pg_ctl stop -m immediate, and start
#   FactsFaults::kill_postmaster($data);     # kill -9, and start
#   my $disk = FactsFaults->small_disk($dbh, $megabytes);   # a tablespace of that size
#   $disk->fill; $disk->free; $disk->remove;

use strict;
use warnings;
use Errno;
use Time::HiRes qw(sleep);
use VoygenTest;

sub session
{
	my ($dbh, $how) = @_;
	my ($pid) = $dbh->selectrow_array(q{
		select pid from pg_stat_activity
		where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
		order by random() limit 1});
	return unless $pid;
	return kill 'KILL', $pid if $how eq 'kill';
	$dbh->do("select pg_${how}_backend(?)", undef, $pid);
	return;
}

sub _postmaster
{
	my ($data) = @_;
	open my $file, '<', "$data/postmaster.pid" or return;
	my $pid = int(<$file> // 0);
	return $pid;
}

# What fills the small disk.
my $ballast;

# The cluster's own scripts clear what a dead postmaster has left behind. They fail while a server that runs recovers, and on
# a full disk: writing again what the log says needs room, which somebody makes then.
sub start
{
	local $ENV{VOYGEN_CLUSTER} = 'test';
	for my $try (1 .. 60)
	{
		return if system(checkout() . '/service/cluster/start >&2') == 0;
		unlink $ballast if $ballast && $try == 10;
		sleep 0.5;
	}
	die "the server did not start again\n";
}

sub _gone { my ($pid) = @_; sleep 0.05 while kill 0, $pid; return }

sub power_cut
{
	my ($data) = @_;
	my $pid = _postmaster($data) or return start();
	kill 'QUIT', $pid;
	_gone($pid);
	return start();
}

sub kill_postmaster
{
	my ($data) = @_;
	my $pid = _postmaster($data) or return start();
	kill 'KILL', $pid;
	_gone($pid);
	return start();
}

# ---- a small disk ----

# Root mounts it. Who is not root has no disk of his own to fill, and the caller is told so.
sub small_disk
{
	my ($class, $dbh, $megabytes) = @_;
	die "only root can mount a small disk\n" if $> != 0;
	my ($socket) = split /,/, $dbh->selectrow_array('show unix_socket_directories');
	my $folder = "$socket/small_disk";
	_unmount($folder);
	mkdir $folder;
	my $owner = (stat $socket)[4];
	system('mount', '-t', 'tmpfs', '-o', "size=${megabytes}m,uid=$owner,mode=0700", 'tmpfs', $folder) == 0
		or die "mounting a small disk at $folder failed\n";
	my $self = bless { folder => $folder, process => $$ }, $class;
	$ballast = "$folder/ballast";
	$dbh->do('drop tablespace if exists small_disk');
	$dbh->do("create tablespace small_disk location '$folder'");
	return $self;
}

sub _unmount
{
	my ($folder) = @_;
	system("umount '$folder' 2>/dev/null") while -d $folder && `stat -fc %T '$folder'` =~ /tmpfs/;
	return;
}

# Facts, marks and all that belongs to them.
sub move_facts_here
{
	my ($self, $dbh) = @_;
	for my $table (qw(trip_facts trip_facts_history facts_dirty facts_failed))
	{
		$dbh->do("alter table voygen.$table set tablespace small_disk");
		$dbh->do("alter index $_ set tablespace small_disk")
			for @{ $dbh->selectcol_arrayref("select indexrelid::regclass::text from pg_index where indrelid = 'voygen.$table'::regclass") };
	}
	return;
}

# Takes every free block.
sub fill
{
	open my $file, '>>', $ballast or die "cannot write $ballast: $!\n";
	1 while syswrite $file, 'x' x 4096;
	die "$ballast: $!\n" unless $!{ENOSPC};
	return;
}

sub free { unlink $ballast if $ballast; return }

sub remove
{
	my ($self) = @_;
	_unmount($self->{folder}) if $self->{process} == $$;
	return;
}

1;
