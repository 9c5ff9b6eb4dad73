package FactsActors;

# Who takes part in a stress run: each is one process with one connection that does its work again and again.
#
#   my $actor = FactsActors->writer(agency => 2, trips => 40);
#   $actor->round($dbh);                 # one piece of work; dies on an error
#   $actor->expects($state, $error);     # whether what went wrong was to be expected of that piece
#
# A reader that is told facts that are not those of its snapshot is never to be expected.

use strict;
use warnings;
use Time::HiRes qw(sleep time);
use FactsChanges;

BEGIN { *pick = \&FactsChanges::pick; *between = \&FactsChanges::between }

sub _new
{
	my ($class, $work, %options) = @_;
	return bless { counts => {}, work => $work, %options, changes => FactsChanges->new(%options) }, $class;
}

sub writer { my ($class, %o) = @_; return $class->_new(\&_write, name => 'writer', %o) }
sub refresher { my ($class, %o) = @_; return $class->_new(\&_refresh, name => 'refresher', %o) }
sub reader { my ($class, %o) = @_; return $class->_new(\&_read, name => 'reader', %o) }
sub resolver { my ($class, %o) = @_; return $class->_new(\&_resolve, name => 'resolver', %o) }
sub switcher { my ($class, %o) = @_; return $class->_new(\&_switch, name => 'switcher', %o) }

sub round
{
	my ($self, $dbh) = @_;
	delete $self->{may};
	$self->{number}++;
	$dbh->do("set statement_timeout = '60s'; set lock_timeout = 0; reset role") if delete $self->{to_reset};
	$self->{work}->($self, $dbh);
	$self->count('done');
	return;
}

sub count { my ($self, $what) = @_; $self->{counts}{"$self->{name} $what"}++; return }

# Lost connections, cancelled statements and a recovering server are what the stress is about, for everybody; the rest
# is said by the work.
sub expects
{
	my ($self, $state, $error) = @_;
	return 1 if $state =~ /^(08|57)/ || $error =~ /no connection|server closed|connection to server|in recovery|starting up|shutting down|canceling statement due to (statement|user)|terminating connection|maximum number of prepared/;
	return 1 if $self->{disk} && $state eq '53100';
	return $self->{may} && $state =~ $self->{may};
}

# Little patience for one round: whatever is waited for or takes long ends with an error.
sub _hurry
{
	my ($self, $dbh) = @_;
	$self->{to_reset} = 1;
	$dbh->do('set ' . pick('statement_timeout', 'lock_timeout') . ' = ' . between(5, 50));
	return;
}

# Most work is done as the agent, who has no rights beyond the tools' tables.
sub _as { my ($self, $dbh, $role) = @_; $self->{to_reset} = 1; $dbh->do("set role $role"); return }

# ---- writers ----

sub _do
{
	my ($self, $dbh) = @_;
	my ($change) = $self->{owner} ? $self->{changes}->of_owner : $self->{changes}->of_agent;
	ref $change ? $change->($dbh) : $dbh->do($change);
	return;
}

# Constraints two writers break together, deadlocks among writers, and time limits are theirs; a serialization failure
# is only for those who asked for such a transaction.
my $writers_may = qr/^(23|40P01|55P03)/;

sub _write
{
	my ($self, $dbh) = @_;
	$self->{may} = $writers_may;
	$self->_hurry($dbh) if int rand 6 == 0;
	$self->_as($dbh, 'voygen_agent') unless $self->{owner};
	my $mood = int rand 13;
	return $self->_do($dbh) if $mood < 5;
	return $self->_write_serial($dbh) if $mood == 5 || $mood == 6;
	$dbh->begin_work;
	$self->_write_some($dbh, $mood > 9);
	return $self->_prepare($dbh) if $mood == 7;
	return $dbh->rollback if $mood == 8;
	$dbh->do("select * from voygen.refresh_facts($self->{agency}, max_trips => 20)") if $mood == 9 && $self->{owner};
	$dbh->commit;
	return;
}

