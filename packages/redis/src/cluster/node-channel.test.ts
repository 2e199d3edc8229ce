import { expect, test } from 'vitest';
import { decodeNodeMessage, isNodeMessage } from './node-channel.ts';

const payload = (message: unknown) => Buffer.from(`plenum1 node ${JSON.stringify(message)}`);
const question = { type: 'question', askId: 'a', from: 'n1', question: { topic: 'figures' } };

test('a question is read; fields of a later version are left out', () => {
  expect(isNodeMessage(payload(question))).toBe(true);
  expect(decodeNodeMessage(payload({ ...question, later: 1 }))).toEqual(question);
  expect(isNodeMessage(Buffer.from('look'))).toBe(false);
});

test.each([
  ['no JSON', Buffer.from('plenum1 node {')],
  ['null', payload(null)],
  ['another topic', payload({ ...question, question: { topic: 'secrets' } })],
  ['an id with a space', payload({ ...question, from: 'n 1' })],
  [
    'a reading without its parts',
    payload({ type: 'answer', askId: 'a', from: 'n1', answer: { topic: 'figures', reading: {} } }),
  ],
  [
    'a trace for an hour',
    payload({
      ...question,
      question: { topic: 'trace_begin', traceId: 't', groupId: 'g', forMs: 3_600_000 },
    }),
  ],
  ['bytes that are no text', Buffer.concat([Buffer.from('plenum1 node '), Buffer.from([0xff, 0xfe])])],
  ['more than 256 KiB', payload({ ...question, filler: 'x'.repeat(262_144) })],
])('%s is not read', (_, bytes) => {
  expect(decodeNodeMessage(bytes)).toBeNull();
});
