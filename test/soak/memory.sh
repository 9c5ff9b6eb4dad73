#!/usr/bin/env bash
# The long form of test/t/facts_memory.t: one session refreshes for twice SOAK_SECONDS and is looked at every minute.
# The most it holds in the first fifth of the time is all it may hold: the commission books that are kept are as large as the
# rates of the moment, half a megabyte more or less.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
exec perl -Itest/lib -e '
	use strict; use warnings; use VoygenTest; use FactsMemory; use FactsStress;
	STDOUT->autoflush(1);
	my $budget = 2 * ($ENV{SOAK_SECONDS} // 600);
	my $seed = $ENV{STRESS_SEED} // time % 100_000;
	fresh_database("memory_soak")->disconnect;
	FactsStress->new(database => "memory_soak", trips => 25)->fill;
	my $memory = FactsMemory->new(database => "memory_soak", trips => 25, seed => $seed);
	my $before;
	for (1 .. 8)
	{
		$memory->warm_up($budget / 40);
		my $sample = $memory->sample;
		$before = $sample if !$before || $sample->{contexts} > $before->{contexts};
	}
	my $failed = 0;
	my $steps = int($budget * 4 / 5 / 60) || 1;
	for my $step (1 .. $steps)
	{
		$memory->work($budget * 4 / 5 / $steps);
		my $after = $memory->sample;
		my $grown = $after->{contexts} - $before->{contexts} > 512 * 1024 || $after->{pages} - $before->{pages} > 4096 * 1024;
		printf "%s step %d of %d, seed %d: after %d rounds contexts %d kB, pages %d kB\n", $grown ? "not ok" : "ok", $step, $steps, $seed, $memory->{rounds}, $after->{contexts} / 1024, $after->{pages} / 1024;
		print FactsMemory::growth_text($before, $after) if $grown;
		$failed ||= $grown;
	}
	exit($failed ? 1 : 0);
'
