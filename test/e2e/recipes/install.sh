#!/bin/sh
# Installs what runs GitLab pipelines here, as package-lock.json beside this pins it, and prints its program. Idempotent.
# Usage: install.sh FOLDER
set -eu

cd "$(dirname "$0")"
folder=$1/gitlab-ci-local
mkdir -p "$folder"
if ! cmp -s package-lock.json "$folder/installed-lock.json"; then
  cp package.json package-lock.json "$folder/"
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
  cp package-lock.json "$folder/installed-lock.json"
fi
printf '%s\n' "$folder/node_modules/.bin/gitlab-ci-local"
