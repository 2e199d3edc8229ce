import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { attached, brief, entry, liveAt, resync } from '../../test/sequence-at-work.ts';
import type { Effect, Entry } from './effects.ts';
import { GroupSequence } from './group-sequence.ts';

test('entries in order are shown, duplicates are dropped', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11']);
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  expect(brief(sequence.onEntry(entry(9)))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 11 });
});

test('an unknown group begins at its first entry', () => {
  const sequence = new GroupSequence('g');
  expect(brief(sequence.onEntry(entry(7)))).toEqual(['7']);
  expect(brief(sequence.onJoined({ epoch: 'a', seq: 7 }))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 7 });
});

test.each([7, 8])('after a join answered with seq 7 the first entry may be %i', (seq) => {
  const sequence = new GroupSequence('g');
  sequence.onJoined({ epoch: 'a', seq: 7 });
  expect(brief(sequence.onEntry(entry(seq)))).toEqual([`${seq}`]);
});

test.each([
  ['of another epoch', { epoch: 'b', head_seq: 10 }],
  ['that ends before the position', { head_seq: 9 }],
])('an attach to a log %s is verified', (_, rest) => {
  expect(brief(liveAt(10).onAttached(attached(10, rest)))).toEqual(['verify']);
});

test('a continued position is recovered when the head of that time is reached', () => {
  const sequence = liveAt(10);
  sequence.detach();
  sequence.asking('claimed');
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(11, { recovered: true, head_seq: 12 })))).toEqual([]);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11']);
  expect(brief(sequence.onEntry(entry(12)))).toEqual(['12', 'recovered 11..12']);
});

test('a position ends with the deletion of its group, and later entries begin anew', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11, 'a', 'deleted')))).toEqual(['11']);
  expect(sequence.position).toBeNull();
  sequence.onMembership(true);
  expect(brief(sequence.onEntry(entry(3, 'b', 'joined')))).toEqual(['3']);
  expect(brief(sequence.onEntry(entry(4, 'b')))).toEqual(['4']);
  expect(brief(sequence.onJoined({ epoch: 'b', seq: 3 }))).toEqual([]);
  expect(sequence.position).toEqual({ epoch: 'b', seq: 4 });
});

const changed = (seq: number, status: 'active' | 'none'): Entry => {
  const members = [{ user_id: userIdSchema.parse('u'), status }];
  return Object.assign(entry(seq, 'a', 'members_changed'), { members });
};

test('an entry that removes many users ends a position; one that adds users does not', () => {
  const removed = liveAt(10);
  expect(brief(removed.onEntry(changed(11, 'none')))).toEqual(['11']);
  expect(removed.position).toEqual({ epoch: 'a', seq: 11 });
  removed.onMembership(false);
  expect(removed.position).toBeNull();
  const added = liveAt(10);
  added.onEntry(changed(11, 'active'));
  added.onMembership(false);
  expect(added.position).toEqual({ epoch: 'a', seq: 11 });
});

test('a take-down of a message ends no position, and a gap after it is read', () => {
  const sequence = liveAt(10);
  const at = { group_id: groupIdSchema.parse('g'), epoch: 'a', timestamp: '2025-01-15T10:30:00.000Z' };
  const target = { message_id: 'a-9', target_seq: 9, actor_id: 'u' };
  sequence.onEntry({ ...at, ...target, type: 'deleted', seq: 11 });
  expect(sequence.position).toEqual({ epoch: 'a', seq: 11 });
  sequence.onMembership(false);
  expect(brief(sequence.onEntry(entry(13)))).toEqual(['read after 11']);
});

