#!/bin/sh
# Prints kvm where QEMU can really run a machine with it, else tcg. /dev/kvm may exist
# and yet fail (no permission, no nested virtualisation), so a machine is started.
set -eu

# QEMU aborts where KVM is broken: no core dump of it, and a shell of its own that
# says "Aborted" to nobody.
# shellcheck disable=SC2016  # $$ is that shell's
if [ -w /dev/kvm ] && sh -c 'prlimit --core=0 --pid $$; printf "quit\n" | timeout 10 qemu-system-x86_64 -accel kvm -cpu host \
  -nodefaults -display none -m 64 -S -monitor stdio' >/dev/null 2>&1; then
  echo kvm
else
  echo tcg
fi
