/**
 * Where apt's library does not start, oscap takes every package for missing: what should not be there passes, and what depends
 * on one, the kernel's package among them, does not apply. It ends as ever, its ARF tells nothing of it; stderr alone does.
 * @param stderr of an `oscap xccdf eval` that ended as one that evaluated
 * @returns what it said, undefined when its probes started
 */
export function blindness(stderr: string): string | undefined {
  return /^E: oscap:\s*(\S*init has failed\b.*)$/m.exec(stderr)?.[1];
}
