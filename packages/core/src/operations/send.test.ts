import { type GroupId, groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AppendOutcome, type MessageDraft, relayed, relayedText } from '../log/draft.ts';
import { requestKey } from './operations.ts';
import { createUsualSend } from './send.ts';

const groupId: GroupId = groupIdSchema.parse('g1');
const sender: UserId = userIdSchema.parse('ann');

test('the short form of a send has the draft of the ordinary one', () => {
  const drafts: MessageDraft[] = [];
  const pipeline = {
    isRateLimited: true,
    isModerated: false,
    send: () => new Promise<never>(() => {}),
    sendWith: (draft: MessageDraft) => void drafts.push(draft),
    edit: () => new Promise<never>(() => {}),
  };
  const send = createUsualSend({ pipeline });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ minLength: 1 }), (message, id) => {
      const args = { group_id: groupId, message };
      const caller = { actor: sender, requestId: id, isServerMadeId: false, device: null };
      send?.({ sender, requestId: id, groupId, message, argsText: JSON.stringify(args) }, () => {});
      const request = requestKey(caller, 'relay_msg', args);
      const expected = { groupId, sender, request, message, isUnescaped: true, isRateLimited: true };
      expect(drafts.at(-1)).toEqual(expected);
    }),
  );
});

test('a pipeline that asks adapters has no short form', () => {
  const send = () => new Promise<never>(() => {});
  const pipeline = { isRateLimited: true, isModerated: true, send, sendWith: null, edit: send };
  expect(createUsualSend({ pipeline })).toBe(null);
});

test('the text of an answer is the JSON of the answer', () => {
  for (const timestampMs of [0, 1_700_000_000_123, 1_700_000_000_123, 1_700_000_000_124, 0]) {
    const outcome: AppendOutcome = {
      type: 'appended',
      isDuplicate: false,
      epoch: '00000000000000aa',
      seq: 9_007_199_254_740_991,
      messageId: '00000000000000aa-9007199254740991',
      recipientsCount: 3,
      timestampMs,
    };
    expect(relayedText(outcome)).toBe(JSON.stringify(relayed(outcome)));
  }
});
