import { expect } from 'chai';
import { builds, machineForEach, quickBaseline, scapContent, scratch } from './factory/index.ts';

/** Puts a program in oscap's place; the real one stays reachable as oscap.real. */
const replaceOscap = (script: string): string => `mv /usr/bin/oscap /usr/bin/oscap.real
cat >/usr/bin/oscap <<'END'
#!/bin/bash
${script}
END
chmod 0755 /usr/bin/oscap`;

const onlyScans = 'case " $* " in *" eval "*) ;; *) exec oscap.real "$@" ;; esac';

describe('packer build when nothing can be said of the machine', () => {
  const machine = machineForEach();
  const build = builds();
  const directory = scratch();

  const broken: [string, string, RegExp][] = [
    ['oscap cannot evaluate', `${onlyScans}\necho "OpenSCAP Error: out of luck" >&2; exit 1`, /out of luck.*\[oscap-failed\]/],
    ['oscap is killed in the middle of a scan', `${onlyScans}\nkill -KILL $$`, /\[oscap-failed\]/],
    ['oscap says it succeeded but wrote nothing', `${onlyScans}\nexit 0`, /\[[a-z-]+\]/],
    ['the results are cut off half way', `${onlyScans}
oscap.real "$@"; code=$?
while [ $# -gt 0 ]; do [ "$1" != --results-arf ] || arf=$2; shift; done
truncate -s "$(($(stat -c %s "$arf") / 2))" "$arf"
exit $code`, /\[[a-z-]+\]/],
    ['the results are of another run', `${onlyScans}
OSCAP_EVALUATION_TARGET=another-run exec oscap.real "$@"`, /\[[a-z-]+\]/],
  ];
  for (const [what, script, message] of broken) {
    it(`ends without an artifact, with exit code 3, when ${what}`, async () => {
      expect((await machine().exec(replaceOscap(script))).exitCode).to.equal(0);
      const baseline = quickBaseline(directory());
      const failed = await build.packer(machine(), { baseline, content: await scapContent() });
      expect(await failed.ended).not.to.equal(0);
      expect(failed.output).to.match(/exit status:? 3\b/);
      expect(failed.output).to.match(message);
      expect(failed.artifacts()).to.deep.equal([]);
      expect(failed.evidence().every((name) => name.endsWith('.failed'))).to.equal(true);
    });
  }
});
