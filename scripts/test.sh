#!/bin/sh
# Runs the tests (unit, then integration) and ends with one line: N passed, N failed.
# Usage: scripts/test.sh [unit|integration]
set -eu

cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf --one-file-system "$scratch"' EXIT
tally=$scratch/tally
: >"$tally"
: >"$tally.failed"
export TEST_TALLY="$tally"
status=0
runs=0

run() { # folder for temporary files, mocha's arguments
  runs=$((runs + 1))
  tmp=$1
  shift
  TMPDIR=$tmp node_modules/.bin/mocha "$@" || status=1
}

tier=${1:-all}
[ "$tier" = integration ] || run "$scratch" 'test/**/*.test.ts'
if [ "$tier" != unit ]; then
  # Machines of their own need root.
  if [ "$(id -u)" -eq 0 ]; then
    run "${TMPDIR:-/tmp}" --config test/e2e/.mocharc.json 'test/e2e/*.test.ts'
  else
    runs=$((runs + 1))
    sudo --preserve-env=TEST_TALLY,PATH,CUPEL_CACHE,DEBIAN_MIRROR node_modules/.bin/mocha --config test/e2e/.mocharc.json 'test/e2e/*.test.ts' || status=1
  fi
fi

# A runner that died before its end left no counts.
if [ "$(wc -l <"$tally")" -ne "$runs" ]; then
  echo 'test: a test runner ended without a result' >&2
  status=1
  echo '0 1' >>"$tally"
fi
# What failed, once more where it is found: the integration tests say much between.
sed 's/^/failed: /' "$tally.failed"
awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed\n", passed, failed }' "$tally"
exit "$status"
