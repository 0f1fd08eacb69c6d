#!/bin/sh
# In place of ci/ami.sh: the machine that was built boots again, with a login as a cloud gives it. The test does that.
# Usage: lab-image.sh up DIR | down DIR | reject WHY     Environment: LAB, the folder that it and the test share
set -eu

case $1 in
up)
  mkdir -p "$2"
  touch "$LAB/up"
  until [ -e "$LAB/booted" ]; do sleep 0.1; done
  for part in host port user key; do cp "$LAB/machine/$part" "$2/$part"; done
  chmod 0600 "$2/key"
  ;;
down) touch "$LAB/down" ;;
reject) printf '%s' "$2" >"$LAB/rejected" ;;
esac
