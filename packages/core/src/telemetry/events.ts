/**
 * Telemetry events of the product: one `node:diagnostics_channel` per event, named `plenum:<event>`. Payloads never
 * hold message bodies, tokens or secrets. An event without a subscriber costs one check of a flag.
 */
import { type Channel, channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  type ErrorCode,
  type Failure,
  type GroupId,
  type ResyncReason,
  SERVICE,
  type UserId,
} from '@plenum/protocol';
import type { ChangeOutcome, GroupCommand, MembersChanged } from '../groups/commands.ts';
import type { MessageDraft, SentOutcome } from '../log/draft.ts';
import type { MessageOutcome } from '../log/message-commands.ts';
import type { DeliveryKind } from '../ports/adapters.ts';
import type { AuditKind } from '../ports/audit-lists.ts';

export type AdapterName = DeliveryKind | 'moderation' | 'auth';

export interface TelemetryEvents {
  /** A message was stored. Not emitted for a repeated request. */
  readonly message_sent: { readonly groupId: GroupId; readonly userId: UserId; readonly seq: number };
  /** An ephemeral message was published. Not emitted for a repeated request. */
  readonly ephemeral_message_sent: { readonly groupId: GroupId; readonly userId: UserId };
  /** A user became a member who receives: created, joined, or was accepted. */
  readonly room_join: { readonly groupId: GroupId; readonly userId: UserId };
  /** A member left, was kicked or was banned. */
  readonly room_leave: { readonly groupId: GroupId; readonly userId: UserId };
  /** Entries of one group were handed to devices of this node. */
  readonly broadcast: { readonly groupId: GroupId; readonly entries: number; readonly devices: number };
  /** Entries of a partition that wait for an adapter, as the owner of the partition sees it. */
  readonly queue_size: { readonly partition: number; readonly kind: DeliveryKind; readonly size: number };
  /** A send was refused because the room's queue is full. */
  readonly queue_overflow: { readonly groupId: GroupId };
  readonly rate_limit_hit: { readonly groupId: GroupId; readonly userId: UserId };
  readonly delivered: { readonly kind: DeliveryKind; readonly entries: number; readonly durationMs: number };
  readonly delivery_retry: {
    readonly kind: DeliveryKind;
    readonly entries: number;
    readonly attempt: number;
  };
  readonly dead_letter: {
    readonly kind: DeliveryKind;
    /** Null where the entry cannot be read. */
    readonly groupId: GroupId | null;
    readonly reason: string;
  };
  /** The oldest dead letters of a group were dropped because new ones came: they are lost. */
  readonly dead_letters_dropped: {
    readonly partition: number;
    readonly kind: DeliveryKind;
    readonly entries: number;
  };
  /** An entry of the audit log could not be kept in the store; the log has its line. */
  readonly audit_entry_lost: { readonly kind: AuditKind };
  readonly adapter_denied: { readonly adapter: AdapterName; readonly groupId: GroupId };
  /** `timeout`: no answer in time; `throw`: it threw or rejected; `bad_return`: its answer was malformed. */
  readonly adapter_failed: {
    readonly adapter: AdapterName;
    readonly failure: 'timeout' | 'throw' | 'bad_return';
  };
  readonly breaker_changed: { readonly adapter: AdapterName; readonly isOpen: boolean };
  readonly lease_gained: { readonly partition: number; readonly token: number };
  readonly lease_lost: { readonly partition: number; readonly token: number };
  /** A feed found a gap. */
  readonly gap_found: { readonly groupId: GroupId };
  readonly gap_repaired: { readonly groupId: GroupId; readonly entries: number };
  readonly duplicate_dropped: { readonly groupId: GroupId };
  /** A node received an entry that the log has lost: its epoch ended before the entry. */
  readonly entry_lost: { readonly groupId: GroupId };
  /** Devices whose position the log does not continue. */
  readonly resync: {
    readonly groupId: GroupId;
    readonly reason: ResyncReason;
    readonly devices: number;
  };
  /**
   * A socket that did not read was cut. `bufferedBytes`: bytes that the node kept for it; `waitingEntries`: entries,
   * answers and pushes that waited.
   */
  readonly slow_consumer: {
    readonly userId: UserId;
    readonly bufferedBytes: number;
    readonly waitingEntries: number;
  };
  /** A connection was cut because too much waited for its peer, or because its peer took nothing for too long. */
  readonly unread_cut: {
    /** Null: the connection has no user yet. */
    readonly userId: UserId | null;
    readonly address: string;
    readonly scope: 'connection' | 'user' | 'address' | 'process' | 'time';
    readonly door: 'socket' | 'http';
    readonly bytes: number;
  };
  /** A connect was refused: by an HTTP answer, by `connect_error`, or by the end of its connection. */
  readonly connect_refused: { readonly code: ErrorCode };
  readonly socket_opened: { readonly userId: UserId };
  readonly socket_closed: { readonly userId: UserId };
  /** A request of a socket or of REST was answered; `code` is null on success. */
  readonly request_answered: {
    readonly requestType: string;
    readonly code: ErrorCode | null;
    readonly durationMs: number;
  };
  /**
   * An unexpected event that ended nothing but that an operator should know; see the anomalies of the Redis engine.
   */
  readonly anomaly: { readonly kind: string };
}
export type TelemetryEvent = keyof TelemetryEvents;

