import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPlainEnvelope, isPlainMessage, requestEnvelopeSchema } from './envelope.ts';
import { requestTable } from './requests.ts';

const messageMaxBytes = 12;
const messageSchema = requestTable(messageMaxBytes).relay_msg.args;

const odd = fc.oneof(
  fc.constantFrom(
    'g',
    'a b',
    '.',
    '..',
    '',
    'é',
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(129),
    '\ud800',
    'a\n',
    'a\0',
  ),
  fc.constantFrom('éééééé', 'ééééééé', 'hello world!', 'hello world!!', null, undefined, 7, true),
  fc.constant([]),
  fc.constant({}),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const objectOf = (keys: readonly string[]) =>
  fc.oneof(odd, fc.dictionary(fc.constantFrom(...keys, '__proto__', 'toString', 'other'), odd));

test('what is recognised as an envelope is what its schema makes of it', () => {
  fc.assert(
    fc.property(objectOf(['service', 'request_type', 'request_id', 'args']), (input) => {
      if (!isPlainEnvelope(input)) return;
      expect(requestEnvelopeSchema.parse(input)).toEqual(input);
    }),
    { numRuns: 5000 },
  );
});

test('what is recognised as a message is what its schema makes of it', () => {
  fc.assert(
    fc.property(objectOf(['group_id', 'message']), (args) => {
      if (!isPlainMessage(args, messageMaxBytes)) return;
      expect(messageSchema.parse(args)).toEqual(args);
    }),
    { numRuns: 5000 },
  );
});

test('an ordinary message and its envelope are recognised', () => {
  const args = { group_id: 'room:one', message: 'hello' };
  expect(isPlainMessage(args, messageMaxBytes)).toBe(true);
  const envelope = { service: 'Chat', request_type: 'relay_msg', request_id: 'r 1', args };
  expect(isPlainEnvelope(envelope)).toBe(true);
  expect(isPlainEnvelope({ request_type: 'relay_msg', args })).toBe(true);
});

test.each([
  ['an envelope without a type', { request_id: 'r', args: {} }],
  ['bytes as arguments', { request_type: 'relay_msg', args: Buffer.from('xy') }],
  ['an unknown field', { request_type: 'relay_msg', extra: 1 }],
  ['a request id that is not printable', { request_type: 'relay_msg', request_id: 'a\n' }],
  ['a field that hides in __proto__', JSON.parse('{"request_type":"relay_msg","__proto__":{}}')],
])('%s is left to the schema', (_, input) => {
  expect(isPlainEnvelope(input)).toBe(false);
});

test.each([
  ['an empty text', { group_id: 'g', message: '' }],
  ['a text that is too large', { group_id: 'g', message: 'hello world!!' }],
  ['a lone surrogate', { group_id: 'g', message: '\ud800' }],
  ['U+0000', { group_id: 'g', message: 'a\0' }],
  ['a group id of two dots', { group_id: '..', message: 'm' }],
  ['a third field', { group_id: 'g', message: 'm', to: 'all' }],
])('%s is left to the schema', (_, args) => {
  expect(isPlainMessage(args, messageMaxBytes)).toBe(false);
});
