#!/usr/bin/env bash
# Runs a command against a scratch PostgreSQL 15 that is gone afterwards, however the command ends:
#   scripts/with_postgres15.sh make test
# The command finds the database in UXPIPELINE_TEST_DSN and owns it without being a superuser, as on a hosted service.
# PG_BIN names other server programs. PostgreSQL refuses root, so root runs it as the account `postgres`.
set -eu

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 64
fi
bin=${PG_BIN:-/usr/lib/postgresql/15/bin}
if [ ! -x "$bin/initdb" ]; then
    echo "There are no server programs in $bin; on Debian: apt install postgresql-15" >&2
    exit 69
fi

as_server() (
    cd /
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
)

scratch=$(mktemp -d /tmp/uxpipeline-pg.XXXXXX)
clean_up() {
    as_server "$bin/pg_ctl" --pgdata "$scratch/data" --mode immediate --silent stop >/dev/null 2>&1 || true
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$(id -u)" -eq 0 ]; then
    chown postgres "$scratch"
fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')

as_server "$bin/initdb" --pgdata "$scratch/data" --username postgres --auth-local trust --auth-host scram-sha-256 \
    --encoding UTF8 --locale C.UTF-8 --no-sync --no-instructions >/dev/null
# Without autovacuum: its workers belong to no role, so only a superuser may end them to drop a database.
as_server "$bin/pg_ctl" --pgdata "$scratch/data" --log "$scratch/log" --wait --silent start --options \
    "-h 127.0.0.1 -p $port -k $scratch -c fsync=off -c full_page_writes=off -c autovacuum=off -c max_connections=200" ||
    { cat "$scratch/log" >&2; exit 1; }
as_server "$bin/psql" --no-psqlrc --quiet --host "$scratch" --port "$port" --username postgres --dbname postgres \
    --set ON_ERROR_STOP=1 \
    --command "create role uxpipeline_test login createdb createrole password '$password'" \
    --command "create database uxpipeline_test owner uxpipeline_test"

export UXPIPELINE_TEST_DSN="postgresql://uxpipeline_test:$password@127.0.0.1:$port/uxpipeline_test"
"$@"
