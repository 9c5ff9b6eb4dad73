#!/usr/bin/env bash
# The long form of test/t/facts_settings.t: more trips, and every test of the database's own kind with plans that are
# always generic, and always made anew.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/test

failed=0
run() { # what, command...
	local what=$1 output
	shift
	if output=$("$@" 2>&1); then
		echo "ok $what"
	else
		printf '%s\nnot ok %s\n' "$output" "$what"
		failed=1
	fi
}

run "facts under every session's settings" env SETTINGS_TRIPS=60 prove -Itest/lib test/t/facts_settings.t
for mode in force_generic_plan force_custom_plan; do
	for suite in 4-regress 5-isolation; do
		run "$suite with $mode" env PGOPTIONS="-c plan_cache_mode=$mode" "test/suite/$suite"
	done
	for test in facts_equal call_values api_shortlist api_optimize; do
		run "$test with $mode" env PGOPTIONS="-c plan_cache_mode=$mode" prove -Itest/lib "test/t/$test.t"
	done
done
run "facts_equal without a search path" env PGOPTIONS="-c search_path=" prove -Itest/lib test/t/facts_equal.t
exit "$failed"
