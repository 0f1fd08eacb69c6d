#!/bin/sh
# The content's fix edits /etc/default/grub. On cloud images a file in /etc/default/grub.d, read after it, sets
# GRUB_CMDLINE_LINUX anew, so the words never reach the kernel. Here they are added last, to whatever stands there.
set -eu

mkdir -p /etc/default/grub.d
cat >/etc/default/grub.d/90_apparmor.cfg <<'CFG'
# CIS 1.3.1.2: AppArmor is enabled by the boot loader.
GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX apparmor=1 security=apparmor"
CFG
update-grub
