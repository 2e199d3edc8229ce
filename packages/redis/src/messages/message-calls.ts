/** Maps each command on a message to its script, with the keys and arguments. */
import {
  type AppendText,
  type ArchivedMessage,
  type ArchivedText,
  type EditMessage,
  type MessageCommand,
  messageId,
  messageQueueLimitOf,
  type PinMessage,
  partitionOf,
  type React,
  type TakeDown,
  takenDownNamedMs,
} from '@plenum/core';
import { limits, SERVICE } from '@plenum/protocol';
import {
  type GroupDeps,
  groupArgValues,
  groupKeyValues,
  stateKeyValues,
} from '../script-calls/group-header.ts';
import * as scripts from '../script-calls/index.ts';
import { escapeForJson } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

export type MessageAnswer = Exclude<scripts.MessageReply, { type: 'late' }>;

const flag = (isSet: boolean): '0' | '1' => (isSet ? '1' : '0');

function keysOf({ groupId, actor, request, ...command }: MessageCommand, { keys }: GroupDeps) {
  // An edit is charged like a message.
  return {
    ...groupKeyValues(groupId, keys),
    dedupe: keys.dedupe(groupId, actor, request.id),
    bucket: bucketOf({ groupId, actor, ...command }, keys),
    ...stateKeyValues(groupId, keys),
  };
}

/** An edit is charged like a message; what is appended to a message has a bucket of its own. */
function bucketOf(
  { groupId, actor, operation, target }: Pick<MessageCommand, 'groupId' | 'actor' | 'operation' | 'target'>,
  keys: GroupDeps['keys'],
): string {
  if (operation === 'append') return keys.appendBucket(groupId, messageId(target.epoch, target.seq));
  return operation === 'edit' && actor !== SERVICE
    ? keys.bucket(groupId, actor)
    : keys.changeBucket(groupId, actor);
}

/** The cost of a change: a token, and room in the room queue. */
function costsOf(command: MessageCommand, { settings }: GroupDeps, isTrial: boolean) {
  const { ratePerSec, rateBurst, changeRatePerSec, changeRateBurst, roomQueueLimit } = settings;
  const queueLimit =
    settings.isQueueCounted && !isTrial ? messageQueueLimitOf(command, roomQueueLimit) : null;
  const isEdit = command.operation === 'edit';
  const isFree = isEdit ? !command.isRateLimited : command.actor === SERVICE || command.isAdmitted === true;
  const rates = isEdit
    ? { ratePerSec, rateBurst }
    : command.operation === 'append'
      ? { ratePerSec: settings.appendRatePerSec, rateBurst: settings.appendRateBurst }
      : { ratePerSec: changeRatePerSec, rateBurst: changeRateBurst };
  return {
    ratePerSec: isFree ? '' : rates.ratePerSec,
    rateBurst: rates.rateBurst,
    queueLimit: queueLimit ?? '',
  };
}

const argsOf = (command: MessageCommand, deps: GroupDeps, isTrial: boolean) => ({
  ...groupArgValues(command.groupId, deps),
  actor: command.actor,
  requestId: escapeForJson(command.request.id),
  payloadHash: command.request.payloadHash,
  rememberMs: command.request.rememberMs,
  ...costsOf(command, deps, isTrial),
  isTrial: flag(isTrial),
  messageEpoch: command.target.epoch,
  targetSeq: command.target.seq,
});

/**
 * @param deps `isTrial` ends the script after its last check: it takes the token but does not make the change; `isSearched`: no
 * other copy of the message waits for the archive
 */