sub _write_some
{
	my ($self, $dbh, $savepoints) = @_;
	for (1 .. between(1, 4))
	{
		if ($savepoints)
		{
			$dbh->do('savepoint s');
			my $done = eval { $self->_do($dbh); 1 };
			die $@ if !$done && $dbh->state =~ /^(08|57P)/;
			$dbh->do(!$done || rand() < 0.4 ? 'rollback to s' : 'release s');
		}
		else
		{
			$self->_do($dbh);
		}
		sleep(rand() * 0.02);
	}
	return;
}

# A strict transaction is tried again when it lost, as its programs must.
sub _write_serial
{
	my ($self, $dbh) = @_;
	$self->{may} = qr/^(23|40|55P03)/;
	for my $try (1 .. 4)
	{
		my $done = eval {
			$dbh->begin_work;
			$dbh->do('set transaction isolation level ' . pick('repeatable read', 'serializable'));
			$self->_write_some($dbh, 0);
			$dbh->commit;
			1;
		};
		return if $done;
		die $@ if $dbh->state ne '40001' || $try == 4;
		$dbh->rollback;
		$self->count('serialization failures');
	}
	return;
}

# Whether this session ends it, another one, or a later one after a crash.
sub _prepare
{
	my ($self, $dbh) = @_;
	my $name = "stress_$$\_$self->{number}";
	my ($many) = $dbh->selectrow_array('select count(*) >= 5 from pg_prepared_xacts');
	return $dbh->commit if $many;
	$dbh->do("prepare transaction '$name'");
	$dbh->{AutoCommit} = 1;
	$self->count('prepared');
	return if rand() < 0.6;
	sleep(rand() * 0.1);
	$dbh->do('reset role');
	_end_prepared($dbh, $name);
	return;
}

# Another session may have ended it by now.
sub _end_prepared
{
	my ($dbh, $name) = @_;
	my $done = eval { $dbh->do((rand() < 0.7 ? 'commit' : 'rollback') . " prepared '$name'"); 1 };
	die $@ if !$done && $dbh->state !~ /^(42704|55000|55006)/;
	return;
}

sub _resolve
{
	my ($self, $dbh) = @_;
	sleep(0.05 + rand() * 0.2);
	my ($name) = $dbh->selectrow_array("select gid from pg_prepared_xacts where database = current_database() and gid like 'stress%' order by random() limit 1");
	_end_prepared($dbh, $name) if $name;
	return;
}

# ---- refreshers ----

# A refresher of its own meets no constraint, no serialization failure and no lock it has to wait long for.
sub _refresh
{
	my ($self, $dbh) = @_;
	my $agency = $self->{agency};
	my $all = "select * from voygen.refresh_facts($agency)";
	my $mood = int rand 11;
	$self->{may} = qr/^40P01/;
	sleep(rand() * 0.05);
	if ($mood < 4) { $dbh->do($all) }
	elsif ($mood == 4) { $dbh->do("select * from voygen.refresh_facts($agency, array[@{[join ',', map { between(1, $self->{trips}) } 1 .. 5]}]::bigint[], @{[pick('true', 'false')]})") }
	elsif ($mood == 5) { $self->_as($dbh, 'voygen_agent'); $dbh->do('select * from voygen_api.refresh_trip_facts(force => ' . pick('true', 'false', 'false', 'false') . ')') }
	elsif ($mood == 6) { $self->_as($dbh, 'voygen_jobs'); $dbh->do("call voygen.refresh_job('1 s', 30)") }
	elsif ($mood == 7)
	{
		$self->{may} = qr/^40/;
		$dbh->begin_work;
		$dbh->do('set transaction isolation level ' . pick('repeatable read', 'serializable'));
		$dbh->do($all);
		$dbh->commit;
	}
	elsif ($mood == 8)
	{
		$dbh->begin_work;
		$dbh->do('savepoint s');
		$dbh->do($all);
		$dbh->do('rollback to s');
		$dbh->do($all) if rand() < 0.5;
		rand() < 0.7 ? $dbh->commit : $dbh->rollback;
	}
	elsif ($mood == 9)
	{
		$dbh->begin_work;
		$dbh->do("select * from voygen.refresh_facts($agency, max_trips => 10)");
		$self->_prepare($dbh);
	}
	else
	{
		$self->_hurry($dbh);
		$self->{may} = qr/^(40P01|55P03)/;
		$dbh->do($all);
	}
	return;
}

