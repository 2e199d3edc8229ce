import { type Appended, refused } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { expect, test, vi } from 'vitest';
import { PendingSends } from './pending-sends.ts';
import { type DecodedEntry, messageWireHead } from './wire.ts';

const groupId = groupIdSchema.parse('g');
const epoch = '0123456789abcdef';
const headOf = (text: string) => messageWireHead({ groupId, sender: 'u', requestId: 'r', text });

const entryOf = (text: string, sender = 'u'): DecodedEntry => ({
  header: {
    kind: 'message',
    groupId,
    epoch,
    seq: 5,
    recipientsCount: 2,
    timestampMs: 1000,
    actor: sender,
    requestId: 'r',
  },
  entry: { kind: 'message', epoch, seq: 5, wire: Buffer.from(`${headOf(text)}…`) },
});
const appended: Appended = {
  outcome: 'appended',
  isDuplicate: false,
  epoch,
  seq: 5,
  messageId: `${epoch}-5`,
  recipientsCount: 2,
  timestampMs: 1000,
};

function open(sends: PendingSends, text = 'hello') {
  const onCommitted = vi.fn();
  const send = sends.open({
    groupId,
    sender: 'u',
    requestId: 'r',
    wireHead: headOf(text),
    notBeforeMs: 1000,
    onCommitted,
  });
  return { send, onCommitted };
}

test('the entry commits the send before anything else happens to it', async () => {
  const sends = new PendingSends();
  const { send, onCommitted } = open(sends);
  sends.notice(entryOf('hello'));
  expect(onCommitted).toHaveBeenCalledExactlyOnceWith(appended);
  expect(await send.outcome).toEqual(appended);
});

test('reply and entry commit once, whichever is first', () => {
  const sends = new PendingSends();
  const { send, onCommitted } = open(sends);
  send.settle(appended);
  sends.notice(entryOf('hello'));
  sends.notice(entryOf('hello'));
  expect(onCommitted).toHaveBeenCalledOnce();
});

test('an entry that is older than the send, of a group that was deleted since, commits nothing', () => {
  const sends = new PendingSends();
  const { onCommitted } = open(sends);
  const { header, entry } = entryOf('hello');
  sends.notice({ header: { ...header, timestampMs: 999 }, entry });
  expect(onCommitted).not.toHaveBeenCalled();
});

test.each([
  ['another message under the same request id', entryOf('other')],
  ['the same request id of another sender', entryOf('hello', 'v')],
])('%s commits nothing', (_, decoded) => {
  const sends = new PendingSends();
  const { onCommitted } = open(sends);
  sends.notice(decoded);
  expect(onCommitted).not.toHaveBeenCalled();
});

test('two attempts at one send are both committed, a settled one is not', () => {
  const sends = new PendingSends();
  const attempts = [open(sends), open(sends), open(sends)];
  attempts[2]?.send.settle(refused({ code: 'muted' }));
  sends.notice(entryOf('hello'));
  expect(attempts.map(({ onCommitted }) => onCommitted.mock.calls.length)).toEqual([1, 1, 0]);
});

test('a callback that throws fails its own send and nothing else', async () => {
  const sends = new PendingSends();
  const { send, onCommitted } = open(sends);
  onCommitted.mockImplementation(() => {
    throw new Error('gone');
  });
  expect(() => sends.notice(entryOf('hello'))).not.toThrow();
  await expect(send.outcome).rejects.toThrow('gone');
});
