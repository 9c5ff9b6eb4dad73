#!/usr/bin/env bash
# The long form of test/t/render_against_nunjucks.t: random templates for SOAK_SECONDS, 5,000 with each seed.
# RENDER_SEED is the first seed.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
exec perl -Itest/lib -e '
	use strict; use warnings; use JSON::PP; use RenderTest; use RenderDifferential;
	STDOUT->autoflush(1);
	my ($node, $path) = node_with_nunjucks() or die "nunjucks cannot be installed\n";
	my $end = time + ($ENV{SOAK_SECONDS} // 600);
	my $seed = $ENV{RENDER_SEED} // time % 1_000_000;
	my $wrong = 0;
	while (time < $end && $wrong < 20)
	{
		my $found = compare_random($node, $path, $seed, 5000);
		printf "%s seed %d: %d the same, %d skipped, %d wrong\n", @{ $found->{wrong} } ? "not ok" : "ok", $seed, $found->{same}, $found->{skipped}, scalar @{ $found->{wrong} };
		for my $case (@{ $found->{wrong} })
		{
			delete $case->{context};
			print JSON::PP->new->canonical->pretty->encode($case) if $wrong++ < 5;
		}
		$seed++;
	}
	exit($wrong ? 1 : 0);
'
