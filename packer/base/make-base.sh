#!/bin/sh
# Makes the base image: Debian 12 as its cloud images are, bootable by BIOS, qcow2.
# Usage: make-base.sh [--path] CACHE_DIR
# Prints the image's path on stdout (and with --path does nothing else); progress
# goes to stderr. The image is cached as CACHE_DIR/<sha256 of the recipe>.qcow2.
#
# Nothing is loop-mounted: the file system is filled by mke2fs from a directory and
# the boot loader is written to the disk's first sectors as plain bytes. mmdebstrap's own
# mounts and processes live in namespaces that end with this script, however it ends;
# a left-over work directory is removed by the next run.
#
# BIOS only: QEMU's default firmware, and one boot path to prove instead of two.
set -eu

recipe=$(cd "$(dirname "$0")" && pwd)
suite=bookworm
disk_mib=8192
root_start=2048 # sectors; GRUB's core image lives in the gap before it

die() { printf 'base: %s\n' "$*" >&2; exit 1; }
say() { printf 'base: %s\n' "$*" >&2; }

path_only=''
[ "${1:-}" != --path ] || { path_only=1; shift; }
[ $# -eq 1 ] || die 'usage: make-base.sh [--path] CACHE_DIR'
cache=$1

# File names and bytes of the whole recipe: change anything and the image is made anew.
# DEBIAN_MIRROR is left out on purpose: where the packages came from does not change them.
digest=$(cd "$recipe" && find . -type f | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum | cut -d' ' -f1)
image=$cache/$digest.qcow2

if [ -n "$path_only" ] || [ -s "$image" ]; then
  printf '%s\n' "$image"
  exit 0
fi
[ "$(dpkg --print-architecture)" = amd64 ] || die "makes amd64 images and needs an amd64 host; this is $(dpkg --print-architecture)"
[ "$(id -u)" -eq 0 ] || die 'needs root: run it with sudo'
if [ -z "${CUPEL_BASE_UNSHARED:-}" ]; then
  CUPEL_BASE_UNSHARED=1 setpriv --pdeathsig KILL -- \
    unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- "$0" "$cache" &
  child=$!
  trap 'kill -KILL "$child"' HUP INT TERM
  wait "$child"
  exit
fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
flock -n 9 || { say 'another run is making the base image; waiting for it'; flock 9; }
if [ -s "$image" ]; then printf '%s\n' "$image"; exit 0; fi
rm -rf "$cache"/.work.*

work=$(mktemp -d "$cache/.work.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
chmod 0755 "$work"
root=$work/root
started=$(date +%s)
elapsed() { echo $(($(date +%s) - started)); }

packages() { sed -e 's/#.*//' "$recipe/packages.txt" "$recipe/packages-boot.txt" | tr -s ' \n' ',' | sed 's/^,//; s/,$//'; }

mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
cat >"$work/build.sources" <<SOURCES
Types: deb
URIs: $mirror/debian
Suites: $suite $suite-updates
Components: main
Signed-By: $keyring

Types: deb
URIs: $mirror/debian-security
Suites: $suite-security
Components: main
Signed-By: $keyring
SOURCES

say "installing Debian 12 into a directory"
# dpkg does not sync each file: a build that crashes is thrown away whole.
# shellcheck disable=SC2016  # $1 is for the hook's own shell
mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
  --dpkgopt='force-unsafe-io' \
  --aptopt='Acquire::Languages "none"' \
  --include="$(packages)" \
  --essential-hook='printf "grub-pc grub-pc/install_devices_empty boolean true\ncloud-init cloud-init/datasources multiselect NoCloud, None\n" | chroot "$1" debconf-set-selections' \
  --customize-hook="sh '$recipe/customize.sh' \"\$1\"" \
  "$suite" "$root" "$work/build.sources" >&2 || die 'mmdebstrap failed'
say "packages installed after $(elapsed) s"

# mmdebstrap copies its own sources in; the image has Debian's (root/etc/apt).
rm -f "$root"/etc/apt/sources.list.d/*build.sources

# What tells the machine how to find its root: the UUID is new with every base.
uuid=$(cat /proc/sys/kernel/random/uuid)
sed "s/@ROOT_UUID@/$uuid/" "$recipe/fstab" >"$root/etc/fstab"
sed "s/@ROOT_UUID@/$uuid/" "$recipe/grub.cfg" >"$root/boot/grub/grub.cfg"
chmod 0600 "$root/boot/grub/grub.cfg"

# GRUB's core image knows the root by its UUID, as grub-install would have it.
grub=/usr/lib/grub/i386-pc
mkdir -p "$root/boot/grub/i386-pc"
cp "$root$grub"/*.mod "$root$grub"/*.lst "$root$grub/boot.img" "$root/boot/grub/i386-pc/"
# shellcheck disable=SC2016  # GRUB's own variable
printf 'search.fs_uuid %s root\nset prefix=($root)/boot/grub\n' "$uuid" >"$root/boot/grub/i386-pc/load.cfg"
chroot "$root" grub-mkimage -O i386-pc -o /boot/grub/i386-pc/core.img \
  -c /boot/grub/i386-pc/load.cfg -p /boot/grub biosdisk part_msdos ext2 search_fs_uuid
core=$work/core.img
cp "$root/boot/grub/i386-pc/core.img" "$core"
cp "$root$grub/boot.img" "$work/boot.img"
[ "$(stat -c %s "$core")" -lt $(((root_start - 1) * 512)) ] || die "GRUB's core image does not fit before the partition"

say 'writing the disk'
raw=$work/disk.raw
truncate -s "${disk_mib}M" "$raw"
printf 'label: dos\nstart=%s, type=83, bootable\n' "$root_start" | sfdisk --quiet "$raw"
fs_kib=$((disk_mib * 1024 - root_start / 2))
mke2fs -q -t ext4 -L root -U "$uuid" -m 1 -d "$root" -E "offset=$((root_start * 512)),lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0" "$raw" "${fs_kib}k"
# boot.img loads the sector after it, and diskboot (core.img's first) the ones that
# follow: both defaults, so nothing needs patching. 440 bytes: behind them is the table.
dd if="$work/boot.img" of="$raw" bs=440 count=1 conv=notrunc status=none
dd if="$core" of="$raw" bs=512 seek=1 conv=notrunc status=none

qemu-img convert -O qcow2 "$raw" "$work/disk.qcow2"
if [ -n "${SUDO_UID:-}" ]; then chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$cache" "$cache/.lock" "$work/disk.qcow2"; fi
chmod 0644 "$work/disk.qcow2"
sync "$work/disk.qcow2"
sha256sum <"$work/disk.qcow2" | cut -d' ' -f1 >"$image.sha256"
mv "$work/disk.qcow2" "$image"
say "made $image in $(elapsed) s, $(du -m "$image" | cut -f1) MB"
printf '%s\n' "$image"
