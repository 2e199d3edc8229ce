import { groupIdSchema, type MessageEvent, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { changeLine, ephemeralLine, eventLine, messageLine } from './entry-lines.ts';

const at = { group_id: groupIdSchema.parse('g'), epoch: 'e', seq: 7, timestamp: '2026-01-01T00:00:00.000Z' };
const message = (text: string) =>
  messageLine({
    ...at,
    type: 'message',
    request_id: 'r',
    message_id: 'e-7',
    from_user_id: userIdSchema.parse('ann'),
    message: text,
  });

test('a message is one line with its seq, time and sender', () => {
  expect(message('Hello: world')).toBe('7 2026-01-01T00:00:00.000Z ann: Hello: world');
});

test('an ephemeral message has no seq, and is one line too', () => {
  const { seq: after_seq, ...rest } = at;
  const push = {
    ...rest,
    after_seq,
    request_id: 'r',
    from_user_id: userIdSchema.parse('ann'),
    message: 'a\nb',
  };
  expect(ephemeralLine(push)).toBe('- 2026-01-01T00:00:00.000Z ann: a\\nb (ephemeral)');
});

test.each([
  ['a second line', 'a\nb', 'a\\nb'],
  ['a command to the terminal', '\u001b[2Jx', '\\u001b[2Jx'],
  ['a C1 command to the terminal', '\u009b2Jx', '\\u009b2Jx'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['a turn of the direction', 'a\u202eb', 'a\\u202eb'],
])('%s in a message is written out', (_, text, shown) => {
  expect(message(text)).toBe(`7 2026-01-01T00:00:00.000Z ann: ${shown}`);
});

test('letters of every script and emoji stay as they are', () => {
  expect(message('čeština שלום 👩‍🚀')).toContain('čeština שלום 👩‍🚀');
});

test.each([
  [{ type: 'joined', user_id: 'ben', actor_id: 'ben' } as const, 'ben joined'],
  [
    {
      type: 'banned',
      user_id: 'ben',
      actor_id: 'ann',
      banned_until: at.timestamp,
      reason: 'spam\n',
    } as const,
    `ben banned by ann until ${at.timestamp} (spam\\n)`,
  ],
  [
    { type: 'updated', user_id: 'ann', changes: { max_members: 5 } } as const,
    'ann updated {"max_members":5}',
  ],
])('an event says what happened to whom: %o', (event, shown) => {
  expect(eventLine({ ...at, ...event })).toBe(`7 2026-01-01T00:00:00.000Z * ${shown}`);
});

test('a message that was edited or taken down says so', () => {
  const { group_id, epoch, seq, timestamp } = at;
  const place = {
    group_id,
    epoch,
    seq,
    timestamp,
    type: 'message',
    request_id: 'r',
    message_id: 'e-7',
  } as const;
  const from_user_id = userIdSchema.parse('ann');
  const edited = { message: 'Hi', edits: 1, edited_at: timestamp };
  expect(messageLine({ ...place, from_user_id, ...edited })).toMatch(/ann: Hi \(edited\)$/);
  const takenDown = { deleted: true, deleted_by: 'ben', deleted_at: timestamp } as const;
  expect(messageLine({ ...place, from_user_id, ...takenDown })).toMatch(/ann: \(taken down\)$/);
});

test.each<[Partial<MessageEvent> & Pick<MessageEvent, 'type'>, string]>([
  [{ type: 'edited', message: 'a\nb', edits: 1 }, 'edited 3: a\\nb'],
  [{ type: 'edited', edits: 1, deleted: true }, 'edited 3: (taken down)'],
  [{ type: 'deleted' }, 'took down 3'],
  [{ type: 'deleted', reason: 'off topic' }, 'took down 3 (off topic)'],
  [{ type: 'reacted', reaction: '👍', count: 2 }, 'reacted with 👍 to 3 (2)'],
  [{ type: 'unreacted', reaction: '👍', count: 1 }, 'took back 👍 from 3 (1)'],
  [{ type: 'pinned' }, 'pinned 3'],
  [{ type: 'unpinned' }, 'unpinned 3'],
])('a change says who did what to which message: %o', (change, shown) => {
  const line = changeLine({ ...at, message_id: 'e-3', target_seq: 3, actor_id: 'ben', ...change });
  expect(line).toBe(`7 2026-01-01T00:00:00.000Z * ben ${shown}`);
});
