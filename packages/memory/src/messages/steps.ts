/** What each command on a message does, after nothing refused it. */
import {
  type AppendText,
  type ArchivedText,
  type ChangedMessage,
  type EditMessage,
  isoTime,
  isReceiver,
  type MessageChanged,
  type MessageCommand,
  type MessageEntry,
  type MessageTarget,
  messageId,
  messageOf,
  type PinMessage,
  type React,
  type TakeDown,
} from '@plenum/core';
import { limits, type MessageEvent, SERVICE, type UserId } from '@plenum/protocol';
import { bodyOf } from '../log/present.ts';
import type { ChangeDraft } from '../state/group-entries.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import type { MessageBody, MessageState } from '../state/message-states.ts';
import { isAuthorHere } from './facts.ts';

interface StepOf<C extends MessageCommand> {
  readonly state: MemoryState;
  readonly group: GroupState;
  readonly command: C;
  /** The message as the log keeps it, or as an archive shows it. */
  readonly entry: MessageEntry;
  readonly nowMs: number;
}
export type MessageStep = StepOf<MessageCommand>;

/** `present`: the message is in the wanted state already, and nothing is written. */
export type Plan =
  | { readonly type: 'write'; readonly apply: () => MessageChanged }
  | { readonly type: 'present'; readonly present: MessageChanged };

export function planOf({ command, ...at }: MessageStep): Plan {
  switch (command.operation) {
    case 'edit':
      return planEdit({ ...at, command });
    case 'append':
      return planAppend({ ...at, command });
    case 'take_down':
      return planTakeDown({ ...at, command });
    case 'react':
    case 'unreact':
      return planReaction({ ...at, command });
    case 'pin':
    case 'unpin':
      return planPin({ ...at, command });
  }
}

/** The state of a message that is about to change. */
const begun = ({ log }: GroupState, entry: MessageEntry): MessageState =>
  log.messages.begin(entry.seq, messageOf(entry).result.from_user_id);

const nothing = { edits: 0, editedAtMs: null, mentionsDropped: [], count: 0 } as const;

/** The answer where nothing has to change. */
const present = ({ group, entry }: MessageStep, values: Partial<MessageChanged> = {}): Plan => ({
  type: 'present',
  present: {
    type: 'changed',
    isDuplicate: true,
    epoch: group.log.epoch,
    seq: group.log.messages.of(entry.seq)?.stateSeq || entry.seq,
    ...nothing,
    ...values,
  },
});

const write = ({ group }: MessageStep, apply: () => Partial<MessageChanged> & { seq: number }): Plan => ({
  type: 'write',
  apply: () => ({ type: 'changed', isDuplicate: false, epoch: group.log.epoch, ...nothing, ...apply() }),
});

const draftOf = (
  { command, entry }: MessageStep,
  type: MessageEvent['type'],
  rest: Partial<ChangeDraft> = {},
): ChangeDraft => ({
  type,
  message_id: messageId(entry.epoch, entry.seq),
  target_seq: entry.seq,
  actor_id: command.actor,
  ...rest,
});

