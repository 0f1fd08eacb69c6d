import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sshArguments, type SshOptions } from '../../src/target/ssh-options.ts';
import { scratch } from './scratch.ts';

const paths = { control: '/t/c', knownHosts: '/t/known_hosts', agent: '/t/agent' };
const options: SshOptions = { host: 'h', port: 2222, user: 'debian', key: undefined, reconnectSeconds: 1 };
const args = (more: Partial<SshOptions> = {}, mode: 'master' | 'shared' | 'fresh' = 'shared'): string[] => sshArguments({ ...options, ...more }, paths, mode);
/** What the real ssh makes of the arguments. */
const understood = (more: Partial<SshOptions> = {}, mode: 'master' | 'shared' | 'fresh' = 'shared'): Map<string, string> =>
  new Map(execFileSync('ssh', ['-G', ...args(more, mode)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .split('\n').map((text) => [text.slice(0, text.indexOf(' ')), text.slice(text.indexOf(' ') + 1)]));

describe('sshArguments', () => {
  const directory = scratch();

  it('is understood by ssh', () => {
    const found = understood();
    expect(found.get('port')).to.equal('2222');
    expect(found.get('user')).to.equal('debian');
    expect(found.get('batchmode')).to.equal('yes');
    expect(found.get('forwardagent')).to.equal('no');
  });

  it('lets the options of the user win over its own', () => {
    expect(understood({ extra: ['ConnectTimeout=77', 'ServerAliveInterval=3'] }).get('connecttimeout')).to.equal('77');
  });

  it('reads no ssh_config unless one is given', () => {
    expect(args().slice(0, 2)).to.deep.equal(['-F', 'none']);
    expect(args({ configFile: '/c' }).slice(0, 2)).to.deep.equal(['-F', '/c']);
  });

  it('pins the host key under one alias, whatever address the machine has', () => {
    const found = understood();
    expect(found.get('hostkeyalias')).to.equal('cupel-target');
    expect(found.get('userknownhostsfile')).to.equal('/t/known_hosts');
    expect(found.get('stricthostkeychecking')).to.equal('accept-new');
  });

  it('looks the machine up by its own name in a known_hosts file that is given', () => {
    const found = understood({ knownHosts: '/my hosts/100%' });
    expect(found.has('hostkeyalias')).to.equal(false);
    expect(found.get('stricthostkeychecking')).to.equal('true');
    expect(args({ knownHosts: '/my hosts/100%' })).to.include('UserKnownHostsFile="/my hosts/100%%"');
  });

  it('offers only the key file it was given', () => {
    const file = join(directory.path, 'a key');
    writeFileSync(file, '');
    const found = understood({ key: { file } });
    expect(found.get('identityfile')).to.equal(file);
    expect(found.get('identitiesonly')).to.equal('yes');
    expect(found.get('identityagent')).to.equal('none');
  });

  it('never shows the text of a key', () => {
    const text = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----';
    for (const mode of ['master', 'shared', 'fresh'] as const) expect(args({ key: { text } }, mode).join(' ')).to.not.match(/PRIVATE|c2VjcmV0/);
    expect(understood({ key: { text } }).get('identityagent')).to.equal('/t/agent');
  });

  it('shares one connection, and makes one of its own for a probe', () => {
    expect(understood({}, 'master').get('controlmaster')).to.equal('true');
    expect(args({}, 'master')).to.include('-N');
    expect(understood().get('controlmaster')).to.equal('false');
    expect(understood().get('controlpath')).to.equal('/t/c');
    expect(args({}, 'fresh')).to.include('ControlPath=none');
  });

  it('takes no host for an option', () => {
    expect(args({ host: '-oProxyCommand=evil' }).slice(-2)).to.deep.equal(['--', '-oProxyCommand=evil']);
  });

  it('goes through a jump host', () => {
    expect(understood({ proxyJump: 'me@jump:22' }).get('proxyjump')).to.equal('me@jump:22');
  });
});
