import { ConfigurationError } from '../../../errors.ts';

/** What a vault answered, told by its HTTP status. @param status undefined when there was no answer */
export function kmsFailure(reference: string, status: number | undefined, denied: boolean, message: string, cause: unknown): ConfigurationError {
  if (denied || status === 401 || status === 403) return new ConfigurationError('kms-denied', `${reference}: ${message}`, { cause });
  if (status !== undefined && status < 500 && status !== 429) return new ConfigurationError('kms-key', `${reference}: ${message}`, { cause });
  return new ConfigurationError('kms-unreachable', `${reference}: ${message}`, { cause });
}
