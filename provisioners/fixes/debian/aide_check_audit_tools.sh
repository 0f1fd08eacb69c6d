#!/bin/sh
# The content's fix expects the configuration of Debian's aide-common and dies without it; ours is written last of
# all, by aide_build_database, which keeps the lines that it finds.
set -eu

conf=/etc/aide/aide.conf
install -d -m 0755 /etc/aide
[ -f "$conf" ] || install -m 0600 /dev/null "$conf"
for tool in auditctl auditd ausearch aureport autrace augenrules; do
  sed -i -E "\\#^(/usr)?/sbin/${tool}[[:space:]]#d" "$conf"
  echo "/usr/sbin/$tool p+i+n+u+g+s+b+acl+selinux+xattrs+sha512" >>"$conf"
done