# ---- readers ----

# The tables facts are made of. TRUNCATE shows in every snapshot, so a reader that compares keeps it out first.
my $sources = join ', ', map { "voygen.$_" } qw(agencies clients trips trip_legs trip_activities flights transfers bookings hotel_cache rooms_cache commission_rates commission_rules commission_volumes trip_facts facts_dirty facts_failed);

# What the tool answers equals the recomputation, both under one snapshot: a read is never stale.
sub _read
{
	my ($self, $dbh) = @_;
	my $agency = $self->{agency};
	$self->{may} = qr/^40P01/;
	sleep(rand() * 0.1);
	$dbh->begin_work;
	$dbh->do("lock table $sources in access share mode");
	$dbh->do('set transaction isolation level repeatable read, read only');
	my $trips = $dbh->selectcol_arrayref("select trip_id::text from voygen.trips t where agency_id = $agency and archived_at is null
		and not exists (select from voygen.hotel_cache h where (h.agency_id, h.trip_id) = (t.agency_id, t.trip_id) and price_amount = 'NaN') order by random() limit 4");
	my ($watched) = $dbh->selectrow_array('select voygen.marking_enabled()');
	if ($watched && @$trips)
	{
		$dbh->do('set local role voygen_reader');
		my $read = $dbh->selectall_arrayref('select trip_id, facts::text, refreshed_at::text, lead_price_min::text, availability_status from unnest((voygen_api.query_trip_facts(trip_ids => ?)).trips)', undef, $trips);
		$dbh->do('set local role none');
		die 'stale: ' . @$trips . ' trips asked for, ' . @$read . " answered\n" if @$read != @$trips;
		$self->_compare($dbh, @$_) for @$read;
		$self->{counts}{'trips read'} += @$read;
	}
	$dbh->rollback;
	return;
}

# Facts that were found unchanged keep their time, so those are looked at as of now, too.
sub _compare
{
	my ($self, $dbh, $trip, $facts, $as_of, $lead, $availability) = @_;
	my $agency = $self->{agency};
	for my $moment ($as_of, 'now')
	{
		my ($model, $model_lead, $model_availability) = $dbh->selectrow_array(
			'select facts::text, lead_price_min, availability_status from facts_model.one_trip(?, ?, ?)', undef, $agency, $trip, $moment);
		return if $facts eq ($model // '') && ($lead // -1) == ($model_lead // -1) && $availability eq $model_availability;
	}
	my $differences = $dbh->selectall_arrayref('select path, stored_value, expected_value from facts_model.diff(?, (select facts from facts_model.one_trip(?, ?, ?))) limit 5', undef, $facts, $agency, $trip, $as_of);
	my $marks = $dbh->selectcol_arrayref("select format('%s %s %s', trip_id, trip_until, reason) from voygen.facts_dirty where agency_id = $agency");
	die "stale: agency $agency trip $trip read as of $as_of\n"
		. join('', map { "  $_->[0]: read " . ($_->[1] // '(none)') . ', expected ' . ($_->[2] // '(none)') . "\n" } @$differences)
		. "  marks in the snapshot: @$marks\n";
}

# ---- switching off and on ----

# Changes made meanwhile are found when marking is switched on. The switch is refused where it would wait long, and is
# tried again, but not beyond the end of the run: a prepared transaction may hold a table for as long as it likes.
sub _switch
{
	my ($self, $dbh) = @_;
	$self->{may} = qr/^(40P01|23)/;
	sleep(0.5 + rand());
	return unless $self->_patiently($dbh, 'call voygen.disable_marking()');
	eval { $self->_do($dbh) } for 1 .. 6;
	$self->_patiently($dbh, 'call voygen.enable_marking()');
	return;
}

sub _patiently
{
	my ($self, $dbh, $statement) = @_;
	while (time < $self->{end})
	{
		return 1 if eval { $dbh->do('set lock_timeout = 2000'); $dbh->do($statement); 1 };
		die $@ if $dbh->state !~ /^(55P03|40P01|57014)/;
		$self->count('refused');
		sleep(rand() * 0.2);
	}
	return 0;
}

1;
