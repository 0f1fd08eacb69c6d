import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { EvidenceError, ExitCode, UsageError } from '../../errors.ts';
import { bindImage, type BoundImage, type ImageIdentity, type Signer, type Trust, verifyEvidence } from '../../evidence/index.ts';
import { defineCommand } from '../command.ts';
import { imageFrom, storeFrom, storeOptions } from '../options/store.ts';
import { producer, signerFrom, signingOptions } from '../options/signing.ts';
import { isTrustGiven, trustFrom, type WhomArguments, whomOptions } from '../options/trust.ts';
import type { Io } from '../io.ts';

export const storePushCommand = defineCommand({
  command: 'push <bundle>',
  describe: 'verify a bundle, bind it to images by a signature, and keep it',
  options: (yargs) => signingOptions(whomOptions(storeOptions(yargs)))
    .positional('bundle', { type: 'string', demandOption: true, describe: 'bundle (.cupel.tgz), signed by who --key or --trusted-root says; by default by the key that binds' })
    .option('image', { type: 'string', array: true, nargs: 1, default: [] as string[], describe: 'image that was built: AMI id, GCP image, or a disk file; may be repeated' })
    .option('region', { type: 'string', requiresArg: true, describe: 'AWS region of these images' })
    .option('account', { type: 'string', requiresArg: true, describe: 'AWS account or GCP project that owns them' })
    .option('json', { type: 'boolean', default: false, describe: 'print what was kept as JSON' }),
  handler: async (argv, io) => {
    const [signer, store] = [await signerFrom(argv, io), await storeFrom(argv, io)];
    const identities = await Promise.all(argv.image.map(async (image) => identityOf(image, await imageFrom(image, argv), argv)));
    const verification = await verifyEvidence(argv.bundle, {
      trust: await trustOf(argv, signer, io), policy: {}, expect: {}, now: new Date(),
    }).catch((error: unknown) => { throw isTrustGiven(argv) ? error : signedByAnother(error, argv.bundle, signer); });
    const images: BoundImage[] = [];
    for (const identity of identities) images.push({ imageId: identity.imageId, binding: await bindImage(verification, identity, signer, producer()) });
    const bundle = await readFile(argv.bundle).catch((cause: unknown) => {
      throw new UsageError('bundle-file', `${argv.bundle}: is no bundle in one file`, { cause, remedy: 'give the .cupel.tgz in the evidence directory' });
    });
    const stored = await store.put(bundle, images);
    if (argv.json) io.out(JSON.stringify({ ...stored, images: identities.map(({ imageId }) => imageId) }));
    else io.out(`${stored.url}\n  ${stored.bytes} bytes, sha256 ${stored.sha256}\n${identities.map(({ imageId }) => `  evidence of ${imageId}\n`).join('')}`);
    return ExitCode.ok;
  },
});

async function trustOf(argv: Readonly<WhomArguments>, signer: Signer, io: Io): Promise<Trust> {
  if (isTrustGiven(argv)) return await trustFrom(argv, io);
  if (signer.certify !== undefined) throw new UsageError('usage', 'whose hallmark should count? The key of this run signed nothing yet', { remedy: 'give --trusted-root, --identity and --issuer, or --key' });
  return { keys: [signer], developmentKey: undefined, allowDevelopment: signer.development };
}

/** Nobody named a key to trust: then who binds must have signed. */
function signedByAnother(error: unknown, bundle: string, { keyid }: Signer): unknown {
  if (!(error instanceof EvidenceError && error.code === 'signer-unknown')) return error;
  return new EvidenceError('signer-unknown', `${bundle}: is not signed with the key that binds it here (${keyid}), and no other was named to trust`, {
    cause: error, subject: bundle, remedy: 'give --key FILE with the public key of who signed the bundle, or --signing-key with the key that did',
  });
}

function identityOf(given: string, imageId: string, { region, account }: { region: string | undefined; account: string | undefined }): ImageIdentity {
  const provider = imageId.startsWith('ami-') ? 'aws' : imageId.startsWith('projects/') ? 'gcp' : 'file';
  return {
    provider, imageId,
    ...(region === undefined ? {} : { region }), ...(account === undefined ? {} : { account }),
    ...(provider === 'file' && given !== imageId ? { name: basename(given) } : {}),
  };
}
