#!/usr/bin/env bash
# test/bench/million.sh TRIPS: the database of P-10 with that many trips, made anew unless it is there already; prints its name.
# The facts are left to who measures their refresh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
trips=$1
database=voygen_bench_million_$trips
eval "$("$here"/../../service/cluster/env)"
export PGDATABASE=postgres
made=$(psql -XAtqc "select shobj_description(oid, 'pg_database') from pg_database where datname = '$database'")
code=$(cat "$here"/million.sql "$here"/pick.sql | sha256sum | cut -c1-16)
if [ "$made" != "$code" ]; then
	psql -Xqc "set client_min_messages = error" -c "drop database if exists $database with (force)"
	VOYGEN_DATABASE=$database "$here"/../../service/cluster/deploy >/dev/null
	PGDATABASE=$database psql -Xq -v trips="$trips" -v others="${BENCH_MILLION_AGENCIES:-200}" -f "$here"/million.sql
	psql -Xqc "comment on database $database is '$code'"
else
	# The data stay; what has been added to migrations and tools since is brought in.
	VOYGEN_DATABASE=$database "$here"/../../service/cluster/deploy >/dev/null
fi
echo "$database"
