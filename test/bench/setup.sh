#!/usr/bin/env bash
# test/bench/setup.sh [TRIPS]: the benchmark database, made anew unless it holds that many trips already.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
trips=${1:-${BENCH_TRIPS:-20000}}
database=voygen_bench_$trips
eval "$("$here"/../../service/cluster/env)"
export PGDATABASE=postgres
made=$(psql -XAtqc "select shobj_description(oid, 'pg_database') from pg_database where datname = '$database'")
code=$(cat "$here"/generate.sql "$here"/pick.sql "$here"/rates.sql "$here"/../../migrations/deploy/*.sql "$here"/../../extension/sql/*.sql | sha256sum | cut -c1-16)
if [ "$made" != "$code" ]; then
	psql -Xqc "set client_min_messages = error" -c "drop database if exists $database with (force)"
	VOYGEN_DATABASE=$database "$here"/../../service/cluster/deploy >/dev/null
	PGDATABASE=$database psql -Xq -v trips="$trips" -f "$here"/generate.sql
	PGDATABASE=$database psql -Xqc 'vacuum analyze'
	psql -Xqc "comment on database $database is '$code'"
fi
echo "$database"
