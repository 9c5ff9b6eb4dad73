#!/usr/bin/env bash
# The tests on a PostgreSQL with asserts, and some with every cache thrown away at every chance.
cd "$(dirname "$0")/../.." && exec test/soak/debug_checkout test/soak/inside/asserts
