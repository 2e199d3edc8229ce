/** Makes entries of a group's log for tests, in the form in which adapters get them. */
import { type ArchivedChange, type DeliveredMessage, messageId } from '@plenum/core';
import {
  type GroupEvent,
  type GroupId,
  groupIdSchema,
  type MessageEvent,
  userIdSchema,
} from '@plenum/protocol';

export const sampleGroup: GroupId = groupIdSchema.parse('room:archive');
const sampleEpoch = '0123456789abcdef';
const firstMs = Date.UTC(2025, 0, 15, 10, 30);

export interface SampleMessage {
  readonly groupId?: GroupId;
  readonly epoch?: string;
  readonly seq: number;
  readonly message?: string;
}

/** Makes a message of `ann`. Message n is sent n seconds after a fixed time. */
export function sampleMessage(sample: SampleMessage): DeliveredMessage {
  const { groupId = sampleGroup, epoch = sampleEpoch, seq, message = `message ${seq}` } = sample;
  return {
    type: 'message',
    group_id: groupId,
    from_user_id: userIdSchema.parse('ann'),
    message,
    timestamp: new Date(firstMs + seq * 1000).toISOString(),
    message_id: messageId(epoch, seq),
    epoch,
    seq,
    request_id: `request ${seq}`,
  };
}

/** Makes a group event with every optional field. */
export function sampleEvent(seq: number): GroupEvent & { readonly message_id: string } {
  return {
    type: 'updated',
    group_id: sampleGroup,
    user_id: 'ann',
    actor_id: '$service',
    epoch: sampleEpoch,
    seq,
    timestamp: new Date(firstMs + seq * 1000).toISOString(),
    message_id: messageId(sampleEpoch, seq),
    reason: 'a reason with "quotes", {braces} and \\ backslashes',
    muted_until: new Date(firstMs).toISOString(),
    banned_until: new Date(firstMs).toISOString(),
    roles: ['admin', 'member'],
    changes: { metadata: { topic: '🐘', nested: [1, null, { a: 'b' }] }, max_members: 7 },
  };
}

/** Messages with the seqs `from` to `to`, inclusive. */
export const sampleMessages = (from: number, to: number): DeliveredMessage[] =>
  Array.from({ length: to - from + 1 }, (_, index) => sampleMessage({ seq: from + index }));

export interface SampleChange
  extends Partial<Pick<MessageEvent, 'actor_id' | 'message' | 'edits' | 'metadata' | 'reaction' | 'count'>> {
  readonly seq: number;
  readonly type: MessageEvent['type'];
  /** The seq of the message that changes. */
  readonly of: number;
}

/** Makes a change of a message of `sampleMessage`, by its author unless an actor is given. */
export function sampleChange({ seq, type, of, actor_id = 'ann', ...told }: SampleChange): ArchivedChange {
  const { message_id, request_id, from_user_id, timestamp } = sampleMessage({ seq: of });
  const sent = { request_id, from_user_id, timestamp };
  return {
    group_id: sampleGroup,
    type,
    target_seq: of,
    actor_id,
    epoch: sampleEpoch,
    seq,
    timestamp: new Date(firstMs + seq * 1000).toISOString(),
    message_id: messageId(sampleEpoch, seq),
    target: { message_id, ...(type === 'deleted' ? { sent } : {}) },
    ...told,
  };
}
