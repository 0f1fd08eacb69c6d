import { isIP } from 'node:net';
import { BlockList } from 'node:net';
import { expect } from 'chai';
import fc from 'fast-check';
import { contains, parseAddress, parseNetwork } from '../../../src/agent/exporter/networks.ts';

const holds = (network: string, address: string): boolean | undefined => {
  const parsed = parseNetwork(network);
  return parsed && contains(parsed, parseAddress(address));
};

describe('a network', () => {
  it('holds the addresses in it', () => {
    expect(holds('127.0.0.0/8', '127.255.0.1')).to.equal(true);
    expect(holds('127.0.0.0/8', '128.0.0.1')).to.equal(false);
    expect(holds('192.0.2.64/26', '192.0.2.127')).to.equal(true);
    expect(holds('192.0.2.64/26', '192.0.2.128')).to.equal(false);
    expect(holds('0.0.0.0/0', '8.8.8.8')).to.equal(true);
    expect(holds('192.0.2.7', '192.0.2.7')).to.equal(true);
    expect(holds('192.0.2.7', '192.0.2.8')).to.equal(false);
    expect(holds('2001:db8::/33', '2001:db8:7fff::1')).to.equal(true);
    expect(holds('2001:db8::/33', '2001:db8:8000::1')).to.equal(false);
    expect(holds('fe80::/10', 'fe80::1%eth0')).to.equal(true);
  });

  it('is of one family, and IPv4 within IPv6 is IPv4', () => {
    expect(holds('0.0.0.0/0', '::1')).to.equal(false);
    expect(holds('::/0', '127.0.0.1')).to.equal(false);
    expect(holds('10.0.0.0/8', '::ffff:10.1.2.3')).to.equal(true);
  });

  it('holds nothing that is no address', () => {
    for (const address of ['', 'localhost', '10.0.0', '10.0.0.256', '10.0.0.01', '::1::', 'g::', '1:2:3:4:5:6:7:8:9']) {
      expect(parseAddress(address), address).to.equal(undefined);
      expect(holds('0.0.0.0/0', address) ?? holds('::/0', address), address).to.equal(false);
    }
  });

  it('is not one when its prefix is none', () => {
    for (const text of ['', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', '::/x', 'any', '10.0.0.0/8 ']) expect(parseNetwork(text), text).to.equal(undefined);
  });

  it('agrees with Node about addresses and about what holds what', () => {
    const ipv4 = fc.ipV4();
    const ipv6 = fc.ipV6();
    fc.assert(fc.property(fc.oneof(ipv4, ipv6, fc.string()), (address) => {
      expect(parseAddress(address) !== undefined).to.equal(isIP(address) !== 0 || isIP(address.split('%')[0] ?? '') !== 0);
    }));
    fc.assert(fc.property(fc.oneof(fc.tuple(ipv4, fc.nat(32), ipv4), fc.tuple(ipv6, fc.nat(128), ipv6)), ([network, prefix, address]) => {
      const family = network.includes(':') ? 'ipv6' : 'ipv4';
      const list = new BlockList();
      list.addSubnet(network, prefix, family);
      expect(holds(`${network}/${prefix}`, address)).to.equal(list.check(address, family));
    }));
  });
});
