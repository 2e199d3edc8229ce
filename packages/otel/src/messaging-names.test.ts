import { expect, test } from 'vitest';
import { attributesOf, messagingNamesOf, spanNameOf } from './messaging-names.ts';

test.each([
  [undefined, 'plenum'],
  ['http,database', 'plenum'],
  ['http, messaging', 'messaging'],
  ['messaging,messaging/dup', 'both'],
  ['messaging/dupe', 'plenum'],
] as const)('the opt-in %s gives names of %s', (optIn, names) => {
  expect(messagingNamesOf(optIn)).toBe(names);
});

test('both have the attributes of both, and a name of the conventions', () => {
  const about = { operation: 'archive', type: 'process', groupId: null, messages: 7 } as const;
  expect(spanNameOf(about, 'plenum')).toBe('plenum archive');
  expect(spanNameOf(about, 'both')).toBe('process group');
  expect(attributesOf(about, 'both')).toEqual({
    ...attributesOf(about, 'plenum'),
    ...attributesOf(about, 'messaging'),
  });
  expect(attributesOf(about, 'messaging')).toEqual({
    'messaging.system': 'plenum',
    'messaging.operation.name': 'archive',
    'messaging.operation.type': 'process',
    'messaging.destination.template': 'group',
    'messaging.batch.message_count': 7,
  });
});
