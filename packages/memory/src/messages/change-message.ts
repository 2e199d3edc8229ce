/** Runs one command on a message: checks it by core's rule table, makes the change, and remembers the answer. */
import {
  type ArchivedText,
  appendedTooLarge,
  belowLog,
  boundReached,
  type ChangedMessage,
  type EditMessage,
  type Facts,
  firstRefusal,
  type MessageAdmission,
  type MessageChanged,
  type MessageCommand,
  type MessageOutcome,
  type MessageRefused,
  messageId,
  messageQueueLimitOf,
  messageRuleOf,
  overloadedRetryMs,
  refused,
  type TakeDown,
} from '@plenum/core';
import { type Failure, limits, SERVICE } from '@plenum/protocol';
import { endDueMutes } from '../groups/due-mutes.ts';
import { userOf } from '../groups/facts.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { entryOfArchived, factsOfArchived, messageAt, messageFactsOf } from './facts.ts';
import { type MessageStep, planOf, takeDownLost, takenDownBefore } from './steps.ts';

export function changeMessage(state: MemoryState, command: MessageCommand): MessageOutcome {
  const judged = judge(state, command, { isQueueChecked: true });
  if (judged.type !== 'fine') return judged;
  const { nowMs, apply } = judged;
  const changed = apply();
  state.requests.remember(command, changed, nowMs);
  for (const request of command.operation === 'append' ? command.also : []) {
    state.requests.remember({ ...command, request }, changed, nowMs);
  }
  return changed;
}

export function admitMessageChange(state: MemoryState, command: MessageCommand): MessageAdmission {
  const judged = judge(state, command, { isQueueChecked: false });
  return judged.type === 'fine' ? { type: 'admitted' } : judged;
}

interface Fine {
  readonly type: 'fine';
  readonly nowMs: number;
  readonly apply: () => MessageChanged;
}

/** Checks a change, and takes its token if nothing refuses it. */
function judge(
  state: MemoryState,
  command: MessageCommand,
  { isQueueChecked }: { readonly isQueueChecked: boolean },
): Fine | MessageOutcome {
  const { groupId, operation } = command;
  const nowMs = state.now();
  const log = state.presentLog(groupId, nowMs);
  const first = state.requests.recall(command, { scope: 'log', log, nowMs });
  if (first?.type === 'changed' || first?.type === 'refused') return first;
  if (first !== null) return refused({ code: 'conflict' });
  const others = command.operation === 'append' ? command.also : [];
  const isKnown = (request: (typeof others)[number]) =>
    state.requests.recall({ ...command, request }, { scope: 'log', log, nowMs }) !== null;
  if (others.some(isKnown)) return refused({ code: 'conflict' });
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  const actor = userOf(command.actor);
  endDueMutes(state, group, { users: actor === null ? [] : [actor], nowMs });
  const inLog = messageAt(group, command.target, nowMs);
  const archived = inLog === null && command.operation === 'edit' ? archivedFor(state, group, command) : null;
  const entry = archived === null || archived === 'unknown' ? inLog : entryOfArchived(archived);
  const facts = messageFactsOf(group, command, { entry, nowMs });
  if (operation === 'append' && command.actor === SERVICE) {
    if (entry === null) return refused({ code: 'message_not_found' });
    if (facts.message?.isOpen !== true) return refused({ code: 'message_closed' });
  }
  if (entry === null && command.operation === 'take_down' && isBelowLog(group, command)) {
    const below = judgeBelowLog(state, group, { command, facts, nowMs });
    if (below !== null) return below;
  }
  if (archived === 'unknown') return judgeUnknown(state, { command, facts, nowMs });
  const isClosing = operation === 'append' && command.actor === SERVICE;
  const refusal = isClosing ? null : firstRefusal(messageRuleOf[operation], facts);
  const isLost = entry === null && command.target.epoch === group.log.epoch;
  if (isLost && command.operation === 'take_down' && command.isExpired) {
    const sent = state.outbox.waiting(groupId, messageId(command.target.epoch, command.target.seq));
    return { type: 'fine', nowMs, apply: () => takeDownLost(state, group, { command, nowMs, sent }) };
  }
  if (refusal !== null) return refused(refusal);
  if (entry === null) throw new Error('bug: the rule table let a change of no message pass');
  const step = { state, group, command, entry, nowMs };
  const limited = boundOf(step);
  if (limited !== null) return refused(limited);
  const bucket = bucketOf(state, command);
  const retryAfterMs = bucket?.missingMs(nowMs) ?? 0;
  if (retryAfterMs > 0) return refused({ code: 'rate_limited', retryAfterMs });
  const plan = planOf(step);
  const queueLimit = messageQueueLimitOf(command, state.settings.roomQueueLimit);
  const isFull = queueLimit !== null && state.outbox.queued(groupId) >= queueLimit;
  if (plan.type === 'write' && isQueueChecked && isFull) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  bucket?.take(nowMs);
  return plan.type === 'write' ? { type: 'fine', nowMs, apply: plan.apply } : plan.present;
}

const isBelowLog = (group: GroupState, { target }: MessageCommand): boolean =>
  target.epoch === group.log.epoch && target.seq > 0 && target.seq < group.log.oldestSeq;

/**
 * What an archive shows of a message that the log has lost. @returns null: nothing is known of such a message, or it is taken
 * down; `unknown`: the archive has to be read, or read again
 */
