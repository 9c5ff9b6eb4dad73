#!/usr/bin/env bash
# The long forms of test/t/gateway_fuzz.t and test/t/gateway_memory.t, half of SOAK_SECONDS each.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

half=$((${SOAK_SECONDS:-600} / 2))
GATEWAY_FUZZ_SECONDS=$half perl -Itest/lib test/t/gateway_fuzz.t && GATEWAY_MEMORY_SECONDS=$half perl -Itest/lib test/t/gateway_memory.t
