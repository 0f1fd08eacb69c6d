#!/bin/sh
# Installs what Cupel's own build and tests need, from Debian's packages and npm.
# Idempotent: with nothing to do it prints one line and changes nothing.
# Usage: scripts/setup.sh
set -eu

cd "$(dirname "$0")/.."

die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
say() { printf 'setup: %s\n' "$*"; }

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -- "$@"; fi; }

[ "$(uname -s)" = Linux ] || die "needs Linux with apt (Debian 12 or newer); this is $(uname -s)"
command -v dpkg-query >/dev/null || die "needs a Debian-family host: there is no dpkg here"
command -v node >/dev/null || die "needs Node.js 20 or newer in PATH: install it first (https://nodejs.org or your distribution); if your own user has it and sudo does not, run make without sudo: it asks for sudo where it must"
command -v npm >/dev/null || die "needs npm beside Node.js"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || die "needs Node.js 20 or newer, found $(node --version)"
[ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null || die "needs root or sudo to install packages"

# What each is for: packer and qemu build the image, mmdebstrap/sfdisk/grub make the base, gcc links the agent,
# openscap reads and checks content on this host, the rest serves the tests.
image_packages='qemu-system-x86 qemu-utils mmdebstrap fdisk mtools
  gcc libc6-dev gcc-aarch64-linux-gnu patch
  openscap-scanner openssh-client e2fsprogs util-linux ca-certificates debian-archive-keyring'
# OpenSSL and securesystemslib check signatures beside us, xmllint the JUnit files; reports are opened in Chromium.
# Prometheus, its Alertmanager and its Python client read what the exporter writes; Ansible runs the scanner last.
test_packages='systemd-container qemu-user-static slirp4netns iproute2 shellcheck time uidmap openssl python3-securesystemslib python3-nacl libxml2-utils
  prometheus prometheus-alertmanager python3-prometheus-client ansible-core
  rsync python3-boto3 python3-flask python3-flask-cors python3-responses python3-xmltodict python3-antlr4 chromium'

# A Packer that is here already, such as HashiCorp's own, serves as well as Debian's.
command -v packer >/dev/null || image_packages="packer $image_packages"

missing=''
# shellcheck disable=SC2086  # the lists are meant to be split
for package in $image_packages $test_packages; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=absent
  [ "$state" = installed ] || missing="$missing $package"
done

if [ -n "$missing" ]; then
  say "installing$missing"
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  export DEBIAN_FRONTEND=noninteractive
  # The tests want the programs, not services on this host.
  for service in prometheus prometheus-alertmanager; do
    case "$missing " in *" $service "*) as_root ln -sfn /dev/null "/etc/systemd/system/$service.service" ;; esac
  done
  # One unreachable third-party source must not stop us: what counts is whether the install succeeds.
  as_root apt-get -q update >"$log" 2>&1 || say "apt-get update reported problems; trying to install all the same"
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy -o Dpkg::Use-Pty=0 install --no-install-recommends $missing >>"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    die "apt-get could not install:$missing"
  }
fi

# The lock file's hash stands in node_modules once npm ci has finished for it.
stamp=node_modules/.cupel-lock
lock=$(sha256sum package-lock.json | cut -d' ' -f1)
if [ ! -f "$stamp" ] || [ "$(cat "$stamp")" != "$lock.$major" ]; then
  say 'npm ci'
  npm ci --no-audit --no-fund --loglevel=error
  printf '%s' "$lock.$major" >"$stamp"
fi

# Newer Packers have no builders of their own; Debian's 1.6 has, and knows no `init`.
if packer init -help >/dev/null 2>&1; then
  packer init packer/plugins.pkr.hcl >/dev/null || die "packer init could not install the plugins"
fi

# Under sudo these belong to who asked for them.
if [ -n "${SUDO_UID:-}" ]; then
  mkdir -p .cache
  chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" .cache
  chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" node_modules
fi
