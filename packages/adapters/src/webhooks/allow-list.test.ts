import { expect, test } from 'vitest';
import { createAllowList, isAllowEntry } from './allow-list.ts';

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
