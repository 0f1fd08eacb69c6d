import { expect } from 'chai';
import { blindness } from '../../src/assay/blind.ts';

describe('blindness', () => {
  // As oscap 1.3.7 with librpm 4.18 says it.
  for (const [what, said] of [
    ['apt cannot start', 'dpkginfo_init has failed.'],
    ['the database of rpm is none', "RPM: sqlite failure: CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL): file is not a database"],
    ['the database of rpm cannot be opened', 'RPM: cannot open Packages index using sqlite - Operation not permitted (1)'],
    ['an entry in it is broken', 'RPM: rpmdbNextIterator: skipping h#     119 blob size(4884): BAD, 8 + 16 * il(68) + dl(3788)'],
  ] as const) {
    it(`is seen where ${what}`, () => {
      expect(blindness(`W: oscap: something else\nE: oscap:     ${said}\n\nerror: and again\n`)).to.equal(said);
    });
  }

  it('is told by run-oscap, too', () => {
    expect(blindness('run-oscap: the database of packages is damaged: it does not know what is installed\n')).to.match(/^the database of packages is damaged/);
  });

  it('is not where oscap warns, could not tidy up, or uses an older form of database', () => {
    expect(blindness([
      "WARNING: Datastream component 'scap_org.open-scap_cref_security-oval' points out to the remote",
      'OpenSCAP Error: Could not remove /tmp/oscap.i6SCPU. Directory not empty [./src/common/oscap_acquire.c:204]',
      'E: oscap:     RPM: Found bdb_ro Packages database while attempting sqlite backend: using bdb_ro backend.',
    ].join('\n'))).to.equal(undefined);
  });
});
