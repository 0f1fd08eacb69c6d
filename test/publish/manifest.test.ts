import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CupelError } from '../../src/errors.ts';
import { readManifest } from '../../src/publish/index.ts';

const run = '0f0e0d0c-0b0a-4908-8706-050403020100';
const build = {
  name: 'golden', builder_type: 'amazon-ebs', build_time: 1, files: null, artifact_id: 'eu-central-1:ami-1', packer_run_uuid: run,
  custom_data: { image: 'web', run, evidence: `artifacts/web-${run}` },
};

describe("Packer's manifest", () => {
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cupel-manifest-'));
    file = join(folder, 'manifest.json');
  });
  after(() => rm(folder, { recursive: true }));

  const failure = async (text: string): Promise<CupelError> => {
    await writeFile(file, text);
    return await readManifest(file, 'amazon-ebs').then(() => { throw new Error('read'); }, (error: unknown) => error as CupelError);
  };

  it('gives the last run\'s build of the builder asked for', async () => {
    const other = { ...build, builder_type: 'googlecompute', artifact_id: 'web' };
    const older = { ...build, artifact_id: 'eu-central-1:ami-0', packer_run_uuid: 'ffffffff-0b0a-4908-8706-050403020100' };
    await writeFile(file, JSON.stringify({ builds: [older, other, build], last_run_uuid: run }));
    expect(await readManifest(file, 'amazon-ebs')).to.deep.equal({ builder: 'amazon-ebs', run, image: 'web', evidence: `artifacts/web-${run}`, artifact: 'eu-central-1:ami-1' });
  });

  it("takes Packer's run where the template says none", async () => {
    await writeFile(file, JSON.stringify({ builds: [{ ...build, packer_run_uuid: run.toUpperCase(), custom_data: null }], last_run_uuid: run.toUpperCase() }));
    expect(await readManifest(file, 'amazon-ebs')).to.include({ run, image: undefined, evidence: undefined });
  });

  for (const [what, text, code, exit] of [
    ['is not JSON', '{', 'manifest-unreadable', 3],
    ['is something else', '{"builds":[{}],"last_run_uuid":"x"}', 'manifest-unreadable', 3],
    ['holds nothing of the last run', JSON.stringify({ builds: [build], last_run_uuid: 'other' }), 'manifest-empty', 3],
    ['holds nothing of this builder', JSON.stringify({ builds: [{ ...build, builder_type: 'qemu' }], last_run_uuid: run }), 'manifest-empty', 3],
    ['names a run that is none', JSON.stringify({ builds: [{ ...build, custom_data: { run: '../..' } }], last_run_uuid: run }), 'manifest-unreadable', 3],
    ['holds two builds of it', JSON.stringify({ builds: [build, build], last_run_uuid: run }), 'manifest-ambiguous', 64],
  ] as const) {
    it(`is refused when it ${what}`, async () => {
      expect(await failure(text)).to.include({ code, exitCode: exit });
    });
  }

  it('is refused when there is none', async () => {
    const error = await readManifest(join(folder, 'none.json'), 'amazon-ebs').then(() => undefined, (caught: unknown) => caught);
    expect(error).to.be.instanceOf(CupelError).and.include({ code: 'manifest-missing' });
  });
});
