import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { loopback, parseConfiguration } from '../../../src/agent/exporter/configuration.ts';
import { renderSocketDropIn } from '../../../src/agent/exporter/socket-unit.ts';
import { ConfigurationError } from '../../../src/errors.ts';

const failureOf = (text: string): string => {
  try {
    parseConfiguration(text);
  } catch (error) {
    if (error instanceof ConfigurationError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'no error';
};

describe('exporter.conf', () => {
  it('need not say anything: loopback then', () => {
    expect(parseConfiguration('')).to.deep.equal(loopback);
    expect(parseConfiguration('\n# all as it comes\n  \n')).to.deep.equal(loopback);
  });

  it('as it is shipped says what holds without it', () => {
    const shipped = readFileSync(new URL('../../../provisioners/agent/units/exporter.conf', import.meta.url), 'utf8');
    expect(parseConfiguration(shipped)).to.deep.equal(loopback);
    expect(parseConfiguration(shipped.replaceAll(/^#(?=[a-z_]+ = )/gm, ''))).to.deep.equal(loopback);
  });

  it('sets addresses, networks and the age from which a report is stale', () => {
    const { listen, allow, staleAfter } = parseConfiguration('listen = 0.0.0.0:9779 [::]:9779  # all\nallow=10.0.0.0/8 2001:db8::/32 192.0.2.7\nstale_after = 2d\n');
    expect(listen).to.deep.equal(['0.0.0.0:9779', '[::]:9779']);
    expect(allow.map(({ text }) => text)).to.deep.equal(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7']);
    expect(staleAfter).to.equal(172_800);
  });

  it('is refused with file and line for anything else', () => {
    expect(failureOf('listen = 127.0.0.1:9779\nlissten = x')).to.equal('exporter-conf-invalid /etc/cupel/exporter.conf:2: "lissten" is not a setting; there are listen, allow and stale_after');
    expect(failureOf('allow')).to.contain(':1: not a line "name = value"');
    expect(failureOf('allow =')).to.contain('"allow" has no value');
    expect(failureOf('allow = 10.0.0.0/8\nallow = 11.0.0.0/8')).to.contain(':2: "allow" stands here a second time');
    for (const value of ['any', '10.0.0.0/40', 'localhost']) expect(failureOf(`allow = ${value}`), value).to.contain(`"${value}" is neither an address nor a network`);
    for (const value of ['9779', '127.0.0.1', '127.0.0.1:0', '127.0.0.1:70000', 'localhost:9779', '::1:9779', '[::1]', '1.2.3.4:9779\tx']) expect(failureOf(`listen = ${value}`), value).to.contain('is not address:port');
    for (const value of ['36', '0h', '1w', '-1h', '1 h']) expect(failureOf(`stale_after = ${value}`), value).to.contain('is not a time such as 36h');
  });

  it('becomes a drop-in of the socket unit', () => {
    expect(renderSocketDropIn(parseConfiguration('listen = [::1]:1 10.0.0.5:2\nallow = 10.0.0.0/8'))).to.equal(
      '# From /etc/cupel/exporter.conf.\n[Socket]\nListenStream=\nListenStream=[::1]:1\nListenStream=10.0.0.5:2\nIPAddressAllow=\nIPAddressAllow=10.0.0.0/8\n');
  });
});
