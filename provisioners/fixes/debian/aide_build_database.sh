#!/bin/sh
# The content's fix needs Debian's aide-common, which installs 211 configuration files one by one through ucf
# (minutes on a small machine), lists a mail server among its recommendations, and hashes the file system with
# every algorithm aide knows on one thread. Here: aide alone, one short configuration that says what an image
# holds, one strong hash, a thread per core. A configuration that is already there stays, but for the lines
# that the rule asks for.
set -eu

conf=/etc/aide/aide.conf
database=/var/lib/aide/aide.db

# Debian 12's rule reads the older of two spellings; aide 0.19, Debian 13's, knows only the newer one.
case $(aide --version 2>&1) in
  [Aa][Ii][Dd][Ee]\ 0.1[0-8]*) key=database ;;
  *) key=database_in ;;
esac

install -d -m 0755 /etc/aide /etc/aide/aide.conf.d
install -d -m 0700 /var/lib/aide
# Another fix may have left lines of its own in a file that says nothing about databases yet.
if ! grep -Eqs '^(database|database_in)=' "$conf"; then
  cat >>"$conf" <<CONF
# What must not change unseen: programs, libraries, configuration, the boot loader. What changes by itself
# (logs, caches, state) is left out. A site adds its own rules in /etc/aide/aide.conf.d/*.conf.
$key=file:$database
database_out=file:$database.new
gzip_dbout=no
num_workers=100%
report_url=stdout

Content = ftype+p+u+g+l+n+s+m+acl+xattrs+caps+sha512
Place = ftype+p+u+g+l

/boot Content
/etc Content
/opt Content
/root Content
/usr Content
/bin Content
/lib Content
/lib64 Content
/sbin Content
/var/spool/cron Content
/home$ d Place
/var/log$ d Place
/var/tmp$ d Place
/tmp$ d Place

!/etc/resolv\.conf$
!/etc/\.pwd\.lock$
!/etc/(mtab|adjtime)$
!/boot/grub/grubenv$
!/root/\.(bash_history|lesshst|viminfo)$

@@include /etc/aide/aide.conf.d ^[a-zA-Z0-9_-]+\.conf$
CONF
  chmod 0600 "$conf"
else
  if ! grep -q "^$key=file:" "$conf"; then
    sed -i -E '/^database(_in)?=/d' "$conf"
    echo "$key=file:$database" >>"$conf"
  fi
  grep -q '^database_out=file:' "$conf" || echo "database_out=file:$database.new" >>"$conf"
  sed -i -E 's/^Checksums *=.*/Checksums = sha512/' "$conf"
fi

status=0
aide --config="$conf" --workers=100% --init >/dev/null || status=$?
[ "$status" -eq 0 ] || { echo "aide --init ended with $status" >&2; exit 1; }
mv -f "$database.new" "$database"
chmod 0600 "$database"
