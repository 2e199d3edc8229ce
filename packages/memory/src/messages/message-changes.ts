/** The port `MessageChanges` over memory. */
import {
  changeOf,
  forgedCursor,
  type KnownState,
  type LogEntry,
  type MessageChanges,
  messageId,
  messageOf,
  type Page,
  type Reactor,
} from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import type { Defer } from '../defer.ts';
import { knownChanges, presentMessage } from '../log/present.ts';
import type { GroupState } from '../state/group-state.ts';
import type { MemoryState } from '../state/memory-state.ts';
import { byText } from '../state/sorted-list.ts';
import { admitMessageChange, changeMessage } from './change-message.ts';
import { messageAt } from './facts.ts';

export function memoryMessageChanges(state: MemoryState, defer: Defer): MessageChanges {
  return {
    change: (command) => defer(() => changeMessage(state, command)),
    admit: (command) => defer(() => admitMessageChange(state, command)),
    get: (groupId, target, reader) =>
      defer(() => {
        const nowMs = state.now();
        const group = state.groupOrTombstone(groupId, nowMs);
        if (group === null) return null;
        const found = messageAt(group, target, nowMs);
        const states = group.log.messages;
        const entry = found && presentMessage(states.of(found.seq), found, { reader, nowMs });
        return { head: group.log.head(nowMs, group.isDeleted), entry };
      }),
    states: (groupId, targets, reader) =>
      defer(() => {
        const log = state.groupOrTombstone(groupId, state.now())?.log;
        const known = new Map<string, KnownState>();
        for (const { epoch, seq } of targets) {
          const id = messageId(epoch, seq);
          const changed = epoch === log?.epoch ? log.messages.of(seq) : null;
          const found = state.outbox.named(groupId, id) ?? (changed && knownChanges(changed, reader));
          if (found !== null) known.set(id, found);
        }
        return known;
      }),
    lost: (groupId, { seq }) =>
      defer(() => {
        const nowMs = state.now();
        const group = state.groupOrTombstone(groupId, nowMs);
        if (group === null) return null;
        const head = group.log.head(nowMs, group.isDeleted);
        const isArchived = state.outbox.isArchived(groupId, { epoch: head.epoch, seq: head.oldestSeq });
        const isChanged = group.log.messages.of(seq) !== null;
        return { head, isArchived, throughSeq: isChanged ? head.oldestSeq - 1 : head.seq };
      }),
    reactions: (groupId, page) =>
      defer(() => {
        const nowMs = state.now();
        const group = state.groupOrTombstone(groupId, nowMs);
        const found = group && messageAt(group, page.target, nowMs);
        return group === null || found === null ? null : reactorPage(group, found.seq, page);
      }),
    writtenBy: (groupId, userId, { afterSeq }) =>
      defer(() => {
        const group = state.groups.get(groupId);
        if (group === undefined) return { targets: [], nextSeq: null };
        group.log.head(state.now(), false);
        const entries = group.log.after(afterSeq, entriesPerLook);
        const seqs = new Set(entries.flatMap((entry) => seqWrittenBy(group, entry, userId) ?? []));
        const nextSeq = entries.length === entriesPerLook ? (entries.at(-1)?.seq ?? null) : null;
        return { targets: [...seqs].map((seq) => ({ epoch: group.log.epoch, seq })), nextSeq };
      }),
    pins: (groupId) =>
      defer(() => {
        const group = state.groups.get(groupId);
        if (group === undefined) return [];
        group.log.head(state.now(), false);
        const { epoch, messages } = group.log;
        return [...messages.pins].map(([seq, pin]) => ({ epoch, seq, ...pin }));
      }),
  };
}

/** Entries of a log that one look for the messages of a user reads. */
const entriesPerLook = 500;

/**
 * The seq of the message of this user whose text the entry shows: a message, or what was edited or appended of one that has left
 * the log. Null: it shows none.
 */
function seqWrittenBy({ log }: GroupState, entry: LogEntry, userId: UserId): number | null {
  if (entry.type === 'change') {
    const { type, target_seq: target } = changeOf(entry);
    const state = log.messages.of(target);
    const isText = type === 'edited' || type === 'appended';
    const isMeant = isText && target < log.oldestSeq && state?.isTakenDown === false;
    return isMeant && state.author === userId ? target : null;
  }
  if (entry.type !== 'message') return null;
  const { result } = messageOf(entry);
  return 'deleted' in result || result.from_user_id !== userId ? null : entry.seq;
}

interface ReactorQuery {
  readonly reactionKey: string | null;
  readonly cursor: string | null;
  readonly limit: number;
}

/** The last row of the page before: the place of its reaction, and its user. */
interface Last {
  readonly slot: number;
  readonly userId: UserId;
}

function lastOf(cursor: string): Last {
  const [, slot, userId] = /^(\d{1,2})\.(\S+)$/.exec(cursor) ?? [];
  const user = userIdSchema.safeParse(userId);
  if (slot === undefined || !user.success) throw forgedCursor();
  return { slot: Number(slot), userId: user.data };
}

/** By the places of the reactions, and then by user. */
function reactorPage(group: GroupState, seq: number, query: ReactorQuery): Page<Reactor> | null {
  const { reactionKey, cursor, limit } = query;
  const last = cursor === null ? null : lastOf(cursor);
  const state = group.log.messages.of(seq);
  if (state?.isTakenDown) return null;
  const found: (Reactor & Last)[] = [];
  for (const [at, slot] of (state?.slots ?? []).entries()) {
    const isMeant = slot !== null && (reactionKey === null || slot.key === reactionKey);
    if (!isMeant || at < (last?.slot ?? 0)) continue;
    const passed =
      at === last?.slot ? slot.users.countWhile((userId) => byText(userId, last.userId) <= 0) : 0;
    const users = slot.users.slice(passed, limit + 1 - found.length);
    for (const userId of users) found.push({ userId, reaction: slot.reaction, slot: at });
    if (found.length > limit) break;
  }
  const rows = found.slice(0, limit);
  const end = rows.at(-1);
  const nextCursor = found.length > limit && end !== undefined ? `${end.slot}.${end.userId}` : null;
  return { rows: rows.map(({ userId, reaction }) => ({ userId, reaction })), nextCursor };
}
