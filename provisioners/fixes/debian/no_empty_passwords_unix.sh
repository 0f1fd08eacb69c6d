#!/bin/sh
# The content's fix edits /etc/pam.d by hand in other rules first, after which pam-auth-update refuses to
# touch the files, so nullok stays; and its profile wins over Debian's by priority alone. Here Debian's unix
# profile is replaced, by way of pam-auth-update, by a copy without nullok that an upgrade of libpam-runtime
# does not overwrite.
set -eu

profiles=/usr/share/pam-configs
[ -f "$profiles/unix" ] || { echo "no $profiles/unix: PAM is not managed by pam-auth-update here" >&2; exit 1; }

sed -E -e 's/[[:space:]]+nullok(_secure)?//g' -e 's/^Name:.*/Name: Unix authentication without empty passwords/' \
  -e 's/^(Priority:.*)/\1\nConflicts: unix/' "$profiles/unix" >"$profiles/cupel-unix"
chmod 0644 "$profiles/cupel-unix"
DEBIAN_FRONTEND=noninteractive pam-auth-update --disable unix --enable cupel-unix

if grep -Eq '^[^#]*\bnullok\b' /etc/pam.d/common-auth /etc/pam.d/common-password; then
  echo 'nullok is still there: /etc/pam.d/common-* were edited by hand, so pam-auth-update left them alone' >&2
  exit 1
fi
