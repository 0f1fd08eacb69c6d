import { TargetError } from '../../errors.ts';
import type { Target } from '../../target/index.ts';
import type { DigestsIn } from './compare.ts';

/** Digests of files on a running machine. @throws TargetError `image-digests` */
export function digestsOnMachine(target: Target): DigestsIn {
  return async (paths) => {
    const { exitCode, stdout, stderr } = await target.run('for path in "$@"; do [ ! -f "$path" ] || [ -L "$path" ] || sha256sum -- "$path" || exit 1; done', { args: [...paths] });
    if (exitCode !== 0) throw new TargetError('image-digests', `${target.name}: its files cannot be read: ${stderr.trim()}`, { subject: target.name });
    return new Map(stdout.split('\n').flatMap((line) => {
      const [, sha256, path] = /^([0-9a-f]{64}) [ *](.*)$/.exec(line) ?? [];
      return sha256 === undefined || path === undefined ? [] : [[path, sha256] as const];
    }));
  };
}
