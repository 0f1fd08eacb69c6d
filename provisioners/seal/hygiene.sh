#!/bin/sh
# Removes what the build left behind, as the last thing done to an accepted machine.
# usage: hygiene.sh WORK_DIRECTORY
# What the builder still needs (its login, the host keys it pinned, the machine id) goes when the machine
# shuts down, by a unit that lives in /run alone and so leaves no trace in the image.
set -eu

work=$1

# Still at work, cloud-init would write its state again after we removed it. Asking it takes a second of Python, so
# only where neither its result nor a word that it is switched off is there.
if command -v cloud-init >/dev/null && [ ! -e /run/cloud-init/result.json ] && [ ! -e /run/cloud-init/disabled ] && [ ! -e /etc/cloud/cloud-init.disabled ]; then
  timeout 300 cloud-init status --wait >/dev/null || :
fi

if command -v apt-get >/dev/null; then
  apt-get -q clean
  rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
elif command -v dnf >/dev/null; then
  dnf -q clean all
  rm -rf /var/cache/dnf/*
elif command -v zypper >/dev/null; then
  zypper -q clean --all
fi

# Logs are emptied, not removed: owner and mode stay as they were assayed.
find /var/log -xdev -type f \( -name '*.gz' -o -name '*.[0-9]' -o -name '*.old' \) -delete
find /var/log -xdev -type f ! -path '/var/log/journal/*' -exec truncate -s 0 {} +

find /tmp /var/tmp -xdev -mindepth 1 -maxdepth 1 ! -name 'systemd-private-*' ! -name '.X*-unix' ! -name '.ICE-unix' ! -name '.font-unix' -exec rm -rf {} +
rm -f /var/lib/dhcp/*.lease* /var/lib/dhclient/* /var/lib/NetworkManager/*.lease /var/lib/systemd/timers/stamp-apt-*
rm -f /root/.wget-hsts /home/*/.wget-hsts
for home in /root /home/*; do
  rm -f "$home/.bash_history" "$home/.ash_history" "$home/.python_history" "$home/.lesshst" "$home/.viminfo" "$home/.sudo_as_admin_successful"
done
# Stopped, it saves its seed now and not again at shutdown: images must not share one.
systemctl stop systemd-random-seed.service 2>/dev/null || :
rm -f /var/lib/systemd/random-seed /boot/efi/loader/random-seed
# Nothing was scanned by the agent yet, and from here on its timer may start it.
rm -rf /var/lib/cupel
rm -f /usr/share/cupel/building /var/lib/systemd/timers/stamp-cis-scanner.timer
rm -rf "$work"

mkdir -p /run/cupel
cat >/run/cupel/at-shutdown.sh <<'END'
#!/bin/sh
# Runs while the machine shuts down: the builder's login and the machine's identity.
for home in /root /home/*; do
  rm -f "$home/.ssh/authorized_keys" "$home/.ssh/authorized_keys2" "$home/.bash_history"
done
rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
# Empty, not absent: an absent one would make systemd apply its presets and undo what was disabled.
: >/etc/machine-id
if [ -f /var/lib/dbus/machine-id ] && [ ! -L /var/lib/dbus/machine-id ]; then rm -f /var/lib/dbus/machine-id; fi
# cloud-init starts afresh: user, key, host keys, network and host name of the new instance.
rm -rf /var/lib/cloud/instance /var/lib/cloud/instances /var/lib/cloud/data /var/lib/cloud/sem
rm -f /etc/netplan/50-cloud-init.yaml /etc/network/interfaces.d/50-cloud-init
rm -rf /var/log/journal/*
for log in /var/log/wtmp /var/log/btmp /var/log/lastlog /var/log/auth.log /var/log/syslog /var/log/cloud-init.log /var/log/cloud-init-output.log; do
  [ ! -f "$log" ] || : >"$log"
done
sync
END
cat >/run/systemd/system/cupel-seal.service <<'END'
[Unit]
Description=Remove the build's login and identity at shutdown
# Ordered before everything, it is stopped after everything: nothing writes any more.
DefaultDependencies=no
Conflicts=shutdown.target
Before=shutdown.target sysinit.target basic.target
RequiresMountsFor=/home /var /tmp /root

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/sh /run/cupel/at-shutdown.sh
TimeoutStopSec=120
END
# A new unit needs no reload of all others; older systemd may not see it without.
systemctl start cupel-seal.service 2>/dev/null || { systemctl daemon-reload && systemctl start cupel-seal.service; }
systemctl is-active --quiet cupel-seal.service
