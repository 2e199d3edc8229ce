import { groupIdSchema, type MessageEvent, type MessageHistoryEntry, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { foldEntries, MessageFold } from './message-fold.ts';

const at = { group_id: groupIdSchema.parse('g'), epoch: 'e', timestamp: '2026-01-01T00:00:00.000Z' };
const userId = 'ann';
const text = (seq: number, message = `text ${seq}`, rest: object = {}): MessageHistoryEntry => ({
  ...at,
  type: 'message',
  request_id: `r${seq}`,
  message_id: `e-${seq}`,
  from_user_id: userIdSchema.parse('bob'),
  message,
  seq,
  ...rest,
});
const change = (
  seq: number,
  type: MessageEvent['type'],
  rest: Partial<MessageEvent> & { readonly target?: number } = {},
): MessageEvent => {
  const { target = 1, ...fields } = rest;
  return { ...at, type, seq, message_id: `e-${target}`, target_seq: target, actor_id: 'bob', ...fields };
};
const folded = (...entries: readonly (MessageHistoryEntry | MessageEvent)[]) =>
  foldEntries(entries, { userId });

test('an edit replaces text, metadata and mentions', () => {
  const mentions = [userIdSchema.parse('cyd')];
  const sent = text(1, 'one', { metadata: { a: 1 }, mentions });
  const edit = change(2, 'edited', { message: 'two', edits: 1 });
  expect(folded(sent, edit)).toEqual([text(1, 'two', { edits: 1, edited_at: at.timestamp, state_seq: 2 })]);
});

test('a take-down leaves a tombstone with neither text nor reactions', () => {
  const sent = text(1, 'secret', { metadata: { a: 1 }, reply: { message_id: 'e-0', seq: 0 } });
  const [shown] = folded(
    sent,
    change(2, 'reacted', { reaction: '👍', count: 1 }),
    change(3, 'deleted', { reason: 'spam' }),
    change(4, 'reacted', { reaction: '👍', count: 2 }),
  );
  const { message: _, ...place } = text(1);
  const tombstone = {
    deleted: true,
    deleted_by: 'bob',
    deleted_at: at.timestamp,
    reason: 'spam',
    state_seq: 3,
  };
  expect(shown).toEqual({ ...place, ...tombstone });
});

test('an edit that is read without its text leaves the message as it is until the take-down', () => {
  const sent = text(1, 'one');
  expect(folded(sent, change(2, 'edited', { edits: 1, deleted: true }))).toEqual([sent]);
});

test('a message that is read as expired stays so, and the entry of its take-down completes it', () => {
  const place = { ...at, type: 'message', request_id: 'r1', message_id: 'e-1', seq: 1 } as const;
  const takenDown = { deleted: true, deleted_by: '$service', reason: 'expired' } as const;
  const from_user_id = userIdSchema.parse('bob');
  const deleted_at = '2026-01-02T00:00:00.000Z';
  const expired: MessageHistoryEntry = { ...place, ...takenDown, from_user_id, deleted_at };
  const entry = change(3, 'deleted', { actor_id: '$service', reason: 'expired' });
  const late = change(2, 'reacted', { reaction: '👍', count: 1 });
  const shown = { ...expired, deleted_at: at.timestamp, state_seq: 3 };
  expect(foldEntries([expired, text(1), late, entry])).toEqual([shown]);
});

test.each([
  ['one', '👍'],
  ['a name that objects have', '__proto__'],
  ['a name of another form', 'e\u0301'],
])('reactions count their users, and tell which are own: %s', (_, reaction) => {
  const [shown] = folded(
    text(1),
    change(2, 'reacted', { reaction: reaction.normalize('NFC'), count: 1, actor_id: userId }),
    change(3, 'reacted', { reaction, count: 2 }),
    change(4, 'reacted', { reaction: 'gone', count: 1 }),
    change(5, 'unreacted', { reaction: 'gone', count: 0 }),
  );
  const reactions = Object.fromEntries([[reaction.normalize('NFC'), { count: 2, me: true }]]);
  expect(shown).toMatchObject({ state_seq: 5 });
  expect(shown).toHaveProperty('reactions', reactions);
});

test('a message whose last reaction is taken back has none', () => {
  const put = change(2, 'reacted', { reaction: '👍', count: 1 });
  const back = change(3, 'unreacted', { reaction: '👍', count: 0 });
  expect(folded(text(1), put, back)).toEqual([text(1, 'text 1', { state_seq: 3 })]);
});

test('a change that the state includes changes nothing, and a later state is kept', () => {
  const present = text(1, 'three', { edits: 2, edited_at: at.timestamp, state_seq: 3 });
  const older = change(2, 'edited', { message: 'two', edits: 1 });
  expect(folded(present, older, text(1, 'one'))).toEqual([present]);
});

test('changes of a message that comes after them are applied to it', () => {
  const edit = change(3, 'edited', { message: 'three', edits: 2 });
  expect(folded(edit, change(2, 'edited', { message: 'two', edits: 1 }), text(1, 'one'))).toMatchObject([
    { message: 'three', edits: 2, state_seq: 3 },
  ]);
});

test('of changes of unknown messages the newest thousand are kept', () => {
  const fold = new MessageFold();
  for (let seq = 2; seq <= 1002; seq += 1) {
    fold.add(change(seq, 'edited', { target: seq === 2 ? 1 : -seq, message: 'new', edits: 1 }));
  }
  fold.add(change(1003, 'edited', { target: 0, message: 'new', edits: 1 }));
  expect(fold.add(text(1, 'old'))).toMatchObject({ message: 'old' });
  expect(fold.add(text(0, 'old'))).toMatchObject({ message: 'new' });
});

test('a message of another log replaces the one at its seq', () => {
  const fold = new MessageFold();
  fold.add(text(1, 'lost', { state_seq: 9 }));
  fold.add(text(1, 'new', { message_id: 'f-1', epoch: 'f' }));
  expect(fold.messages).toMatchObject([{ message: 'new' }]);
  expect([fold.get('e-1'), fold.get('f-1')]).toMatchObject([undefined, { message: 'new' }]);
});

test('pins that came later are applied to a list, and a take-down ends one', () => {
  const pin = (target: number) => ({
    message_id: `e-${target}`,
    seq: target,
    pinned_by: 'ann',
    pinned_at: at.timestamp,
  });
  const fold = new MessageFold();
  for (const entry of [
    change(6, 'pinned', { target: 4 }),
    change(7, 'deleted', { target: 1 }),
    change(8, 'unpinned', { target: 2 }),
    change(9, 'pinned', { target: 5 }),
  ])
    fold.add(entry);
  const pins = fold.pins({ pinned: [pin(1), pin(2), pin(3), pin(4)], seq: 6 });
  expect(pins.map(({ seq }) => seq)).toEqual([3, 4, 5]);
});
