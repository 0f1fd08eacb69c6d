import { createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigurationError } from '../../errors.ts';
import { describeKey, type PublicKey } from './key.ts';

/**
 * The public keys of a PEM file, one or more.
 * @param source what to call it in messages
 * @throws ConfigurationError `public-key`, `public-key-private`, `key-algorithm`
 */
export function readPublicKeys(text: string, source: string): PublicKey[] {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g)];
  if (blocks.length === 0) throw new ConfigurationError('public-key', `${source}: holds no PEM key`, { remedy: 'give the public key: cupel key public FILE' });
  return blocks.map(([pem, label = '']) => {
    // Node would make a public key of a private one, or of any certificate, without a word.
    if (label.includes('PRIVATE KEY')) throw new ConfigurationError('public-key-private', `${source}: holds a private key`, { remedy: 'verifying needs the public one: cupel key public FILE' });
    if (label !== 'PUBLIC KEY') throw new ConfigurationError('public-key', `${source}: holds a ${label.toLowerCase()}, not a public key`, { remedy: 'give PEM with "BEGIN PUBLIC KEY"' });
    return describeKey(parse(pem, source), source);
  });
}

function parse(pem: string, source: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw new ConfigurationError('public-key', `${source}: the public key cannot be read`, { cause });
  }
}
