import { expect } from 'chai';
import fc from 'fast-check';
import { redact } from '../../src/cli/redact.ts';
import { redactDeep } from '../../src/cli/redact-deep.ts';

/** Texts with a secret in them; `HIDE` marks every piece that must not be seen. */
const leaks: Record<string, string> = {
  'an RSA key': '-----BEGIN RSA PRIVATE KEY-----\nHIDE\nHIDE==\n-----END RSA PRIVATE KEY-----',
  'an OpenSSH key': 'key: -----BEGIN OPENSSH PRIVATE KEY-----\nHIDE\n-----END OPENSSH PRIVATE KEY----- end',
  'an encrypted key': '-----BEGIN ENCRYPTED PRIVATE KEY-----\nHIDE\n-----END ENCRYPTED PRIVATE KEY-----',
  'a PGP key': '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nHIDE\n-----END PGP PRIVATE KEY BLOCK-----',
  'two keys': '-----BEGIN EC PRIVATE KEY-----\nHIDE\n-----END EC PRIVATE KEY-----\nand\n-----BEGIN PRIVATE KEY-----\nHIDE\n-----END PRIVATE KEY-----',
  'a key cut off at its end': '-----BEGIN OPENSSH PRIVATE KEY-----\nHIDE\nHIDE',
  'a key cut off at its begin': 'HIDE\nHIDE\n-----END OPENSSH PRIVATE KEY-----',
  'a key with escaped line breaks': '{"key":"-----BEGIN OPENSSH PRIVATE KEY-----\\nHIDE\\n-----END OPENSSH PRIVATE KEY-----\\n"}',
  'the body of an OpenSSH key': 'b3BlbnNzaC1rZXktdjEAAAAAHIDE+/',
  'an AWS key id': 'AKIAHIDEHIDEHIDE1234',
  'a temporary AWS key id after an equals sign': 'id=ASIAHIDEHIDEHIDE1234;',
  'an AWS secret': 'aws_secret_access_key = HIDE/HIDE+HIDE',
  'an AWS secret in the environment': 'AWS_SECRET_ACCESS_KEY=HIDE/HIDE AWS_REGION=eu',
  'an AWS session token': 'AWS_SESSION_TOKEN="HIDE//HIDE=="',
  'a bare AWS session token': `IQoJb3JpZ2luX2VjHIDE${'a/+'.repeat(20)}==`,
  'a session token in JSON': '{"SessionToken":"HIDE/HIDE","Other":"x"}',
  'a bearer header': 'Authorization: Bearer HIDE.HIDE-HIDE',
  'a basic header in JSON': '{"authorization":"Basic HIDE=="}',
  'a proxy header': 'Proxy-Authorization: Basic HIDE==',
  'a signature header': 'authorization: AWS4-HMAC-SHA256 Credential=HIDE/20261123, SignedHeaders=host, Signature=HIDE',
  'a bearer token alone': 'sent Bearer HIDEHIDEHIDEHIDEHIDE',
  'a URL with a password': 'clone https://me:HIDE@example.org/repo',
  'a URL with a password that holds an at sign': 'https://me:HI@DE@example.org/',
  'a URL with a token as user': 'https://HIDE@example.org/x',
  'a proxy URL': 'http_proxy=http://u:HIDE@proxy:3128/',
  'a password with blanks': 'password: "HIDE HIDE"',
  'a password with an escaped quote': '{"password":"HIDE\\"HIDE"}',
  'a password in single quotes': "db_password = 'HIDE HIDE'",
  'a passphrase': 'passphrase=HIDE',
  'a token option': 'tool --token HIDE --other x',
  'a query token': 'GET /x?access_token=HIDE&b=1',
  'an API key': 'X-Api-Key: HIDE',
  'a JSON web token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJISERFIn0.HIDE',
  'a Google token': 'ya29.HIDEHIDEHIDE',
  'a GitHub token': 'ghp_HIDEHIDEHIDEHIDEHIDEHIDE',
};

describe('redact', () => {
  for (const [what, text] of Object.entries(leaks)) {
    it(`takes out ${what}`, () => {
      expect(redact(text)).not.to.match(/HIDE|HI@|DE@/);
    });
  }

  it('leaves what is around it', () => {
    expect(redact('clone https://me:x@example.org/repo now')).to.equal('clone https://[redacted]@example.org/repo now');
    expect(redact('AWS_SESSION_TOKEN=abc AWS_REGION=eu')).to.equal('AWS_SESSION_TOKEN=[redacted] AWS_REGION=eu');
    expect(redact('Authorization: Bearer abc\nHost: example.org')).to.equal('Authorization: Bearer [redacted]\nHost: example.org');
  });

  for (const text of [
    'rule accounts_password_pam_minlen failed', 'no_empty_passwords ok 0.4s', '[37/106] sshd_set_max_sessions ok 0.4s',
    'accounts_password_set_max_life_existing [fail]', 'https://example.org/a@b', 'mail root@example.org', 'ssh builder@127.0.0.1:2222',
    'urn:xccdf:scoring:default', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'var_password_pam_minlen',
    'the token is gone', 'Basic access', 'bypass=1', 'CCE-80939-2', 'PubkeyAuthentication yes',
  ]) {
    it(`leaves ${JSON.stringify(text)} alone`, () => {
      expect(redact(text)).to.equal(text);
    });
  }

  it('changes nothing the second time', () => {
    for (const text of Object.values(leaks)) expect(redact(redact(text))).to.equal(redact(text));
  });

  it('is through quickly with a long line that nearly matches', () => {
    for (const text of ['a'.repeat(200_000), 'password'.repeat(20_000), '-----BEGIN '.repeat(10_000), 'x://'.repeat(20_000), 'eyJaaaaaa.'.repeat(10_000), '"\\'.repeat(50_000)]) {
      expect(redact(text)).to.be.a('string');
    }
  });

  it('keeps a document a document', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expect(() => JSON.stringify(redactDeep(value))).not.to.throw();
    }));
    expect(redactDeep({ password: 'a b', list: [{ sessionToken: 'x', rule: 'y' }], n: 1, none: null })).to.deep.equal(
      { password: '[redacted]', list: [{ sessionToken: '[redacted]', rule: 'y' }], n: 1, none: null },
    );
  });
});
