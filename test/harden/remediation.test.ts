import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Fix, renderRemediation } from '../../src/harden/index.ts';
import { assay, baseline, ignore, ruleResult } from '../gate/samples.ts';
import { scratch } from '../target/scratch.ts';
import { programs } from '../target/shell-target.ts';
import { realFixes } from './content.ts';

const fixesOf = (texts: Record<string, string>): Map<string, Fix> => new Map(Object.entries(texts).map(([rule, text]) => [rule, { text, source: 'content' }]));
const render = (texts: Record<string, string>, values: Record<string, string> = {}, ignored: string[] = [], identity = 'golden, run 1, baseline b'): string =>
  renderRemediation(assay(Object.keys(texts).map((rule) => ruleResult(rule, 'fail'))), baseline({}, { ignore: ignored.map((rule) => ignore(rule)) }), fixesOf(texts), values, identity);

describe('renderRemediation', () => {
  const directory = scratch();
  /** `id` in `programs` says that this is root; the fixes here are harmless. */
  const run = (script: string): { code: number | null; stdout: string; stderr: string } => {
    const file = join(directory.path, 'remediation.sh');
    writeFileSync(file, script);
    chmodSync(file, 0o755);
    const { status, stdout, stderr } = spawnSync(file, { cwd: directory.path, encoding: 'utf8', input: 'not for the fixes', env: { PATH: `${programs}:${process.env['PATH'] ?? ''}` } });
    return { code: status, stdout, stderr };
  };

  it('is sound bash for the whole of a real profile', () => {
    const script = render(Object.fromEntries(realFixes), { var_x: "it's" });
    execFileSync('bash', ['-n'], { input: script });
    expect(script.match(/^step /gm)).to.have.length(realFixes.size);
  });

  it('holds nothing of ignored rules, of those that pass, or of those that do not apply', () => {
    const texts = { a: 'touch a', b: 'touch b', c: 'touch c', d: 'touch d' };
    const script = renderRemediation(assay([ruleResult('a', 'fail'), ruleResult('b', 'fail'), ruleResult('c', 'pass'), ruleResult('d', 'notapplicable')]), baseline({}, { ignore: [ignore('b')] }), fixesOf(texts), {}, 'x');
    expect(script).to.contain('touch a').and.not.match(/touch [bcd]/);
    expect(script).to.contain('1 rules fail and count; 1 of them have a fix');
  });

  it('says for which rules there is no fix', () => {
    const script = renderRemediation(assay([ruleResult('a', 'fail')]), baseline(), new Map(), {}, 'x');
    expect(script).to.contain('# no fix is known for a\n');
    expect(run(script).code).to.equal(0);
  });

  it('may be run twice', () => {
    const script = render({ a: 'grep -q x file 2>/dev/null || echo x >>file' });
    expect(run(script).code).to.equal(0);
    expect(run(script).code).to.equal(0);
    expect(readFileSync(join(directory.path, 'file'), 'utf8')).to.equal('x\n');
  });

  it('goes on after a fix that fails or exits, and ends with 1', () => {
    const { code, stdout, stderr } = run(render({ a: 'exit 3', b: 'set -e; false; touch never', c: 'touch c' }));
    expect(code).to.equal(1);
    expect(stdout.trim().split('\n')).to.have.length(3);
    expect(stderr.match(/failed/g)).to.have.length(2);
    expect(existsSync(join(directory.path, 'c'))).to.equal(true);
    expect(existsSync(join(directory.path, 'never'))).to.equal(false);
  });

  it('lets no command of a fix read the rest of it, or what stands on standard input', () => {
    run(render({ a: 'cat >eaten; touch after' }));
    expect(existsSync(join(directory.path, 'after'))).to.equal(true);
    expect(readFileSync(join(directory.path, 'eaten'), 'utf8')).to.equal('');
  });

  it('gives the values of the profile to every fix, whatever is in them', () => {
    run(render({ a: 'printf %s "$XCCDF_VALUE_var_banner" >banner' }, { var_banner: `it's "$(touch evil)" \`x\`\nand more`, 'not a name': 'x' }));
    expect(readFileSync(join(directory.path, 'banner'), 'utf8')).to.equal(`it's "$(touch evil)" \`x\`\nand more`);
    expect(existsSync(join(directory.path, 'evil'))).to.equal(false);
  });

  it('is not broken out of by a fix that holds its end mark', () => {
    const hostile = 'cat >inner <<\'END_OF_FIX_a\'\nstill inside\nEND_OF_FIX_a\nEND_OF_FIX_a_\ntouch whole';
    const { stdout } = run(render({ a: hostile, b: 'touch b' }));
    expect(readFileSync(join(directory.path, 'inner'), 'utf8')).to.equal('still inside\n');
    expect(existsSync(join(directory.path, 'whole'))).to.equal(true);
    expect(stdout.trim().split('\n')).to.have.length(2);
  });

  it('runs nothing that stands in a title, a rule id or the identity', () => {
    const evil = "x'\ntouch evil\n$(touch evil)`touch evil`";
    const script = renderRemediation(assay([ruleResult('a', 'fail', 'high', { title: evil }), ruleResult(evil, 'fail')]), baseline(), fixesOf({ a: 'true' }), {}, evil);
    expect(run(script).code).to.equal(0);
    expect(existsSync(join(directory.path, 'evil'))).to.equal(false);
  });

  it('does nothing for anyone but root', () => {
    const script = render({ a: 'touch a' }).replace('id -u', 'echo 1000');
    expect(run(script)).to.deep.include({ code: 1, stdout: '', stderr: 'run this as root\n' });
    expect(existsSync(join(directory.path, 'a'))).to.equal(false);
  });
});
