/** Outcomes of sends and changes as telemetry: each is emitted once, by the node that caused it. */
import { type Failure, type GroupId, SERVICE, type UserId } from '@plenum/protocol';
import type { ChangeOutcome, GroupCommand } from '../groups/commands.ts';
import type { AppendOutcome, MessageDraft } from '../log/draft.ts';
import { emitTelemetry } from './events.ts';

export function emitSent({ groupId, sender: userId }: MessageDraft, outcome: AppendOutcome): void {
  if (outcome.type === 'refused') emitRefused(groupId, userId, outcome.failure);
  else if (!outcome.isDuplicate) emitTelemetry('message_sent', { groupId, userId, seq: outcome.seq });
}

export function emitChanged(command: GroupCommand, outcome: ChangeOutcome): void {
  const { groupId, operation, actor } = command;
  if (outcome.type === 'refused') {
    if (actor !== SERVICE) emitRefused(groupId, actor, outcome.failure);
    return;
  }
  if (outcome.isDuplicate) return;
  if (operation === 'create') emitTelemetry('room_join', { groupId, userId: command.actor });
  if (operation === 'join' && outcome.status === 'active') {
    emitTelemetry('room_join', { groupId, userId: command.userId });
  }
  if (operation === 'accept') emitTelemetry('room_join', { groupId, userId: command.userId });
  if (operation === 'leave' || operation === 'kick' || operation === 'ban') {
    emitTelemetry('room_leave', { groupId, userId: command.userId });
  }
}

function emitRefused(groupId: GroupId, userId: UserId, { code }: Failure): void {
  if (code === 'rate_limited') emitTelemetry('rate_limit_hit', { groupId, userId });
  if (code === 'room_overloaded') emitTelemetry('queue_overflow', { groupId });
}
