import { ConfigurationError, CupelError, TargetError } from '../../errors.ts';

/**
 * What an error of the SDK means for who reads it.
 * @param where region and operation
 */
export function failureOf(where: string, error: unknown): CupelError {
  if (error instanceof CupelError) return error;
  const name = error instanceof Error ? error.name : '';
  const said = `${where}: ${error instanceof Error ? `${name}: ${error.message}` : String(error)}`;
  if (/CredentialsProviderError|ExpiredToken|RequestExpired|AuthFailure|InvalidClientTokenId|UnrecognizedClient/.test(name)) {
    return new ConfigurationError('aws-credentials', said, { cause: error });
  }
  if (/UnauthorizedOperation|AccessDenied/.test(name)) return new ConfigurationError('aws-permission', said, { cause: error });
  return new TargetError('aws-api', said, { cause: error });
}
