#!/usr/bin/env bash
# Some of the tests on a PostgreSQL under valgrind.
cd "$(dirname "$0")/../.." && exec test/soak/debug_checkout test/soak/inside/valgrind
