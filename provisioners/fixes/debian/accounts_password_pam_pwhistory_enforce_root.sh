#!/bin/sh
# The content's fix edits /etc/pam.d/common-password by hand once its profile is in, after which
# pam-auth-update refuses to touch the file. One profile carries all that the four pwhistory rules ask for;
# each of them may be the one that fails, so each writes it.
set -eu

profile=/usr/share/pam-configs/cupel-pwhistory
options="remember=${XCCDF_VALUE_var_password_pam_remember:?} enforce_for_root"
# Runs after pwquality (priority 1024), which asks for the new password; alone it has to ask itself.
cat >"$profile" <<PROFILE
Name: Refuse passwords used before
Default: yes
Priority: 1023
Password-Type: Primary
Password:
	requisite	pam_pwhistory.so $options try_first_pass use_authtok
Password-Initial:
	requisite	pam_pwhistory.so $options
PROFILE
chmod 0644 "$profile"
DEBIAN_FRONTEND=noninteractive pam-auth-update --enable cupel-pwhistory

grep -q "^password.*pam_pwhistory\.so.*remember=${XCCDF_VALUE_var_password_pam_remember}\b" /etc/pam.d/common-password || {
  echo '/etc/pam.d/common-password was edited by hand, so pam-auth-update left it alone' >&2
  exit 1
}
