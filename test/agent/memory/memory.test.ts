import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe("the agent's memory", () => {
  it('hands out pieces that do not overlap, keeps what is in them, and counts them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cupel-memory-'));
    try {
      const program = join(folder, 'stress');
      const sources = [here('stress.c'), here('../../../provisioners/agent/build/memory.c')];
      await execa('gcc', ['-O1', '-g', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-Wno-alloc-size-larger-than', '-fsanitize=undefined', '-fno-sanitize-recover', '-I', here('.'), '-o', program, ...sources]);
      for (const seed of [1, 2, 3]) await execa(program, [String(seed), '50000']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
