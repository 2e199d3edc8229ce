import { describe, expect, test } from 'vitest';
import { trustProxies } from './client-address.ts';

const { clientAddress, askedHost } = trustProxies(['10.0.0.0/8', '::1', 'fe80::/10']);
const proxy = '10.1.1.1';

describe('the address of a client behind a trusted proxy', () => {
  test.each([
    ['203.0.113.6', '203.0.113.6'],
    ['203.0.113.6:51235', '203.0.113.6'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['"[2001:db8::1]:4711"', '2001:db8::1'],
    ['"203.0.113.6:51235"', '203.0.113.6'],
    ['::ffff:203.0.113.6', '203.0.113.6'],
    ['[::ffff:cb00:7106]:80', '203.0.113.6'],
    ['2001:db8::1%eth0', '2001:db8::1'],
    ['  203.0.113.6 ', '203.0.113.6'],
    ['203.0.113.6, , ', '203.0.113.6'],
    ['198.51.100.9, 203.0.113.6:1, 10.2.2.2:2', '203.0.113.6'],
    ['198.51.100.9, 203.0.113.6, [::1]:2, ::ffff:10.3.3.3', '203.0.113.6'],
  ])('as %o is %s', (header, address) => {
    expect(clientAddress(proxy, { 'x-forwarded-for': header })).toBe(address);
  });

  test.each(['unknown', '_hidden', 'proxy.internal:80', '203.0.113.6:port', '', '203.0.113', '[203.0.113.6'])(
    'is that of the proxy where the header says %o',
    (header) => {
      expect(clientAddress(proxy, { 'x-forwarded-for': header })).toBe(proxy);
    },
  );

  test.each([
    ['for=203.0.113.6', '203.0.113.6'],
    ['For="[2001:db8::1]:4711";proto=https;by=10.1.1.1', '2001:db8::1'],
    ['for=198.51.100.9, for=203.0.113.6:80;host=a, for=10.2.2.2', '203.0.113.6'],
    ['for=unknown', proxy],
  ])('as Forwarded: %s is %s', (header, address) => {
    expect(clientAddress(proxy, { forwarded: header })).toBe(address);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8::7%lo', '2001:db8::7'],
  ['unknown', 'unknown'],
])('a peer %s that is no proxy is %s whatever it says', (peer, address) => {
  expect(clientAddress(peer, { 'x-forwarded-for': '198.51.100.9' })).toBe(address);
});

test('a proxy with a zone or as IPv6 of an IPv4 address is trusted', () => {
  for (const peer of ['fe80::1%eth0', '::ffff:10.1.1.1']) {
    expect(clientAddress(peer, { 'x-forwarded-for': '203.0.113.6:1' })).toBe('203.0.113.6');
  }
});

test('the host that a client asked for is believed from a trusted proxy only', () => {
  const headers = { host: 'node:3000', 'x-forwarded-host': 'chat.example.com, inner' };
  expect(askedHost(proxy, headers)).toBe('chat.example.com');
  expect(askedHost('203.0.113.7', headers)).toBe('node:3000');
  expect(askedHost(proxy, { host: 'node:3000', forwarded: 'for=x;host="chat.example.com"' })).toBe(
    'chat.example.com',
  );
});
