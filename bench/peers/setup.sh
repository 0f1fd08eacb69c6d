#!/bin/sh
# Installs what the bench measures Cupel beside, apart from Cupel itself: MITRE SAF as bench/peers/saf pins it, and a reader
# and an exporter in Go, compiled with Debian's Go; and in C what scrapes programs. Idempotent. Prints nothing but errors.
# Usage: bench/peers/setup.sh [go]     go: without SAF
set -eu

cd "$(dirname "$0")"
cache=../../.cache/bench
mkdir -p "$cache/saf"

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi; }

if ! command -v go >/dev/null; then
  as_root apt-get -q update >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends golang-go >/dev/null
fi
go build -o "$cache/go-read" go/main.go go/read.go
go build -ldflags='-s -w' -o "$cache/go-exporter" go/serve.go go/read.go
go build -o "$cache/go-scrape" go/scrape.go
# Static: they run in roots that hold nothing else.
for name in scrape hand-out; do gcc -O2 -Wall -Wextra -Werror -static -o "$cache/c-$name" c/$name.c; done
[ "${1:-}" != go ] || exit 0

if ! cmp -s saf/package-lock.json "$cache/saf/installed-lock.json"; then
  cp saf/package.json saf/package-lock.json "$cache/saf/"
  # 450 MB, and nothing of it needs to run to be installed.
  (cd "$cache/saf" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  cp saf/package-lock.json "$cache/saf/installed-lock.json"
fi
