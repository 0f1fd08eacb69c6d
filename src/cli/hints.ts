/** One table from error code to what to do about it. An error's own `remedy` wins. */
export const hints: Readonly<Record<string, string>> = {
  'target-unreachable': 'check host and port, that the machine is up, and that a firewall lets SSH through; --connect-timeout waits longer',
  'target-login': 'give the user and the private key that the machine knows (--user, --key-file, or --key - with the key on standard input)',
  'target-host-key': 'the machine is not the one it was: check what answers at that address, or the file given with --known-hosts',
  'target-key': 'give an OpenSSH private key without a passphrase',
  'target-sudo': 'let the builder user run sudo without a password (cloud-init: "sudo: ALL=(ALL) NOPASSWD:ALL"), or log in as root',
  'target-disk-full': 'give the builder a larger disk',
  'target-timeout': 'look at what the machine is busy with; a machine without KVM may need more processors or memory',
  'job-lost': 'look for the kernel\'s out-of-memory messages on the machine; oscap needs about 450 MB',
  'reboot-no-return': 'look at the machine\'s console; --reboot-timeout waits longer',
  'reboot-unproved': 'look at the machine\'s console and its journal: something keeps it from rebooting',
  'reboot-unfinished': 'look at `systemctl list-jobs` on the machine: something keeps the boot from ending',
  'reboot-failed-units': 'look at `systemctl status` of these units; put the rule whose fix broke them under harden.skip',
  'scanner-install': 'check that the machine reaches its package mirror, or install openscap-scanner in the base image',
  'oscap-missing': 'install openscap-scanner in the base image',
  'oscap-failed': 'run again with --verbose for all that oscap said; the content may be damaged, or the machine short of memory',
  'download-incomplete': 'check the network and the machine\'s disk, and run again',
};
