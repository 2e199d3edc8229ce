/** Reads the log of a group. One script returns a range and the head of the same instant. */
import { type GroupLog, type LogEntry, type LogHead, type LogRange, PlenumError } from '@plenum/core';
import { type GroupId, limits } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { readHead, readRange } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import { entryOf } from './wire.ts';

interface Span {
  readonly fromSeq: string;
  readonly toSeq: string;
  readonly limit: number;
  readonly isLatestFirst: boolean;
}

export class RedisLogReader implements Pick<GroupLog, 'after' | 'before' | 'heads'> {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;

  constructor(calls: ScriptCalls, keys: Keys) {
    this.#calls = calls;
    this.#keys = keys;
  }

  after(groupId: GroupId, afterSeq: number, limit: number): Promise<LogRange | null> {
    return this.#range(groupId, { fromSeq: String(afterSeq + 1), toSeq: '+', limit, isLatestFirst: false });
  }

  before(groupId: GroupId, beforeSeq: number, limit: number): Promise<LogRange | null> {
    const toSeq = String(Math.max(0, beforeSeq - 1));
    return this.#range(groupId, { fromSeq: '-', toSeq, limit, isLatestFirst: true });
  }

  async heads(groupIds: readonly GroupId[]): Promise<ReadonlyMap<GroupId, LogHead>> {
    const heads = new Map<GroupId, LogHead>();
    const replies = await Promise.all(
      groupIds.map(async (groupId) => {
        const keys = { group: this.#keys.group(groupId), log: this.#keys.log(groupId) };
        return { groupId, reply: await this.#calls.read(readHead, { keys, args: {} }) };
      }),
    );
    for (const { groupId, reply } of replies) {
      if (reply.type === 'found') heads.set(groupId, reply.details);
    }
    return heads;
  }

  async #range(groupId: GroupId, span: Span): Promise<LogRange | null> {
    const reply = await this.#calls.read(readRange, {
      keys: { group: this.#keys.group(groupId), log: this.#keys.log(groupId) },
      args: { ...span, isLatestFirst: span.isLatestFirst ? '1' : '0', maxBytes: limits.answerMaxBytes },
    });
    if (reply.type === 'none') return null;
    const { head, entries } = reply.details;
    const ordered = span.isLatestFirst ? entries.reverse() : entries;
    return { head, entries: ordered.map((stored) => storedEntry(groupId, stored)) };
  }
}

function storedEntry(groupId: GroupId, stored: { seq: number; kind: string; wire: Buffer }): LogEntry {
  const { seq, wire } = stored;
  const entry = entryOf({ type: stored.kind === 'm' ? 'message' : 'event', groupId, seq, wire });
  if (entry !== null) return entry;
  throw PlenumError.of('internal', { cause: new Error(`entry ${seq} of group ${groupId} is malformed`) });
}
