import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { type AgentOptions, embedAgent } from '../../src/embed/index.ts';
import { rejection, scratch } from '../target/scratch.ts';
import { ShellTarget } from '../target/shell-target.ts';

const provisioners = path.join(import.meta.dirname, '../../provisioners');

describe('embedAgent', () => {
  const directory = scratch();
  const root = (...parts: string[]): string => path.join(directory.path, ...parts);
  const embed = (more: Partial<AgentOptions> = {}): Promise<void> =>
    embedAgent(new ShellTarget(), { provisioners, product: 'debian12', values: { var_x: '1' }, architecture: 'x86_64', building: false, ...more }, directory.path);
  const elf = (file: string): number => readFileSync(file)[18] ?? 0;

  for (const product of ['debian12', 'ubuntu2404', 'rhel9', 'almalinux9']) {
    it(`puts programs, units and links where systemd of ${product} looks for them`, async () => {
      mkdirSync(root('usr/lib/systemd/system'), { recursive: true });
      await embed({ product });
      for (const unit of ['cis-scanner.service', 'cis-scanner.timer', 'cis-scanner-boot.timer', 'cis-remediate.service', 'cis-exporter.socket', 'cis-exporter@.service']) expect(existsSync(root('usr/lib/systemd/system', unit)), unit).to.equal(true);
      for (const timer of ['cis-scanner.timer', 'cis-scanner-boot.timer']) expect(readlinkSync(root('etc/systemd/system/timers.target.wants', timer))).to.equal(`/usr/lib/systemd/system/${timer}`);
      expect(readlinkSync(root('usr/lib/systemd/system/cis-scanner-boot.service'))).to.equal('cis-scanner.service');
      expect(readlinkSync(root('etc/systemd/system/sockets.target.wants/cis-exporter.socket'))).to.equal('/usr/lib/systemd/system/cis-exporter.socket');
      expect(readlinkSync(root('usr/bin/cis-scanner'))).to.equal('../lib/cupel/cis-scanner');
      expect(readdirSync(root('usr/lib/cupel/drop-ins'))).to.deep.equal(['remediate.conf', 'stunnel.conf', 'tls.conf']);
      expect(readdirSync(root('etc/systemd/system'))).to.deep.equal(['sockets.target.wants', 'timers.target.wants']);
      expect(readlinkSync(root('usr/lib/cupel/cis-exporter'))).to.equal('exporter/cis-exporter');
      expect(statSync(root('usr/lib/cupel/cis-exporter')).mode & 0o777).to.equal(0o755);
      for (const place of ['dev', 'etc/cupel', 'var/lib/cupel', 'run/systemd/incoming']) expect(statSync(root('usr/lib/cupel/exporter', place)).isDirectory(), place).to.equal(true);
      expect(JSON.parse(readFileSync(root('usr/lib/cupel/fixes/values.json'), 'utf8'))).to.deep.equal({ var_x: '1' });
    });
  }

  it('brings the programs of the image\'s processor, and none for others', async () => {
    await embed();
    expect(elf(root('usr/lib/cupel/cis-scanner'))).to.equal(62);
    await embed({ architecture: 'aarch64' });
    expect(elf(root('usr/lib/cupel/cis-scanner'))).to.equal(183);
    expect(await rejection(embed({ architecture: 'riscv64' }))).to.include({ code: 'agent-architecture' });
    expect(await rejection(embed({ provisioners: root('none') }))).to.include({ code: 'agent-missing' });
  });

  it('takes away what an image before left: its fixes, its record, its reports', async () => {
    const left = ['usr/lib/cupel/fixes/old.sh', 'usr/share/cupel/build/verdict.json', 'var/lib/cupel/result.json'];
    for (const file of left) {
      mkdirSync(path.dirname(root(file)), { recursive: true });
      writeFileSync(root(file), '');
    }
    await embed();
    for (const file of left) expect(existsSync(root(file)), file).to.equal(false);
  });

  it('leaves the exporter configured as the site has it', async () => {
    await embed();
    expect(readFileSync(root('etc/cupel/exporter.conf'), 'utf8')).to.contain('#listen = 127.0.0.1:9779');
    writeFileSync(root('etc/cupel/exporter.conf'), 'listen = 10.0.0.1:9779\n');
    await embed();
    expect(readFileSync(root('etc/cupel/exporter.conf'), 'utf8')).to.equal('listen = 10.0.0.1:9779\n');
  });

  it('holds the timer back while the image is built, and only then', async () => {
    await embed();
    expect(existsSync(root('usr/share/cupel/building'))).to.equal(false);
    await embed({ building: true });
    expect(existsSync(root('usr/share/cupel/building'))).to.equal(true);
    expect(readFileSync(root('usr/lib/systemd/system/cis-scanner.service'), 'utf8')).to.contain('ConditionPathExists=!/usr/share/cupel/building');
  });
});
