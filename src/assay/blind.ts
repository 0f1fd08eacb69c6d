/**
 * Where apt's library does not start, or rpm's database cannot be read, oscap takes every package for missing: what should not
 * be there passes, and what depends on one, the kernel's package among them, does not apply. It ends as ever, and its ARF tells
 * nothing of it; stderr alone does.
 * @param stderr of an `oscap xccdf eval` that ended as one that evaluated
 * @returns what it said, undefined when it could ask for packages
 */
export function blindness(stderr: string): string | undefined {
  return /^E: oscap:\s*(dpkginfo_init has failed.*|RPM: (?:cannot open Packages|sqlite failure|rpmdb\w+: skipping).*)$/m.exec(stderr)?.[1];
}
