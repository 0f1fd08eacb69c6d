#!/bin/sh
# PID 1 of a lab machine's private mount and PID namespace: whoever kills it takes the
# machine, its network and its disk along. Boots the machine again for each reboot.
# Usage: machine.sh STATE_DIR LOWER_DIRS NAME DISK_SIZE
#
# In STATE_DIR: key.pub, address, port, `from` (a saved disk), and the switches `stay-off` (a reboot ends in power-off),
# `cut` (boot without network) and `closed` (no way out to the world).
set -eu

lab=$(cd "$(dirname "$0")" && pwd)
state=$1 lower=$2 name=$3 size=$4

# A control group of its own for each machine: nspawn's `payload` would be shared otherwise.
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  [ -f "$hierarchy/cgroup.procs" ] || continue
  mkdir -p "$hierarchy/$name"
  echo 0 >"$hierarchy/$name/cgroup.procs"
done

# nspawn keeps its sockets under /run and refuses a /run that is on a disk.
mount -t tmpfs -o mode=755 tmpfs /run

mkdir "$state/disk" "$state/root"
mount -t tmpfs -o "mode=700,size=$size" tmpfs "$state/disk"
mkdir "$state/disk/upper" "$state/disk/work"
[ ! -e "$state/from" ] || tar --numeric-owner --acls --xattrs --xattrs-include='*' -C "$state/disk/upper" -xpf "$state/from"
mount -t overlay -o "lowerdir=$lower,upperdir=$state/disk/upper,workdir=$state/disk/work" overlay "$state/root"
root=$state/root

ssh-keygen -q -A -f "$root"
home=$root/home/debian
owner=$(stat -c %u:%g "$home")
[ -d "$home/.ssh" ] || mkdir -m 0700 "$home/.ssh"
install -m 0600 "$state/key.pub" "$home/.ssh/authorized_keys"
chown -R "$owner" "$home/.ssh"
printf '%s\n' "$name" >"$root/etc/hostname"
printf '127.0.1.1 %s\n' "$name" >>"$root/etc/hosts"

while :; do
  # A boot starts without the firewall rules and sysctls of the one before: a new namespace.
  ip netns add guest
  ip -n guest link set lo up
  [ -e "$state/cut" ] || sh "$lab/uplink.sh" "$state" up

  rc=0
  # Its own /tmp is mounted by the machine itself, as its configuration says, not by nspawn.
  # Without API_VFS_WRITABLE and the capability, net.* sysctls could not be set in there.
  SYSTEMD_NSPAWN_TMPFS_TMP=0 SYSTEMD_NSPAWN_API_VFS_WRITABLE=network systemd-nspawn --quiet --boot --directory="$root" --machine="$name" \
    --register=no --keep-unit --network-namespace-path=/run/netns/guest --capability=CAP_NET_ADMIN \
    --resolv-conf=off --timezone=off --link-journal=no --console=pipe </dev/null || rc=$?
  printf 'lab: %s ended with status %s\n' "$name" "$rc"

  sh "$lab/uplink.sh" "$state" down
  ip netns del guest
  # 133 is nspawn's word for "reboot, please".
  if [ "$rc" -ne 133 ] || [ -e "$state/stay-off" ]; then break; fi
done

# The disk stays to be looked at until the machine is taken away.
: >"$state/off"
exec sleep infinity
