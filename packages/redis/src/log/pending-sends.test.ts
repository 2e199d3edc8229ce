import { type Appended, type AppendOutcome, refused } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
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

function open(sends: PendingSends, text = 'hello') {
  const sent = { groupId, sender: 'u', requestId: 'r', wireHead: headOf(text), notBeforeMs: 1000 };
  const send = sends.open(sent);
  const outcomes: AppendOutcome[] = [];
  void send.outcome.then((outcome) => outcomes.push(outcome));
  return { send, outcomes };
}
/** Every microtask has run. */
const tick = () => new Promise((resolve) => setImmediate(resolve));

test('the entry resolves the send, in the same tick', async () => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  sends.resolveWith(entryOf('hello'));
  await Promise.resolve();
  expect(outcomes).toEqual([appended]);
});

test('of reply and entry the first counts', async () => {
  const sends = new PendingSends();
  const { send, outcomes } = open(sends);
  const reply = { ...appended, isDuplicate: true };
  send.resolve(reply);
  sends.resolveWith(entryOf('hello'));
  await tick();
  expect(outcomes).toEqual([reply]);
});

test('an entry that is older than the send, of a group that was deleted since, resolves nothing', async () => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  const { header, entry } = entryOf('hello');
  sends.resolveWith({ header: { ...header, timestampMs: 999 }, entry });
  await tick();
  expect(outcomes).toEqual([]);
});

test.each([
  ['another message under the same request id', entryOf('other')],
  ['the same request id of another sender', entryOf('hello', 'v')],
])('%s resolves nothing', async (_, decoded) => {
  const sends = new PendingSends();
  const { outcomes } = open(sends);
  sends.resolveWith(decoded);
  await tick();
  expect(outcomes).toEqual([]);
});

test('an entry resolves both attempts at one send, and not one that is resolved', async () => {
  const sends = new PendingSends();
  const attempts = [open(sends), open(sends), open(sends)];
  const refusal = refused({ code: 'muted' });
  attempts[2]?.send.resolve(refusal);
  sends.resolveWith(entryOf('hello'));
  await tick();
  expect(attempts.map(({ outcomes }) => outcomes)).toEqual([[appended], [appended], [refusal]]);
});
