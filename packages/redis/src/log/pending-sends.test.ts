import { type Appended, refused } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { WrittenExtra } from './append-arguments.ts';
import { PendingSends } from './pending-sends.ts';
import { type DecodedEntry, messageWireHead } from './wire.ts';

const groupId = groupIdSchema.parse('g');
const epoch = '0123456789abcdef';
const headOf = (text: string) => messageWireHead({ groupId, sender: 'u', requestId: 'r', text });

const entryOf = (text: string, sender = 'u'): DecodedEntry => ({
  header: {
    type: 'message',
    groupId,
    epoch,
    seq: 5,
    recipientsCount: 2,
    timestampMs: 1000,
    actor: sender,
    requestId: 'r',
  },
  entry: { type: 'message', epoch, seq: 5, wire: Buffer.from(`${headOf(text)}…`) },
});
const appended: Appended = {
  type: 'appended',
  isDuplicate: false,
  epoch,
  seq: 5,
  messageId: `${epoch}-5`,
  recipientsCount: 2,
  timestampMs: 1000,
};

function open(sends: PendingSends, text = 'hello', extra?: WrittenExtra) {
  const request = { id: 'r', payloadHash: 'hash', rememberMs: 1000 };
  const message = { groupId, sender: userIdSchema.parse('u'), request, wireHead: headOf(text), extra };
  const outcomes: unknown[] = [];
  const done = (outcome: unknown) => void outcomes.push(outcome);
  const send = sends.open({ message, isRateLimited: true, notBeforeMs: 1000, done });
  return { send, outcomes };
}

test('the entry resolves the send at once', () => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  sends.resolveWith(entryOf('hello'));
  expect(outcomes).toEqual([appended]);
});

test('a reply is resolved by its entry, whose head has what the script has written', () => {
  const sends = new PendingSends();
  const { outcomes } = open(sends, 'hello', {
    replyTo: `${epoch}-3`,
    mentions: [],
    isOpen: false,
    expiresInMs: null,
  });
  const { header, entry } = entryOf('hello');
  const known = headOf('hello').slice(0, -'"timestamp":"'.length);
  const wireOf = (text: string) => ({ header, entry: { ...entry, wire: Buffer.from(`${text}…`) } });
  sends.resolveWith(wireOf(`${known.replace('hello', 'other')}"reply":{}`));
  expect(outcomes).toEqual([]);
  sends.resolveWith(wireOf(`${known}"reply":{"message_id":"${epoch}-3"}`));
  expect(outcomes).toEqual([appended]);
});

test('of reply and entry the first counts', () => {
  const sends = new PendingSends();
  const { send, outcomes } = open(sends);
  const reply = { ...appended, isDuplicate: true };
  expect(send.resolve(reply)).toBe(true);
  sends.resolveWith(entryOf('hello'));
  expect(send.resolve(appended)).toBe(false);
  expect(outcomes).toEqual([reply]);
});

test('an entry that is older than the send, of a group that was deleted since, resolves nothing', () => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  const { header, entry } = entryOf('hello');
  sends.resolveWith({ header: { ...header, timestampMs: 999 }, entry });
  expect(outcomes).toEqual([]);
});

test.each([
  ['another message under the same request id', entryOf('other')],
  ['the same request id of another sender', entryOf('hello', 'v')],
])('%s resolves nothing', (_, decoded) => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  sends.resolveWith(decoded);
  expect(outcomes).toEqual([]);
});

test('an entry resolves both attempts at one send, and not one that is resolved', () => {
  const sends = new PendingSends();
  const attempts = [open(sends), open(sends), open(sends)];
  const refusal = refused({ code: 'muted' });
  attempts[2]?.send.resolve(refusal);
  sends.resolveWith(entryOf('hello'));
  expect(attempts.map(({ outcomes }) => outcomes)).toEqual([[appended], [appended], [refusal]]);
});
