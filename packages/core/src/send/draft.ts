/** A message on its way into the log, and what becomes of it. */
import type { Actor, GroupId, UserId } from '@plenum/protocol';
import type { Refused, RequestKey } from '../groups/commands.ts';

export interface MessageDraft {
  readonly groupId: GroupId;
  readonly sender: UserId;
  /** Who asks: the sender, or the service on his behalf. The rules are always those of the sender. */
  readonly actor: Actor;
  readonly request: RequestKey;
  /** Shape, size and UTF-8 were checked at the edge. */
  readonly message: string;
}

export interface Appended {
  readonly outcome: 'appended';
  readonly isDuplicate: boolean;
  readonly epoch: string;
  readonly seq: number;
  /** `<epoch>-<seq>` */
  readonly messageId: string;
  /** Members entitled to receive: active and muted, the sender and the offline ones included. */
  readonly recipientsCount: number;
  /** Engine clock, ms. */
  readonly timestampMs: number;
}
export type AppendOutcome = Appended | Refused;
