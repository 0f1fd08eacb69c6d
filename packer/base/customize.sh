#!/bin/sh
# Turns a plain Debian root into a cloud image's: called by mmdebstrap with the root's path.
set -eu
root=$1
here=$(cd "$(dirname "$0")" && pwd)

cp -r --no-preserve=ownership "$here/root/." "$root/"
find "$root/etc/netplan" -type f -exec chmod 0600 {} +

# Each instance makes its own identity at its first boot. An empty machine-id is filled
# then without the "first boot" that would re-apply presets to every unit.
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id"
printf 'localhost\n' >"$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n' >"$root/etc/hosts"

ln -sf ../run/systemd/resolve/stub-resolv.conf "$root/etc/resolv.conf"
printf 'LANG=C.UTF-8\n' >"$root/etc/default/locale"
chroot "$root" systemctl --quiet enable systemd-networkd.service systemd-resolved.service
