#!/bin/sh
# The content has no fix for this rule, and those of its sisters edit /etc/pam.d/common-* by hand: from then on
# pam-auth-update refuses to touch the files, and no later package or rule gets its module in. These profiles
# put faillock around pam_unix by way of pam-auth-update; what it locks on stands in faillock.conf.
set -eu

profiles=/usr/share/pam-configs
cat >"$profiles/cupel-faillock-preauth" <<'PROFILE'
Name: Refuse accounts locked after failed logins
Default: yes
Priority: 1024
Auth-Type: Primary
Auth:
	required	pam_faillock.so preauth
PROFILE
# success=end of pam_unix (priority 256) jumps over these two; the account phase clears the count.
cat >"$profiles/cupel-faillock" <<'PROFILE'
Name: Count failed logins
Default: yes
Priority: 128
Auth-Type: Primary
Auth:
	[default=die]	pam_faillock.so authfail
	sufficient	pam_faillock.so authsucc
Account-Type: Additional
Account:
	required	pam_faillock.so
PROFILE
chmod 0644 "$profiles/cupel-faillock-preauth" "$profiles/cupel-faillock"
DEBIAN_FRONTEND=noninteractive pam-auth-update --enable cupel-faillock-preauth cupel-faillock

grep -q '^auth.*pam_faillock\.so authfail' /etc/pam.d/common-auth || {
  echo '/etc/pam.d/common-auth was edited by hand, so pam-auth-update left it alone' >&2
  exit 1
}
