/**
 * Where apt's library does not start, or the database of dpkg or rpm is damaged, oscap takes packages for missing: what should
 * not be there passes, and what depends on one, the kernel's among them, does not apply. It ends as ever, and its ARF tells
 * nothing of it; stderr alone does, or run-oscap, which looks first.
 * @param stderr of run-oscap
 * @returns what was said, undefined when nothing speaks against the packages that oscap found
 */
export function blindness(stderr: string): string | undefined {
  return /^(?:E: oscap:\s*|run-oscap: )(dpkginfo_init has failed.*|RPM: (?:cannot open Packages|sqlite failure|rpmdb\w+: skipping).*|the database of packages .*)$/m.exec(stderr)?.[1];
}
