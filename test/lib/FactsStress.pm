package FactsStress;

# Random writers, refreshers and killers on two small agencies. When they have stopped, the queue is drained and every
# stored document is compared with the independent recomputation of test/facts_model.sql: a lost mark, a refresh that
# overwrote newer facts, or a mark that a crash took along would show as drift.
#
#   my $stress = FactsStress->new(database => $name, seconds => 20, seed => 1);
#   $stress->run;                      # forks, waits
#   $stress->drain;                    # refreshes until no mark is left; dies when that does not end
#   my @drift = $stress->drift;        # [agency, trip, path, stored, expected]...

use strict;
use warnings;
use POSIX qw(_exit);
use Time::HiRes qw(time sleep);
use VoygenTest;

sub new
{
	my ($class, %options) = @_;
	return bless { seconds => 20, seed => 1, writers => 4, refreshers => 3, trips => 40, kill9 => 1, counts => {}, %options }, $class;
}

# ---- the data ----

sub fill
{
	my ($self) = @_;
	my $checkout = checkout();
	for my $file ('test/facts_model/odd_trips.sql', 'test/facts_model.sql')
	{
		system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', "trips=$self->{trips}", '-d', $self->{database}, '-f', "$checkout/$file") == 0
			or die "$file failed\n";
	}
	return;
}

sub _connect
{
	my ($self, $agency) = @_;
	my $dbh = connect_to($self->{database}, PrintWarn => 0, pg_server_prepare => 0);
	$dbh->do("set client_min_messages = error");
	$dbh->do("set timezone = 'UTC'");
	$dbh->do("set statement_timeout = '60s'");
	$dbh->do("set voygen.agency_id = '$agency'") if $agency;
	return $dbh;
}

# ---- what a writer does ----

my @currencies = qw(USD EUR JPY KWD);
my @availability = qw(available available available sold_out not_checked extract_failed);

sub _pick { return $_[int rand @_] }

