#!/usr/bin/env bash
# The long form of test/t/stress.t: SOAK_SECONDS in rounds of a minute or two, a kill -9 of a backend every 20 s, and an
# immediate stop and start of the server between rounds; zero drift after each.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
exec perl -Itest/lib -e '
	use strict; use warnings; use POSIX (); use VoygenTest; use FactsStress;
	my $budget = $ENV{SOAK_SECONDS} // 600;
	my $rounds = $budget > 240 ? int($budget / 120) : 2;
	my $seed = $ENV{STRESS_SEED} // time % 100_000;
	FactsStress::forget("stress_soak");
	my $db = fresh_database("stress_soak");
	$db->disconnect;
	my $failed = 0;
	my $first = FactsStress->new(database => "stress_soak", trips => 80);
	$first->fill;
	for my $round (1 .. $rounds)
	{
		my $stress = FactsStress->new(database => "stress_soak", trips => 80, seconds => int($budget / $rounds), seed => $seed + $round,
			writers => 6, refreshers => 4, kill9_every => 20);
		my $ran = $stress->run;
		$stress->restart;
		$stress->drain;
		my @drift = $stress->drift;
		printf "%s round %d of %d: seed %d, %d drifted\n", $ran && !@drift ? "ok" : "not ok", $round, $rounds, $seed + $round, scalar @drift;
		print FactsStress::drift_text(@drift);
		$failed++ if !$ran || @drift;
		if (@drift && $ENV{STRESS_KEEP}) { STDOUT->flush; POSIX::_exit(1) }
	}
	exit($failed ? 1 : 0);
'
