#!/bin/sh
# Unpacks Debian trixie's python3-moto (bookworm has none) into a folder and prints that folder. What it needs is in scripts/setup.sh.
# apt has a state of its own for it: the machine's sources are neither read nor changed.
# Usage: install.sh FOLDER
set -eu

version=5.1.1-4
folder=$1/moto-$version
mirror=${DEBIAN_MIRROR:-http://deb.debian.org}

if [ ! -d "$folder" ]; then
  mkdir -p "$1"
  work=$(mktemp -d "$1/.moto-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root"
  : >"$work/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror/debian trixie main" >"$work/sources.list"
  apt() {
    apt-get -q -o Dir::State="$work/state" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" -o Dir::Etc::sourcelist="$work/sources.list" \
      -o Dir::Etc::sourceparts=- -o Dir::Etc::preferences=- -o Dir::Etc::preferencesparts=- -o Acquire::Languages=none -o Acquire::Retries=3 \
      -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any -o APT::Update::Post-Invoke-Success= -o APT::Update::Post-Invoke= "$@" >&2
  }
  apt update
  cd "$work"
  apt download "python3-moto=$version"
  dpkg -x python3-moto_*.deb root
  # Two test runs may come here at once: one of them wins.
  mv -T root "$folder" 2>/dev/null || [ -d "$folder" ]
fi
printf '%s\n' "$folder"
