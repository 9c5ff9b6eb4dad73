#!/usr/bin/env perl
# P-1b: as P-1, with hotels and rooms lying in the table in no order at all. They are put back into order afterwards.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchFacts;
use BenchKit;

my $dbh = connect_bench();
my @ids = (1 .. trips());
my %key = ('voygen.hotel_cache' => 'hotel_id', 'voygen.rooms_cache' => 'room_id');
for my $table (sort keys %key)
{
	$dbh->do("create index shuffle on $table (hashint8extended($key{$table}, 99))");
	$dbh->do("cluster $table using shuffle");
	$dbh->do('drop index voygen.shuffle');
	$dbh->do("analyze $table");
}
prepare_other($dbh);

sub measured
{
	my ($work) = @_;
	change_trips($dbh, @ids);
	tidy($dbh);
	return cpu_used($dbh, $work) / @ids;
}

my $failed = !eval {
	my %time = in_turn(rounds() > 3 ? 3 : rounds(),
		ours => sub { measured(sub { refresh_ours($dbh) }) },
		other => sub { measured(sub { refresh_other($dbh, \@ids, 1000) }) });
	report('P-1b', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}), 'per trip, as P-1 on rows that lie shuffled');
	1;
};
my $error = $@;
$dbh->do("cluster $_ using " . ($_ =~ s/.*\.//r) . '_pkey') for sort keys %key;
$dbh->do("alter table $_ set without cluster") for sort keys %key;
$dbh->do("analyze $_") for sort keys %key;
die $error if $failed;
