import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { ConfigurationError } from '../../src/errors.ts';
import { cutFixScript } from '../../src/harden/index.ts';
import { shortId } from '../../src/content/index.ts';
import { realFix, realFixes, realScript } from './content.ts';

/** The script in the form of OpenSCAP 1.4: each fix in a subshell. */
const newer = realScript
  .replaceAll(/^\(>&2 echo "Remediating rule .*"\)$/gm, '$&; (')
  .replaceAll(/^# END fix for '/gm, ") # END fix for '");
const broken = (script: string): ConfigurationError => {
  try {
    cutFixScript(script);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
  }
  throw new Error('expected a refusal');
};
const parts = realScript.split(/(?=^#{79}\n# BEGIN fix)/m);

describe('cutFixScript', () => {
  it('finds every fix of a real script, in its order, and none where the content holds none', () => {
    const missing = realScript.match(/IS MISSING!/g)?.length ?? 0;
    expect(missing).to.equal(50);
    expect(realFixes.size).to.equal(403 - missing);
    expect([...realFixes.keys()].slice(0, 2)).to.deep.equal(['package_aide_installed', 'aide_build_database']);
    expect(realFixes.has('partition_for_tmp')).to.equal(false);
  });

  it('cuts a fix exactly, without the frame around it', () => {
    expect(realFix('package_aide_installed')).to.equal([
      '# Remediation is applicable only in certain platforms',
      "if dpkg-query --show --showformat='${db:Status-Status}' 'linux-base' 2>/dev/null | grep -q '^installed$'; then",
      '',
      'DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=60 install -y "aide"',
      '',
      'else',
      "    >&2 echo 'Remediation is not applicable, nothing was done'",
      'fi',
      '',
    ].join('\n'));
  });

  it('gives fixes that are whole shell programs', () => {
    const all = [...realFixes.values()].map((text, at) => `fix_${at}() {\n${text}}\n`).join('');
    execFileSync('bash', ['-n'], { input: all });
  });

  it('keeps the lines that a fix writes, also those that are only a number sign', () => {
    const with_ = realScript.replace('DEBIAN_FRONTEND=noninteractive apt-get', `cat >/etc/x <<'EOF'\n#\n${'#'.repeat(79)}\n# text\nEOF\nDEBIAN_FRONTEND=noninteractive apt-get`);
    expect(cutFixScript(with_).get('xccdf_org.ssgproject.content_rule_package_aide_installed')).to.contain(`<<'EOF'\n#\n${'#'.repeat(79)}\n# text\nEOF\n`);
  });

  it('reads the form of OpenSCAP 1.4 alike', () => {
    expect(new Map([...cutFixScript(newer)].map(([id, text]) => [shortId(id), text]))).to.deep.equal(realFixes);
  });

  it('refuses a script that ends inside a fix', () => {
    const error = broken(realScript.slice(0, realScript.lastIndexOf('# END fix')));
    expect(error.code).to.equal('fix-script-broken');
    expect(error.message).to.match(/the fix for xccdf_org\.ssgproject\.content_rule_\S+ has no end/);
  });

  it('refuses a script that ends between two fixes', () => {
    expect(broken(parts.slice(0, 11).join('')).message).to.contain('announces 403 fixes and holds 10');
  });

  it('refuses a script from which a fix is gone', () => {
    expect(broken(parts.filter((_, at) => at !== 7).join('')).message).to.contain('announces 403 fixes and holds 402');
  });

  it('refuses what holds no fix at all', () => {
    for (const nothing of ['', '#!/bin/bash\n', parts[0] ?? '']) expect(broken(nothing).message).to.contain('announces 0 fixes and holds 0');
  });
});
