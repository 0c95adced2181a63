#!/usr/bin/env bash
# Runs a command against a scratch PostgreSQL that is gone afterwards, however the command ends:
#   scripts/with_postgres.sh make test
#   MODEL=supabase-classic POOLER=1 PG_BIN=DIRECTORY scripts/with_postgres.sh make test
# The command finds the database in UXPIPELINE_TEST_DSN and owns it without being a superuser, as on a hosted service.
# PG_BIN names other server programs than Debian's 15. MODEL is a file of scripts/models. POOLER=1 puts PgBouncer between,
# in transaction mode. PostgreSQL refuses root, so root runs it as the account `postgres`.
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 64
fi
bin=${PG_BIN:-/usr/lib/postgresql/15/bin}
model=${MODEL:-plain}
models=$(cd "$(dirname "$0")/models" && pwd)
if [ ! -x "$bin/initdb" ]; then
    echo "There are no server programs in $bin; on Debian: apt install postgresql-15" >&2
    exit 69
fi
for program in psql ${POOLER:+pgbouncer}; do
    command -v "$program" >/dev/null || { echo "There is no $program; on Debian: apt install $program" >&2; exit 69; }
done
case $model in
    plain) superuser=postgres owner=uxpipeline_test ;;
    supabase-*) superuser=supabase_admin owner=postgres ;;
    *) echo "There is no model $model" >&2; exit 64 ;;
esac

as_server() (
    cd /
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
)

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

scratch=$(mktemp -d /tmp/uxpipeline-pg.XXXXXX)
clean_up() {
    if [ -f "$scratch/pooler.pid" ]; then
        as_server kill "$(cat "$scratch/pooler.pid")" 2>/dev/null || true
    fi
    as_server "$bin/pg_ctl" --pgdata "$scratch/data" --mode immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

port=$(free_port)
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

start_pooler() {
    pooler_port=$(free_port)
    printf '"%s" "%s"\n' "$owner" "$password" >"$scratch/users"
    cat >"$scratch/pooler.ini" <<EOF
[databases]
* = host=127.0.0.1 port=$port

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $pooler_port
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $scratch/users
pool_mode = transaction
default_pool_size = 8
max_client_conn = 200
logfile = $scratch/pooler.log
pidfile = $scratch/pooler.pid
EOF
    chmod 644 "$scratch/users" "$scratch/pooler.ini"
    as_server pgbouncer --daemon --quiet "$scratch/pooler.ini" || { cat "$scratch/pooler.log" >&2; exit 1; }
    port=$pooler_port
}

if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$scratch"
fi
as_server "$bin/initdb" --pgdata "$scratch/data" --username "$superuser" --auth-local trust --auth-host scram-sha-256 \
    --encoding UTF8 --locale C.UTF-8 --no-sync --no-instructions >/dev/null
# Without autovacuum: its workers belong to no role, so only a superuser may end them to drop a database.
as_server "$bin/pg_ctl" --pgdata "$scratch/data" --log "$scratch/log" --wait --silent start --options \
    "-h 127.0.0.1 -p $port -k $scratch -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=200" ||
    { cat "$scratch/log" >&2; exit 1; }
psql --no-psqlrc --quiet --host "$scratch" --port "$port" --username "$superuser" --dbname postgres \
    --set ON_ERROR_STOP=1 --set password="$password" --file "$models/$model.sql"
if [ -n "${SERVER_EXTENSION:-}" ]; then
    # One that only a superuser may make; every database of the tests is a copy of this one.
    psql --no-psqlrc --quiet --host "$scratch" --port "$port" --username "$superuser" --dbname template1 \
        --set ON_ERROR_STOP=1 --command "create schema if not exists extensions" \
        --command "create extension $SERVER_EXTENSION schema extensions" \
        --command "grant usage on schema extensions to public"
fi
# What cannot go through a pooler, such as Dagster's storage, finds the way without it here.
export UXPIPELINE_TEST_DIRECT_DSN="postgresql://$owner:$password@127.0.0.1:$port/uxpipeline_test"
if [ -n "${POOLER:-}" ]; then
    start_pooler
fi

export UXPIPELINE_TEST_DSN="postgresql://$owner:$password@127.0.0.1:$port/uxpipeline_test"
"$@"
