#!/bin/sh
# The content has no fix: who may log in is the site's to say. What an image can say for every site is who may
# not: root and the accounts of the system's services. The people whom cloud-init adds later are not touched.
# A site that writes AllowUsers or AllowGroups narrows it further.
set -eu

denied=$(awk -F: '($3 < 1000 || $3 == 65534) { print $1 }' /etc/passwd | sort | tr '\n' ' ')
target=/etc/ssh/sshd_config.d/00-denied-accounts.conf
if ! grep -Eqi '^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/\*\.conf' /etc/ssh/sshd_config; then
  echo 'sshd_config does not include /etc/ssh/sshd_config.d/*.conf' >&2
  exit 1
fi

draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
printf '# Accounts of the system and its services: nobody logs in with them.\nDenyUsers %s\n' "${denied% }" >"$draft"
install -m 0600 "$draft" "$target"
sshd -t || { rm -f "$target"; echo 'sshd does not take the new configuration' >&2; exit 1; }
systemctl try-reload-or-restart ssh.service
