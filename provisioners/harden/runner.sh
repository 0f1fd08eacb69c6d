#!/bin/bash
# Applies the steps of one hardening pass inside the machine, detached from any login.
# usage: runner.sh DIRECTORY CONFIRM_SECONDS
# In the directory: plan (index<TAB>kind<TAB>seconds per line), steps/<index>, env.sh.
# On stdout, one line per event, fields separated by tabs:
#   start index                                  the step begins
#   end index exit start_ms duration_ms path...  it ended; the paths below /etc and /boot that it changed
#   await index ticket                           guarded steps, up to this one, wait for "ok ticket" or "no ticket"
#                                                in the fifo `answer`
#   repeat index reason                          they were rolled back together, and come again one by one
#   reverted index reason                        this step alone was rolled back
# Guarded steps that stand together share one rollback point and one login. What nobody confirms within
# CONFIRM_SECONDS is rolled back: a lock-out mends itself.
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

# Sets `now`, in milliseconds, without starting a program: there are two to a step. bash before 5.0 has no EPOCHREALTIME.
look_at_clock() {
  now=${EPOCHREALTIME:-}
  if [ -n "$now" ]; then now=${now/[.,]/} && now=$((now / 1000)); else now=$(date +%s%3N); fi
}

# What guarded steps may change and a rollback must put back.
guarded_paths=(etc/ssh etc/pam.d etc/security etc/sudoers etc/sudoers.d etc/passwd etc/shadow etc/group etc/gshadow
  etc/login.defs etc/fstab etc/default etc/systemd etc/sysctl.conf etc/sysctl.d etc/nftables.conf etc/nftables etc/ufw
  etc/iptables etc/firewalld etc/modprobe.d etc/grub.d usr/share/pam-configs var/lib/pam boot/grub/grub.cfg)
guarded_services=(ssh sshd nftables ufw firewalld netfilter-persistent)

# One call for all of them: under emulation each program that is started costs.
service_states() {
  systemctl show --property=Id,UnitFileState,ActiveState "${guarded_services[@]/%/.service}" 2>/dev/null |
    awk -F= '$1 == "Id" { id = $2 } $1 == "ActiveState" { active = $2 } $1 == "UnitFileState" { file = $2 }
      NF == 0 { print id, file == "" ? "none" : file, active; file = "" } END { print id, file == "" ? "none" : file, active }'
}

network_values() { sysctl -a -r '^net\.ipv[46]\.' 2>/dev/null | LC_ALL=C sort; }

snapshot() {
  local path
  rm -rf guard && mkdir -m 0700 guard || return 1
  for path in "${guarded_paths[@]}"; do [ ! -e "/$path" ] || printf '%s\n' "$path"; done >guard/paths
  tar -C / -cpf guard/files.tar -T guard/paths 2>/dev/null || return 1
  cp /proc/self/mounts guard/mounts
  if [ -x /usr/sbin/nft ]; then nft list ruleset >guard/ruleset 2>/dev/null || rm -f guard/ruleset; fi
  for path in iptables ip6tables; do if [ -x "/usr/sbin/$path-save" ]; then "$path-save" >"guard/$path" 2>/dev/null || rm -f "guard/$path"; fi; done
  service_states >guard/services
  network_values >guard/network
}

restore() {
  local path unit enabled active target type options
  # Without a rollback point of these very steps there is nothing that could be put back.
  [ -s guard/files.tar ] && [ -s guard/mounts ] || return 1
  tar -tf guard/files.tar | sed 's,/$,,' | LC_ALL=C sort >guard/before
  # Files that they made go; the others come back as they were.
  for path in "${guarded_paths[@]}"; do [ -e "/$path" ] && (cd / && find "$path" -mindepth 0); done | LC_ALL=C sort >guard/after
  LC_ALL=C comm -13 guard/before guard/after | LC_ALL=C sort -r | while IFS= read -r path; do rm -rf "/${path:?}"; done
  tar -C / -xpf guard/files.tar
  while read -r _ target type options _; do
    grep -q " $target $type $options " guard/mounts && continue
    options=$(awk -v t="$target" '$2 == t { print $4; exit }' guard/mounts)
    if [ -n "$options" ]; then mount -o "remount,$options" "$target"; else umount "$target"; fi
  done </proc/self/mounts
  while read -r unit enabled active; do
    [ "$(systemctl is-active "$unit" 2>/dev/null)" = "$active" ] || case $active in active) systemctl start "$unit" ;; *) systemctl stop "$unit" ;; esac
    [ "$(systemctl is-enabled "$unit" 2>/dev/null)" = "$enabled" ] || case $enabled in enabled) systemctl enable "$unit" ;; masked) systemctl mask "$unit" ;; disabled) systemctl disable "$unit" ;; esac
  done <guard/services
  # Twice: a change of ip_forward resets others.
  for _ in 1 2; do network_values | LC_ALL=C comm -23 guard/network - | sysctl -q -p -; done
  if command -v nft >/dev/null; then
    nft flush ruleset
    [ ! -s guard/ruleset ] || nft -f guard/ruleset
  else
    # ufw without nftables' own tool, as on Debian 13: what it put into the kernel outlives its files.
    for path in iptables ip6tables; do
      command -v "$path" >/dev/null || continue
      for target in INPUT FORWARD OUTPUT; do "$path" -P "$target" ACCEPT; done
      "$path" -F
      "$path" -X
      [ ! -s "guard/$path" ] || "$path-restore" <"guard/$path"
    done
  fi
  systemctl daemon-reload
  reload_sshd || :
}

