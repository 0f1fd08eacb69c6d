#!/bin/sh
# The content's fix mends the files of the moment, but systemd-tmpfiles gives wtmp and lastlog 0664 at every
# boot, cloud-init makes its log with 0644 at the first boot of an instance, and logrotate makes the logs of dpkg
# and alternatives anew with 0644. Mends those sources too.
set -eu

find -P /var/log -maxdepth 1 -type f -perm /7137 -exec chmod u-xs,g-xws,o-rwxt {} +

# "z" lines apply after the "f" lines of systemd's own var.conf, which make the files.
cat >/etc/tmpfiles.d/log-permissions.conf <<'CONF'
z /var/log/wtmp    0640 root utmp -
z /var/log/btmp    0640 root utmp -
z /var/log/lastlog 0640 root utmp -
CONF
chmod 0644 /etc/tmpfiles.d/log-permissions.conf

if systemctl cat cloud-init-local.service >/dev/null 2>&1; then
  install -d -m 0755 /etc/systemd/system/cloud-init-local.service.d
  # cloud-init keeps the mode of a log that is there.
  cat >/etc/systemd/system/cloud-init-local.service.d/log-permissions.conf <<'UNIT'
[Unit]
RequiresMountsFor=/var/log

[Service]
ExecStartPre=/bin/sh -c 'umask 0137; for log in cloud-init.log cloud-init-output.log; do : >>/var/log/$$log; done'
UNIT
  chmod 0644 /etc/systemd/system/cloud-init-local.service.d/log-permissions.conf
  systemctl daemon-reload
fi

for file in /etc/logrotate.conf /etc/logrotate.d/*; do
  [ -f "$file" ] || continue
  sed -i -E 's/^([[:space:]]*create[[:space:]]+)0?6[46][0-9]\b/\10640/' "$file"
done