test('a begin comes before the first entry of what begins anew, not of what continues', () => {
  const begins = (effects: readonly Effect[]) =>
    effects.flatMap((effect) => (effect.type === 'begin' ? [effect.notice] : []));
  const sequence = new GroupSequence('g');
  expect(begins(sequence.onAttached(attached(11)))).toEqual([{ group_id: 'g', epoch: 'a', seq: 10 }]);
  expect(begins(sequence.onEntry(entry(11)))).toEqual([]);
  expect(begins(sequence.onEntry(entry(12, 'b')))).toEqual([]);
  sequence.onEntry(entry(13, 'b', 'kicked'));
  sequence.onMembership(false);
  const again = sequence.onEntry(entry(20, 'b', 'joined'));
  expect(again[0]?.type).toBe('begin');
  expect(begins(again)).toEqual([{ group_id: 'g', epoch: 'b', seq: 19 }]);
});

test('a group that was created again before its end was shown begins anew with a notice', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(3, 'b', 'joined')))).toEqual([
    'epoch_changed from 3 revoked 8..10',
    '3',
  ]);
  expect(sequence.position).toEqual({ epoch: 'b', seq: 3 });
});

test('an epoch that begins where the last one ended is shown at once', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onEntry(entry(11, 'b')))).toEqual(['11']);
});

test.each([
  ['with a join', entry(11, 'b', 'joined')],
  ['after a gap', entry(12, 'b')],
])('the server is asked whether an epoch that begins %s continues the log', (_, first) => {
  expect(brief(liveAt(10).onEntry(first))).toEqual(['verify']);
});

test('an answer to a join in an unknown log is verified', () => {
  expect(brief(liveAt(10).onJoined({ epoch: 'b', seq: 3 }))).toEqual(['verify']);
});

test('a refusal that may be older than a received entry is verified', () => {
  const sequence = liveAt(10);
  sequence.asking('verifying');
  sequence.onEntry(entry(3, 'b', 'joined'));
  expect(brief(sequence.onRefused())).toEqual(['verify']);
  sequence.asking('verifying');
  expect(brief(sequence.onRefused())).toEqual(['not_a_member from null']);
});

test('an attach at a wrong position is verified, and nothing is shown until the answer', () => {
  const sequence = liveAt(10);
  sequence.detach();
  sequence.asking('claimed');
  expect(brief(sequence.onAttached(attached(21)))).toEqual(['verify']);
  expect(brief(sequence.onEntry(entry(21)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(21)))).toEqual([]);
  expect(brief(sequence.onAttached(attached(11, { recovered: true, head_seq: 11 }), true))).toEqual([]);
  expect(brief(sequence.onEntry(entry(11)))).toEqual(['11', 'recovered 11..11']);
});

test.each(['entry first', 'push first'])(
  'a removed user has no position, %s; a later membership begins anew',
  (order) => {
    const sequence = liveAt(10);
    if (order === 'push first') sequence.onMembership(false);
    expect(brief(sequence.onEntry(entry(11, 'a', 'left')))).toEqual(['11']);
    if (order === 'entry first') sequence.onMembership(false);
    expect(sequence.position).toBeNull();
    sequence.onMembership(true);
    expect(brief(sequence.onEntry(entry(20, 'a', 'joined')))).toEqual(['20']);
    expect(sequence.position).toEqual({ epoch: 'a', seq: 20 });
  },
);

test('the removal of another member ends no position', () => {
  const sequence = liveAt(10);
  sequence.onEntry(entry(11, 'a', 'kicked'));
  expect(sequence.position).toEqual({ epoch: 'a', seq: 11 });
  expect(brief(sequence.onEntry(entry(13)))).toEqual(['read after 11']);
});

test('a refusal is reported once', () => {
  const sequence = liveAt(10);
  expect(brief(sequence.onResync(resync('not_a_member', 0, null)))).toEqual(['not_a_member from null']);
  expect(brief(sequence.onRefused())).toEqual([]);
  expect(sequence.phase).toBe('new');
});

test('a group that is off shows nothing, unsubscribes by itself and keeps its position', () => {
  const sequence = liveAt(10);
  sequence.turnOff(null);
  expect(brief(sequence.onEntry(entry(11)))).toEqual([]);
  sequence.detach();
  expect(brief(sequence.onAttached(attached(20)))).toEqual(['unsubscribe']);
  expect(sequence.position).toEqual({ epoch: 'a', seq: 10 });
});
