# shellcheck shell=bash disable=SC2034
# The places and names every script of this folder works with. Source it; it only decides, it makes nothing.
#
# A checkout owns two clusters: "main", the one of `make up`, and "test", the one of `make check`
# (VOYGEN_CLUSTER says which). Both run the checkout's own copy of PostgreSQL. Everything lies in
# CHECKOUT/.voygen unless the server's user cannot work there, or the socket's path would not fit into
# a Unix socket address; then copy, data and socket lie together in one folder outside.
set -euo pipefail
umask 022
# A caller's own connection settings must not lead our scripts to another server.
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGSERVICE PGOPTIONS PGSSLMODE PGDATA

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
local_folder=$checkout/.voygen
cluster=${VOYGEN_CLUSTER:-main}
database=${VOYGEN_DATABASE:-voygen}
superuser=postgres
debian=/usr/lib/postgresql/15
# sun_path holds 108 bytes, one of them the closing NUL.
socket_path_limit=107
export LC_ALL=C.UTF-8

say() { printf '%s\n' "voygen: $*"; }
fail() {
	printf '%s\n' "voygen: $*" >&2
	exit 1
}

# Runs a command as the server's user: postgres when root calls, else the caller.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups "$@")
	else
		(cd / && exec "$@")
	fi
}

server_user() {
	if [ "$(id -u)" = 0 ]; then echo postgres; else id -un; fi
}

# Length in bytes of the longest socket path below a state folder.
socket_path_length() {
	local path=$1/main/.s.PGSQL.65535.lock
	LC_ALL=C
	echo "${#path}"
}

# Says why a folder cannot hold copy, data and socket; silent when it can.
# Spaces, quotes and commas are refused because make and the server's own settings split at them.
folder_objection() {
	local folder=$1
	if [ "$(socket_path_length "$folder")" -gt "$socket_path_limit" ]; then
		echo "the path of the socket would pass $socket_path_limit bytes"
	elif [[ ! $folder =~ ^[A-Za-z0-9/._+=@%~-]+$ ]]; then
		echo "its path has characters that make or PostgreSQL would split"
	elif ! as_server test -x "$([ -d "$folder" ] && echo "$folder" || echo "$checkout")"; then
		echo "user $(server_user) cannot enter it"
	fi
}

# The part of a path that exists.
nearest_folder() {
	local path=$1
	while [ ! -d "$path" ]; do path=$(dirname "$path"); done
	echo "$path"
}

# The folder outside the checkout; its name is bound to the checkout's path.
outside_folder() {
	local name base folder
	name=voygen-$(printf '%s' "$checkout" | sha256sum | cut -c1-12)
	if [ "$(id -u)" = 0 ]; then
		echo "/var/lib/$name"
		return
	fi
	for base in "${XDG_STATE_HOME:-${HOME:-/nonexistent}/.local/state}" "${TMPDIR:-/tmp}" /tmp; do
		folder=$base/$name
		[[ $base == /tmp ]] && folder=/tmp/$name-$(id -u)
		if [ "$(socket_path_length "$folder")" -le "$socket_path_limit" ] && [ -w "$(nearest_folder "$base")" ]; then
			echo "$folder"
			return
		fi
	done
	fail "no folder for the state of $checkout: tried XDG_STATE_HOME, ~/.local/state, TMPDIR and /tmp; set XDG_STATE_HOME to a short writable path"
}

# Data that already lies outside stays there, even when the checkout has become usable since.
objection=$(folder_objection "$local_folder")
outside=$(realpath -m "$(outside_folder)")
if [ -n "$objection" ] || [ -d "$outside/main/data" ]; then
	state=$outside
else
	state=$local_folder
fi

# A server that was built for this checkout alone (VOYGEN_PG_CONFIG names its pg_config) is used where it is.
if [ -n "${VOYGEN_PG_CONFIG:-}" ]; then
	bin=$("$VOYGEN_PG_CONFIG" --bindir)
	pg=${bin%/bin}
else
	pg=$state/pg$debian
	bin=$pg/bin
fi
folder=$state/$cluster
data=$folder/data
socket=$folder
log=$folder/log
if [ "$cluster" = main ]; then env_file=$local_folder/env; else env_file=$local_folder/$cluster.env; fi

# Makes .voygen, for the caller alone to write.
make_local_folder() {
	mkdir -p "$local_folder" 2>/dev/null || true
	if [ ! -w "$local_folder" ]; then
		fail "cannot write $local_folder as $(id -un): run make as the owner of the checkout, $(stat -c %U "$checkout")"
	fi
}

# Makes the state folder; a folder of another owner at a place in /tmp is refused, not trusted.
make_state_folder() {
	make_local_folder
	if [ "$state" = "$local_folder" ]; then return; fi
	mkdir -p "$state"
	if [ -L "$state" ] || [ ! -O "$state" ]; then
		fail "$state belongs to another user: remove it or set XDG_STATE_HOME"
	fi
}

cluster_port() { cat "$folder/port"; }

# Reads one value of the environment file; empty when there is none.
env_value() {
	[ -f "$env_file" ] || return 0
	sed -n "s/^$1=//p" "$env_file" | tail -n 1
}

# Prints the numbers of the processes that work in a folder. No pid file is asked, because after a crash or in a copied
# checkout it may name somebody else's process. The server's user looks, because even root may not look at others'
# processes inside a container.
processes_in() {
	as_server find /proc -mindepth 2 -maxdepth 2 -name cwd -lname "$1" 2>/dev/null | cut -d/ -f3 || true
}

# Sends a signal to those processes, by the shell's own kill: a small machine has no other.
signal_processes() { # signal, folder
	local pid
	for pid in $(processes_in "$2"); do kill -"$1" "$pid" 2>/dev/null || true; done
}

# This cluster's server and all its children.
server_processes() { processes_in "$data"; }
signal_server() { signal_processes "$1" "$data"; }

port_is_free() {
	perl -MIO::Socket::INET -e 'exit !IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => shift, Listen => 1, ReuseAddr => 1)' "$1"
}

# Keeps the port that a file names; picks one when there is none, or when another program has taken it.
choose_port() {
	local file=$1 port
	port=$(cat "$file" 2>/dev/null || true)
	if [ -n "$port" ] && port_is_free "$port"; then return; fi
	if [ -n "$port" ]; then say "port $port is taken by another program; choosing another"; fi
	# Below the kernel's range for outgoing connections, so that none of those is in the way later.
	for _ in $(seq 50); do
		port=$((20000 + RANDOM % 12000))
		if port_is_free "$port"; then
			echo "$port" | as_server tee "$file" >/dev/null
			return
		fi
	done
	fail "no free port found between 20000 and 32000 on 127.0.0.1"
}

# The postmaster's process id, when this cluster's server runs.
server_pid() {
	local pid
	[ -f "$data/postmaster.pid" ] || return 0
	pid=$(as_server head -n 1 "$data/postmaster.pid" 2>/dev/null) || return 0
	if [ "$(as_server readlink "/proc/$pid/cwd" 2>/dev/null)" = "$data" ]; then echo "$pid"; fi
}

superuser_psql() { # database, psql arguments
	local target=$1
	shift
	"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$socket" -p "$(cluster_port)" -U "$superuser" -d "$target" "$@"
}