# Statements of one change on random trips; trips that are gone make them touch nothing.
my %change = (
	price => sub {
		my ($trip) = @_;
		return sprintf 'update voygen.hotel_cache set price_amount = %d, checked_at = now() where trip_id = %d and hotel_id %% 3 = %d',
			50 + int rand 900, $trip, int rand 3;
	},
	batch_price => sub { return sprintf 'update voygen.hotel_cache set price_amount = price_amount + 1 where trip_id between %d and %d', $_[0], $_[0] + 9 },
	availability => sub {
		return sprintf "update voygen.hotel_cache set availability_status = '%s' where trip_id = %d and hotel_id %% 4 = %d",
			_pick(@availability), $_[0], int rand 4;
	},
	room_in => sub {
		return sprintf "insert into voygen.rooms_cache (trip_id, hotel_id, room_key, name, total_amount, currency, tax_basis)
			select trip_id, hotel_id, 'n' || voygen.next_id(), 'New', %d, currency, 'excluded' from voygen.hotel_cache where trip_id = %d limit %d",
			100 + int rand 900, $_[0], 1 + int rand 5;
	},
	room_out => sub { return sprintf 'delete from voygen.rooms_cache where trip_id = %d and room_id %% 5 = %d', $_[0], int rand 5 },
	room_move => sub {
		return sprintf "update voygen.rooms_cache r set hotel_id = h.hotel_id, trip_id = h.trip_id, room_key = r.room_key || '+'
			from (select trip_id, hotel_id from voygen.hotel_cache where agency_id = voygen.current_agency() and trip_id = %d limit 1) h
			where r.agency_id = voygen.current_agency() and r.trip_id = %d and r.room_id %% 7 = 0 and length(r.room_key) < 40",
			$_[1], $_[0];
	},
	hotel_in => sub {
		return sprintf "insert into voygen.hotel_cache (trip_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at, nights, guests)
			select t.trip_id, l.leg_id, 'navitrip', 'new:' || voygen.next_id(), 'New Hotel ' || %d, %d, t.currency, 'per_night', 'available', now(), 2, 2
			from voygen.trips t left join voygen.trip_legs l using (agency_id, trip_id) where t.agency_id = voygen.current_agency() and t.trip_id = %d limit 1",
			int rand 20, 50 + int rand 500, $_[0];
	},
	hotel_out => sub { return sprintf 'delete from voygen.hotel_cache where trip_id = %d and hotel_id %% 6 = %d', $_[0], int rand 6 },
	leg_out => sub { return sprintf 'delete from voygen.trip_legs where trip_id = %d and leg_id %% 3 = %d', $_[0], int rand 3 },
	leg_in => sub {
		return sprintf "insert into voygen.trip_legs (trip_id, seq, city, arrive_date, depart_date)
			select trip_id, %d, 'Newtown', current_date, current_date + 3 from voygen.trips where trip_id = %d", 1 + int rand 5, $_[0];
	},
	leg_move => sub { return sprintf 'update voygen.trip_legs set seq = %d, city = city || 1 where trip_id = %d and length(city) < 30', 1 + int rand 5, $_[0] },
	activity_move => sub { return sprintf 'update voygen.trip_activities set trip_id = %d, leg_id = null where trip_id = %d and activity_id %% 2 = 0 and exists (select from voygen.trips t where t.agency_id = trip_activities.agency_id and t.trip_id = %d)', $_[1], $_[0], $_[1] },
	activity_in => sub { return sprintf "insert into voygen.trip_activities (trip_id, title, price_amount, currency) select trip_id, 'Walk', 10, 'EUR' from voygen.trips where trip_id in (%d, %d)", @_ },
	activities_out => sub { return sprintf 'delete from voygen.trip_activities where trip_id = %d', $_[0] },
	flight => sub { return sprintf "insert into voygen.flights (trip_id, origin, destination, depart_at, price_amount, currency) select trip_id, 'SEA', 'DUB', now(), 100, 'USD' from voygen.trips where trip_id = %d", $_[0] },
	booking => sub { return sprintf "insert into voygen.bookings (trip_id, kind, price_amount, currency, commission_amount) select trip_id, 'hotel', %d, '%s', 10 from voygen.trips where trip_id = %d", int rand 900, _pick(@currencies), $_[0] },
	cancel => sub { return sprintf "update voygen.bookings set status = 'cancelled' where trip_id = %d and booking_id %% 2 = 0", $_[0] },
	trip => sub { return sprintf "update voygen.trips set title = title || 'x', currency = '%s', traveler_count = %d where trip_id = %d and length(title) < 60", _pick(@currencies), 1 + int rand 8, $_[0] },
	trip_client => sub { return sprintf 'update voygen.trips set client_id = %d where trip_id in (%d, %d)', 1 + int rand 25, @_ },
	trip_out => sub { return sprintf 'delete from voygen.trips where trip_id = %d and trip_id %% 4 = 0', $_[0] },
	trip_in => sub { return sprintf "insert into voygen.trips (slug, client_id, title, destination, currency) select 'new-' || voygen.next_id(), client_id, 'New', 'Rome', 'USD' from voygen.clients where client_id > %d order by client_id limit 2", int rand 23 },
	client => sub { return sprintf "update voygen.clients set tier = '%s', name = left(name || 'y', 60) where client_id between %d and %d", _pick(qw(standard premium vip platinum)), (map { $_, $_ + 1 } 1 + int rand 24) },
	unrelated => sub { return sprintf "update voygen.trips set notes = 'seen' where trip_id = %d", $_[0] },
	rate => sub { return sprintf 'update voygen.commission_rates set commission_percent = %.3f where rate_id = %d and commission_percent is not null', 1 + rand 20, 1 + int rand 70 },
	rule => sub { return sprintf 'update voygen.commission_rules set is_active = not is_active where rule_id = %d and rule_id < 10', 1 + int rand 9 },
	volume => sub { return sprintf 'update voygen.commission_volumes set amount = amount + 500, bookings = bookings + 40' },
	agency => sub { return sprintf 'update voygen.agencies set low_cut = %d where agency_id = voygen.current_agency()', 20 + int rand 20 },
	wipe => sub { return int rand 20 ? 'select 1' : 'truncate voygen.transfers' },
);