function planEdit(step: StepOf<EditMessage>): Plan {
  const { state, group, command, entry, nowMs } = step;
  const known = group.log.messages.of(entry.seq);
  const before = known?.body ?? bodyOf(entry);
  const receives = (userId: UserId) => isReceiver(group.member(userId, nowMs));
  const mentionsDropped = (command.mentions ?? []).filter((userId) => !receives(userId));
  const mentions = command.mentions?.filter(receives) ?? before.mentions ?? [];
  const metadata = command.metadata === null ? before.metadata : JSON.parse(command.metadata);
  const body: MessageBody = {
    message: command.message,
    ...(metadata === undefined ? {} : { metadata }),
    ...(mentions.length === 0 ? {} : { mentions }),
  };
  const archived = command.archived === 'unknown' ? null : (command.archived ?? null);
  const { edits, editedAtMs, stateSeq } = known ?? editsOf(archived);
  const isStreamed = (known?.pieces.size ?? 0) > 0 || isStillOpen(entry, known);
  if (!isStreamed && JSON.stringify(body) === JSON.stringify(before)) {
    return present(step, {
      edits,
      editedAtMs,
      mentionsDropped,
      ...(stateSeq === 0 ? {} : { seq: stateSeq }),
    });
  }
  return write(step, () => {
    const message = begun(group, entry);
    message.isArchived ||= archived !== null && known === null;
    message.body = body;
    message.edits = edits + 1;
    // An edit replaces what was appended, and closes the message.
    message.pieces.clear();
    message.isClosed = true;
    message.editedAtMs = nowMs;
    // Unread mentions are counted in messages of the log.
    group.log.setMentions(entry.seq, archived === null ? mentions : []);
    const { result } = messageOf(entry);
    const expiry = 'expires_at' in result ? { expires_at: result.expires_at } : {};
    const draft = draftOf(step, 'edited', { ...body, ...expiry, edits: message.edits });
    const seq = state.recordChange(group, draft, { nowMs });
    return { seq, edits: message.edits, editedAtMs: nowMs, mentionsDropped };
  });
}

const editsOf = (archived: ArchivedText | null) => ({
  edits: archived?.shown.edits ?? 0,
  editedAtMs: archived?.shown.edited_at === undefined ? null : Date.parse(archived.shown.edited_at),
  stateSeq: archived?.state.seq ?? 0,
});

const isStillOpen = (entry: MessageEntry, known: MessageState | null): boolean =>
  'open' in messageOf(entry).result && known?.isClosed !== true;

function planAppend(step: StepOf<AppendText>): Plan {
  const { state, group, command, entry, nowMs } = step;
  const { groupId, target } = command;
  const isDue = state.isOpenDue({ groupId, target }, nowMs) || !isAuthorHere(group, entry, nowMs);
  if (command.actor === SERVICE && !isDue) return present(step);
  return write(step, () => {
    const message = begun(group, entry);
    const { result } = messageOf(entry);
    const expiry = 'expires_at' in result ? { expires_at: result.expires_at } : {};
    message.appendedBytes += Buffer.byteLength(command.text);
    message.isClosed = command.isDone;
    if (command.text !== '') message.pieces.set(group.log.seq + 1, command.text);
    const draft = draftOf(step, 'appended', {
      ...expiry,
      ...(command.isDone ? { done: true } : {}),
      ...(command.text === '' ? {} : { text: command.text }),
    });
    const whole = command.isDone ? { whole: bodyOf(entry).message + message.appended } : {};
    const seq = state.recordChange(group, draft, { nowMs, ...whole });
    state.forgetTimed({ groupId, target, kind: 'open' });
    if (!command.isDone) {
      state.timedMessages.add({ groupId, target, kind: 'open', atMs: nowMs + limits.appendIdleMs });
    }
    return { seq, count: message.appendedBytes };
  });
}

function planTakeDown(step: StepOf<TakeDown>): Plan {
  const { state, group, command, entry, nowMs } = step;
  const { messages } = group.log;
  if (messages.of(entry.seq)?.isTakenDown) return present(step);
  return write(step, () => {
    const { request_id, result } = messageOf(entry);
    const { group_id, from_user_id, timestamp, message_id, epoch, seq: at } = result;
    const reason = command.reason === null ? {} : { reason: command.reason };
    const message = begun(group, entry);
    clear(message);
    messages.pins.delete(entry.seq);
    group.log.setMentions(entry.seq, []);
    state.outbox.takeDown(group_id, message_id);
    const sent = { request_id, from_user_id, timestamp };
    const seq = state.recordChange(group, draftOf(step, 'deleted', reason), { nowMs, sent });
    nameTakenDown(state, { command, seq, nowMs });
    group.log.replace(entry, {
      group_id,
      from_user_id,
      timestamp,
      message_id,
      epoch,
      seq: at,
      deleted: true,
      deleted_by: command.actor,
      deleted_at: isoTime(nowMs),
      ...reason,
      state_seq: seq,
    });
    return { seq };
  });
}

