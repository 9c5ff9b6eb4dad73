#!/usr/bin/env bash
# Every fuzzer for FUZZ_SECONDS, two side by side: nine fuzzers of ten minutes take fifty on two cores.
set -uo pipefail

FUZZ_JOBS=2 exec test/suite/3-fuzz
