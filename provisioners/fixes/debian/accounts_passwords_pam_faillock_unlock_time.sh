#!/bin/sh
# Only the value: the content's fix also edits /etc/pam.d/common-auth by hand, after which pam-auth-update
# refuses to touch it. The module itself comes in with accounts_passwords_pam_faillock_enabled.
set -eu

conf=/etc/security/faillock.conf
value=${XCCDF_VALUE_var_accounts_passwords_pam_faillock_unlock_time:?}
touch "$conf"
sed -i -E '/^[[:space:]]*unlock_time[[:space:]]*=/d' "$conf"
echo "unlock_time = $value" >>"$conf"
