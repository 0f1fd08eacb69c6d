#!/bin/sh
# CIS asks for the rule of SSH first; the content starts the firewall without it, and nobody gets in any more.
set -eu

for port in $(sshd -T 2>/dev/null | awk '$1 == "port" { print $2 }'); do
  ufw allow proto tcp to any port "$port" comment SSH
done
systemctl unmask ufw.service
systemctl enable --quiet ufw.service
# Its unit ends at once and stays active; whether rules are loaded is for check_ufw_active to see to.
systemctl start ufw.service
