import type { HistoryEntry } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { ChangeAttempt, RunHistory } from './history.ts';
import { entryAt, logOf, messageAt } from './sound-run.ts';

const groupId = 'club';
const epoch = '00000000000000aa';
const changeAt = (seq: number, type: string, target: number, actor: string, fields: object = {}) =>
  entryAt(seq, {
    ...{ type, target_seq: target, message_id: `${epoch}-${target}`, actor_id: actor },
    ...fields,
  });

/** As a device gets them. Ann edits her message, which owner takes down; bob reacts to that of owner. */
const told: readonly HistoryEntry[] = [
  entryAt(1, { type: 'created', user_id: 'owner', roles: ['admin'] }),
  entryAt(2, { type: 'joined', user_id: 'ann' }),
  entryAt(3, { type: 'joined', user_id: 'bob' }),
  messageAt(4, 'ann', 'first'),
  messageAt(5, 'owner', 'second'),
  changeAt(6, 'edited', 4, 'ann', { message: 'first!', edits: 1 }),
  changeAt(7, 'reacted', 5, 'bob', { reaction: '👍', count: 1 }),
  changeAt(8, 'edited', 5, 'owner', { message: 'second!', edits: 1 }),
  changeAt(9, 'deleted', 4, 'owner'),
  changeAt(10, 'pinned', 5, 'owner'),
];
const timeOf = (seq: number) => told[seq - 1]?.timestamp;
const tombstone = () => {
  const { message: _, ...rest } = Object(messageAt(4, 'ann', 'first'));
  const deleted = { deleted: true, deleted_by: 'owner', deleted_at: timeOf(9), state_seq: 9 };
  return entryAt(4, { ...rest, ...deleted });
};
const second = (fields: object = {}) =>
  entryAt(5, {
    ...messageAt(5, 'owner', 'second'),
    ...{ message: 'second!', edits: 1, edited_at: timeOf(8), state_seq: 8 },
    ...{ reactions: { '👍': { count: 1 } }, ...fields },
  });
const editOfGone = changeAt(6, 'edited', 4, 'ann', { edits: 1, deleted: true });
/** As it is read at the end. */
const read: readonly HistoryEntry[] = [
  ...told.slice(0, 3),
  tombstone(),
  second(),
  editOfGone,
  ...told.slice(6),
];

const change = (operation: ChangeAttempt['operation'], targetSeq: number, seq: number): ChangeAttempt => ({
  ...{ groupId, userId: 'owner', requestId: `${operation} of ${targetSeq}`, operation, targetSeq },
  answer: { type: 'ack', epoch, seq },
});
const sendOf = (seq: number, userId: string, message: string) => ({
  ...{ groupId, userId, message, requestId: `id of ${message}` },
  answer: { type: 'ack', epoch, seq, messageId: `${epoch}-${seq}` } as const,
});
const deliveryTo = (userId: string, entries: readonly HistoryEntry[], resyncs: readonly number[] = []) => ({
  ...{ device: `phone of ${userId}`, userId, groupId, entries, resyncs },
  presence: 'throughout' as const,
  isRefilled: true,
});
const sound: RunHistory = {
  logs: [logOf(read, { groupType: 'public' })],
  readings: [{ groupId, entries: read }],
  sends: [sendOf(4, 'ann', 'first'), sendOf(5, 'owner', 'second')],
  changes: [change('edit', 5, 8), change('take_down', 4, 9), change('take_down', 4, 9), change('pin', 5, 10)],
  deliveries: [
    deliveryTo('owner', told),
    // It came back and read a page.
    deliveryTo('ann', [...told.slice(1, 5), ...read.slice(5)], [4]),
    deliveryTo(
      'bob',
      [told[2], ...read.slice(3)].flatMap((entry) => entry ?? []),
      [1],
    ),
  ],
};
const violated = (changes: Partial<RunHistory>) => [
  ...new Set(checkHistory({ ...sound, ...changes }).map(({ invariant }) => invariant)),
];
const withEntry = (entries: readonly HistoryEntry[], entry: HistoryEntry) =>
  entries.map((old) => (old.seq === entry.seq ? entry : old));
const withReading = (entry: HistoryEntry): Partial<RunHistory> => ({
  readings: [{ groupId, entries: withEntry(read, entry) }],
});
const withLog = (entries: readonly HistoryEntry[]): Partial<RunHistory> => ({
  logs: [logOf(entries, { groupType: 'public' })],
  readings: [],
  deliveries: [],
});

test('a sound run with changes violates nothing', () => {
  expect(checkHistory(sound)).toEqual([]);
});

