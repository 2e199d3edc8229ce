import { expect, test } from 'vitest';
import { createAllowList, isAllowEntry, isPublicAddress } from './allow-list.ts';

test.each([
  ...[
    'moderation.internal',
    'moderation',
    'Moderation.Internal.',
    'my_hook.svc.cluster.local',
    'möd.internal',
  ],
  ...['10.0.0.0/8', '10.1.2.3', '10.1.2.3/8', '0.0.0.0/0', 'fd00::/8', '::1', '[::1]'],
])('%s is a host, an address or a block', (entry) => {
  expect(isAllowEntry(entry)).toBe(true);
});

test.each([
  ...[
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.1',
    '0x7f.1',
    '2130706433',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    'fd00::/129',
  ],
  ...[
    'http://a',
    'a:80',
    '10.0.0.1:80',
    '*.internal',
    'a/b',
    'a b',
    '-a',
    'a..b',
    'fe80::1%eth0',
    '10.0.0.0/-1',
  ],
])('%s is none', (entry) => {
  expect(isAllowEntry(entry)).toBe(false);
  expect(() => createAllowList([entry])).toThrow('is no host name, address or CIDR block');
});

test.each([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['10.0.0.0/8', '::ffff:10.0.0.1', true],
  ['10.0.0.0/8', '64:ff9b::a00:1', false],
  ['10.0.0.0/8', '2002:a00:1::', false],
  ['10.0.0.0/8', '::10.0.0.1', false],
  ['::/0', '10.0.0.1', false],
  ['fd00::/8', 'fd12::1', true],
  ['fd00::/8', 'fe80::1%eth0', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.3', '10.1.2.4', false],
  ['10.0.0.0/8', 'moderation.internal', false],
])('%s and the address %s: %s', (entry, address, isAllowed) => {
  expect(createAllowList([entry]).allowsAddress(address)).toBe(isAllowed);
});

test('a name is allowed whole, without regard to case or the full stop at its end', () => {
  const list = createAllowList(['Moderation.internal']);
  expect(['moderation.INTERNAL', 'moderation.internal.'].every(list.allowsHost)).toBe(true);
  expect(['internal', 'a.moderation.internal', 'moderation.internal.example'].some(list.allowsHost)).toBe(
    false,
  );
});

test.each(['93.184.216.34', '8.8.8.8', '172.15.255.255', '172.32.0.1', '2606:4700:4700::1111'])(
  '%s is public',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ...['0.0.0.0', '127.0.0.1', '127.255.255.254', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.0.1'],
  ...[
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ],
  ...[
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd00:ec2::254',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
  ],
  ...['::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::a00:1', '64:ff9b:1::1', '2002:7f00:1::'],
  ...['2001:0:7f00:1::', '', 'localhost', '2130706433', '0x7f.0.0.1', '127.1', '127.0.0.1\0'],
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});
