#!/usr/bin/env bash
# The long form of test/t/proposal_many.t: 200 proposals in a row, for which the browser is replaced on the way.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

PROPOSALS=200 perl -Itest/lib test/t/proposal_many.t
