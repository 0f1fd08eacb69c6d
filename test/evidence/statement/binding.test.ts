import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { subjectOf } from '../../../src/evidence/statement/index.ts';

const sha256 = (text: string): { sha256: string } => ({ sha256: createHash('sha256').update(text).digest('hex') });

describe('the subject of a binding', () => {
  it('is the one of Packer\'s provenance: builder and artifact, with the digest of their record', () => {
    // As Packer 1.16 writes it: Go's JSON of a map, its keys in order.
    const record = '{"builderId":"mitchellh.amazonebs","id":"eu-central-1:ami-0123456789abcdef0"}';
    expect(subjectOf({ provider: 'aws', imageId: 'ami-0123456789abcdef0', region: 'eu-central-1' }))
      .to.deep.equal({ name: 'mitchellh.amazonebs:eu-central-1:ami-0123456789abcdef0', digest: sha256(record) });
    expect(subjectOf({ provider: 'gcp', imageId: 'projects/acme-images/global/images/debian12' }))
      .to.deep.equal({ name: 'packer.googlecompute:debian12', digest: sha256('{"builderId":"packer.googlecompute","id":"debian12"}') });
  });

  it('is what Packer says, where it said more', () => {
    const identity = '{"builderId":"b","id":"eu-west-1:ami-1,eu-west-2:ami-2","state":[{"ImageID":"ami-1"}]}';
    expect(subjectOf({ provider: 'aws', imageId: 'ami-1', packer: { builderId: 'b', artifactId: 'eu-west-1:ami-1,eu-west-2:ami-2', identity } }))
      .to.deep.equal({ name: 'b:eu-west-1:ami-1,eu-west-2:ami-2', digest: sha256(identity) });
  });

  it('escapes as Go does', () => {
    expect(subjectOf({ provider: 'gcp', imageId: 'x', packer: { builderId: 'a&b', artifactId: '<c>' } }).digest).to.deep.equal(sha256('{"builderId":"a\\u0026b","id":"\\u003cc\\u003e"}'));
  });

  it('is a disk by its bytes', () => {
    expect(subjectOf({ provider: 'file', imageId: `sha256:${'a'.repeat(64)}`, name: 'disk.qcow2' })).to.deep.equal({ name: 'disk.qcow2', digest: { sha256: 'a'.repeat(64) } });
  });
});
