#!/bin/sh
# The content's unit sets every sysctl there is anew, and has failed when one of them, of the kernel or the file
# systems, may not be set: in a container that is every boot. What the network resets, and ufw with files of its own,
# are the network's; the rest is for systemd-sysctl. (sysctl heeds a pattern only before --system.)
set -eu

cat >/etc/systemd/system/sysctl-reapply-network.service <<'UNIT'
[Unit]
Description=Re-apply sysctl hardening after network interfaces come up
After=networking.service systemd-networkd.service ufw.service
DefaultDependencies=no

[Service]
Type=oneshot
ExecStart=/sbin/sysctl --pattern ^net --system
RemainAfterExit=yes

[Install]
WantedBy=multi-user.target
UNIT
chown root:root /etc/systemd/system/sysctl-reapply-network.service
chmod 0644 /etc/systemd/system/sysctl-reapply-network.service

systemctl daemon-reload
systemctl enable --quiet sysctl-reapply-network.service
if [ "$(systemctl is-system-running)" != offline ]; then
  systemctl start sysctl-reapply-network.service
fi