# Everything is written for one agency: conditions name the trip only, so each statement gets the agency's condition.
sub _statement
{
	my ($self, $agency) = @_;
	my $name = _pick(sort keys %change);
	my $sql = $change{$name}->(1 + int rand $self->{trips}, 1 + int rand $self->{trips});
	$sql =~ s/ where (?!.*agency_id = voygen)/ where agency_id = $agency and /s if $sql !~ /current_agency/;
	$sql .= " where agency_id = $agency" if $name eq 'volume';
	return $sql;
}

sub _write
{
	my ($self, $dbh, $agency, $number) = @_;
	my $mood = int rand 12;
	if ($mood < 5)
	{
		$dbh->do($self->_statement($agency));
		return;
	}
	$dbh->begin_work;
	$dbh->do('set transaction isolation level ' . _pick('repeatable read', 'serializable')) if $mood == 5;
	my $rounds = 1 + int rand 4;
	for (1 .. $rounds)
	{
		if ($mood > 8)
		{
			$dbh->do('savepoint s');
			eval { $dbh->do($self->_statement($agency)) };
			$dbh->do($@ || rand() < 0.4 ? 'rollback to s' : 'release s');
		}
		else
		{
			$dbh->do($self->_statement($agency));
		}
		sleep(rand() * 0.02);
	}
	if ($mood == 6) { $dbh->rollback }
	elsif ($mood == 7)
	{
		my $name = "stress_$$\_$number";
		$dbh->do("prepare transaction '$name'");
		$dbh->{AutoCommit} = 1;
		sleep(rand() * 0.2);
		$dbh->do((rand() < 0.7 ? 'commit' : 'rollback') . " prepared '$name'");
	}
	else { $dbh->commit }
	return;
}

# ---- the processes ----

# Runs $work again and again until the time is over, on a new connection whenever the last one broke.
sub _until
{
	my ($self, $end, $agency, $work) = @_;
	my $dbh;
	my $number = 0;
	local $SIG{__WARN__} = sub { };  # DBI on connections that the killer has ended
	while (time < $end)
	{
		my $done = eval {
			$dbh = $self->_connect($agency->()) if !$dbh || !$dbh->ping;
			$work->($dbh, ++$number);
			1;
		};
		next if $done;
		my $error = $@;
		my $state = $dbh ? $dbh->state // '' : '08000';
		# Serialization and deadlock, constraints two writers broke together, lost connections and a recovering server are
		# what the stress is about; anything else is a fault.
		if ($error !~ /no connection|server closed|connection to server|in recovery|starting up|shutting down/ && $state !~ /^(08|23|40|57|53400)/)
		{
			print STDERR "stress: $state $error";
			_exit(3);
		}
		if ($dbh && $dbh->{Active} && $dbh->state !~ /^(57P|08)/)
		{
			eval { $dbh->rollback unless $dbh->{AutoCommit} };
			eval { $dbh->{AutoCommit} = 1 };
		}
		else
		{
			undef $dbh;
			sleep 0.1;
		}
	}
	_exit(0);
}

sub _fork
{
	my ($self, $work) = @_;
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		srand($self->{seed} * 1000 + ++$self->{children});
		eval { $work->() };
		print STDERR "stress: $@" if $@;
		_exit(4);
	}
	$self->{children}++;
	push @{ $self->{pids} }, $pid;
	return;
}

sub refresh_statement { return 'select * from voygen.refresh_facts(voygen.current_agency())' }

