#!/bin/sh
# Makes a key pair and the cloud-init seed that lets it in, for one virtual machine.
# Usage: make-seed.sh DIR
# DIR (0700, must not exist or be empty) gets id_ed25519, id_ed25519.pub and seed.img, a
# small FAT disk labelled CIDATA that cloud-init's NoCloud source finds by its label.
# The caller removes DIR when the machine is gone: the key is good for nothing else.
set -eu
umask 077

die() { printf 'seed: %s\n' "$*" >&2; exit 1; }
[ $# -eq 1 ] || die 'usage: make-seed.sh DIR'
dir=$1
mkdir -p "$dir"
chmod 0700 "$dir"
[ -z "$(ls -A "$dir")" ] || die "$dir is not empty: a seed is made once, for one machine"

instance=$(cat /proc/sys/kernel/random/uuid)
ssh-keygen -q -t ed25519 -N '' -C "cupel-$instance" -f "$dir/id_ed25519"

printf 'instance-id: %s\nlocal-hostname: debian\n' "$instance" >"$dir/meta-data"
cat >"$dir/user-data" <<USER_DATA
#cloud-config
ssh_authorized_keys:
  - $(cat "$dir/id_ed25519.pub")
USER_DATA

truncate -s 1440k "$dir/seed.img"
mformat -i "$dir/seed.img" -f 1440 -v CIDATA ::
mcopy -i "$dir/seed.img" "$dir/meta-data" "$dir/user-data" ::
rm "$dir/meta-data" "$dir/user-data"