const channels = new Map<TelemetryEvent, Channel<unknown, unknown>>();

/** The channel of an event. Hot paths ask its `hasSubscribers` before they build a payload. */
export function telemetryChannel(event: TelemetryEvent): Channel<unknown, unknown> {
  const known = channels.get(event);
  if (known !== undefined) return known;
  const made = channel(`plenum:${event}`);
  channels.set(event, made);
  return made;
}

/** Emits to all watchers. An error that a watcher throws does not reach the caller: Node reports it as uncaught. */
export function emitTelemetry<E extends TelemetryEvent>(event: E, payload: TelemetryEvents[E]): void {
  const target = telemetryChannel(event);
  if (target.hasSubscribers) target.publish(payload);
}

/** Other code may publish on the same channel: a message that is no object is ignored. */
const isPayload = <E extends TelemetryEvent>(_: E, message: unknown): message is TelemetryEvents[E] =>
  typeof message === 'object' && message !== null;

/**
 * Watches an event of every node in this process. @returns a function that ends it
 * @param onEvent must not throw: Node ends the process when a watcher of a channel throws
 */
export function watchTelemetry<E extends TelemetryEvent>(
  event: E,
  onEvent: (payload: TelemetryEvents[E]) => void,
): () => void {
  const listener = (message: unknown) => {
    if (isPayload(event, message)) onEvent(message);
  };
  subscribe(`plenum:${event}`, listener);
  return () => {
    unsubscribe(`plenum:${event}`, listener);
  };
}

/** Emits the outcome of a send, once, on the node that caused it. */
export function emitSent({ groupId, sender: userId }: MessageDraft, outcome: SentOutcome): void {
  if (outcome.type === 'refused') emitRefused(groupId, userId, outcome.failure);
  else if (outcome.isDuplicate) return;
  else if (outcome.type === 'pushed') emitTelemetry('ephemeral_message_sent', { groupId, userId });
  else emitTelemetry('message_sent', { groupId, userId, seq: outcome.seq });
}

export function emitChanged(command: GroupCommand, outcome: ChangeOutcome): void {
  const { groupId, operation, actor } = command;
  if (outcome.type === 'refused') {
    if (actor !== SERVICE) emitRefused(groupId, actor, outcome.failure);
    return;
  }
  if (outcome.isDuplicate) return;
  if (operation === 'create') emitTelemetry('room_join', { groupId, userId: command.actor });
  const isReceiver = outcome.status === 'active' || outcome.status === 'muted';
  if (operation === 'join' && isReceiver) {
    emitTelemetry('room_join', { groupId, userId: command.userId });
  }
  if (operation === 'accept' && isReceiver) emitTelemetry('room_join', { groupId, userId: command.userId });
  if (operation === 'leave' || operation === 'kick' || operation === 'ban') {
    emitTelemetry('room_leave', { groupId, userId: command.userId });
  }
}

export function emitMembersChanged(groupId: GroupId, { added, removed }: MembersChanged): void {
  for (const one of added) {
    const isReceiver = one.type === 'done' && one.status !== 'pending';
    if (isReceiver) emitTelemetry('room_join', { groupId, userId: one.userId });
  }
  for (const one of removed) {
    if (one.type === 'done') emitTelemetry('room_leave', { groupId, userId: one.userId });
  }
}

/** Emits a refused change of a message: a change itself is an entry, which `broadcast` reports. */
export function emitMessageChanged(
  { groupId, actor }: { readonly groupId: GroupId; readonly actor: UserId | typeof SERVICE },
  outcome: MessageOutcome,
): void {
  if (outcome.type === 'refused' && actor !== SERVICE) emitRefused(groupId, actor, outcome.failure);
}

function emitRefused(groupId: GroupId, userId: UserId, { code }: Failure): void {
  if (code === 'rate_limited') emitTelemetry('rate_limit_hit', { groupId, userId });
  if (code === 'room_overloaded') emitTelemetry('queue_overflow', { groupId });
}
