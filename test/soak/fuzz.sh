#!/usr/bin/env bash
# The fuzzers share the whole budget.
set -uo pipefail

count=$(find extension/test/kernel -name '*_fuzz.c' | wc -l)
FUZZ_SECONDS=$((SOAK_SECONDS / (count > 0 ? count : 1))) exec test/suite/3-fuzz
