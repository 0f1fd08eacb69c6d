#!/bin/sh
# Makes the root directory that all lab machines share: the base image's recipe without
# kernel and boot loader, plus the login that cloud-init would make at the first boot.
# Usage: make-root.sh CACHE_DIR
# Prints the directory's path; cached as CACHE_DIR/<sha256 of both recipes>/.
set -eu

lab=$(cd "$(dirname "$0")" && pwd)
recipe=$(cd "$lab/../../../packer/base" && pwd)
suite=bookworm

die() { printf 'lab: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || die 'usage: make-root.sh CACHE_DIR'
[ "$(id -u)" -eq 0 ] || die 'needs root: lab machines are systemd-nspawn containers'
cache=$1

digest=$( (cd "$recipe" && find packages.txt customize.sh root -type f; echo "$lab/make-root.sh") | LC_ALL=C sort |
  (cd "$recipe" && xargs -d '\n' cat) | sha256sum | cut -c1-16)
root=$cache/$digest
if [ -d "$root" ]; then printf '%s\n' "$root"; exit 0; fi

mkdir -p "$cache"
# The root holds set-uid programs of a system nobody patches: not for other users.
chmod 0700 "$cache"
exec 9>"$cache/.lock"
flock 9
if [ -d "$root" ]; then printf '%s\n' "$root"; exit 0; fi

printf 'lab: making the shared root (once, about a minute)\n' >&2
rm -rf "$cache"/.work.*
work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT; trap 'exit 143' TERM
chmod 0755 "$work"

mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
cat >"$work/build.sources" <<SOURCES
Types: deb
URIs: $mirror/debian
Suites: $suite $suite-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: $mirror/debian-security
Suites: $suite-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES

cat >"$work/login.sh" <<'LOGIN'
set -eu
chroot "$1" useradd --create-home --shell /bin/bash \
  --groups adm,audio,cdrom,dialout,dip,floppy,plugdev,sudo,video debian
printf '# Created by cloud-init\n\n# User rules for debian\ndebian ALL=(ALL) NOPASSWD:ALL\n' \
  >"$1/etc/sudoers.d/90-cloud-init-users"
chmod 0440 "$1/etc/sudoers.d/90-cloud-init-users"
# mmdebstrap leaves the list it was given; the recipe brings the machine's own.
rm -f "$1/etc/apt/sources.list.d/0000build.sources"
# What the first boot would do is done above; a container has no data source to wait for.
touch "$1/etc/cloud/cloud-init.disabled"
LOGIN

packages=$(sed -e 's/#.*//' "$recipe/packages.txt" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')
unshare --mount --propagation private -- mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
  --dpkgopt='force-unsafe-io' \
  --aptopt='Acquire::Languages "none"' \
  --include="$packages" \
  --customize-hook="sh '$recipe/customize.sh' \"\$1\"" \
  --customize-hook="sh '$work/login.sh' \"\$1\"" \
  "$suite" "$work/root" "$work/build.sources" 9>&- >&2 || die 'mmdebstrap failed'

mv "$work/root" "$root"
printf '%s\n' "$root"
