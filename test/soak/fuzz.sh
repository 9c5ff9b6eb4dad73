#!/usr/bin/env bash
# Every fuzzer for FUZZ_SECONDS, two side by side: twelve fuzzers of ten minutes take an hour on two cores.
set -uo pipefail

FUZZ_JOBS=2 exec test/suite/3-fuzz
