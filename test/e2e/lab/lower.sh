#!/bin/sh
# Prints overlayfs' lowerdir for lab machines, making what is not cached yet.
# Usage: lower.sh CACHE_DIR SUITE [PACKAGE…]
# Without packages: the suite's shared root. With: a layer over it that holds them.
# Cached as CACHE_DIR/<suite>-<sha256 of the recipe>[+<sha256 of the packages>]/.
set -eu

lab=$(cd "$(dirname "$0")" && pwd)
recipe=$(cd "$lab/../../../packer/base" && pwd)

die() { printf 'lab: %s\n' "$*" >&2; exit 1; }

[ $# -ge 2 ] || die 'usage: lower.sh CACHE_DIR SUITE [PACKAGE...]'
[ "$(id -u)" -eq 0 ] || die 'needs root: lab machines are systemd-nspawn containers'
cache=$1 suite=$2
shift 2

digest=$( (cd "$recipe" && find packages.txt customize.sh root -type f | LC_ALL=C sort | xargs -d '\n' sha256sum &&
  sha256sum <"$lab/make-root.sh") | sha256sum | cut -c1-16)
root=$cache/$suite-$digest
layer=$root+$(printf '%s\n' "$@" | sha256sum | cut -c1-8)

found() {
  [ -d "$root" ] || return 1
  if [ $# -eq 0 ]; then printf '%s\n' "$root"; return; fi
  [ -d "$layer" ] && printf '%s:%s\n' "$layer" "$root"
}
if found "$@"; then exit 0; fi

mkdir -p "$cache"
# The root holds set-uid programs of a system that nobody patches: not for other users.
chmod 0700 "$cache"
exec 9>"$cache/.lock"
flock 9
rm -rf "$cache"/.work.*
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT; trap 'exit 143' TERM
chmod 0755 "$work"

# Mounts live and die in a namespace of their own; the lock is not handed on.
apart() { unshare --mount --propagation private -- "$@" 9>&- >&2; }

if [ ! -d "$root" ]; then
  printf 'lab: making the shared root of %s (once, about a minute)\n' "$suite" >&2
  apart "$lab/make-root.sh" "$suite" "$recipe" "$work" || die 'the shared root could not be made'
  mv "$work/root" "$root"
fi
if [ $# -gt 0 ] && [ ! -d "$layer" ]; then
  printf 'lab: adding %s in a layer of its own (once)\n' "$*" >&2
  apart "$lab/make-layer.sh" "$root" "$work" "$@" || die "cannot install $*"
  mv "$work/upper" "$layer"
fi
found "$@"
