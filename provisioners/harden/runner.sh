#!/bin/bash
# Applies the steps of one hardening pass inside the machine, detached from any login.
# usage: runner.sh DIRECTORY CONFIRM_SECONDS
# In the directory: plan (index<TAB>kind<TAB>name<TAB>seconds per line), steps/<index>, env.sh.
# On stdout, one line per event, fields separated by tabs:
#   start index                                  the step begins
#   end index exit start_ms duration_ms path...  it ended; the paths below /etc and /boot that it changed
#   await index                                  a guarded step waits for "ok index" or "no index" in the fifo `answer`
#   reverted index reason                        nobody could log in: the step was rolled back
# A guarded step that nobody confirms within CONFIRM_SECONDS is rolled back: a lock-out mends itself.
set -u

dir=$1
confirm=$2
cd "$dir" || exit 1
mkdir -p log deferred shims tmp
rm -f answer
mkfifo -m 0600 answer || exit 1
exec 7<>answer

# Package runs go without fsync (the machine is thrown away when anything fails), without questions, and
# without recommended packages: one of them brings a mail server.
cat >apt.conf <<END
APT::Get::Assume-Yes "true";
APT::Install-Recommends "false";
APT::ExtractTemplates::TempDir "$dir/tmp";
Acquire::Retries "3";
DPkg::Lock::Timeout "120";
DPkg::Options:: "--force-unsafe-io";
DPkg::Options:: "--force-confdef";
DPkg::Options:: "--force-confold";
END
export APT_CONFIG="$dir/apt.conf" DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 SYSTEMD_PAGER=cat

# Boot loader and initramfs are rebuilt once at the end, however many fixes and packages ask for it.
for tool in update-grub update-initramfs; do
  command -v "$tool" >/dev/null || continue
  printf '#!/bin/sh\n: >%s/deferred/%s\n' "$dir" "$tool" >"shims/$tool"
  chmod 0755 "shims/$tool"
done
plain_path=$PATH

set -a
# shellcheck source=/dev/null
. ./env.sh
set +a

# bash before 5.0 has no EPOCHREALTIME.
milliseconds() {
  local t=${EPOCHREALTIME:-}
  if [ -n "$t" ]; then t=${t/[.,]/}; printf '%s' "$((t / 1000))"; else date +%s%3N; fi
}

# What a guarded step may change and a rollback must put back.
guarded_paths=(etc/ssh etc/pam.d etc/security etc/sudoers etc/sudoers.d etc/passwd etc/shadow etc/group etc/gshadow
  etc/login.defs etc/fstab etc/default etc/systemd etc/nftables.conf etc/nftables etc/ufw etc/iptables etc/firewalld
  etc/modprobe.d etc/grub.d usr/share/pam-configs boot/grub/grub.cfg)
guarded_services=(ssh sshd nftables ufw firewalld netfilter-persistent)

# One call for all of them: under emulation each program that is started costs.
service_states() {
  systemctl show --property=Id,UnitFileState,ActiveState "${guarded_services[@]/%/.service}" 2>/dev/null |
    awk -F= '$1 == "Id" { id = $2 } $1 == "ActiveState" { active = $2 } $1 == "UnitFileState" { file = $2 }
      NF == 0 { print id, file == "" ? "none" : file, active; file = "" } END { print id, file == "" ? "none" : file, active }'
}

snapshot() {
  local path
  rm -rf guard && mkdir -m 0700 guard || return 1
  for path in "${guarded_paths[@]}"; do [ ! -e "/$path" ] || printf '%s\n' "$path"; done >guard/paths
  tar -C / -cpf guard/files.tar -T guard/paths 2>/dev/null || return 1
  cp /proc/self/mounts guard/mounts
  if [ -x /usr/sbin/nft ]; then nft list ruleset >guard/ruleset 2>/dev/null || rm -f guard/ruleset; fi
  if [ "$1" = firewall ] || [ "$1" = ssh ]; then service_states >guard/services; fi
}

