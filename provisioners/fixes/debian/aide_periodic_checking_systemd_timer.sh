#!/bin/sh
# The content's unit names a program that is not there (/usr/sbin/aide), gives it no configuration (Debian's
# aide has none built in), and is wanted by multi-user.target, so it fails at every boot. This one is enabled
# by an alias and runs only when its timer says so. Exit statuses 1 to 7 are aide's words for "differences
# found": the report is in the journal, the unit did its work. Debian's own daily timer would do all of it twice
# and needs a mail server to tell anyone.
set -eu

cat >/etc/systemd/system/aidecheck.service <<'UNIT'
[Unit]
Description=Compare the file system with AIDE's database
Documentation=man:aide(1)
ConditionPathExists=/var/lib/aide/aide.db

[Service]
Type=oneshot
ExecStart=/usr/bin/aide --config=/etc/aide/aide.conf --check
SuccessExitStatus=1 2 3 4 5 6 7
Nice=19
IOSchedulingClass=idle

[Install]
Alias=aide-check.service
UNIT
cat >/etc/systemd/system/aidecheck.timer <<'UNIT'
[Unit]
Description=Compare the file system with AIDE's database every day

[Timer]
OnCalendar=*-*-* 05:00:00
RandomizedDelaySec=1h
Unit=aidecheck.service

[Install]
WantedBy=timers.target
UNIT
chmod 0644 /etc/systemd/system/aidecheck.service /etc/systemd/system/aidecheck.timer

if systemctl is-enabled --quiet dailyaidecheck.timer 2>/dev/null; then
  systemctl disable --quiet --now dailyaidecheck.timer
fi
systemctl daemon-reload
systemctl enable --quiet aidecheck.service aidecheck.timer
if [ "$(systemctl is-system-running || true)" != offline ]; then
  systemctl start aidecheck.timer
fi
