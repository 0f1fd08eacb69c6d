#!/bin/sh
# The machine's cable: slirp4netns joins its network namespace to the host's.
# Runs in the machine's mount and PID namespace.
# Usage: uplink.sh STATE_DIR up|down|stall|resume
set -eu

state=$1
pid_file=/run/uplink.pid

case $2 in
  up)
    rm -f "$state/uplink.sock" /run/uplink.ready
    # eth0 and DHCP, as on a cloud. `closed` leaves the way in: what goes out starts at
    # the host's loopback address and gets nowhere.
    # shellcheck disable=SC2046  # options, or none
    slirp4netns $([ ! -e "$state/closed" ] || echo --disable-dns --outbound-addr=127.0.0.1) --disable-host-loopback --mtu=65520 \
      --netns-type=path --api-socket "$state/uplink.sock" --ready-fd 3 \
      /run/netns/guest eth0 3>/run/uplink.ready >"$state/uplink.log" 2>&1 &
    echo $! >"$pid_file"
    until [ -s /run/uplink.ready ]; do
      kill -0 "$(cat "$pid_file")" || { cat "$state/uplink.log" >&2; exit 1; }
      sleep 0.02
    done
    ip -n guest link set eth0 mtu 65520
    # The port opens once sshd listens: slirp would swallow an earlier SYN and try again
    # seconds later. 10.0.2.15 is the first lease that slirp's DHCP gives.
    (
      until ip -n guest -4 -o address show dev eth0 | grep -q 'inet 10\.0\.2\.15/' &&
        ip netns exec guest ss --listening --tcp --no-header 'sport = 22' | grep -q .; do
        kill -0 "$(cat "$pid_file")" 2>&3 || exit 0
        sleep 0.05
      done
      perl -MIO::Socket::UNIX -e '
        my $peer = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "lab: $ARGV[0]: $!\n";
        print $peer sprintf q({"execute":"add_hostfwd","arguments":{"proto":"tcp","host_addr":"%s","host_port":%d,"guest_addr":"10.0.2.15","guest_port":22}}), @ARGV[1, 2];
        shutdown $peer, 1;
        my $answer = <$peer>;
        die "lab: cannot forward $ARGV[1]:$ARGV[2]: $answer\n" unless $answer =~ /"return"/;
      ' "$state/uplink.sock" "$(cat "$state/address")" "$(cat "$state/port")"
    ) 3>/dev/null &
    ;;
  down) [ ! -e "$pid_file" ] || { kill -KILL "$(cat "$pid_file")" || true; rm "$pid_file"; } ;;
  stall) kill -STOP "$(cat "$pid_file")" ;;
  resume) kill -CONT "$(cat "$pid_file")" ;;
  *) echo "uplink.sh: no such action: $2" >&2; exit 64 ;;
esac
