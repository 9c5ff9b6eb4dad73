package FactsStress;

# Random writers, refreshers, readers and faults on two small agencies. When they have stopped, the queue is drained and
# every stored document is compared with the independent recomputation of test/facts_model.sql: a lost mark, a refresh
# that overwrote newer facts, or a mark that a crash took along would show as drift. Readers compare all the while.
#
#   my $stress = FactsStress->new(database => $name, seed => 1);
#   $stress->fill;
#   my $ran = $stress->run(seconds => 20, kill => 5);   # forks, waits; false when anybody met what nobody should
#   $stress->settle;                   # ends prepared transactions, switches marking on, refreshes until no mark is left
#   my @drift = $stress->drift;        # [agency, trip, path, stored, expected]...
#   my @left = $stress->left_over;     # what should not be there any more, in words
#
# run takes: seconds; writers, refreshers, readers (how many); switching (marking goes off and on); kill, postmaster,
# power_cut (each: every so many seconds, one of these); small_disk (a FactsFaults disk, full now and then). The seed gives every process
# its own sequence of changes; how they interleave is the machine's.
#
# What cannot be built is part of it: a trip with a price that is no number is set aside, and holds nobody up.

use strict;
use warnings;
use File::Temp qw(tempdir);
use POSIX qw(_exit);
use Time::HiRes qw(time sleep);
use FactsActors;
use FactsFaults;
use VoygenTest;

sub new
{
	my ($class, %options) = @_;
	return bless { seed => 1, trips => 40, counts => {}, notes => tempdir(CLEANUP => 1), %options }, $class;
}

# ---- the data ----

sub fill
{
	my ($self) = @_;
	my $checkout = checkout();
	for my $file ('test/facts_model/odd_trips.sql', 'test/facts_model.sql', 'test/stress/refill.sql')
	{
		system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', "trips=$self->{trips}", '-d', $self->{database}, '-f', "$checkout/$file") == 0
			or die "$file failed\n";
	}
	return;
}

