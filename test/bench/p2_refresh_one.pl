#!/usr/bin/env perl
# P-2: facts of one trip after a change to it, one call each: against the same SQL with a cached plan, and planned anew.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchFacts;
use BenchKit;

my $dbh = connect_bench();
my $refresh = prepare_other($dbh);
my $calls = trips() < 200 ? trips() : 200;
my $step = int(trips() / $calls);
my @ids = map { $_ * $step } 1 .. $calls;
my $ours = $dbh->prepare('select refreshed from voygen.refresh_facts(voygen.current_agency(), array[?::bigint])');

sub measured
{
	my ($call) = @_;
	change_trips($dbh, @ids);
	tidy($dbh);
	return cpu_used($dbh, sub { $call->($_) for @ids }) / @ids;
}

$dbh->do('set plan_cache_mode = force_generic_plan');
my %time = in_turn(rounds(),
	ours => sub { measured(sub { $ours->execute($_[0]); $ours->finish }) },
	cached => sub { measured(sub { $dbh->do("execute other_refresh_one('{$_[0]}', now())") }) },
	planned => sub {
		measured(sub {
			my ($id) = @_;
			(my $text = $refresh) =~ s/\$1/'{$id}'::bigint[]/g;
			$text =~ s/\$2/now()/g;
			$dbh->do($text);
		});
	});
$dbh->do('reset plan_cache_mode');
change_trips($dbh, @ids);
for my $id (@ids) { $ours->execute($id); $ours->finish }
same_documents($dbh, \@ids);
report('P-2a', $time{cached} / $time{ours}, duration($time{ours}), duration($time{cached}), 'per trip, one call each; against a cached plan');
report('P-2b', $time{planned} / $time{ours}, duration($time{ours}), duration($time{planned}), 'per trip, one call each; against planning each time');
