import { setTimeout as sleep } from 'node:timers/promises';
import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { TargetError } from '../errors.ts';

export interface SshAgent {
  stop(): Promise<void>;
}

/**
 * Holds one private key in a private ssh-agent: the key goes in by stdin and is never on disk or in argv.
 * The agent's lifetime is that of a `cat` on our pipe, so it ends with this process however that ends.
 * @throws TargetError `ssh-agent`, and `target-key` when the key is not usable
 */
export async function startAgent(socket: string, key: string): Promise<SshAgent> {
  const agent = execa('ssh-agent', ['-a', socket, 'cat'], { reject: false, stdin: 'pipe', stdout: 'ignore', stderr: 'ignore' });
  const stop = async (): Promise<void> => {
    agent.stdin.end();
    await agent;
  };
  for (let waited = 0; !(await access(socket).then(() => true, () => false)); waited += 10) {
    if (waited > 5000) {
      await stop();
      throw new TargetError('ssh-agent', 'ssh-agent did not start within 5 s');
    }
    await sleep(10);
  }
  // Nobody is asked for a passphrase, also not on the terminal that an unattended build may have.
  const added = await execa('ssh-add', ['-q', '-'], {
    reject: false,
    input: key.endsWith('\n') ? key : `${key}\n`,
    env: { SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: 'force', SSH_ASKPASS: '/bin/false' },
  });
  if (added.exitCode !== 0) {
    await stop();
    throw new TargetError('target-key', 'the private key given is not usable: it is malformed, or protected by a passphrase');
  }
  return { stop };
}
