/** How to reach a machine over SSH. */
export interface SshOptions {
  host: string;
  port: number;
  user: string;
  /** A private key file, or the key itself (held by a private ssh-agent, never written to disk). */
  key: { file: string } | { text: string } | undefined;
  /** Known hosts file to trust instead of pinning the host key at first use. */
  knownHosts?: string | undefined;
  proxyJump?: string | undefined;
  /** ssh_config file; without it none is read. */
  configFile?: string | undefined;
  /** Further `Key=Value` options for ssh -o. */
  extra?: readonly string[];
  /** How long to keep trying after a dropped connection, in seconds. */
  reconnectSeconds: number;
}

export interface SshPaths {
  control: string;
  knownHosts: string;
  agent: string;
}

/**
 * Arguments for every ssh of a run, up to and without the command.
 * The host key is pinned under one alias: it has to stay the same through reboots and port forwards.
 */
export function sshArguments(options: SshOptions, paths: SshPaths, mode: 'master' | 'shared' | 'fresh'): string[] {
  const settings: string[] = [
    'BatchMode=yes',
    'ConnectTimeout=20',
    'ServerAliveInterval=10',
    'ServerAliveCountMax=6',
    'LogLevel=ERROR',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PreferredAuthentications=publickey',
    'GlobalKnownHostsFile=/dev/null',
    // A file of the user's knows the machine by its address, not by our alias.
    ...(options.knownHosts === undefined
      ? ['HostKeyAlias=cupel-target', `UserKnownHostsFile=${path(paths.knownHosts)}`, 'StrictHostKeyChecking=accept-new']
      : [`UserKnownHostsFile=${path(options.knownHosts)}`, 'StrictHostKeyChecking=yes']),
    'UpdateHostKeys=no',
    // A new login follows every guarded step; the post-quantum exchange that newer ssh prefers costs most of its time.
    'KexAlgorithms=^curve25519-sha256,curve25519-sha256@libssh.org',
  ];
  if (options.key === undefined) {
    settings.push('IdentitiesOnly=no');
  } else if ('file' in options.key) {
    settings.push('IdentitiesOnly=yes', 'IdentityAgent=none', `IdentityFile=${path(options.key.file)}`);
  } else {
    settings.push('IdentityFile=none', `IdentityAgent=${path(paths.agent)}`);
  }
  settings.push(...(mode === 'fresh' ? ['ControlPath=none', 'ControlMaster=no'] : [`ControlPath=${path(paths.control)}`, `ControlMaster=${mode === 'master' ? 'yes' : 'no'}`]));
  const extra = options.extra ?? [];
  return [
    '-F', options.configFile ?? 'none',
    // ssh takes the first value it meets, so the user's own options come first.
    ...extra.flatMap((setting) => ['-o', setting]),
    ...settings.flatMap((setting) => ['-o', setting]),
    ...(options.proxyJump === undefined ? [] : ['-J', options.proxyJump]),
    '-p', String(options.port),
    '-l', options.user,
    '-T',
    ...(mode === 'master' ? ['-N'] : []),
    '--', options.host,
  ];
}

/** A path as an ssh option's value: in ssh's own quotes, and with no `%` that ssh would expand. */
function path(file: string): string {
  return `"${file.replaceAll('%', '%%')}"`;
}
