import { type GroupEvent, groupIdSchema, type MembershipPush, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { Device } from '../ports/devices.ts';
import { KnownMembers } from './known-members.ts';

const groupId = groupIdSchema.parse('g');
const ann = userIdSchema.parse('ann');

/** What the one device of ann on this node gets. */
function watched() {
  const pushed: string[] = [];
  const device: Device = {
    id: 'd',
    userId: ann,
    isAuto: true,
    drained: () => Promise.resolve(),
    push: () => {},
  };
  const members = new KnownMembers(groupId, {
    devicesOf: (userId) => (userId === ann ? [device] : []),
    push: (_, __, payload) => {
      if ('status' in payload) pushed.push(describe(payload));
    },
  });
  const onEvent = (seq: number, type: GroupEvent['type'], user_id: string = ann) =>
    members.onEvent({
      group_id: groupId,
      type,
      user_id,
      epoch: 'e',
      seq,
      timestamp: '2025-01-01T00:00:00.000Z',
    });
  return { pushed, members, onEvent };
}
const describe = ({ type, status }: MembershipPush) => `${type}: ${status}`;

test('a member whom the feed learned of by a promotion alone gets the deletion of the group', () => {
  const { pushed, onEvent } = watched();
  onEvent(4, 'promoted');
  onEvent(5, 'deleted', 'owner');
  expect(pushed).toEqual(['promoted: active', 'deleted: none']);
});

test('a removed member gets no push that the group was deleted', () => {
  const { pushed, onEvent } = watched();
  onEvent(4, 'joined');
  onEvent(5, 'kicked');
  onEvent(6, 'deleted', 'owner');
  expect(pushed).toEqual(['joined: active', 'kicked: none']);
});

test('an entry older than the record that was read is pushed and changes nothing', () => {
  const { pushed, members, onEvent } = watched();
  const record = {
    status: 'active',
    roles: ['member'],
    joinedAtMs: 0,
    sinceSeq: 6,
    mutedUntilMs: null,
  } as const;
  members.note(ann, record, 6);
  onEvent(5, 'left');
  expect(members.has(ann)).toBe(true);
  onEvent(6, 'joined');
  expect(pushed).toEqual(['left: none', 'joined: active']);
});

test('the nudge of a ban that comes before its entry is pushed once', () => {
  const { pushed, members, onEvent } = watched();
  const nudged: MembershipPush = { group_id: groupId, status: 'none', roles: [], type: 'banned' };
  onEvent(4, 'invited');
  members.pushToInvited(ann, 5, nudged);
  onEvent(5, 'banned');
  members.pushToInvited(ann, 5, nudged);
  expect(pushed).toEqual(['invited: invited', 'banned: none']);
});

test('an invite whose nudge comes after its entry and its end is pushed once', () => {
  const { pushed, members, onEvent } = watched();
  const nudged: MembershipPush = { group_id: groupId, status: 'invited', roles: [], type: 'invited' };
  onEvent(4, 'invited');
  onEvent(5, 'banned');
  members.pushToInvited(ann, 4, nudged);
  expect(pushed).toEqual(['invited: invited', 'banned: none']);
  members.pushToInvited(ann, 6, nudged);
  expect(pushed.slice(2)).toEqual(['invited: invited']);
});

test('the end of the group is pushed to an invited user once, by its nudge or its entry', () => {
  for (const isNudgeFirst of [true, false]) {
    const { pushed, members, onEvent } = watched();
    const nudged: MembershipPush = { group_id: groupId, status: 'none', roles: [], type: 'deleted' };
    onEvent(4, 'invited');
    if (isNudgeFirst) members.pushToInvited(ann, 5, nudged);
    onEvent(5, 'deleted');
    members.pushToInvited(ann, 5, nudged);
    expect(pushed).toEqual(['invited: invited', 'deleted: none']);
  }
});

test('a request whose nudge comes after the entry that accepts it does not hide that entry', () => {
  const { pushed, members, onEvent } = watched();
  const record = {
    status: 'active',
    roles: ['member'],
    joinedAtMs: 0,
    sinceSeq: 3,
    mutedUntilMs: null,
  } as const;
  const nudged: MembershipPush = {
    group_id: groupId,
    status: 'pending',
    roles: ['member'],
    type: 'requested',
  };
  members.note(ann, record, 3);
  members.pushNudged(ann, 2, nudged);
  onEvent(3, 'accepted');
  expect(pushed).toEqual(['accepted: active']);
});
