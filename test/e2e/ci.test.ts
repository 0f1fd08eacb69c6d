import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { CUPEL, FACTORY, machineForAll, quickBaseline, REPOSITORY, scapContent, scratch } from './factory/index.ts';

/** The recipe for GitLab, run job after job as its runner would, on a machine of the lab in place of a cloud's. */
describe('the recipe for GitLab', () => {
  const machine = machineForAll();
  const directory = scratch();
  const file = (...parts: string[]): string => path.join(directory(), ...parts);
  const lab = (...parts: string[]): string => file('lab', ...parts);
  let runner: string;
  let output = '';

  before(async () => {
    runner = (await execa(path.join(import.meta.dirname, 'recipes/install.sh'), [path.join(REPOSITORY, '.cache')], { stderr: 'inherit' })).stdout;
    for (const folder of ['repository/ci', 'lab/machine', 'bin']) mkdirSync(file(folder), { recursive: true });
    chmodSync(CUPEL, 0o755);
    symlinkSync(CUPEL, file('bin/cupel'));
    cpSync(path.join(REPOSITORY, 'docs/ci/gitlab'), file('repository'), { recursive: true });
    copyFileSync(path.join(FACTORY, 'null.pkr.hcl'), file('repository/null.pkr.hcl'));
    copyFileSync(path.join(import.meta.dirname, 'recipes/lab-image.sh'), file('repository/ci/lab-image.sh'));
    quickBaseline(file('repository'));
    await execa('node', [CUPEL, 'key', 'generate', '--out', file('factory.key')]);
    writeFileSync(file('repository/factory.pub'), (await execa('node', [CUPEL, 'key', 'public', file('factory.key')])).stdout);
    const git = (...args: string[]) => execa('git', ['-c', 'user.name=factory', '-c', 'user.email=factory@example.com', ...args], { cwd: file('repository') });
    await git('init', '--quiet', '--initial-branch', 'a-change');
    await git('remote', 'add', 'origin', 'git@gitlab.example.com:acme/golden-images.git');
    await git('add', '.');
    await git('commit', '--quiet', '--message', 'recipe');
  });
  afterEach(function () {
    if (this.currentTest?.state === 'failed') process.stderr.write(`\n--- output of the pipeline ---\n${output}\n---\n`);
  });

  /** @returns exit code of the pipeline, or of these jobs of it */
  async function pipeline(...args: string[]): Promise<number | undefined> {
    const { port, host, user, keyFile } = machine();
    const ended = await execa('node', [runner, ...args, '--force-shell-executor', '--shell-isolation', '--no-color'], {
      cwd: file('repository'), reject: false, all: true, stdin: 'ignore',
      env: {
        PATH: `${file('bin')}:${process.env['PATH'] ?? ''}`, HOME: directory(), CUPEL_CACHE: path.join(REPOSITORY, '.cache'), CUPEL_SIGNING_KEY: file('factory.key'), LAB: lab(),
        PKR_VAR_baseline: 'quick.yml', PKR_VAR_content: await scapContent(), PKR_VAR_image: 'lab-image', PKR_VAR_out: 'artifacts', PKR_VAR_manifest: 'manifest.json',
        PKR_VAR_host: host, PKR_VAR_port: String(port), PKR_VAR_user: user, PKR_VAR_key: keyFile,
      },
    });
    output = ended.all;
    return ended.exitCode;
  }
  const images = (...args: string[]): Promise<number | undefined> => pipeline('--file', 'image.gitlab-ci.yml', ...args, ...Object.entries({
    PACKER_TEMPLATE: 'null.pkr.hcl', PACKER_OPTIONS: '-color=false', PACKER_PLUGINS: '', IMAGE: 'ci/lab-image.sh', BASELINE: 'quick.yml',
  }).flatMap(([name, value]) => ['--variable', `${name}=${value}`]));

  /** Boots what was built once it is asked for; on its first boot it gets host keys and a login, as from a cloud's agent. */
  async function bootWhenAsked(stopped: AbortSignal, prepare = ''): Promise<void> {
    const { host, port } = machine();
    while (!existsSync(lab('up'))) {
      if (stopped.aborted) return;
      await delay(100);
    }
    // While it reboots there is nothing to run it in.
    const bootId = (): Promise<string> => machine().exec('case $(systemctl is-system-running --wait) in running | degraded) cat /proc/sys/kernel/random/boot_id ;; esac').then(({ stdout }) => stdout, () => '');
    const before = await bootId();
    await machine().exec('systemctl reboot');
    for (let now = ''; now === '' || now === before; now = await bootId()) await delay(200);
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', lab('machine/key')]);
    const made = await machine().exec(`set -e
      id -u admin >/dev/null 2>&1 || useradd --create-home --shell /bin/bash admin
      printf 'admin ALL=(ALL) NOPASSWD:ALL\\n' >/etc/sudoers.d/90-cloud-init-users
      install -d -m 0700 -o admin -g admin /home/admin/.ssh
      cat >/home/admin/.ssh/authorized_keys
      chown admin:admin /home/admin/.ssh/authorized_keys
      ${prepare}
      ssh-keygen -A
      systemctl reset-failed ssh
      systemctl restart ssh`, readFileSync(lab('machine/key.pub'), 'utf8'));
    expect(made.exitCode, made.stderr).to.equal(0);
    for (const [name, value] of Object.entries({ host, port: String(port), user: 'admin' })) writeFileSync(lab('machine', name), `${value}\n`);
    writeFileSync(lab('booted'), '');
  }

  async function withBoot(prepare: string | undefined, run: () => Promise<number | undefined>): Promise<number | undefined> {
    for (const left of ['up', 'booted', 'down', 'machine/key', 'machine/key.pub']) rmSync(lab(left), { force: true });
    const ended = new AbortController();
    const [code] = await Promise.all([run().finally(() => { ended.abort(); }), bootWhenAsked(ended.signal, prepare)]);
    return code;
  }

  it('has a matrix whose rows all name what the pipeline of an image needs, and looks at what expires', async () => {
    expect(await pipeline('--list-json'), output).to.equal(0);
    for (const name of ['golden-image: [debian12,amd64,admin]', 'golden-image: [debian12,arm64,admin,t4g.medium]', 'expiring']) expect(output).to.contain(name);
    expect(await pipeline('expiring'), output).to.equal(0);
    // Which it is depends on the day.
    expect(output).to.match(/expiring +> .*expires/);
  });

  it('builds, verifies, boots and checks an image, in that order, and publishes nothing from a branch', async () => {
    expect(await withBoot(undefined, () => images()), output).to.equal(0);
    const said = ['ACCEPTED', 'VERIFIED  lab-image', 'ACCEPTED', 'agrees with'].reduce<number[]>((found, text) => [...found, output.indexOf(text, (found.at(-1) ?? -1) + 1)], []);
    expect(said).to.not.include(-1);
    expect(existsSync(lab('down'))).to.equal(true);
    expect(existsSync(lab('rejected'))).to.equal(false);
    expect(output).not.to.contain('cupel publish');
  });

  it('rejects the image when what boots is not what was built', async () => {
    const drift = 'chmod 0666 /etc/crontab';
    expect(await withBoot(drift, () => images('boot', 'reject')), output).not.to.equal(0);
    expect(output).to.contain('file_permissions_crontab fails here');
    expect(existsSync(lab('down'))).to.equal(true);
    expect(existsSync(lab('rejected'))).to.equal(true);
  });
});
