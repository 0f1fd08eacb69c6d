import { appendFileSync } from 'node:fs';
import { type MochaOptions, reporters, type Runner } from 'mocha';

/**
 * mocha's spec reporter, which also leaves its counts in the file that TEST_TALLY names: `make test` runs mocha
 * more than once and ends with one line for all.
 */
export default class TallyReporter extends reporters.Spec {
  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env['TEST_TALLY'];
      if (file !== undefined) appendFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`);
    });
  }
}
