import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { realContent, projectCache } from '../content/real.ts';
import { baselineFolder, mini } from './folder.ts';

async function cupel(...args: string[]): Promise<{ code: number; out: string; note: string }> {
  let out = '';
  let note = '';
  const io: Io = {
    out: (text) => { out += `${text}\n`; }, note: (text) => { note += `${text}\n`; }, readStdin: () => Promise.resolve(''),
    env: { CUPEL_CACHE: join(projectCache, '..') }, isTty: false,
  };
  return { code: await run(args, io), out, note };
}

describe('cupel baseline', () => {
  before(() => realContent('debian12'));

  it('lists what is shipped', async () => {
    const { code, out } = await cupel('baseline', 'list');
    expect(code).to.equal(0);
    expect(out).to.match(/^debian12-cis-l1-server +CIS Debian 12 Benchmark, Level 1 - Server/m);
  });

  it('shows a baseline resolved', async () => {
    const { code, out } = await cupel('baseline', 'show', 'debian12-cis-l1-server', '--json');
    expect(code).to.equal(0);
    expect(JSON.parse(out)).to.include({ profile: 'xccdf_org.ssgproject.content_profile_cis_level1_server', tailoredProfile: 'xccdf_dev.cupel_profile_debian12-cis-l1-server' });
  });

  it('lints with exit 0 when nothing is wrong, and with 78 and every problem when something is', async () => {
    expect(await cupel('baseline', 'lint', 'debian12-cis-l1-server', '--as-of', '2026-11-24')).to.include({ code: 0, note: '' });
    const folder = await baselineFolder({});
    const file = join(folder, 'bad.yml');
    await writeFile(file, 'name: bad\nextends: [debian12-cis-l1-server]\ngate: { required: [sshd_disable_rot_login] }\nvalues: { var_password_pam_minlne: 3 }\nignore:\n  - { rule: sudo_custom_logfile, reason: a, owner: b, expires: 2025-01-01 }\n');
    const { code, note } = await cupel('baseline', 'lint', file);
    expect(code).to.equal(78);
    expect(note).to.contain(`${file}:3:20: no rule "sshd_disable_rot_login" in debian12 0.1.`).and.to.contain('did you mean "sshd_disable_root_login"');
    expect(note).to.contain(`${file}:4:11: no value "var_password_pam_minlne"`).and.to.contain('did you mean "var_password_pam_minlen"');
    expect(note).to.contain(`${file}:6:13: ignoring sudo_custom_logfile expired on 2025-01-01`);
  });

  it('notices alternatives that nobody chose', async () => {
    const folder = await baselineFolder({ 'open.yml': 'name: open\ncontent: { product: debian12 }\nprofile: cis_level1_server\n' });
    const { code, note } = await cupel('baseline', 'lint', join(folder, 'open.yml'));
    expect(code).to.equal(78);
    for (const choice of ['firewall', 'time', 'logging']) expect(note).to.contain(`no ${choice} is chosen`);
  });

  it('explains why a rule is ignored, deselected or evaluated', async () => {
    expect((await cupel('baseline', 'explain', 'grub2_password')).out).to.match(/^ {2}ignored +A boot loader password.*until \d{4}-\d\d-\d\d/m);
    expect((await cupel('baseline', 'explain', 'package_ufw_installed')).out).to.contain('no: deselected by the choice firewall: nftables (it belongs to ufw)');
    expect((await cupel('baseline', 'explain', 'sshd_set_max_sessions')).out).to.contain('yes: selected by the profile cis_level1_server').and.to.contain('5.1.17');
    expect(await cupel('baseline', 'explain', 'sshd_set_max_sesions')).to.deep.include({ code: 78 }).and.to.have.property('note').that.contains('sshd_set_max_sessions?');
  });

  it('exits with 2 when an entry is about to expire, and with 0 when none is', async () => {
    const folder = await baselineFolder({ 'b.yml': mini('ignore:\n  - { rule: sshd_banner, reason: why, owner: me, expires: 2027-11-30 }\n') });
    const expiring = (...args: string[]): ReturnType<typeof cupel> => cupel('baseline', 'expiring', join(folder, 'b.yml'), ...args);
    expect(await expiring('--as-of', '2027-11-10')).to.include({ code: 2, out: 'mini: sshd_banner expires in 20 days (2027-11-30); ask me: why\n' });
    expect(await expiring('--as-of', '2027-12-02', '--within', '0d')).to.include({ code: 2, out: 'mini: sshd_banner expired 2 days ago (2027-11-30); ask me: why\n' });
    expect(await expiring('--as-of', '2026-11-24', '--within', '4w')).to.include({ code: 0 });
    expect((await cupel('baseline', 'expiring', '--within', 'soon')).code).to.equal(64);
  });

  it('tells what changes between two', async () => {
    const { out } = await cupel('baseline', 'diff', 'debian12-cis-l1-server', 'debian12-cis-l2-server');
    expect(out).to.contain('+ rule partition_for_home').and.to.match(/^~ gate minEvaluated/m);
    expect((await cupel('baseline', 'diff', 'debian12-cis-l1-server', 'debian12-cis-l1-server')).out).to.equal('no difference\n');
  });

  it('tells what is in content', async () => {
    const { code, out } = await cupel('content', 'info', 'debian12');
    expect(code).to.equal(0);
    expect(out).to.match(/cis_level1_server +403 rules/);
    const wrong = await cupel('content', 'info', 'debain12');
    expect(wrong.code).to.equal(78);
    expect(wrong.note).to.contain('did you mean debian12?').and.not.to.contain('fetching');
  });
});
