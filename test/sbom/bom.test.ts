import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect } from 'chai';
import { execaSync } from 'execa';
import fc from 'fast-check';
import { TargetError } from '../../src/errors.ts';
import { gatherPackages, renderSbom, type SbomSubject } from '../../src/sbom/index.ts';
import { spdxId } from '../../src/sbom/licences.ts';
import { ShellTarget } from '../target/shell-target.ts';

const subject: SbomSubject = { image: 'debian12-golden', run: '63dac3fe-33c8-b013-1df7-3fca6e84c052', timestamp: '2026-11-23T15:40:00.000Z', producer: 'cupel 0.1.0' };
/** CycloneDX's own schema, and SPDX's list of licences in it. */
const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

interface Bom {
  serialNumber: string;
  metadata: { component: { name: string } };
  components: { name: string; version?: string; purl?: string; licenses?: { license: { id?: string; name?: string } }[] }[];
}

async function valid(sbom: string): Promise<Bom> {
  const wrong: unknown = await validator.validate(sbom);
  expect(wrong, JSON.stringify(wrong)).to.equal(null);
  return JSON.parse(sbom) as Bom;
}

const answer = (...lines: string[]): string => ['@os', 'ID=debian', 'VERSION_ID="12"', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', ...lines, '@end', ''].join('\n');
const rocky = ['@os', 'ID="rhel"', 'VERSION_ID="9.4"', '@rpm',
  'bash\t0\t5.1.8-9.el9\tx86_64\tbash-5.1.8-9.el9.src.rpm\tGPLv3+',
  'dbus\t1\t1.12.20-8.el9\tx86_64\tdbus-1.12.20-8.el9.src.rpm\t(GPLv2+ or AFL) and GPLv2+',
  'gpg-pubkey\t0\tfd431d51-4ae0493b\t(none)\t(none)\tpubkey', '@end', ''].join('\n');

describe('the SBOM', () => {
  it('lists what dpkg has installed on a real machine, by the official schema', async () => {
    const bom = await valid(renderSbom(await gatherPackages(new ShellTarget()), subject));
    const installed = execaSync('dpkg-query', ['-W', '-f', '${db:Status-Status} ${Package} ${Version}\n']).stdout.split('\n').filter((line) => line.startsWith('installed '));
    expect(bom.components.filter(({ purl }) => purl !== undefined).map(({ name, version }) => `installed ${name} ${version ?? ''}`).sort()).to.deep.equal(installed.sort());
    expect(bom.serialNumber).to.equal(`urn:uuid:${subject.run}`);
    expect(bom.metadata.component.name).to.equal(subject.image);
    const libc = bom.components.find(({ name }) => name === 'libc6');
    expect(libc?.purl).to.match(/^pkg:deb\/debian\/libc6@[\d.]+-[\w%.]+\?arch=\w+&distro=debian-\d+&upstream=glibc$/);
    expect(bom.components.find(({ name }) => name === 'adduser')?.licenses).to.deep.include({ license: { id: 'GPL-2.0-or-later', acknowledgement: 'declared' } });
  });

  it('is the same bytes for the same answer, in whatever order it came', () => {
    const lines = ['installed\tzsh\t5.9\tamd64\tzsh\t5.9', 'installed\tbash\t5.2\tamd64\tbash\t5.2', 'config-files\tgone\t1\tall\tgone\t1'];
    const licences = ['zsh\tMIT', 'zsh\tGPL-2+', 'bash\tGPL-3+'];
    const one = renderSbom(answer('@dpkg', ...lines, '@copyright', ...licences), subject);
    expect(renderSbom(answer('@dpkg', ...lines.toReversed(), '@copyright', ...licences.toReversed()), subject)).to.equal(one);
    expect((JSON.parse(one) as Bom).components.map(({ name }) => name)).to.deep.equal(['debian', 'bash', 'zsh']);
  });

  it('reads epochs, sources and licences of RPM systems', async () => {
    const { components } = await valid(renderSbom(rocky, subject));
    expect(components.map(({ purl }) => purl)).to.deep.equal([
      undefined,
      'pkg:rpm/rhel/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4&upstream=bash-5.1.8-9.el9.src.rpm',
      'pkg:rpm/rhel/dbus@1.12.20-8.el9?arch=x86_64&distro=rhel-9.4&epoch=1&upstream=dbus-1.12.20-8.el9.src.rpm',
    ]);
    expect(components.map(({ licenses }) => licenses?.[0]?.license.id ?? licenses?.[0]?.license.name)).to.deep.equal([undefined, 'GPL-3.0-or-later', '(GPLv2+ or AFL) and GPLv2+']);
  });

  it('names the source package with its version where that is another one', () => {
    const { components } = JSON.parse(renderSbom(answer('@dpkg', 'installed\tlibstdc++6\t12.2.0-14+deb12u1\tamd64\tgcc-12\t12.2.0-14', 'installed\tdhcp\t1:2.0~rc1\tall\tdhcp\t1:2.0~rc1'), subject)) as Bom;
    expect(components.map(({ purl }) => purl)).to.deep.equal([
      undefined,
      'pkg:deb/debian/dhcp@1:2.0~rc1?arch=all&distro=debian-12',
      'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14%2Bdeb12u1?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14',
    ]);
  });

  it('takes a licence for SPDX\'s only where its name means one', async () => {
    const told = { 'GPL-2+': 'GPL-2.0-or-later', 'GPL-3': 'GPL-3.0-only', 'LGPL-2.1+': 'LGPL-2.1-or-later', 'GPLv2': 'GPL-2.0-only', 'Expat': 'MIT', 'BSD-3-clause': 'BSD-3-Clause', 'GPL-2.0-or-later': 'GPL-2.0-or-later' };
    for (const [name, id] of Object.entries(told)) expect(spdxId(name), name).to.equal(id);
    for (const name of ['GPL', 'GPL-4+', 'LGPL-1+', 'AGPL-2', 'GPL-2+ with Autoconf exception', 'public-domain', 'MIT/X11', '']) expect(spdxId(name), name).to.equal(undefined);
    await valid(renderSbom(answer('@dpkg', 'installed\ta\t1\tall\ta\t1', '@copyright', ...Object.keys(told).map((name) => `a\t${name}`), 'a\tpublic-domain'), subject));
  });

  it('keeps to the schema whatever packages are called', async () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\t\n\r@]/.test(text) && text.trim() !== '');
    await fc.assert(fc.asyncProperty(word, word, word, async (name, version, licence) => {
      const { components } = await valid(renderSbom(answer('@dpkg', `installed\t${name}\t${version}\tall\t${name}\t${version}`, '@copyright', `${name}\t${licence}`), subject));
      expect(components[1]?.name).to.equal(name);
    }), { numRuns: 60, examples: [['a', '1', 'constructor']] });
  });

  it('is not made of half an answer, or of none', async () => {
    for (const raw of ['', answer(), answer('@dpkg', 'config-files\tgone\t1\tall\tgone\t1'), answer('@dpkg', 'installed\ta\t1\tall\ta\t1').replace('@end\n', ''), '@os\n@dpkg\ninstalled\ta\t1\tall\ta\t1\n@end\n']) {
      expect(() => renderSbom(raw, subject), raw).to.throw(TargetError).with.property('code', 'sbom-query');
    }
    const target = new ShellTarget();
    target.answer = () => ({ exitCode: 2, stderr: 'dpkg-query: error: unable to open the status file' });
    await gatherPackages(target).then(() => expect.fail('a broken package database was taken'), (error: unknown) => {
      expect(error).to.be.instanceOf(TargetError).with.property('message').that.contains('status file');
    });
  });
});
