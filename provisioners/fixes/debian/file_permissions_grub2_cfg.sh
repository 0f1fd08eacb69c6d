#!/bin/sh
# The content's fix mends the file of the moment, but update-grub gives grub.cfg mode 0444 each time it runs: in
# another rule's fix a little later, and with every kernel. Mends it after each kernel, and at each boot.
set -eu

cfg=/boot/grub/grub.cfg
[ -f "$cfg" ] || { echo "no $cfg" >&2; exit 1; }
chmod u-xs,g-xwrs,o-xwrt "$cfg"

printf 'z %s 0600 root root -\n' "$cfg" >/etc/tmpfiles.d/grub-permissions.conf
chmod 0644 /etc/tmpfiles.d/grub-permissions.conf

for moment in postinst postrm; do
  install -d -m 0755 "/etc/kernel/$moment.d"
  # Sorts after zz-update-grub.
  cat >"/etc/kernel/$moment.d/zzz-grub-permissions" <<'HOOK'
#!/bin/sh
[ ! -f /boot/grub/grub.cfg ] || chmod 0600 /boot/grub/grub.cfg
HOOK
  chmod 0755 "/etc/kernel/$moment.d/zzz-grub-permissions"
done
