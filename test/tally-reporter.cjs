'use strict';
// mocha's spec reporter, which also leaves its counts in the file that TEST_TALLY names, and in TEST_TALLY.failed what
// failed: `make test` runs mocha more than once and ends with one line for all. CommonJS, since mocha loads its reporters by require.
const { appendFileSync } = require('node:fs');
const { reporters } = require('mocha');

module.exports = class TallyReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const file = process.env.TEST_TALLY;
      if (file === undefined) return;
      appendFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`);
      for (const test of this.failures) appendFileSync(`${file}.failed`, `${test.fullTitle()}: ${test.err?.message ?? ''}\n`);
    });
  }
};
