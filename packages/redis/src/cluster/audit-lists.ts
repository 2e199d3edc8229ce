/** The port `AuditLists`: one hash per kind, with a field per entry. */
import {
  type AuditEntry,
  type AuditKind,
  type AuditLists,
  type AuditSlice,
  type AuditSlicePage,
  auditBounds,
  type KeptAuditEntry,
} from '@plenum/core';
import { z } from 'zod';
import { appendAuditEntry, replaceAuditEntry } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

const entrySchema = z.object({
  act: z.string(),
  name: z.string(),
  acting_as: z.string().exactOptional(),
  target: z.string(),
  outcome: z.string(),
  address: z.string(),
  request_id: z.string(),
  node_id: z.string(),
}) satisfies z.ZodType<AuditEntry>;

export class RedisAuditLists implements AuditLists {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys'>) {
    this.#deps = deps;
  }

  async append(kind: AuditKind, entry: AuditEntry): Promise<void> {
    const { calls, keys } = this.#deps;
    const { entries: entriesMax, bytes: bytesMax } = auditBounds[kind];
    const args = { entry: JSON.stringify(entry), entriesMax, bytesMax };
    await calls.read(appendAuditEntry, { keys: { entries: keys.audit(kind) }, args });
  }

  async read(kind: AuditKind, { before, limit, naming }: AuditSlicePage): Promise<AuditSlice> {
    const { calls, keys } = this.#deps;
    const key = keys.audit(kind);
    const [first, next] = await calls.command((redis) => redis.hmget(key, 'first', 'next'));
    const end = Number(next ?? 1);
    const below = Math.min(before ?? end, end);
    const oldest = Number(first ?? 1);
    const begin = Math.max(oldest, below - limit);
    const numbers = Array.from({ length: Math.max(0, below - begin) }, (_, i) => below - 1 - i);
    if (numbers.length === 0) return { entries: [], nextBefore: null, end };
    const texts = await calls.command((redis) => redis.hmget(key, ...numbers.map(String)));
    const entries = numbers.flatMap((number, i) => {
      const text = texts[i] ?? '';
      return naming === null || text.includes(naming) ? (keptIn(number, text) ?? []) : [];
    });
    return { entries, nextBefore: begin > oldest ? begin : null, end };
  }

  async replace(kind: AuditKind, { number, entry }: KeptAuditEntry): Promise<void> {
    const { calls, keys } = this.#deps;
    const args = { number, entry: JSON.stringify(entry) };
    await calls.read(replaceAuditEntry, { keys: { entries: keys.audit(kind) }, args });
  }
}

/** @returns null for an entry that this version cannot read, or that has made room meanwhile */
function keptIn(number: number, text: string): KeptAuditEntry | null {
  const [, at = '', json = ''] = /^(\d{1,16}) (.*)$/s.exec(text) ?? [];
  try {
    return { number, atMs: Number(at), entry: entrySchema.parse(JSON.parse(json)) };
  } catch {
    return null;
  }
}
