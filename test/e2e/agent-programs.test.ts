import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { embed, resultOf, smallBaseline } from './agent/embed.ts';
import { agentPrograms, installAgent, leaveReport } from './exporter/install.ts';
import { exchange, get, statusOf } from './exporter/within.ts';
import { machineForAll, REPOSITORY, scratch } from './factory/index.ts';
import { scanned } from '../agent/metrics/samples.ts';

const names = ['cis-scanner', 'cis-exporter'] as const;
const architectures = ['amd64', 'arm64'] as const;

describe('the programs of the agent', () => {
  const directory = scratch();
  const folder = async (): Promise<string> => path.dirname(await agentPrograms());

  it('are static, and both together at most 4 MB', async () => {
    for (const arch of architectures) {
      const files = names.map((name) => path.join(REPOSITORY, 'provisioners/agent/bin', arch, name));
      expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).to.be.at.most(4e6);
      for (const file of files) {
        const { stdout } = await execa('readelf', ['--wide', '--dynamic', '--program-headers', file]);
        expect(stdout).not.to.match(/NEEDED|INTERP/);
        // Nothing of it is both written and run.
        expect(stdout).to.match(/GNU_STACK .* RW /).and.not.to.match(/LOAD .* RWE /);
      }
    }
  });

  it('run in a root that holds nothing else, on both processors', async () => {
    for (const arch of architectures) {
      const root = path.join(directory(), `empty-${arch}`);
      mkdirSync(path.join(root, 'var/lib/cupel'), { recursive: true });
      for (const name of names) cpSync(path.join(await folder(), arch, name), path.join(root, name));
      const emulated = arch === process.arch.replace('x64', 'amd64') ? [] : [`/qemu-${arch === 'arm64' ? 'aarch64' : 'x86_64'}-static`];
      for (const program of emulated) cpSync(`/usr/bin${program}`, path.join(root, program));
      const inside = (argv: string[], input?: string) => spawnSync('chroot', [root, ...emulated, ...argv], { encoding: 'utf8', input });
      for (const name of names) expect(inside([`/${name}`, '--version']).stdout, arch).to.match(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+\\+[0-9a-f]{12}\n$`));
      expect(inside(['/cis-exporter'], get('/metrics')).stdout).to.match(/^HTTP\/1\.1 200 OK\r\n[^]*\ncis_report_present 0\n/);
      const status = inside(['/cis-scanner', 'status', '--json']);
      expect(status.status, status.stderr).to.equal(3);
      expect(JSON.parse(status.stdout)).to.include({ state: 'missing' });
      // No oscap, no digests, not even a shell: said, not died of.
      const scan = inside(['/cis-scanner', 'scan']);
      expect(scan.status, scan.stderr).to.equal(3);
      expect(scan.stderr).to.match(/\[[a-z-]+\]|cannot read/);
    }
  });

  it('are the same bytes when they are built elsewhere', async function () {
    this.timeout(15 * 60_000);
    const elsewhere = path.join(directory(), 'a checkout of somebody else');
    for (const part of ['src', 'provisioners/agent', 'scripts', 'package.json', 'tsconfig.json']) cpSync(path.join(REPOSITORY, part), path.join(elsewhere, part), { recursive: true, filter: (file) => !file.includes('/agent/bin') });
    symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(elsewhere, 'node_modules'));
    chmodSync(elsewhere, 0o755);
    const { stdout } = await execa(path.join(elsewhere, 'scripts/build-agent.sh'), { env: { CUPEL_CACHE: path.join(elsewhere, 'cache'), TZ: 'Asia/Tokyo', LC_ALL: 'C' }, stderr: 'pipe' });
    expect(path.basename(stdout)).to.equal(path.basename(await folder()));
    for (const arch of architectures) {
      for (const name of names) expect(readFileSync(path.join(stdout, arch, name)).equals(readFileSync(path.join(await folder(), arch, name))), `${arch}/${name}`).to.equal(true);
    }
  });

  describe('on Debian 13', () => {
    const machine = machineForAll({ name: 'trixie', suite: 'trixie', packages: ['openscap-scanner'] });
    it('are taken in by systemd as they are', async () => {
      await installAgent(machine());
      leaveReport(machine(), scanned());
      const answer = await exchange(machine(), { send: [get('/metrics')] });
      expect(statusOf(answer)).to.equal(200);
      expect(answer).to.contain('cis_report_present 1\n').and.to.contain('cis_report_readable 1\n');
      const { stdout } = await machine().exec('cd /usr/lib/systemd/system && systemd-analyze verify --man=no cis-exporter.socket cis-exporter@.service cis-scanner.timer cis-scanner-boot.timer cis-scanner.service cis-remediate.service 2>&1; cis-scanner --version');
      expect(stdout).to.match(/^cis-scanner \S+$/);
    });

    it('scan, restore and roll back with its oscap', async () => {
      await embed(machine().root, smallBaseline(directory(), 'debian13'));
      const must = async (command: string): Promise<string> => {
        const { exitCode, stdout, stderr } = await machine().exec(command);
        expect(exitCode, `${command}\n${stdout}\n${stderr}`).to.equal(0);
        return stdout;
      };
      const fails = (): boolean | undefined => resultOf(machine()).report?.verdict.failing.some(({ rule }) => rule === 'sshd_set_max_sessions');
      await must('systemctl daemon-reload && systemctl start cis-scanner.service');
      expect(resultOf(machine()).scan).to.deep.include({ success: true, failure: null });
      expect(fails()).to.equal(true);
      await must('cis-scanner remediate --yes --rule sshd_set_max_sessions');
      expect(fails()).to.equal(false);
      await must('cis-scanner rollback --yes');
      expect(fails()).to.equal(true);
    });
  });
});
