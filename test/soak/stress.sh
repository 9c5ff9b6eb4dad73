#!/usr/bin/env bash
# The long form of test/t/stress.t: twice SOAK_SECONDS in rounds of two minutes, with kill -9 of sessions and of the
# postmaster, power cuts and a full disk (root only); after each round the queue is drained and every trip compared.
# STRESS_SEED repeats the changes of a run, STRESS_KEEP keeps the database of a round that failed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
exec perl -Itest/lib -e '
	use strict; use warnings; use VoygenTest; use FactsStress; use FactsFaults;
	STDOUT->autoflush(1);
	my $budget = 2 * ($ENV{SOAK_SECONDS} // 600);
	my $rounds = int($budget / 120) || 1;
	my $seed = $ENV{STRESS_SEED} // time % 100_000;
	my %each = (seconds => int($budget / $rounds), writers => 6, refreshers => 4, readers => 2, switching => 1, kill => 25, postmaster => 60, power_cut => 50);
	my $failed = 0;
	for my $round (1 .. $rounds)
	{
		FactsStress::forget("stress_soak");
		fresh_database("stress_soak")->disconnect;
		my $stress = FactsStress->new(database => "stress_soak", trips => 80, seed => $seed + $round);
		my $disk;
		my $fine = eval {
			$stress->fill;
			$disk = $stress->small_disk(24) if $round % 2 == 0;
			$stress->settle;
			$stress->poison(7, 23, 51);
			my $ran = $stress->run(%each, small_disk => $disk);
			$stress->power_cut;
			$stress->settle;
			my @wrong = (map({ FactsStress::drift_text($_) } $stress->drift), map({ "$_\n" } $stress->left_over));
			$stress->cure;
			$stress->settle;
			push @wrong, map({ FactsStress::drift_text($_) } $stress->drift), map({ "$_\n" } $stress->left_over);
			printf "%s round %d of %d: seed %d%s, %d wrong; %s\n", $ran && !@wrong ? "ok" : "not ok", $round, $rounds, $stress->{seed}, $disk ? ", small disk" : "", scalar @wrong, $stress->counts_text;
			print @wrong;
			$ran && !@wrong;
		};
		print "not ok round $round: seed $stress->{seed}: $@" if $@;
		$failed++ unless $fine;
		if (!$fine && $ENV{STRESS_KEEP})
		{
			VoygenTest::keep_database("stress_soak");
			last;
		}
		if ($disk)
		{
			VoygenTest::drop_database("stress_soak");
			$disk->remove;
		}
	}
	exit($failed ? 1 : 0);
'
