package FactsFaults;

# What may befall the server during a stress run: sessions that are ended, killed and cancelled, a killed postmaster, a
# stop as by a power cut, a disk that is full.
#
#   FactsFaults::session($dbh, 'kill');      # ends a random session: kill (-9), terminate, cancel
#   FactsFaults::power_cut($data);           # pg_ctl stop -m immediate, and start
#   FactsFaults::kill_postmaster($data);     # kill -9, and start
#   my $disk = FactsFaults->small_disk($dbh, $megabytes);   # a tablespace of that size
#   $disk->fill($dbh); $disk->free($dbh); $disk->remove;

use strict;
use warnings;
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

# The cluster's own scripts clear what a dead postmaster has left behind. They fail while a server that runs recovers.
sub start
{
	local $ENV{VOYGEN_CLUSTER} = 'test';
	for (1 .. 60)
	{
		return if system(checkout() . '/service/cluster/start >&2') == 0;
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

# Takes every free block, in ever smaller steps.
sub fill
{
	my ($self, $dbh) = @_;
	$dbh->do('create unlogged table if not exists public.filler (content text) tablespace small_disk');
	for my $rows (2000, 200, 20, 4)
	{
		1 while eval { $dbh->do("insert into public.filler select repeat('x', 1900) from generate_series(1, $rows)"); 1 };
		die $@ if $dbh->state ne '53100';
	}
	return;
}

sub free { my ($self, $dbh) = @_; $dbh->do('drop table if exists public.filler'); return }

sub remove
{
	my ($self) = @_;
	_unmount($self->{folder}) if $self->{process} == $$;
	return;
}

1;