function clear(message: MessageState): void {
  message.isTakenDown = true;
  message.body = null;
  message.slots.length = 0;
  message.pieces.clear();
}

/** Readers of the archive must not get the text either, even before the archive has the entry. */
function nameTakenDown(
  state: MemoryState,
  { command, seq, nowMs }: { readonly command: TakeDown; readonly seq: number; readonly nowMs: number },
): void {
  const { groupId, target, actor, reason } = command;
  state.outbox.name(groupId, messageId(target.epoch, target.seq), {
    type: 'taken_down',
    deletedBy: actor,
    deletedAt: isoTime(nowMs),
    ...(reason === null ? {} : { reason }),
    stateSeq: seq,
  });
}

/** The answer to a take-down of a message that the log has lost and that was taken down before. */
export const takenDownBefore = (place: MessageTarget): MessageChanged => ({
  type: 'changed',
  isDuplicate: true,
  ...place,
  ...nothing,
});

/**
 * The take-down of a message that is no longer in the log: because it has reached its end, or as an archive has it.
 * @param sent if an archive has it
 */
export function takeDownLost(
  state: MemoryState,
  group: GroupState,
  {
    command,
    nowMs,
    sent,
  }: { readonly command: TakeDown; readonly nowMs: number; readonly sent?: ChangedMessage['sent'] },
): MessageChanged {
  const { epoch, seq } = command.target;
  // An entry `edited` may be in the log still.
  const known = group.log.messages.of(seq);
  if (known !== null) clear(known);
  state.outbox.takeDown(group.groupId, messageId(epoch, seq));
  const draft: ChangeDraft = {
    type: 'deleted',
    message_id: messageId(epoch, seq),
    target_seq: seq,
    actor_id: command.actor,
    ...(command.reason === null ? {} : { reason: command.reason }),
  };
  const own = state.recordChange(group, draft, { nowMs, sent });
  nameTakenDown(state, { command, seq: own, nowMs });
  return { type: 'changed', isDuplicate: false, epoch: group.log.epoch, seq: own, ...nothing };
}

function planReaction(step: StepOf<React>): Plan {
  const { state, group, command, entry, nowMs } = step;
  const { operation, actor, reaction } = command;
  const { messages } = group.log;
  const slot = messages.of(entry.seq)?.slotOf(reaction) ?? null;
  const has = slot?.users.has(actor) === true;
  if (has === (operation === 'react')) return present(step, { count: slot?.users.size ?? 0 });
  return write(step, () => {
    const message = begun(group, entry);
    if (operation === 'react') message.react(reaction, actor);
    else if (slot !== null) message.unreact(slot, actor);
    const changed = slot ?? message.slotOf(reaction);
    const count = changed?.users.size ?? 0;
    const type = operation === 'react' ? 'reacted' : 'unreacted';
    const draft = draftOf(step, type, { reaction: changed?.reaction ?? reaction, count });
    return { seq: state.recordChange(group, draft, { nowMs }), count };
  });
}

function planPin(step: StepOf<PinMessage>): Plan {
  const { state, group, command, entry, nowMs } = step;
  const { operation, actor } = command;
  const { pins } = group.log.messages;
  if (pins.has(entry.seq) === (operation === 'pin')) return present(step);
  return write(step, () => {
    if (operation === 'pin') pins.set(entry.seq, { pinnedBy: actor, pinnedAtMs: nowMs });
    else pins.delete(entry.seq);
    const type = operation === 'pin' ? 'pinned' : 'unpinned';
    return { seq: state.recordChange(group, draftOf(step, type), { nowMs }) };
  });
}