export function runMessageChange(
  calls: ScriptCalls,
  command: MessageCommand,
  deps: GroupDeps & { readonly isTrial: boolean; readonly isSearched?: boolean },
): Promise<MessageAnswer> {
  const keys = keysOf(command, deps);
  const common = argsOf(command, deps, deps.isTrial);
  const withExtra =
    <E extends object>(extra: E) =>
    (deadlineMs: number) => ({ ...common, deadlineMs, ...extra });
  switch (command.operation) {
    case 'edit':
      return calls.change(scripts.editMessage, {
        keys: { ...keys, tombstones: deps.keys.tombstones(partitionOf(command.groupId)) },
        args: withExtra(editArgs(command)),
      });
    case 'append':
      return calls.change(scripts.appendText, {
        keys: { ...keys, timed: deps.keys.timed(command.groupId), ...dedupesOf(command, deps) },
        args: withExtra(appendArgs(command)),
      });
    case 'take_down': {
      const partition = partitionOf(command.groupId);
      const { takenDown, tombstones } = deps.keys;
      const named = { takenDown: takenDown(partition), tombstones: tombstones(partition) };
      return calls.change(scripts.takeDownMessage, {
        keys: { ...keys, ...named },
        args: withExtra(takeDownArgs(command, deps.isSearched === true)),
      });
    }
    case 'react':
    case 'unreact':
      return calls.change(scripts.changeReaction, { keys, args: withExtra(reactionArgs(command)) });
    case 'pin':
    case 'unpin':
      return calls.change(scripts.changePin, { keys, args: withExtra(pinArgs(command)) });
  }
}

const editArgs = ({ message, metadata, mentions, archived = null }: EditMessage) => ({
  text: JSON.stringify(message),
  metadata: metadata ?? '',
  // A space before each user: the empty list is not an empty text.
  mentions: mentions === null ? '' : ` ${mentions.join(' ')}`,
  editWindowMs: limits.editWindowMsDefault,
  archived: archived === null ? '' : archived === 'unknown' ? '?' : shownText(archived),
});

/** Only what the script reads; JSON leaves out what is undefined. */
function shownText({ shown, state, throughSeq }: ArchivedText): string {
  const { from_user_id, timestamp, message, metadata, mentions, expires_at, edits = 0, edited_at } = shown;
  const numbers = `${throughSeq} ${edits} ${edited_at === undefined ? 0 : Date.parse(edited_at)}`;
  const fields = { from_user_id, timestamp, message, metadata, mentions, expires_at };
  return `${numbers} ${state.epoch} ${state.seq} ${JSON.stringify(fields)}`;
}

/** Keys that no request needs are those of the first one. */
function dedupesOf({ groupId, actor, request, also }: AppendText, { keys }: GroupDeps) {
  const ids = scripts.otherDedupes.map((name, at) => [name, (also[at] ?? request).id] as const);
  const named = ids.map(([name, id]) => [name, keys.dedupe(groupId, actor, id)] as const);
  return Object.fromEntries(named) as Record<(typeof scripts.otherDedupes)[number], string>;
}

const appendArgs = ({ text, isDone, also }: AppendText) => ({
  text: JSON.stringify(text).slice(1, -1),
  textBytes: Buffer.byteLength(text),
  isDone: flag(isDone),
  bytesMax: limits.appendedMaxBytes,
  idleMs: limits.appendIdleMs,
  otherHashes: also.map(({ payloadHash }) => ` ${payloadHash}`).join(''),
});

const takeDownArgs = ({ reason, isExpired = false, archived = null }: TakeDown, isSearched: boolean) => ({
  reason: reason === null ? '' : JSON.stringify(reason),
  namedMs: takenDownNamedMs,
  isExpired: flag(isExpired),
  archived:
    archived === null ? (isSearched ? '-' : '') : archived === 'unknown' ? '?' : archivedText(archived),
});

function archivedText({ sent, isImported, takenDown }: ArchivedMessage): string {
  const place = takenDown === null ? '- -' : `${takenDown.epoch} ${takenDown.seq}`;
  return `${sent.from_user_id} ${place} ${JSON.stringify({ ...sent, ...(isImported ? { imported: true } : {}) })}`;
}

const reactionArgs = ({ operation, reaction, reactionKey }: React) => ({
  isPut: flag(operation === 'react'),
  reaction: JSON.stringify(reaction),
  reactionKey: JSON.stringify(reactionKey),
  reactionsMax: limits.reactionsPerMessageMax,
  ownReactionsMax: limits.reactionsPerUserMax,
});

const pinArgs = ({ operation }: PinMessage) => ({
  isPinned: flag(operation === 'pin'),
  pinsMax: limits.pinsMax,
});
