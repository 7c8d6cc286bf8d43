#!/usr/bin/env bash
# Installs what tests of the identity service run against, from Debian's packages: PostgreSQL and SoftHSM. Does nothing
# where both are there. Starts nothing: each test run starts its own, on loopback, in a folder of its own.
set -euo pipefail

find_postgres() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1; }
find_softhsm() { command -v softhsm2-util; }

missing=()
[ -n "$(find_postgres || true)" ] || missing+=(postgresql)
[ -n "$(find_softhsm || true)" ] || missing+=(softhsm2)
[ ${#missing[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
  echo "missing: ${missing[*]}; install them with this system's package manager" >&2
  exit 1
fi
as_root=()
[ "$(id -u)" -eq 0 ] || as_root=(sudo)
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
[ -n "$(find_postgres || true)" ] && [ -n "$(find_softhsm || true)" ]