describe('a run is flagged', () => {
  test.each<[string, Partial<RunHistory>, readonly string[]]>([
    ['in which an acknowledged change is in no log', { changes: [change('unpin', 5, 11)] }, ['I1']],
    ['in which an ack names the change of another message', { changes: [change('react', 5, 9)] }, ['I1']],
    ['whose present text lacks an edit', withReading(messageAt(5, 'owner', 'second')), ['I17']],
    ['whose present count is another', withReading(second({ reactions: { '👍': { count: 2 } } })), ['I17']],
    ['whose present state lacks a reaction', withReading(second({ reactions: {} })), ['I17']],
    ['whose present state is of an older change', withReading(second({ state_seq: 7 })), ['I17']],
    [
      'in which a device that resumed missed an edit',
      { deliveries: [deliveryTo('owner', withEntry(told, changeAt(8, 'reacted', 4, 'bob')))] },
      ['I3', 'I17'],
    ],
    ['whose taken-down text is read', withReading(messageAt(4, 'ann', 'first')), ['I17', 'I18']],
    [
      'whose edit of what was taken down is read',
      withReading(changeAt(6, 'edited', 4, 'ann', { edits: 1, message: 'first!' })),
      ['I18'],
    ],
    [
      'in which a device got a text behind the take-down',
      { deliveries: [deliveryTo('owner', [...told, messageAt(4, 'ann', 'first')])] },
      ['I6', 'I17', 'I18'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(violated(changes)).toEqual(expected);
  });

  test('for a part of what a device gets after a resync, if it reads no pages', () => {
    const got = (entries: readonly HistoryEntry[]) => ({
      deliveries: [{ ...deliveryTo('owner', [...told.slice(0, 3), ...entries], [3]), isRefilled: false }],
    });
    expect(violated(got(told.slice(4)))).toEqual([]);
    expect(violated(got(told.slice(4, -1)))).toEqual(['I6']);
    const stale = withEntry(told.slice(4), changeAt(8, 'reacted', 4, 'bob'));
    expect(violated(got(stale))).toEqual(['I3', 'I17']);
  });

  const next = (type: string, target: number, actor: string, fields: object = {}) =>
    withLog([...read, changeAt(11, type, target, actor, fields)]);
  test.each<[string, Partial<RunHistory>]>([
    ['for an edit by another user', next('edited', 5, 'ann', { message: 'x', edits: 2 })],
    ['for an edit of what was taken down', next('edited', 4, 'ann', { edits: 2, deleted: true })],
    ['for a take-down by a member', next('deleted', 5, 'ann')],
    ['for a second take-down', next('deleted', 4, 'owner')],
    ['for a pin by a member', next('pinned', 5, 'bob')],
    ['for a reaction by a user that is no member', next('reacted', 5, 'cyd', { reaction: 'a', count: 1 })],
    ['for a reaction to no message', next('reacted', 3, 'bob', { reaction: 'a', count: 1 })],
    [
      'for a reaction of a user that was kicked before',
      withLog([
        ...read,
        entryAt(11, { type: 'kicked', user_id: 'bob', actor_id: 'owner' }),
        changeAt(12, 'unreacted', 5, 'bob', { reaction: '👍', count: 0 }),
      ]),
    ],
    [
      'for a pin by a moderator that was demoted before',
      withLog([
        ...read,
        entryAt(11, { type: 'promoted', user_id: 'bob', actor_id: 'owner', roles: ['moderator'] }),
        entryAt(12, { type: 'demoted', user_id: 'bob', actor_id: 'owner' }),
        changeAt(13, 'unpinned', 5, 'bob'),
      ]),
    ],
    [
      'for a reaction while only admins may post',
      withLog([
        ...read,
        entryAt(11, { type: 'updated', user_id: 'owner', changes: { posting: 'admins' } }),
        changeAt(12, 'reacted', 5, 'ann', { reaction: 'a', count: 1 }),
      ]),
    ],
  ])('%s', (_, changes) => {
    expect(violated(changes)).toEqual(['I9']);
  });

  test('not for what a moderator and the service may do', () => {
    const entries = [
      ...read,
      entryAt(11, { type: 'promoted', user_id: 'bob', actor_id: 'owner', roles: ['moderator'] }),
      changeAt(12, 'unpinned', 5, 'bob'),
      changeAt(13, 'pinned', 5, '$service'),
      changeAt(14, 'deleted', 5, 'bob'),
    ];
    expect(violated({ ...withLog(entries), changes: [] })).toEqual([]);
  });
});
