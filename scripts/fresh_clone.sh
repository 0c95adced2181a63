#!/usr/bin/env bash
# What a newcomer does, on a clone of the committed HEAD: `make demo`, the same again, `make test`.
#   scripts/fresh_clone.sh user    as an ordinary user made for this, in folders nobody else may enter (needs root)
#   scripts/fresh_clone.sh root    as whoever calls it, with an empty home
# The second demo must change no row, and no process may be left. Everything made here is removed at the end.
# PYTHON names another interpreter than /usr/bin/python3 (Debian: with python3-venv); TESTS=0 leaves `make test` out,
# ARGS are arguments of pytest. Environment variables of pip and of proxies are passed on, its cache is not.
set -eu

who=${1:-user}
python=${PYTHON:-/usr/bin/python3}
case $who in
    user) [ "$(id -u)" -eq 0 ] || { echo "$0 user needs root" >&2; exit 77; } ;;
    root) ;;
    *) echo "usage: $0 [user|root]" >&2; exit 64 ;;
esac
repository=$(cd "$(dirname "$0")/.." && pwd)
name=uxpnew$$
parent=$(mktemp -d /tmp/uxpipeline-clone.XXXXXX)
home=$parent/home
clone=$parent/home/uxpipeline

# The server's own folder is elsewhere when its account cannot enter the home folder of root.
server_folder() {
    as_newcomer .venv/bin/uxpipeline db status --json 2>/dev/null |
        sed -n 's|^ *"data": "\(.*/uxpipeline/[0-9a-f]\{12\}\)/data".*|\1|p'
}

processes() {
    if [ "$who" = user ]; then
        ps -o pid=,stat=,args= -u "$name" | awk '$2 !~ /^Z/'
    else
        ps -eo pid=,stat=,args= | awk '$2 !~ /^Z/' | grep -F -e "$parent" -e "${outside:-$parent}" | grep -vF -e grep -e "$0" || true
    fi
}

clean_up() {
    outcome=$?
    trap - EXIT
    processes | while read -r pid _; do kill -9 "$pid" 2>/dev/null || true; done
    if [ "$who" = user ]; then
        userdel "$name" 2>/dev/null || true
    fi
    rm -rf "$parent" ${outside:+"$outside"}
    exit "$outcome"
}

passed_on=()
while IFS='=' read -r variable value; do
    case $variable in
        PIP_CACHE_DIR | PIP_CONFIG_FILE) ;;
        PIP_* | *_proxy | *_PROXY | SSL_CERT_FILE | PYTHONDONTWRITEBYTECODE) passed_on+=("$variable=$value") ;;
    esac
done < <(env)

as_newcomer() (
    cd "$clone" 2>/dev/null || cd /
    set -- env -i HOME="$home" PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 "${passed_on[@]}" "$@"
    if [ "$who" = user ]; then
        runuser -u "$name" -- "$@"
    else
        "$@"
    fi
)

timed() {
    started=$(date +%s)
    "${@:2}"
    echo "$1: $(($(date +%s) - started)) s"
}

outside=
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

git -C "$repository" bundle create --quiet "$parent/repository.bundle" HEAD
mkdir "$home"
if [ "$who" = user ]; then
    useradd --no-create-home --home-dir "$home" --shell /bin/sh "$name"
    chown -R "$name" "$parent"
fi
chmod 700 "$parent" "$home"
as_newcomer git clone --quiet "$parent/repository.bundle" "$clone"
as_newcomer "$python" --version

day=$(date -u +%F)
timed "install and first demo" as_newcomer make demo PYTHON="$python"
outside=$(server_folder)
before=$(as_newcomer .venv/bin/python scripts/demo_rows.py)
timed "second demo" as_newcomer make demo PYTHON="$python"
after=$(as_newcomer .venv/bin/python scripts/demo_rows.py)
if [ "$before" != "$after" ] && [ "$day" = "$(date -u +%F)" ]; then
    echo "The second demo changed rows:" >&2
    diff <(echo "$before") <(echo "$after") >&2 || true
    exit 1
fi
echo "The second demo changed no row."
echo "$after"
if [ "${TESTS:-1}" != 0 ]; then
    timed "install and tests" as_newcomer make test PYTHON="$python" ARGS="${ARGS:-}"
fi

for _ in $(seq 30); do
    left=$(processes)
    [ -n "$left" ] || break
    sleep 1
done
if [ -n "$left" ]; then
    echo "Processes are left:" >&2
    echo "$left" >&2
    exit 1
fi
echo "No process is left."