function archivedFor(
  state: MemoryState,
  group: GroupState,
  command: EditMessage,
): ArchivedText | 'unknown' | null {
  const { groupId, target, archived = null } = command;
  const known = group.log.messages.of(target.seq);
  const isGone = known?.isTakenDown || state.outbox.named(groupId, messageId(target.epoch, target.seq));
  if (isGone || archived === null || archived === 'unknown' || !isBelowLog(group, command)) {
    return isGone || !isBelowLog(group, command) ? null : archived;
  }
  const isOld = known === null && group.log.oldestSeq - 1 > archived.throughSeq;
  return isOld ? 'unknown' : archived;
}

/** The answer to the edit of a message whose text is not known yet. */
function judgeUnknown(
  state: MemoryState,
  {
    command,
    facts,
    nowMs,
  }: { readonly command: MessageCommand; readonly facts: Facts; readonly nowMs: number },
): MessageOutcome {
  const refusal = firstRefusal('edit', { ...facts, message: factsOfArchived('unknown') });
  if (refusal !== null && refusal.code !== 'message_not_found') return refused(refusal);
  return takeToken(state, command, nowMs) ?? belowLog;
}

/** @returns the refusal of a user that has no token; null: it is taken, or the command is free */
function takeToken(state: MemoryState, command: MessageCommand, nowMs: number): MessageRefused | null {
  const bucket = bucketOf(state, command);
  const retryAfterMs = bucket?.missingMs(nowMs) ?? 0;
  if (retryAfterMs > 0) return refused({ code: 'rate_limited', retryAfterMs });
  bucket?.take(nowMs);
  return null;
}

/** Checks the take-down of a message that the log has lost. @returns null: nothing is known of such a message */
function judgeBelowLog(
  state: MemoryState,
  group: GroupState,
  { command, facts, nowMs }: { readonly command: TakeDown; readonly facts: Facts; readonly nowMs: number },
): Fine | MessageOutcome | null {
  const { groupId, target, isExpired } = command;
  const id = messageId(target.epoch, target.seq);
  const named = state.outbox.named(groupId, id);
  const before = named && { epoch: group.log.epoch, seq: named.stateSeq };
  if (isExpired && before !== null) return takenDownBefore(before);
  const edited = group.log.messages.of(target.seq);
  const author = edited?.isTakenDown === false ? edited.author : null;
  if ((command.archived ?? null) === null && author === null) return null;
  const archived = archivedOr(command.archived, state.outbox.waiting(groupId, id));
  const message = factsOfArchived(archived ?? 'unknown');
  const refusal = firstRefusal('take_down', {
    ...facts,
    message: author === null ? message : { ...message, author },
  });
  const isUnknown = archived === 'unknown' && author === null;
  if (refusal !== null && !(isUnknown && refusal.code === 'not_author')) return refused(refusal);
  const limited = takeToken(state, command, nowMs);
  if (limited !== null || isUnknown) return limited ?? belowLog;
  const { sent, takenDown = null } = archived === null || archived === 'unknown' ? {} : archived;
  const known = before ?? takenDown;
  if (known !== null) return takenDownBefore(known);
  return { type: 'fine', nowMs, apply: () => takeDownLost(state, group, { command, nowMs, sent }) };
}

/** A message that waits for the archive is known as one that the archive has. */
const archivedOr = (archived: TakeDown['archived'] = null, sent: ChangedMessage['sent']): typeof archived =>
  sent === undefined || (archived !== null && archived !== 'unknown')
    ? archived
    : { sent, isImported: false, takenDown: null };

/** The bucket that pays for the command; null: it is free. */
function bucketOf(state: MemoryState, { groupId, actor, isAdmitted, ...command }: MessageCommand) {
  const isFree =
    command.operation === 'edit' ? !command.isRateLimited : actor === SERVICE || isAdmitted === true;
  if (isFree) return null;
  const { target } = command;
  const isAppend = command.operation === 'append';
  const changing = isAppend ? state.appendBuckets : state.changeBuckets;
  const buckets = command.operation === 'edit' ? state.messageBuckets : changing;
  const name = `${groupId}\n${isAppend ? messageId(target.epoch, target.seq) : actor}`;
  return {
    missingMs: (nowMs: number) => buckets.missingMs(name, nowMs),
    take: (nowMs: number) => buckets.take(name, nowMs),
  };
}

/** The refusal of a reaction or a pin that is new and one too many. */
function boundOf({ group, command, entry }: MessageStep): Failure | null {
  const { messages } = group.log;
  if (command.operation === 'append') {
    const bytes = (messages.of(entry.seq)?.appendedBytes ?? 0) + Buffer.byteLength(command.text);
    return bytes > limits.appendedMaxBytes ? appendedTooLarge : null;
  }
  if (command.operation === 'pin') {
    const isNew = !messages.pins.has(entry.seq);
    return isNew && messages.pins.size >= limits.pinsMax ? boundReached('pins') : null;
  }
  if (command.operation !== 'react') return null;
  const state = messages.of(entry.seq);
  const slot = state?.slotOf(command.reaction) ?? null;
  if (state === null || slot?.users.has(command.actor)) return null;
  const own = state.reactions.filter(({ users }) => users.has(command.actor)).length;
  if (own >= limits.reactionsPerUserMax) return boundReached('own_reactions');
  const isNew = slot === null && state.reactions.length >= limits.reactionsPerMessageMax;
  return isNew ? boundReached('reactions') : null;
}