restore() {
  local path unit enabled active target type options
  # Without a rollback point of this very step there is nothing that could be put back.
  [ -s guard/files.tar ] && [ -s guard/mounts ] || return 1
  tar -tf guard/files.tar | sed 's,/$,,' | LC_ALL=C sort >guard/before
  # Files that the step made go; the others come back as they were.
  for path in "${guarded_paths[@]}"; do [ -e "/$path" ] && (cd / && find "$path" -mindepth 0); done | LC_ALL=C sort >guard/after
  LC_ALL=C comm -13 guard/before guard/after | LC_ALL=C sort -r | while IFS= read -r path; do rm -rf "/${path:?}"; done
  tar -C / -xpf guard/files.tar
  while read -r _ target type options _; do
    grep -q " $target $type $options " guard/mounts && continue
    options=$(awk -v t="$target" '$2 == t { print $4; exit }' guard/mounts)
    if [ -n "$options" ]; then mount -o "remount,$options" "$target"; else umount "$target"; fi
  done </proc/self/mounts
  if [ -f guard/services ]; then
    while read -r unit enabled active; do
      [ "$(systemctl is-active "$unit" 2>/dev/null)" = "$active" ] || case $active in active) systemctl start "$unit" ;; *) systemctl stop "$unit" ;; esac
      [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = "$enabled" ] || case $enabled in enabled) systemctl enable "$unit" ;; masked) systemctl mask "$unit" ;; disabled) systemctl disable "$unit" ;; esac
    done <guard/services
  fi
  if command -v nft >/dev/null; then
    nft flush ruleset
    [ ! -s guard/ruleset ] || nft -f guard/ruleset
  fi
  systemctl daemon-reload
  reload_sshd || :
}

# The unit is called ssh on Debian and sshd elsewhere.
reload_sshd() { sshd -t && { systemctl reload ssh 2>/dev/null || systemctl reload sshd; }; }

revert() { # index reason
  restore >>"log/$1" 2>&1
  printf 'reverted\t%s\t%s\n' "$1" "$2"
}

run_step() { # index seconds command...
  local index=$1 limit=$2 begun ended code changed paths
  shift 2
  printf 'start\t%s\n' "$index"
  : >stamp
  begun=$(milliseconds)
  timeout -k 10 "$limit" "$@" </dev/null >"log/$index" 2>&1 7>&- 8<&-
  code=$?
  ended=$(milliseconds)
  mapfile -n 40 -t paths < <(find /etc /boot -xdev -cnewer stamp -type f 2>/dev/null)
  printf -v changed '\t%s' "${paths[@]}"
  printf 'end\t%s\t%s\t%s\t%s%s\n' "$index" "$code" "$begun" "$((ended - begun))" "$changed"
  [[ $changed != */etc/ssh/* ]] || touches_ssh=1
}

confirmed() { # index
  local answer
  printf 'await\t%s\n' "$1"
  while IFS= read -r -t "$confirm" -u 7 answer; do
    [ "$answer" != "ok $1" ] || return 0
    [ "$answer" != "no $1" ] || return 1
  done
  return 1
}

while IFS=$'\t' read -r -u 8 index kind family limit; do
  touches_ssh=0
  case $kind in
    packages | free)
      PATH="$dir/shims:$plain_path" run_step "$index" "$limit" bash "steps/$index"
      ;;
    guarded | unguarded)
      if [ "$kind" = guarded ] && ! snapshot "$family"; then
        printf 'end\t%s\t125\t%s\t0\t\n' "$index" "$(milliseconds)"
        echo 'no rollback point could be taken, so nothing was done' >"log/$index"
        continue
      fi
      PATH="$dir/shims:$plain_path" run_step "$index" "$limit" bash "steps/$index"
      loadable=1
      [ "$touches_ssh" = 0 ] || reload_sshd >>"log/$index" 2>&1 || loadable=0
      if [ "$kind" = guarded ]; then
        if [ "$loadable" = 0 ]; then
          revert "$index" 'sshd refuses the configuration'
        elif ! confirmed "$index"; then
          revert "$index" 'no login afterwards'
        fi
        rm -rf guard
      fi
      ;;
    deferred)
      cat >steps/deferred <<'END'
set -e
for tool in deferred/*; do
  case $tool in
    */update-grub) update-grub ;;
    */update-initramfs) update-initramfs -u ;;
  esac
done
END
      run_step "$index" "$limit" bash steps/deferred
      ;;
  esac
done 8<plan
