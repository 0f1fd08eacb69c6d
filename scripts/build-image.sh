#!/bin/sh
# Builds one image with Packer from a base image: makes the key and the seed for this
# build, runs Packer so that nothing of it can outlive it, and removes the key.
# Usage: build-image.sh BASE_IMAGE OUTPUT_DIR [NAME=VALUE ...]
#   NAME=VALUE are variables of packer/qemu: image, baseline, evidence_dir, cupel, ...
# The finished image and its manifest appear in OUTPUT_DIR/<image>-<run>/ in one step;
# a build that fails or is killed, at whatever moment, leaves nothing there.
# The path of the image is written to .cache/last-image. Exit status is Packer's.
set -eu

cd "$(dirname "$0")/.."
die() { printf 'build-image: %s\n' "$*" >&2; exit 1; }
[ $# -ge 2 ] || die 'usage: build-image.sh BASE_IMAGE OUTPUT_DIR [NAME=VALUE ...]'
base=$1
output=$2
shift 2
[ -s "$base" ] || die "there is no base image at $base: run make base"

image=debian12-cis
for setting; do
  shift
  case $setting in image=*) image=${setting#*=} ;; esac
  set -- "$@" -var "$setting"
done

# What killed builds left: the directory is still there, but nobody holds its lock.
mkdir -p .cache/builds
chmod 0700 .cache/builds
for stale in .cache/builds/*/; do
  [ ! -d "$stale" ] || ! flock --nonblock "$stale" true || rm -rf "$stale"
done

packer=''
private=$(mktemp -d "$PWD/.cache/builds/XXXXXX")
trap 'rm -rf "$private"' EXIT
# Packer gets time to stop its machine. TERM, whatever came to us: Packer's outer process
# passes TERM on to the inner one and takes no notice of INT, which terminals send to both.
stop() { [ -z "$packer" ] || kill -TERM "$(cat "/proc/$packer/task/$packer/children")" 2>/dev/null || :; }
trap stop HUP INT TERM
exec 9<"$private"
flock 9
packer/make-seed.sh "$private/seed"
mkdir "$private/tmp" "$private/cache" "$private/output"

accelerator=$(scripts/probe-accelerator.sh)
printf 'build-image: %s, accelerator %s, from %s\n' "$image" "$accelerator" "$base"

# In a process namespace of its own: when Packer or this script ends, however it ends, the
# kernel ends QEMU and whatever a provisioner left behind. Packer's scripts go to a private
# directory, because a cancelled build does not remove them.
[ "$(id -u)" -eq 0 ] && userns='' || userns='unshare --user --map-current-user --'
export TMPDIR="$private/tmp" PACKER_CACHE_DIR="$private/cache"
export CHECKPOINT_DISABLE=1
# shellcheck disable=SC2086  # userns is some words or none
$userns setpriv --pdeathsig KILL -- unshare --pid --fork --kill-child -- packer build -color=false \
  -var "base_image=$(realpath "$base")" -var "base_checksum=sha256:$(cat "$base.sha256")" \
  -var "seed_dir=$private/seed" -var "output_dir=$private/output" \
  -var "accelerator=$accelerator" "$@" packer/qemu 9<&- &
packer=$!
# A signal interrupts wait; the second one tells how Packer ended.
status=0
wait "$packer" || status=$?
while kill -0 "$packer" 2>/dev/null; do status=0; wait "$packer" || status=$?; done
[ "$status" -eq 0 ] || { printf 'build-image: %s was not made (packer exit %s)\n' "$image" "$status" >&2; exit "$status"; }

# Packer names the build after its run UUID.
finished=$(echo "$private/output/$image"-*)
name=$(basename "$finished")
if [ ! -s "$finished/$name.qcow2" ] || [ ! -s "$finished/manifest.json" ]; then die "packer ended well but left no image and manifest"; fi
mkdir -p "$output"
mv -T "$finished" "$output/$name"
printf '%s\n' "$output/$name/$name.qcow2" >.cache/last-image
if [ -n "${SUDO_UID:-}" ]; then chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$output/$name" .cache/last-image; fi
printf 'build-image: made %s\n' "$output/$name/$name.qcow2"
