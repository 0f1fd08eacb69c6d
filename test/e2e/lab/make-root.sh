#!/bin/sh
# Makes the root that all lab machines share: the base image's recipe without kernel and
# boot loader, plus the login that cloud-init would make at the first boot.
# Usage: make-root.sh SUITE RECIPE_DIR WORK_DIR   (the root is WORK_DIR/root)
set -eu

suite=$1 recipe=$2 work=$3
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
# The recipe's own is of bookworm.
sed -i "s/bookworm/$2/g" "$1/etc/apt/sources.list.d/debian.sources"
# What the first boot would do is done above; a container has no data source to wait for.
touch "$1/etc/cloud/cloud-init.disabled"
LOGIN

packages=$(sed -e 's/#.*//' "$recipe/packages.txt" | tr -s ' \n' ',' | sed 's/^,//; s/,$//')
exec mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
  --dpkgopt='force-unsafe-io' \
  --aptopt='Acquire::Languages "none"' \
  --include="$packages" \
  --customize-hook="sh '$recipe/customize.sh' \"\$1\"" \
  --customize-hook="sh '$work/login.sh' \"\$1\" '$suite'" \
  "$suite" "$work/root" "$work/build.sources"
