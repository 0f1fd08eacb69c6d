#!/bin/sh
# CIS asks for the rule of SSH first; the content starts the firewall without it, and nobody gets in any more.
set -eu

for port in $(sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }'); do
  ufw allow proto tcp to any port "$port" comment SSH
done
# Also writes ENABLED=yes to /etc/ufw/ufw.conf, so that the unit loads the rules at each boot.
ufw --force enable
systemctl start ufw.service
