import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '../target/index.ts';

const sayOk = 'printf "ok %s\\n" "$2" >"$1/answer"';
const sayNo = 'printf "no %s\\n" "$2" >"$1/answer"';

/** So many refused logins, while the old connection still works, prove a lock-out. */
const refusals = 3;

/**
 * Logs in anew after guarded steps. The new login itself gives the confirmation, so only a login that works
 * and still has root can keep them. When the old connection shows that the machine is well and only new
 * logins fail, the rollback is asked for at once; else the machine's own deadline decides.
 * @param ticket what the machine calls this question: an answer that comes late must not pass for one to the next
 * @param onKept called when the steps were confirmed
 * @param over aborts when nobody waits for the answer any more
 */
export async function confirmLogin(target: Target, directory: string, ticket: number, seconds: number, onKept: () => void, over: AbortSignal, pauseSeconds = 1): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  const args = [directory, String(ticket)];
  for (let refused = 0; !over.aborted && Date.now() < deadline; ) {
    if ((await target.probe(sayOk, args, 30)).ok) {
      onKept();
      return;
    }
    refused++;
    if (refused >= refusals) {
      const denied = await target.run(sayNo, { args, timeoutSeconds: 30 }).then((result) => result.exitCode === 0, () => false);
      if (denied) return;
    }
    await sleep(pauseSeconds * 1000);
  }
}
