import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Io } from '../../../src/cli/io.ts';
import { loadSubject, type Subject } from '../../../src/cli/options/subject.ts';
import { baselineFolder, mini } from '../../baseline/folder.ts';
import { rejection } from '../../target/scratch.ts';

const content = 'test/fixtures/content/ssg-mini-ds.xml';
const io: Io = { out: () => undefined, note: () => undefined, readStdin: () => Promise.resolve(''), env: {}, isTty: false };

describe('loadSubject', () => {
  let folder: string;
  const load = async (more: string): Promise<Subject> => {
    writeFileSync(join(folder, 'mini.yml'), mini(more));
    return loadSubject({ baseline: join(folder, 'mini.yml'), content }, io, new Date('2026-11-23T12:00:00Z'));
  };
  beforeEach(async () => { folder = await baselineFolder({}); });
  afterEach(() => { rmSync(folder, { recursive: true }); });

  it('holds the content\'s version and digest', async () => {
    const subject = await load('');
    expect(subject.content).to.include({ path: content, product: 'mini', version: '0.1.90' });
    expect(subject.content.sha256).to.match(/^[0-9a-f]{64}$/);
  });

  it('holds every value as the profile has it, with the baseline\'s own before it', async () => {
    expect((await load('')).values).to.include({ var_length: '14', var_umask: '022' });
    expect((await load('values: { var_length: 20 }')).values).to.include({ var_length: '20', var_umask: '022' });
  });

  it('counts the rules that the tailored profile selects', async () => {
    const { selected } = await load('');
    expect(selected).to.equal(3);
    expect((await load('deselect: [{ rule: package_ufw_installed, reason: not here }]')).selected).to.equal(2);
  });

  it('refuses content that cannot be read', async () => {
    writeFileSync(join(folder, 'mini.yml'), mini(''));
    expect((await rejection(loadSubject({ baseline: join(folder, 'mini.yml'), content: join(folder, 'none.xml') }, io, new Date()))).code).to.equal('content-not-found');
  });
});
