/** Reads the log of a group. One script returns a range and the head of the same instant. */
import { type GroupLog, isPast, type LogEntry, type LogHead, type LogRange, PlenumError } from '@plenum/core';
import { type GroupId, limits, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { type RangeEntry, readHead, readRange } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { presentEdit, presentMessage, presentPiece, tombstoneWire } from './present-state.ts';
import { entryOf, expiryOf, typeOfKind } from './wire.ts';

interface Span {
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly limit: number;
  readonly isLatestFirst: boolean;
  /** The user for whom `me` of reactions is read; null: none. */
  readonly reader: UserId | null;
}

export class RedisLogReader implements Pick<GroupLog, 'after' | 'before' | 'heads'> {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;

  constructor(calls: ScriptCalls, keys: Keys) {
    this.#calls = calls;
    this.#keys = keys;
  }

  after(
    groupId: GroupId,
    afterSeq: number,
    limit: number,
    reader: UserId | null = null,
  ): Promise<LogRange | null> {
    const fromSeq = String(afterSeq + 1);
    return this.#range(groupId, { fromSeq, toSeq: '+', limit, isLatestFirst: false, reader });
  }

  before(
    groupId: GroupId,
    beforeSeq: number,
    limit: number,
    reader: UserId | null = null,
  ): Promise<LogRange | null> {
    const toSeq = String(Math.max(0, beforeSeq - 1));
    return this.#range(groupId, { fromSeq: '-', toSeq, limit, isLatestFirst: true, reader });
  }

  async heads(groupIds: readonly GroupId[]): Promise<ReadonlyMap<GroupId, LogHead>> {
    const heads = new Map<GroupId, LogHead>();
    const replies = await Promise.all(
      groupIds.map(async (groupId) => {
        const keys = {
          group: this.#keys.group(groupId),
          log: this.#keys.log(groupId),
          present: this.#keys.present(groupId),
        };
        return { groupId, reply: await this.#calls.read(readHead, { keys, args: {} }) };
      }),
    );
    for (const { groupId, reply } of replies) {
      if (reply.type === 'found') heads.set(groupId, reply.details);
    }
    return heads;
  }

  /** Reads entries, each message in its present state. */
  #range(groupId: GroupId, span: Span): Promise<LogRange | null> {
    return readRangeOf({ calls: this.#calls, keys: this.#keys }, groupId, span);
  }
}

export interface RangeDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
}

/** Reads a part of the log with its head. Null: neither group nor tombstone exists. */
export async function readRangeOf(
  { calls, keys }: RangeDeps,
  groupId: GroupId,
  { reader, isLatestFirst, ...span }: Span,
): Promise<LogRange | null> {
  const reply = await calls.read(readRange, {
    keys: {
      group: keys.group(groupId),
      log: keys.log(groupId),
      present: keys.present(groupId),
      reactors: keys.reactors(groupId),
    },
    args: {
      ...span,
      isLatestFirst: isLatestFirst ? '1' : '0',
      maxBytes: limits.answerMaxBytes,
      userId: reader ?? '',
    },
  });
  if (reply.type === 'none') return null;
  const { head, entries } = reply.details;
  const ordered = isLatestFirst ? entries.toReversed() : entries;
  return { head, entries: ordered.map((stored) => presentEntry(groupId, stored, reply.nowMs)) };
}

function presentEntry(groupId: GroupId, entry: RangeEntry, nowMs: number): LogEntry {
  const { seq, kind, wire, record, own = '' } = entry;
  if (kind === 'm' || kind === 'M') {
    const expiresAt = expiryOf(entry);
    if (isPast(expiresAt, nowMs)) {
      return storedEntry(groupId, { seq, kind: 'm', wire: tombstoneWire(wire, expiresAt) });
    }
  }
  if (kind === 'M' && record !== undefined) {
    const present = storedEntry(groupId, { seq, kind: 'm', wire: presentMessage(wire, record, own) });
    return own === '' || present.type !== 'message' ? present : { ...present, isPersonal: true };
  }
  if (kind === 'A' && record !== undefined) {
    return storedEntry(groupId, { seq, kind: 'c', wire: presentPiece(wire, record, nowMs) });
  }
  if (kind === 'C' && record !== undefined) {
    return storedEntry(groupId, { seq, kind: 'c', wire: presentEdit(wire, record, nowMs) });
  }
  return storedEntry(groupId, { seq, kind, wire });
}

function storedEntry(groupId: GroupId, { seq, kind, wire }: RangeEntry): LogEntry {
  const type = typeOfKind(kind);
  const entry = type === null ? null : entryOf({ type, groupId, seq, wire });
  if (entry !== null) return entry;
  throw PlenumError.of('internal', { cause: new Error(`entry ${seq} of group ${groupId} is malformed`) });
}
