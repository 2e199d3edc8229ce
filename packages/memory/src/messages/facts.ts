/** What the rule table has to know of a message and of who changes it. */
import {
  type ArchivedMessage,
  type ArchivedText,
  type Facts,
  isPast,
  type MessageCommand,
  type MessageEntry,
  type MessageFacts,
  type MessageTarget,
  messageOf,
} from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import { groupFactsOf, userOf } from '../groups/facts.ts';
import type { GroupState } from '../state/group-state.ts';

/** @returns the message as the log keeps it, without its changes, or its tombstone; null: there is none */
export function messageAt(group: GroupState, target: MessageTarget, nowMs: number): MessageEntry | null {
  return target.epoch === group.log.epoch ? group.log.message(target.seq, nowMs) : null;
}

/** The message as an archive shows it, in the form in which a log keeps it. */
export function entryOfArchived({ shown }: ArchivedText): MessageEntry {
  const { type, request_id, open: _, ...result } = shown;
  const { epoch, seq } = shown;
  return { type, epoch, seq, wire: Buffer.from(JSON.stringify({ request_id, success: true, result })) };
}

export function messageFactsOf(
  group: GroupState,
  command: MessageCommand,
  { entry, nowMs }: { readonly entry: MessageEntry | null; readonly nowMs: number },
): Facts {
  const actor = userOf(command.actor);
  const record = actor && group.member(actor, nowMs);
  const ban = actor === null ? undefined : group.bans.standing(actor, nowMs);
  return {
    group: groupFactsOf(group, nowMs),
    actor: command.actor,
    actorRecord: record,
    subjectRecord: record,
    isSubjectBanned: ban?.isBanned === true,
    subjectBannedUntilMs: ban?.bannedUntilMs ?? null,
    nowMs,
    message: entry && factsOfMessage(group, entry, { command, sinceSeq: record?.sinceSeq ?? 0, nowMs }),
  };
}

function factsOfMessage(
  group: GroupState,
  entry: MessageEntry,
  by: { readonly command: MessageCommand; readonly sinceSeq: number; readonly nowMs: number },
): MessageFacts {
  const { result } = messageOf(entry);
  const { from_user_id: author, timestamp } = result;
  const hasExpired = 'expires_at' in result && isPast(result.expires_at, by.nowMs);
  const { editWindowMs } = group.settings;
  const isWholeLog = group.settings.history === 'all' || by.command.actor === SERVICE;
  return {
    author,
    isTakenDown: group.log.messages.of(entry.seq)?.isTakenDown === true,
    isOpen: isOpenTo(group, entry, by),
    isReadable: !hasExpired && (isWholeLog || entry.seq >= by.sinceSeq),
    isInEditWindow: editWindowMs > 0 && by.nowMs - Date.parse(timestamp) <= editWindowMs,
  };
}

/** A message that only an archive has can be taken down, and nothing else. */
export const factsOfArchived = (archived: ArchivedMessage | 'unknown'): MessageFacts => ({
  author: archived === 'unknown' ? noAuthor : archived.sent.from_user_id,
  isTakenDown: false,
  isOpen: false,
  isReadable: false,
  isInEditWindow: false,
});
/** The author of no message. */
const noAuthor = userIdSchema.parse('-');

/** @returns true if the author is in the group since the message was sent */
export function isAuthorHere(group: GroupState, entry: MessageEntry, nowMs: number): boolean {
  const record = group.member(messageOf(entry).result.from_user_id, nowMs);
  return record !== null && record.status !== 'pending' && record.sinceSeq <= entry.seq;
}

/** The service only closes a message whose time is over or whose author is gone. */
function isOpenTo(
  group: GroupState,
  entry: MessageEntry,
  { command, nowMs }: { readonly command: MessageCommand; readonly nowMs: number },
): boolean {
  const { result } = messageOf(entry);
  const state = group.log.messages.of(entry.seq);
  const isOpen = 'open' in result && state?.isClosed !== true && state?.isTakenDown !== true;
  return isOpen && (command.actor === SERVICE || isAuthorHere(group, entry, nowMs));
}
