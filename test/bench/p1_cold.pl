#!/usr/bin/env perl
# P-1c: as P-1a, on cold data: before each run no page of the tables is in the server's buffers or in the system's memory. The
# ratio is of wall time, because it is about waiting for the disk, without what neighbours keep the processor; CPU times are in the note.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchCold;
use BenchFacts;
use BenchKit;

my $dbh = connect_bench();
my @ids = (1 .. trips());
prepare_other($dbh);
prepare_cold($dbh);
my %cpu;

sub measured
{
	my ($side, $work) = @_;
	change_trips($dbh, @ids);
	tidy($dbh);
	make_cold($dbh);
	my $taken;
	push @{ $cpu{$side} }, cpu_used($dbh, sub { $taken = busy_or_reading($dbh, $work) }) / @ids;
	return $taken / @ids;
}

my $failed = !eval {
	my %time = in_turn(rounds() > 3 ? 3 : rounds(),
		ours => sub { measured(ours => sub { refresh_ours($dbh) }) },
		other => sub { measured(other => sub { refresh_other($dbh, \@ids, 1000) }) });
	report('P-1c', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}),
		sprintf 'wall time per trip, as P-1 on cold data; CPU %s against %s', map { duration(median(@{ $cpu{$_} }[1 .. $#{ $cpu{$_} }])) } qw(ours other));
	1;
};
my $error = $@;
end_cold($dbh);
die $error if $failed;
