import type { Server } from 'node:http';

/** A server of the lab that counts what it is asked. */
export interface Counting {
  endpoint: string;
  /** How often each action was called since the last `forget`. */
  counts: () => Record<string, number>;
  forget: () => void;
  close: () => Promise<void>;
}

/** Lets a server listen on a free port of loopback, over a record of its calls. */
export async function listening(server: Server, calls: { action: string }[]): Promise<Counting> {
  await new Promise<void>((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no address');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    counts: () => {
      const counted: Record<string, number> = {};
      for (const { action } of calls) counted[action] = (counted[action] ?? 0) + 1;
      return counted;
    },
    forget: () => { calls.length = 0; },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
