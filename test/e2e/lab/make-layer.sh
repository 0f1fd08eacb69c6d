#!/bin/sh
# Installs packages into a layer over the shared root. Wants a mount namespace of its own.
# Usage: make-layer.sh ROOT_DIR WORK_DIR PACKAGE…   (the layer is WORK_DIR/upper)
set -eu

root=$1 work=$2
shift 2

mkdir "$work/upper" "$work/overlay" "$work/merged"
mount -t overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/overlay" overlay "$work/merged"
# The root's resolv.conf is a link to what systemd-resolved would write.
mount -t tmpfs tmpfs "$work/merged/run"
mkdir -p "$work/merged/run/systemd/resolve"
cp /etc/resolv.conf "$work/merged/run/systemd/resolve/stub-resolv.conf"
# shellcheck disable=SC2016  # expanded inside
chroot "$work/merged" sh -euc '
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q update
  apt-get -q -y -o DPkg::Options::=--force-unsafe-io install --no-install-recommends "$@"
  apt-get clean' sh "$@" >"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log"; exit 1; }
umount "$work/merged/run" "$work/merged"
