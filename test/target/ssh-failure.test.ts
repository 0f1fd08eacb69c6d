import { expect } from 'chai';
import { ExitCode } from '../../src/errors.ts';
import { isPassing, sshFailure } from '../../src/target/ssh-failure.ts';

const said: readonly [string, code: string, passing: boolean][] = [
  ['ssh: connect to host 192.0.2.1 port 22: Connection refused', 'target-unreachable', true],
  ['ssh: connect to host 192.0.2.1 port 22: Connection timed out', 'target-unreachable', true],
  ['ssh: connect to host 192.0.2.1 port 22: No route to host', 'target-unreachable', true],
  ['kex_exchange_identification: read: Connection reset by peer', 'target-unreachable', true],
  ['Connection closed by 192.0.2.1 port 22', 'target-unreachable', true],
  ['ssh: Could not resolve hostname nowhere: Name or service not known', 'target-unreachable', true],
  ['', 'target-unreachable', true],
  ['something that no ssh ever said', 'target-unreachable', true],
  ['debian@192.0.2.1: Permission denied (publickey).', 'target-login', false],
  ['Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures', 'target-login', false],
  ['@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.', 'target-host-key', false],
  ['Load key "/k": error in libcrypto\ndebian@h: Permission denied (publickey).', 'target-key', false],
  ['@ WARNING: UNPROTECTED PRIVATE KEY FILE! @\nLoad key "/k": bad permissions\ndebian@h: Permission denied (publickey).', 'target-key', false],
  ['setpriv: failed to execute ssh: No such file or directory', 'ssh-missing', false],
  ['Command failed with ENOENT: ssh -F none\nspawn ssh ENOENT', 'ssh-missing', false],
];

describe('sshFailure', () => {
  for (const [stderr, code, passing] of said) {
    it(`takes "${stderr.split('\n')[0] ?? ''}" for ${code}, which ${passing ? 'may pass' : 'does not mend itself'}`, () => {
      const error = sshFailure('debian@h:22', stderr);
      expect(error.code).to.equal(code);
      expect(isPassing(error)).to.equal(passing);
      expect(error.exitCode).to.equal(ExitCode.target);
      expect(error.subject).to.equal('debian@h:22');
    });
  }

  it('tells at most the last three lines', () => {
    expect(sshFailure('m', 'one\ntwo\nthree\nfour: Connection refused\n').message).to.equal('m cannot be reached: two; three; four: Connection refused');
  });
});
