/** Renders entries in the present state of their messages. */
import {
  type ChangeEntry,
  changeOf,
  isoTime,
  isPast,
  type KnownState,
  type LogEntry,
  type MessageEntry,
  messageOf,
  tombstoneOf,
} from '@plenum/core';
import type { MessageEvent, ReactionState, UserId } from '@plenum/protocol';
import type { MessageBody, MessageState, MessageStates } from '../state/message-states.ts';

const encode = (payload: object): Buffer => Buffer.from(JSON.stringify(payload));

/** The parts of a message that edits replace, as it was sent. */
export function bodyOf(entry: MessageEntry): MessageBody {
  const { result } = messageOf(entry);
  if ('deleted' in result) return { message: '' };
  const { message, metadata, mentions } = result;
  return {
    message,
    ...(metadata === undefined ? {} : { metadata }),
    ...(mentions === undefined ? {} : { mentions }),
  };
}

interface Reading {
  /** For `me` of reactions; null: without `me`. */
  readonly reader: UserId | null;
  readonly nowMs: number;
}

export function presentEntry(states: MessageStates, entry: LogEntry, reading: Reading): LogEntry {
  if (entry.type === 'message') return presentMessage(states.of(entry.seq), entry, reading);
  return entry.type === 'change' ? presentChange(states, entry, reading) : entry;
}

/** A tombstone is kept as such in the log, so it is present already. */
export function presentMessage(
  state: MessageState | null,
  entry: MessageEntry,
  { reader, nowMs }: Reading,
): MessageEntry {
  const push = messageOf(entry);
  if ('deleted' in push.result) return entry;
  const { expires_at: expiresAt } = push.result;
  if (isPast(expiresAt, nowMs)) {
    return { ...entry, wire: encode({ ...push, result: tombstoneOf(push.result, expiresAt) }) };
  }
  if (state === null || state.stateSeq === 0) return entry;
  const { body, edits, editedAtMs, stateSeq, appended, isClosed } = state;
  const { message: sent, metadata, mentions, open, ...rest } = push.result;
  const message = sent + appended;
  const result = {
    ...rest,
    // JSON leaves out what is undefined.
    ...(body ?? { message, metadata, mentions }),
    ...(open === true && !isClosed ? { open } : {}),
    ...(editedAtMs === null ? {} : { edited_at: isoTime(editedAtMs), edits }),
    ...reactionsOf(state, reader),
    state_seq: stateSeq,
  };
  const isPersonal = reader !== null && state.reactions.length > 0 && { isPersonal: true as const };
  return { ...entry, wire: encode({ ...push, result }), ...isPersonal };
}

/** @returns null if nothing of it is shown in the place of what an archive has */
export function knownChanges(state: MessageState, reader: UserId | null): KnownState | null {
  const { body, edits, editedAtMs, stateSeq, isTakenDown } = state;
  const isStreamed = body === null && (state.appendedBytes > 0 || state.isClosed);
  if (isTakenDown || isStreamed || stateSeq === 0) return null;
  const edit = body === null || editedAtMs === null ? null : { edits, editedAt: isoTime(editedAtMs), body };
  const reactions = state.isArchived ? null : (reactionsOf(state, reader).reactions ?? {});
  return { type: 'changed', stateSeq, edit, reactions };
}

function reactionsOf(
  { reactions }: MessageState,
  reader: UserId | null,
): { readonly reactions?: Record<string, ReactionState> } {
  if (reactions.length === 0) return {};
  const shown = reactions.map(({ reaction, users }): [string, ReactionState] => [
    reaction,
    { count: users.size, ...(reader === null ? {} : { me: users.has(reader) }) },
  ]);
  return { reactions: Object.fromEntries(shown) };
}

/** An `edited` entry is kept without a text, so a take-down has to look at the message only. */
function presentChange(states: MessageStates, entry: ChangeEntry, { nowMs }: Reading): ChangeEntry {
  const change = changeOf(entry);
  if (change.type === 'appended') return presentPiece(states, entry, nowMs);
  if (change.type !== 'edited') return entry;
  const state = states.of(change.target_seq);
  const body = isPast(change.expires_at, nowMs) ? null : (state?.body ?? null);
  const shown: Partial<MessageEvent> = body ?? { deleted: true };
  return { ...entry, wire: encode({ ...change, ...shown }) };
}

function presentPiece(states: MessageStates, entry: ChangeEntry, nowMs: number): ChangeEntry {
  const change = changeOf(entry);
  const state = states.of(change.target_seq);
  const isGone = state === null || state.isTakenDown || isPast(change.expires_at, nowMs);
  const text = state?.pieces.get(entry.seq);
  const shown = isGone ? { deleted: true } : text === undefined ? {} : { text };
  return { ...entry, wire: encode({ ...change, ...shown }) };
}
