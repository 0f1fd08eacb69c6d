import { createHash } from 'node:crypto';
import * as z from 'zod';
import { keyAlgorithms } from '../keys/index.ts';
import { statementType } from './model.ts';
import type { Signatory } from './state.ts';

export const bindingType = 'https://cupel.dev/schema/binding/v1';

/** An image as its cloud knows it, once it exists. */
export interface ImageIdentity {
  provider: 'aws' | 'gcp' | 'file';
  /** `ami-…`; `projects/P/global/images/NAME`; `sha256:` and the digest of a disk file. */
  imageId: string;
  /** AWS: where it is. */
  region?: string;
  /** AWS account or GCP project that owns it. */
  account?: string;
  /** File name of a disk. */
  name?: string;
  /** What Packer called the artifact; by default what its builder would for this image alone. */
  packer?: PackerArtifact;
}

export interface PackerArtifact {
  builderId: string;
  artifactId: string;
  /** The `cloud-artifact-identity` of Packer's provenance (its bytes, decoded), where there is one. */
  identity?: string;
}

/** The build that an image came from: what the second statement ties the image to. */
export interface BoundBuild {
  image: string;
  run: string;
  /** SHA-256 (hex) of `statement.intoto.json`. */
  statement: string;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const bindingSchema = z.strictObject({
  _type: z.literal(statementType),
  predicateType: z.literal(bindingType),
  subject: z.tuple([z.strictObject({ name: z.string().min(1), digest: z.strictObject({ sha256: digest }) })]),
  predicate: z.strictObject({
    provider: z.enum(['aws', 'gcp', 'file']),
    imageId: z.string().min(1),
    region: z.string().exactOptional(),
    account: z.string().exactOptional(),
    build: z.strictObject({ image: z.string(), run: z.guid(), statement: digest }),
    signer: z.strictObject({ keyid: digest, algorithm: z.enum(keyAlgorithms), development: z.boolean() }),
    producer: z.string(),
  }),
});
export type Binding = z.infer<typeof bindingSchema>;

/**
 * What is signed once an image has its id: that it came from this build. Its subject is the one that Packer's own
 * provenance names, so that the two speak of the same thing.
 */
export function bindingOf(build: BoundBuild, image: ImageIdentity, signer: Signatory, producer: string): Binding {
  return {
    _type: statementType,
    predicateType: bindingType,
    subject: [subjectOf(image)],
    predicate: {
      provider: image.provider,
      imageId: image.imageId,
      ...(image.region === undefined ? {} : { region: image.region }),
      ...(image.account === undefined ? {} : { account: image.account }),
      build: { image: build.image, run: build.run, statement: build.statement },
      signer: { keyid: signer.keyid, algorithm: signer.algorithm, development: signer.development },
      producer,
    },
  };
}

/** As Packer 1.16 derives it: a file by its bytes; anything else by the record of its builder and id. */
export function subjectOf(image: ImageIdentity): Binding['subject'][0] {
  if (image.provider === 'file') return { name: image.name ?? image.imageId, digest: { sha256: image.imageId.replace(/^sha256:/, '') } };
  const { builderId, artifactId, identity } = image.packer ?? artifactOf(image);
  return { name: `${builderId}:${artifactId}`, digest: { sha256: createHash('sha256').update(identity ?? identityRecord(builderId, artifactId)).digest('hex') } };
}

/** What the plugins for Amazon and Google call an artifact of one image. */
function artifactOf({ provider, imageId, region }: ImageIdentity): PackerArtifact {
  return provider === 'aws'
    ? { builderId: 'mitchellh.amazonebs', artifactId: region === undefined ? imageId : `${region}:${imageId}` }
    : { builderId: 'packer.googlecompute', artifactId: imageId.slice(imageId.lastIndexOf('/') + 1) };
}

/** JSON as Go's encoder writes it: keys in order, no spaces, and `<`, `>`, `&` escaped. */
function identityRecord(builderId: string, id: string): string {
  return JSON.stringify({ builderId, id }).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