# The unit is called ssh on Debian and sshd elsewhere.
reload_sshd() { sshd -t && { systemctl reload ssh 2>/dev/null || systemctl reload sshd; }; }

run_step() { # index
  local index=$1 now begun code changed paths
  printf 'start\t%s\n' "$index"
  : >stamp
  look_at_clock
  begun=$now
  PATH="$dir/shims:$plain_path" timeout -k 10 "${limits[index]}" bash "steps/$index" </dev/null >"log/$index" 2>&1 7>&- 8<&-
  code=$?
  look_at_clock
  mapfile -t paths < <(find /etc /boot -xdev -cnewer stamp -type f 2>/dev/null)
  printf -v changed '\t%s' "${paths[@]:0:40}"
  printf 'end\t%s\t%s\t%s\t%s%s\n' "$index" "$code" "$begun" "$((now - begun))" "$changed"
  [[ " ${paths[*]}" != *' /etc/ssh/'* ]] || touches_ssh=1
}

tickets=0
confirmed() { # index
  local answer
  tickets=$((tickets + 1))
  printf 'await\t%s\t%s\n' "$1" "$tickets"
  while IFS= read -r -t "$confirm" -u 7 answer; do
    [ "$answer" != "ok $tickets" ] || return 0
    # A late answer to an earlier question is none.
    [ "$answer" != "no $tickets" ] || return 1
  done
  return 1
}

# Steps between one rollback point and one login. When that fails nothing of them stays, and `why` says why.
hold() { # index...
  local index last=${*: -1}
  snapshot || { why=; return 1; }
  touches_ssh=0
  for index; do run_step "$index"; done
  if [ "$touches_ssh" = 1 ] && ! reload_sshd >>"log/$last" 2>&1; then
    why='sshd refuses the configuration'
  elif ! confirmed "$last"; then
    why='no login afterwards'
  else
    rm -rf guard
    return 0
  fi
  restore >>"log/$last" 2>&1
  rm -rf guard
  return 1
}

# Together first: that is one login for all. Only when it fails, each alone, so that the one to blame is found.
guarded() { # index...
  local index why now
  hold "$@" && return
  if [ $# -gt 1 ]; then
    printf 'repeat\t%s\t%s\n' "${*: -1}" "${why:-no rollback point could be taken}"
    for index; do guarded "$index"; done
  elif [ -n "$why" ]; then
    printf 'reverted\t%s\t%s\n' "$1" "$why"
  else
    look_at_clock
    printf 'end\t%s\t125\t%s\t0\t\n' "$1" "$now"
    echo 'no rollback point could be taken, so nothing was done' >"log/$1"
  fi
}

limits=()
group=()
flush() {
  [ ${#group[@]} -eq 0 ] || guarded "${group[@]}"
  group=()
}

while IFS=$'\t' read -r -u 8 index kind limit; do
  limits[index]=$limit
  touches_ssh=0
  [ "$kind" = guarded ] || flush
  case $kind in
    packages | free) run_step "$index" ;;
    guarded) group+=("$index") ;;
    unguarded)
      run_step "$index"
      [ "$touches_ssh" = 0 ] || reload_sshd >>"log/$index" 2>&1
      ;;
    deferred)
      cat >"steps/$index" <<END
set -e
export PATH='$plain_path'
for tool in deferred/*; do
  case \$tool in
    */update-grub) update-grub ;;
    */update-initramfs) update-initramfs -u ;;
  esac
done
END
      run_step "$index"
      ;;
  esac
done 8<plan
flush