sub _connect
{
	my ($self, $agency, $name) = @_;
	my $dbh = connect_to($self->{database}, PrintWarn => 0, pg_server_prepare => 0);
	$dbh->do('set application_name = ' . $dbh->quote('stress ' . ($name // 'watch')));
	$dbh->do("set client_min_messages = error; set timezone = 'UTC'; set statement_timeout = '60s'; set deadlock_timeout = '200ms'");
	$dbh->do("set voygen.agency_id = '$agency'") if $agency;
	return $dbh;
}

sub agencies
{
	my ($self) = @_;
	return @{ $self->_wait_for_server->selectcol_arrayref("select agency_id from voygen.agencies where slug like 'odd-%' order by slug") };
}

# ---- the processes ----

# Has the actor work until the time is over, on a new connection whenever the last one broke.
sub _until
{
	my ($self, $end, $actor) = @_;
	my $dbh;
	local $SIG{__WARN__} = sub { };  # DBI on connections that are gone
	while (time < $end)
	{
		my $done = eval {
			$dbh = $self->_connect($actor->{agency}, $actor->{name}) if !$dbh || !$dbh->ping;
			$actor->round($dbh);
			1;
		};
		next if $done;
		my $error = $@;
		my $state = $dbh ? $dbh->state // '' : '08000';
		my $detail = $dbh ? $dbh->pg_error_field('message_detail') // '' : '';
		if (!$actor->expects($state, $error))
		{
			print STDERR "stress: $actor->{name} (seed $self->{seed}): $state $error$detail\n";
			_exit(3);
		}
		$actor->count("error $state");
		$dbh = $self->_recovered($dbh, $state);
		$self->_look_at_deadlock($dbh, $actor, $detail) if $dbh && $state eq '40P01';
	}
	$self->_note($actor->{counts});
	_exit(0);
}

# The connection, out of its transaction and back in its own role; nothing when it is of no use any more.
sub _recovered
{
	my ($self, $dbh, $state) = @_;
	if (!$dbh || !$dbh->{Active} || $state =~ /^(57P|08)/)
	{
		sleep 0.1;  # the server may be down
		return undef;
	}
	eval { $dbh->rollback unless $dbh->{AutoCommit} };
	eval { $dbh->{AutoCommit} = 1 };
	return eval { $dbh->do("reset role; set statement_timeout = '60s'; set lock_timeout = 0"); $dbh };
}

# A user's change must not lose against a refresher.
sub _look_at_deadlock
{
	my ($self, $dbh, $actor, $detail) = @_;
	my @pids = $detail =~ /process (\d+)/gi;
	return if $actor->{name} ne 'writer' || !@pids;
	my ($refreshers) = eval { $dbh->selectrow_array("select count(*) from pg_stat_activity where application_name = 'stress refresher' and pid = any (?)", undef, \@pids) };
	$actor->count('lost against a refresher') if $refreshers;
	return;
}

sub _note
{
	my ($self, $counts) = @_;
	open my $file, '>', "$self->{notes}/$$" or return;
	print $file map { "$counts->{$_} $_\n" } keys %$counts;
	close $file;
	return;
}

sub _gather_notes
{
	my ($self) = @_;
	my %sum;
	for my $name (glob "$self->{notes}/*")
	{
		open my $file, '<', $name or next;
		/^(\d+) (.*)$/ and $sum{$2} += $1 while <$file>;
		unlink $name;
	}
	return \%sum;
}

sub _fork
{
	my ($self, $work) = @_;
	my $child = ++$self->{children};
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		srand($self->{seed} * 1000 + $child);
		eval { $work->() };
		print STDERR "stress (seed $self->{seed}): $@" if $@;
		_exit(4);
	}
	push @{ $self->{pids} }, $pid;
	return;
}

sub run
{
	my ($self, %round) = @_;
	my @agencies = $self->agencies;
	my $end = time + $round{seconds};
	my %kinds = (writer => $round{writers} // 4, refresher => $round{refreshers} // 3, reader => $round{readers} // 1, resolver => 1, switcher => $round{switching} ? 1 : 0);
	$self->{children} = 0;
	for my $kind (sort keys %kinds)
	{
		for my $number (1 .. $kinds{$kind})
		{
			my $actor = FactsActors->$kind(agency => $agencies[ $number % @agencies ], trips => $self->{trips}, owner => int($number / @agencies) % 2, disk => $round{small_disk}, end => $end);
			$self->_fork(sub { $self->_until($end, $actor) });
		}
	}
	my ($data) = $self->_wait_for_server->selectrow_array('show data_directory');
	$self->_fork(sub { $self->_bring_faults($end, $data, %round) });
	my $failed = 0;
	for my $pid (@{ $self->{pids} })
	{
		waitpid $pid, 0;
		$failed++ if $?;
	}
	$self->{pids} = [];
	$self->{counts} = $self->_gather_notes;
	FactsFaults::start();
	return $failed == 0;
}

sub counts_text { my ($self) = @_; return join ', ', map { "$_ $self->{counts}{$_}" } sort keys %{ $self->{counts} } }

# Sessions are ended or cancelled all the time; the rest comes when it is due.
sub _bring_faults
{
	my ($self, $end, $data, %round) = @_;
	local $SIG{__WARN__} = sub { };
	my %every = map { $_ => $round{$_} } grep { $round{$_} } qw(kill postmaster power_cut small_disk);
	$every{small_disk} = 4 if $every{small_disk};
	my %due = map { $_ => time + $every{$_} * (0.5 + rand) } keys %every;
	while (time < $end)
	{
		sleep(0.2 + rand() * 0.6);
		my ($what) = grep { $due{$_} < time } sort { $due{$a} <=> $due{$b} } keys %due;
		$due{$what} = time + $every{$what} * (0.5 + rand) if $what;
		my $done = eval { $self->_bring($what // FactsChanges::pick(qw(terminate cancel)), $data, $round{small_disk}); 1 };
		next if $done || $@ =~ /no connection|server closed|connection to server|in recovery|starting up|shutting down|terminating|canceling|57P/;
		print STDERR "stress (seed $self->{seed}): bringing " . ($what // 'an end') . ": $@";
		_exit(5);
	}
	_exit(0);
}

sub _bring
{
	my ($self, $what, $data, $disk) = @_;
	return FactsFaults::power_cut($data) if $what eq 'power_cut';
	return FactsFaults::kill_postmaster($data) if $what eq 'postmaster';
	my $dbh = $self->_connect;
	return FactsFaults::session($dbh, $what) if $what ne 'small_disk';
	$disk->fill;
	sleep(0.5 + rand() * 1.5);
	return $disk->free;
}

# ---- trips that cannot be built ----

# Prices that are no number, and no total that would make them idle; the model is not asked about these trips.
sub poison
{
	my ($self, @trips) = @_;
	my $dbh = $self->_wait_for_server;
	_end_prepared($dbh);
	for my $trip (@trips)
	{
		$dbh->do('select stress.refill(agency_id, ?) from voygen.agencies', undef, $trip);
		$dbh->do("update voygen.hotel_cache set total_amount = null, price_amount = 'NaN', price_basis = 'per_night' where trip_id = ?", undef, $trip);
	}
	return;
}

# What get_facts_stats says of them: [trip, reason]...
sub set_aside
{
	my ($self) = @_;
	my $dbh = $self->_wait_for_server;
	my @told;
	for my $agency ($self->agencies)
	{
		$dbh->do("set voygen.agency_id = '$agency'");
		push @told, @{ $dbh->selectall_arrayref('select f.trip_id, f.reason from unnest((voygen_api.get_facts_stats()).failures) f') };
	}
	return \@told;
}

sub cure
{
	my ($self) = @_;
	$self->_wait_for_server->do("update voygen.hotel_cache set price_amount = 100 where price_amount = 'NaN'");
	return;
}

# ---- a disk that is full now and then ----

# Puts what refreshes write on a disk of its own.
sub small_disk
{
	my ($self, $megabytes) = @_;
	my $dbh = $self->_wait_for_server;
	my $disk = FactsFaults->small_disk($dbh, $megabytes);
	$disk->move_facts_here($dbh);
	return $disk;
}

# ---- afterwards ----

sub _wait_for_server
{
	my ($self) = @_;
	for (1 .. 600)
	{
		my $dbh = eval { $self->_connect };
		return $dbh if $dbh && $dbh->ping;
		sleep 0.1;
	}
	die "the server did not come back\n";
}

sub power_cut
{
	my ($self) = @_;
	my ($data) = $self->_wait_for_server->selectrow_array('show data_directory');
	FactsFaults::power_cut($data);
	return;
}

# They hold their locks until somebody ends them.
sub _end_prepared
{
	my ($dbh) = @_;
	for my $name (@{ $dbh->selectcol_arrayref("select gid from pg_prepared_xacts where database = current_database() and gid like 'stress%'") })
	{
		$dbh->do(($name =~ /[02468]$/ ? 'commit' : 'rollback') . " prepared '$name'");
	}
	return;
}

sub settle
{
	my ($self) = @_;
	my $dbh = $self->_wait_for_server;
	_end_prepared($dbh);
	FactsFaults->free;
	my ($watched) = $dbh->selectrow_array('select voygen.marking_enabled()');
	$dbh->do('call voygen.enable_marking()') unless $watched;
	for my $agency (@{ $dbh->selectcol_arrayref('select agency_id from voygen.agencies') })
	{
		my $marks;
		for (1 .. 20)
		{
			$dbh->do("select * from voygen.refresh_facts($agency)");
			($marks) = $dbh->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $agency);
			last unless $marks;
		}
		die "$marks marks of agency $agency are still there after 20 refreshes\n" if $marks;
	}
	return;
}

# What nobody needs any more and should be gone: marks, locks, failures of trips that are well or are no more, sessions, faults of the job.
sub left_over
{
	my ($self) = @_;
	return @{ $self->_wait_for_server->selectcol_arrayref(q{
		select format('mark of agency %s trip %s: %s', agency_id, trip_id, reason) from voygen.facts_dirty
		union all
		select format('lock %s %s of process %s', l.locktype, l.objsubid, l.pid) from pg_locks l
		where l.locktype = 'advisory' and l.database = (select oid from pg_database where datname = current_database())
		union all
		select format('session %s: %s', pid, query) from pg_stat_activity where application_name like 'stress %' and pid <> pg_backend_pid()
		union all
		select format('prepared transaction %s', gid) from pg_prepared_xacts where database = current_database()
		union all
		select format('agency %s trip %s failed: %s', f.agency_id, f.trip_id, f.reason)
		from voygen.facts_failed f
		where not exists (
			select from voygen.hotel_cache h where (h.agency_id, h.trip_id) = (f.agency_id, f.trip_id) and h.price_amount = 'NaN')
		union all
		select format('agency %s trip %s cannot be built, and is not set aside', agency_id, trip_id)
		from (
			select agency_id, trip_id from voygen.hotel_cache
			where price_amount = 'NaN' and total_amount is null and availability_status = 'available'
			except select agency_id, trip_id from voygen.facts_failed) unbuilt
		union all
		select distinct format('a run ended with: %s', error) from voygen.facts_runs
		where error !~ 'deadlock|lock timeout|No space left'
		limit 20}) };
}

# A run that broke off may have left prepared transactions, which keep its database from being dropped.
sub forget
{
	my ($database) = @_;
	VoygenTest::_find_cluster();
	my $dbh = eval { connect_to($database) } or return;
	$dbh->do("rollback prepared '$_'") for @{ $dbh->selectcol_arrayref('select gid from pg_prepared_xacts where database = current_database()') };
	$dbh->disconnect;
	return;
}

sub drift
{
	my ($self) = @_;
	my $dbh = $self->_wait_for_server;
	my @drift;
	for my $agency ($self->agencies)
	{
		push @drift, map { [$agency, @$_] } @{ $dbh->selectall_arrayref(q{
			select d.* from facts_model.drift($1) d
			where not exists (select from voygen.facts_failed f where f.agency_id = $1 and f.trip_id = d.trip_id)
			order by 1, 2 limit 50} =~ s/\$1/$agency/gr) };
	}
	return @drift;
}

sub drift_text
{
	my (@drift) = @_;
	return join '', map { sprintf "agency %s trip %s %s: stored %s, expected %s\n", map { $_ // '(none)' } @$_ } @drift;
}

1;
