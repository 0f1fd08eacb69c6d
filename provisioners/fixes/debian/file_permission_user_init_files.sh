#!/bin/sh
# The content's fix mends the accounts of the moment. In an image the accounts come later: cloud-init makes
# them from /etc/skel, and sudo drops a world-readable ~/.sudo_as_admin_successful at its first use. Mends the
# sources as well, so that the first boot of an instance does not undo it.
set -eu

# Dotfiles of people's homes: 0740 or stricter, links left alone.
awk -F: '($3 >= 1000 || $3 == 0) && $3 != 65534 && $7 !~ /(nologin|false)$/ { print $6 }' /etc/passwd | sort -u |
  while read -r home; do
    [ -d "$home" ] || continue
    find "$home" -maxdepth 1 -type f -name '.*' -perm /0037 -exec chmod g-wx,o= {} +
  done
find /etc/skel -maxdepth 1 -type f -name '.*' -perm /0037 -exec chmod g-wx,o= {} +

if [ -d /etc/sudoers.d ] && [ ! -f /etc/sudoers.d/10-no-admin-flag ]; then
  draft=$(mktemp)
  trap 'rm -f "$draft"' EXIT
  echo 'Defaults !admin_flag' >"$draft"
  visudo -qcf "$draft"
  install -m 0440 "$draft" /etc/sudoers.d/10-no-admin-flag
fi
