import { TargetError } from '../errors.ts';

/** What ssh's last words mean. Order matters: the first that matches wins. */
const meanings: readonly [RegExp, code: string, text: string][] = [
  [/Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i, 'target-host-key', 'has another host key than the one pinned for this run'],
  [/failed to execute ssh\b|spawn ssh ENOENT/i, 'ssh-missing', 'cannot be reached: there is no ssh on this host'],
  // Before the refused login that follows from it.
  [/UNPROTECTED PRIVATE KEY FILE|bad permissions/i, 'target-key', 'cannot be logged into: others may read the private key file'],
  [/Load key .*(invalid format|error in libcrypto|incorrect passphrase)/i, 'target-key', 'cannot be logged into: the private key is unreadable'],
  [/Permission denied|Too many authentication failures|no mutual signature/i, 'target-login', 'refused the login'],
  [/Could not resolve hostname/i, 'target-unreachable', 'has a name that does not resolve'],
  [/Connection refused|timed out|No route to host|Network is unreachable|Connection (closed|reset)|kex_exchange_identification/i, 'target-unreachable', 'cannot be reached'],
];

/** Whether trying again can help: a refused login or a changed host key does not mend itself. */
export function isPassing(error: TargetError): boolean {
  return error.code === 'target-unreachable';
}

export function sshFailure(name: string, stderr: string): TargetError {
  const words = stderr.trim().split('\n').slice(-3).join('; ') || 'ssh gave no reason';
  const found = meanings.find(([pattern]) => pattern.test(stderr));
  const [, code, text] = found ?? [undefined, 'target-unreachable', 'cannot be reached'];
  return new TargetError(code, `${name} ${text}: ${words}`, { subject: name });
}
