#!/bin/bash
# Figures of the programs from outside: size, start-up to the first served page, memory; as lines `name value unit`.
# What a sign-in costs is `cargo run --release -p kiru-tests --example figures`.
#
# Usage: tests/figures/measure.sh [--cold]
#   --cold        also build the release binary in an empty target folder, and say how long it took
#   KIRU_DEMO     a release binary with the demo, built otherwise
#   KIRU_RELEASE  a release binary without it (--no-default-features), built otherwise
# Needs curl and Linux's /proc.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
pid=
stop() {
    if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; fi
    pid=
}
trap 'stop; rm -rf "$out"' EXIT

figure() { printf '%-42s %10s %s\n' "$1" "$2" "$3"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
memory() { awk -v key="$1:" '$1 == key { printf "%.1f", $2 / 1024 }' "/proc/$pid/status"; }

build() { # build NAME ARGUMENTS...: the binary as $out/NAME
    local name=$1
    shift
    cargo build --quiet --release --locked -p kiru "$@" >&2
    cp "${CARGO_TARGET_DIR:-target}/release/kiru" "$out/$name"
}

# start NAME URL COMMAND...: starts a server; how long until it serves this page. A look takes curl a few milliseconds.
start() {
    local name=$1 url=$2 begun
    shift 2
    begun=$(now_ms)
    "$@" >"$out/log" 2>&1 &
    pid=$!
    until curl --silent --fail --output /dev/null "${curl_options[@]}" "$url"; do
        kill -0 "$pid" 2>/dev/null || { cat "$out/log" >&2; exit 1; }
        sleep 0.002
    done
    figure "$name" $(($(now_ms) - begun)) ms
}

load() { # load URL: 2,000 requests, eight at a time
    local clients=()
    for _ in $(seq 250); do printf 'url = "%s"\noutput = /dev/null\n' "$1"; done >"$out/urls"
    for _ in 1 2 3 4 5 6 7 8; do
        curl --silent --fail "${curl_options[@]}" --config "$out/urls" &
        clients+=($!)
    done
    wait "${clients[@]}"
}

if [ -z "${KIRU_DEMO:-}" ]; then build demo; KIRU_DEMO=$out/demo; fi
if [ -z "${KIRU_RELEASE:-}" ]; then build release --no-default-features; KIRU_RELEASE=$out/release; fi
figure "release binary" "$(stat -c %s "$KIRU_RELEASE")" bytes
figure "release binary with the demo" "$(stat -c %s "$KIRU_DEMO")" bytes

port=${KIRU_FIGURES_PORT:-17300}
curl_options=()
demo=("$KIRU_DEMO" demo --data "$out/data" --base-port "$port")
start "demo, first start (makes all keys)" "http://localhost:$port/help" "${demo[@]}"
stop
start "demo, start to first page" "http://localhost:$port/help" "${demo[@]}"
sleep 3
figure "demo, idle memory (provider and doubles)" "$(memory VmRSS)" MiB
stop

# The product as it is deployed, on SQLite, behind a proxy that is us; it trusts the demo's centre.
head -c 32 /dev/urandom | base64 >"$out/kek"
chmod 600 "$out/kek"
mkdir "$out/db" # a key never lies beside the database
cat >"$out/kiru.toml" <<EOF
[deployment]
issuer = "https://figures.kiru.kz"
single_node = true
[operator]
name_kk = "Орталық"
name_ru = "Центр"
name_en = "Centre"
telephone = "1414"
email = "help@figures.kiru.kz"
hours_kk = "09–18"
hours_ru = "09–18"
hours_en = "09–18"
[listen]
public = "127.0.0.1:$((port + 20))"
health = "127.0.0.1:$((port + 21))"
trusted_proxies = ["127.0.0.0/8"]
[database]
url = "sqlite:$out/db/kiru.db"
[secrets]
kek_file = "$out/kek"
[eds]
anchors = ["$out/data/centre/root.pem"]
EOF
serve=("$KIRU_RELEASE" serve --config "$out/kiru.toml")
"$KIRU_RELEASE" db migrate --config "$out/kiru.toml" >/dev/null
curl_options=(--header "Host: figures.kiru.kz")
page="http://127.0.0.1:$((port + 20))/help"
start "serve, first start (makes signing keys)" "$page" "${serve[@]}"
stop
start "serve, start to first page" "$page" "${serve[@]}"
sleep 3
figure "serve, idle memory" "$(memory VmRSS)" MiB
load "$page"
figure "serve, memory after 2,000 pages" "$(memory VmRSS)" MiB
stop

if [ "${1:-}" = --cold ]; then
    begun=$(now_ms)
    CARGO_TARGET_DIR=$out/cold cargo build --quiet --release --locked -p kiru --no-default-features
    figure "cold release build" $((($(now_ms) - begun) / 1000)) s
fi
