#!/usr/bin/env bash
# The long form of test/t/pdf.t: 200 documents in a row, for which the browser is replaced twice.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

PDF_DOCUMENTS=200 perl -Itest/lib test/t/pdf.t
