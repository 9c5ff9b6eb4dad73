package FactsMemory;

# One session that changes, refreshes and reads the facts of an agency again and again, and what its backend's memory
# does meanwhile: the bytes in use in its memory contexts, and its own pages as the kernel counts them.
#
#   my $memory = FactsMemory->new(database => $name, trips => 20, seed => 1);
#   $memory->warm_up($seconds);         # what is kept between refreshes comes to be
#   $memory->work($seconds);
#   my $sample = $memory->sample;       # { contexts => bytes, pages => bytes, of => { context name => bytes } }
#   print FactsMemory::growth_text($before, $after);

use strict;
use warnings;
use Time::HiRes qw(time);
use FactsChanges;
use VoygenTest;

sub new
{
	my ($class, %options) = @_;
	my $dbh = connect_to($options{database}, PrintWarn => 0, pg_server_prepare => 0);
	my ($agency) = $dbh->selectrow_array("select agency_id from voygen.agencies where slug = 'odd-one'");
	my ($pid) = $dbh->selectrow_array('select pg_backend_pid()');
	$dbh->do("set client_min_messages = error; set voygen.agency_id = '$agency'");
	srand($options{seed});
	return bless { %options, dbh => $dbh, agency => $agency, pid => $pid, rounds => 0, changes => FactsChanges->new(agency => $agency, trips => $options{trips}) }, $class;
}

# For so long, and so many rounds at least.
sub work
{
	my ($self, $seconds, $rounds) = @_;
	my $dbh = $self->{dbh};
	my $end = time + $seconds;
	my $last = $self->{rounds} + ($rounds // 0);
	while (time < $end || $self->{rounds} < $last)
	{
		# Two writers can break a constraint together, and so can one who writes at random.
		my ($change) = $self->{changes}->of_owner;
		my $done = eval { ref $change ? $change->($dbh) : $dbh->do($change); 1 };
		die $@ if !$done && $dbh->state !~ /^23/;
		$dbh->do('select * from voygen.refresh_facts(voygen.current_agency())') if rand() < 0.7;
		$dbh->do('select * from voygen_api.query_trip_facts("limit" => 3)') if rand() < 0.3;
		$dbh->do('select * from voygen_api.refresh_trip_facts(force => true)') if rand() < 0.05;
		$dbh->do('select * from voygen_api.verify_facts(sample => 3)') if rand() < 0.05;
		$self->{rounds}++;
	}
	return;
}

# Fills what is kept by number and not by size: a backend keeps the commission terms of the last few states it met, and what it was told of
# each table by a change of every kind, for which a slow machine needs longer.
sub warm_up
{
	my ($self, $seconds) = @_;
	for my $number (1 .. 12)
	{
		$self->{dbh}->do('update voygen.commission_rates set priority = ? where agency_id = voygen.current_agency()', undef, $number);
		$self->{dbh}->do('select * from voygen.refresh_facts(voygen.current_agency())');
	}
	return $self->work($seconds, 150);
}

sub sample
{
	my ($self) = @_;
	my %of = map { @$_ } @{ $self->{dbh}->selectall_arrayref('select name, sum(used_bytes) from pg_backend_memory_contexts group by name') };
	my $contexts = 0;
	$contexts += $_ for values %of;
	open my $status, '<', "/proc/$self->{pid}/status" or die "no process $self->{pid}: $!\n";
	my ($pages) = map { /^RssAnon:\s+(\d+) kB/ ? 1024 * $1 : () } <$status>;
	return { contexts => $contexts, pages => $pages, of => \%of };
}

sub growth_text
{
	my ($before, $after) = @_;
	my %grown = map { $_ => $after->{of}{$_} - ($before->{of}{$_} // 0) } keys %{ $after->{of} };
	return sprintf "contexts %d kB, then %d kB; pages %d kB, then %d kB\n%s", $before->{contexts} / 1024, $after->{contexts} / 1024,
		$before->{pages} / 1024, $after->{pages} / 1024,
		join '', map { "  $_: $grown{$_} more\n" } sort { $grown{$b} <=> $grown{$a} } grep { $grown{$_} > 0 } keys %grown;
}

1;
