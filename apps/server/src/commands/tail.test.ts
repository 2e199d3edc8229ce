import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { eventLine, messageLine, recoveredLine, resyncLine } from './tail.ts';

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

test.each([
  [3, 5, 'recovered: entries 3 to 5'],
  [3, 3, 'recovered: entry 3'],
  [6, 5, 'recovered: nothing was missed up to seq 5'],
])('a recovery from %i to %i says what was missed', (from_seq, head_seq, shown) => {
  expect(recoveredLine({ group_id: 'g', from_seq, head_seq })).toBe(shown);
});

test('a resync says what to forget, what is missing, and where it continues', () => {
  const lost = {
    group_id: 'g',
    reason: 'epoch_changed',
    from_seq: 9,
    missing: { from: 5, to: 8 },
    revoked: { from: 5, to: 5 },
  } as const;
  expect(resyncLine(lost)).toBe(
    'resync (epoch_changed): forget entry 5, entries 5 to 8 cannot be had, continues from seq 9',
  );
  const over = {
    group_id: 'g',
    reason: 'not_a_member',
    from_seq: null,
    missing: null,
    revoked: null,
  } as const;
  expect(resyncLine(over)).toBe('resync (not_a_member): nothing follows');
});
