package BenchKit;

# What every goal's file needs: connections with settings that favour neither side, the CPU time a backend has used,
# runs of both sides in turn, and the one line that `make bench` prints.
#
# The machine is shared, so a duration is the CPU time of the backend that works (sum_exec_runtime of the kernel's
# scheduler, in nanoseconds), and a ratio is the median of one side over the median of the other, both taken in turn.

use strict;
use warnings;
use Cwd qw(abs_path);
use DBI;
use Exporter qw(import);
use File::Basename qw(dirname);
use List::Util qw(min);
use Time::HiRes qw(time);

our @EXPORT = qw(connect_bench agency trips rounds cpu_used wall_used busy_or_reading in_turn in_turn_least median report missing slurp other_sql
	other_facts duration per_second check_equal);

my $here = abs_path(dirname(__FILE__) . '/..');

sub trips { return $ENV{BENCH_TRIPS} // 20000 }
sub rounds { return $ENV{BENCH_ROUNDS} // 5 }

# A session on the benchmark database. Both sides get the same memory, no JIT and no parallel workers.
sub connect_bench
{
	my (%options) = @_;
	my $user = delete $options{user} // $ENV{PGUSER};
	my $of = delete $options{bare} ? 'nobody' : 'bench'; # the gateway has no agency of its own and may read none
	my $dbh = DBI->connect("dbi:Pg:dbname='$ENV{PGDATABASE}'", $user, '',
		{ AutoCommit => 1, RaiseError => 1, PrintError => 0, pg_server_prepare => 1, pg_enable_utf8 => 1, %options });
	$dbh->do("set client_min_messages = warning");
	$dbh->do("set jit = off");
	$dbh->do("set max_parallel_workers_per_gather = 0");
	$dbh->do("set work_mem = '256MB'");
	$dbh->do("set timezone = 'UTC'");
	$dbh->do("select set_config('voygen.agency_id', agency_id::text, false) from voygen.agencies where slug = 'bench'") if $of eq 'bench';
	return $dbh;
}

sub agency
{
	my ($dbh) = @_;
	return scalar $dbh->selectrow_array('select voygen.current_agency()');
}

# Seconds the backend has had a processor, and seconds it stood in line for one.
sub _times_of
{
	my ($pid) = @_;
	open my $file, '<', "/proc/$pid/schedstat" or die "cannot read the CPU time of backend $pid: $!\n";
	my ($had, $stood) = split ' ', scalar <$file>;
	return ($had / 1e9, $stood / 1e9);
}

# CPU seconds the backend of $dbh spends on $work.
sub cpu_used
{
	my ($dbh, $work) = @_;
	my ($before) = _times_of($dbh->{pg_pid});
	$work->();
	my ($after) = _times_of($dbh->{pg_pid});
	return $after - $before;
}

# Wall seconds of $work without those its backend stood in line for a processor: what it computed and what it waited for the disk.
sub busy_or_reading
{
	my ($dbh, $work) = @_;
	my ($before) = (_times_of($dbh->{pg_pid}))[1];
	my $wall = wall_used($work);
	return $wall - (_times_of($dbh->{pg_pid}))[1] + $before;
}

sub wall_used
{
	my ($work) = @_;
	my $before = time;
	$work->();
	return time - $before;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[ $#sorted / 2 ] if @sorted % 2;
	return ($sorted[ @sorted / 2 - 1 ] + $sorted[ @sorted / 2 ]) / 2;
}

# in_turn($rounds, name => $code, ...): each side once per round, in an order that turns round by round, after one
# round that does not count. Each code answers a duration; the result is a hash of medians. in_turn_least answers the
# least of each side instead: for a difference of microseconds, which a neighbour's noise would drown.
sub in_turn { return _in_turn(\&median, @_) }
sub in_turn_least { return _in_turn(\&min, @_) }

sub _in_turn
{
	my ($of, $rounds, @sides) = @_;
	my (%times, @names, %code);
	while (my ($name, $code) = splice @sides, 0, 2)
	{
		push @names, $name;
		$code{$name} = $code;
	}
	for my $round (0 .. $rounds)
	{
		for my $name ($round % 2 ? reverse @names : @names)
		{
			my $taken = $code{$name}->();
			push @{ $times{$name} }, $taken if $round;
		}
	}
	return map { $_ => $of->(@{ $times{$_} }) } @names;
}

sub slurp
{
	my ($name) = @_;
	open my $file, '<:encoding(UTF-8)', "$here/$name" or die "cannot read $name: $!\n";
	local $/;
	my $text = <$file>;
	return $text =~ s/\A(?:--[^\n]*\n)+//r;
}

# The scoring fragment over the rows given.
sub other_sql
{
	my ($name, %rows) = @_;
	my $text = slurp("other/$name.sql");
	$text =~ s/\@$_\@/$rows{$_}/g for keys %rows;
	chomp $text;
	return $text;
}

# The other side's statement for facts of trips $1 (bigint[]) as of $2.
sub other_facts
{
	my ($agency) = @_;
	my $offers = other_sql('offers', trips => 'batch', hotels => 'hotels', rooms => 'rooms');
	return other_sql('facts', offers => $offers, agency => $agency);
}

sub duration
{
	my ($seconds) = @_;
	return sprintf '%.3gs', $seconds if $seconds >= 1;
	return sprintf '%.3gms', $seconds * 1e3 if $seconds >= 1e-3;
	return sprintf '%.3gus', $seconds * 1e6;
}

sub per_second
{
	my ($rate) = @_;
	return sprintf '%.3gM/s', $rate / 1e6 if $rate >= 1e6;
	return sprintf '%.3gk/s', $rate / 1e3;
}

sub _number
{
	my ($value) = @_;
	return $value >= 100 ? sprintf('%.0f', $value) : $value >= 10 ? sprintf('%.1f', $value) : sprintf('%.2f', $value);
}

# The least ratio that passes, from the table that the runner reads too.
sub _goal
{
	my ($id) = @_;
	my ($goal) = slurp('goals') =~ /^\Q$id\E\s+(\S+)/m or die "$here/goals has no line for $id\n";
	return $goal;
}

# report(id, ratio, ours, other, note): ratio >= goal passes.
sub report
{
	my ($id, $ratio, $ours, $other, $note) = @_;
	print "$id ratio ", _number($ratio), ' goal ', _goal($id), " ours $ours other $other note $note\n";
	return;
}

sub missing
{
	my ($id, $what) = @_;
	print "$id ratio missing goal ", _goal($id), " ours - other - note $what\n";
	return;
}

# Two totals that must agree to the last digit; the benchmark of a wrong answer is worth nothing.
sub check_equal
{
	my ($what, $ours, $other) = @_;
	return if defined $ours && defined $other && $ours eq $other;
	die sprintf "%s differ: ours %s, other side %s\n", $what, $ours // 'null', $other // 'null';
}

1;