sub run
{
	my ($self) = @_;
	my $dbh = $self->_connect;
	my @agencies = @{ $dbh->selectcol_arrayref("select agency_id from voygen.agencies where slug like 'odd-%' order by slug") };
	$dbh->disconnect;
	my $end = time + $self->{seconds};
	for my $writer (1 .. $self->{writers})
	{
		my $agency = $agencies[ $writer % @agencies ];
		$self->_fork(sub {
			$self->_until($end, sub { $agency }, sub { my ($h, $n) = @_; $self->_write($h, $agency, $n) });
		});
	}
	for my $refresher (1 .. $self->{refreshers})
	{
		my $agency = $agencies[ $refresher % @agencies ];
		$self->_fork(sub {
			$self->_until($end, sub { $agency }, sub { my ($h) = @_; $h->do($self->refresh_statement); sleep(rand() * 0.05) });
		});
	}
	$self->_fork(sub { $self->_kill($end) });
	my $failed = 0;
	for my $pid (@{ $self->{pids} })
	{
		waitpid $pid, 0;
		$failed++ if $?;
	}
	$self->{pids} = [];
	return $failed == 0;
}

# Ends backends at random: politely, and now and then with kill -9, after which the server recovers from its log.
sub _kill
{
	my ($self, $end) = @_;
	my $hard_at = $self->{kill9} ? time + ($end - time) / 2 : $end + 1e9;
	$self->_until($end, sub { 0 }, sub {
		my ($h) = @_;
		sleep(0.3 + rand() * 0.7);
		my ($pid) = $h->selectrow_array(q{
			select pid from pg_stat_activity
			where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
			order by random() limit 1});
		return unless $pid;
		if (time > $hard_at)
		{
			$hard_at += $self->{kill9_every} // 1e9;
			kill 'KILL', $pid;
			return;
		}
		$h->do('select pg_terminate_backend(?)', undef, $pid);
	});
}

# ---- afterwards ----

sub _wait_for_server
{
	my ($self) = @_;
	for (1 .. 300)
	{
		my $dbh = eval { $self->_connect };
		return $dbh if $dbh && $dbh->ping;
		sleep 0.1;
	}
	die "the server did not come back\n";
}

# Stops the server as a power cut would and starts it again.
sub restart
{
	my $folder = checkout() . '/service/cluster';
	my ($data) = $_[0]->_wait_for_server->selectrow_array('show data_directory');
	my ($pid) = do { open my $file, '<', "$data/postmaster.pid" or die "no postmaster: $!\n"; scalar <$file> };
	kill 'QUIT', int $pid;
	sleep 0.1 while kill 0, int $pid;
	local $ENV{VOYGEN_CLUSTER} = 'test';
	system("$folder/start >&2") == 0 or die "the server did not start again\n";
	return;
}

sub drain
{
	my ($self) = @_;
	my $dbh = $self->_wait_for_server;
	for my $name (@{ $dbh->selectcol_arrayref("select gid from pg_prepared_xacts where database = current_database() and gid like 'stress_%'") })
	{
		$dbh->do(($name =~ /[02468]$/ ? 'commit' : 'rollback') . " prepared '$name'");
	}
	for my $agency (@{ $dbh->selectcol_arrayref('select agency_id from voygen.agencies') })
	{
		$dbh->do("set voygen.agency_id = '$agency'");
		my $marks;
		for (1 .. 100)
		{
			$dbh->do($self->refresh_statement);
			($marks) = $dbh->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $agency);
			last unless $marks;
		}
		die "$marks marks of agency $agency are still there after 100 refreshes\n" if $marks;
	}
	return;
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
	for my $agency (@{ $dbh->selectcol_arrayref("select agency_id from voygen.agencies where slug like 'odd-%'") })
	{
		push @drift, map { [$agency, @$_] } @{ $dbh->selectall_arrayref('select * from facts_model.drift(?) order by 1, 2 limit 50', undef, $agency) };
	}
	return @drift;
}

sub drift_text
{
	my (@drift) = @_;
	return join '', map { sprintf "agency %s trip %s %s: stored %s, expected %s\n", map { $_ // '(none)' } @$_ } @drift;
}

1;
