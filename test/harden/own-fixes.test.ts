import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const root = join(import.meta.dirname, '../../provisioners/fixes');
const fixes = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((family) => readdirSync(join(root, family.name)).map((file) => ({ name: `${family.name}/${file}`, path: join(root, family.name, file) })))
  .map((fix) => ({ ...fix, text: readFileSync(fix.path, 'utf8') }));

describe('our own fixes', () => {
  it('are there', () => {
    expect(fixes).to.not.be.empty;
  });

  it('pass shellcheck', () => {
    execFileSync('shellcheck', fixes.map((fix) => fix.path), { stdio: ['ignore', 'pipe', 'pipe'] });
  }).timeout(60_000);

  for (const fix of fixes) {
    describe(fix.name, () => {
      it('is named by a rule', () => {
        expect(fix.name).to.match(/^[a-z]+\d*\/[A-Za-z0-9_.-]+\.sh$/);
      });

      it('says first why it exists, and stops at the first error', () => {
        const lines = fix.text.split('\n');
        expect(lines[0]).to.match(/^#!\/bin\/(sh|bash)$/);
        expect(lines[1]).to.match(/^# \S/);
        const first = lines.find((line) => line !== '' && !line.startsWith('#'));
        expect(first).to.match(/^set -eu/);
      });

      it('leaves the session it runs in alone', () => {
        expect(fix.text).to.not.match(/^\s*(reboot|shutdown|systemctl (reboot|poweroff|isolate|rescue|stop ssh))/m);
        expect(fix.text).to.not.match(/\b(userdel|deluser|usermod|passwd -l|chage)\b/);
      });

      it('does not pass over a failure in silence', () => {
        expect(fix.text.replaceAll(/"\$\([^)]*\|\| true\)"|\$\(.*\|\| true\)/g, '')).to.not.match(/\|\| (true|:)/);
      });
    });
  }
});
