#!/bin/sh
# The content's fixes put chains and rules into the running kernel only; at the next boot they are gone, and
# three of the nftables rules have no automated check that would tell. This writes one rule set that meets all
# of them (table, base chains, loopback, default deny, permanence), checks it, and loads it. SSH stays open on
# the ports that sshd has; a site adds its own rules in /etc/nftables.d/*.nft.
set -eu

conf=${XCCDF_VALUE_var_nftables_master_config_file:-/etc/nftables.conf}
family=${XCCDF_VALUE_var_nftables_family:-inet}
table=${XCCDF_VALUE_var_nftables_table:-filter}
ports=$(sshd -T 2>/dev/null | awk '$1 == "port" { printf "%s%s", sep, $2; sep = ", " }' || true)

draft=$(mktemp)
trap 'rm -f "$draft"' EXIT
cat >"$draft" <<RULES
#!/usr/sbin/nft -f
# Default deny; replaces its own table only, so that those of container engines and the like stay.

table $family $table
delete table $family $table

table $family $table {
  chain input {
    type filter hook input priority filter; policy drop;
    iif "lo" accept comment "loopback"
    ip saddr 127.0.0.0/8 counter drop comment "loopback addresses from outside"
    ip6 saddr ::1 counter drop comment "loopback addresses from outside"
    ct state invalid drop
    ct state established,related accept
    ip protocol icmp icmp type { destination-unreachable, echo-request, time-exceeded, parameter-problem } accept
    meta l4proto ipv6-icmp icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld-listener-query } accept
    udp sport 67 udp dport 68 accept comment "DHCP"
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept comment "DHCPv6"
    tcp dport { ${ports:-22} } ct state new accept comment "SSH"
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
  }

  chain output {
    type filter hook output priority filter; policy drop;
    oif "lo" accept comment "loopback"
    ct state invalid drop
    ct state new,established,related accept
    # Neighbour discovery and multicast reports are untracked.
    meta l4proto ipv6-icmp accept
  }
}

# Rules of the site, for instance: add rule $family $table input tcp dport 443 ct state new accept
include "/etc/nftables.d/*.nft"
RULES

install -d -m 0755 /etc/nftables.d
nft --check --file "$draft"
install -m 0755 "$draft" "$conf"
systemctl enable --quiet nftables.service
systemctl restart nftables.service
