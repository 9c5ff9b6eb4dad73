#!/usr/bin/env bash
# The gateway: a day's calls (test/soak/inside/gateway_day), and the long forms of test/t/gateway_fuzz.t, gateway_memory.t and
# gateway_starved.t, a third of SOAK_SECONDS each.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

part=$((${SOAK_SECONDS:-600} / 3))
perl -Itest/lib test/soak/inside/gateway_day &&
	GATEWAY_FUZZ_SECONDS=$part perl -Itest/lib test/t/gateway_fuzz.t &&
	GATEWAY_MEMORY_SECONDS=$part perl -Itest/lib test/t/gateway_memory.t &&
	GATEWAY_STARVED_SECONDS=$part perl -Itest/lib test/t/gateway_starved.t
