import { numberedTags } from '@plenum/core';
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { isAdapterMessage } from './adapter-message.ts';
import { decodeNudge, encodeNudge, isNudge } from './nudge-message.ts';

const userId = userIdSchema.parse('u1');
const room = numberedTags.userRoom(userId);
const groupId = groupIdSchema.parse('g1');
const nudge = {
  userId,
  groupId,
  seq: 7,
  membership: { group_id: groupId, status: 'active', roles: ['member'], type: 'accepted', actor_id: 'u2' },
} as const;

test('a nudge comes out of its message as it went in', () => {
  expect(
    decodeNudge(
      Buffer.from(encodeNudge({ ...nudge, membership: { ...nudge.membership, roles: ['member'] } }, room)),
      userId,
    ),
  ).toEqual(nudge);
});

test('a nudge is a sound message of the adapter and is known by its first bytes', () => {
  const payload = Buffer.from(
    encodeNudge({ ...nudge, membership: { ...nudge.membership, roles: ['member'] } }, room),
  );
  expect(isAdapterMessage(payload)).toBe(true);
  expect(isNudge(payload)).toBe(true);
});

test.each([
  '',
  '{"uid":"plenum1 nudge"',
  '{"uid":"plenum1 nudge"}',
  '{"uid":"plenum1 nudge","data":{"packet":{"data":["plenum:nudge",{}]}}}',
])('the broken nudge %j is no nudge', (text) => {
  expect(decodeNudge(Buffer.from(text), userId)).toBeNull();
});
