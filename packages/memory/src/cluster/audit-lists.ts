/** The port `AuditLists` in memory. */
import {
  type AuditEntry,
  type AuditKind,
  type AuditLists,
  auditBounds,
  type KeptAuditEntry,
} from '@plenum/core';
import type { Defer } from '../defer.ts';

const hasText = (entry: AuditEntry, text: string): boolean =>
  Object.values(entry).some((field: string) => field.includes(text));

/** @param now the engine's clock, ms since 1970 */
export function memoryAuditLists(now: () => number, defer: Defer): AuditLists {
  const lists: Record<AuditKind, KeptAuditEntry[]> = { act: [], denial: [] };
  const made = { act: 0, denial: 0 };
  const bytes = { act: 0, denial: 0 };
  const sizeOf = ({ entry }: KeptAuditEntry) => Buffer.byteLength(JSON.stringify(entry));
  return {
    append: (kind, entry) =>
      defer(() => {
        made[kind] += 1;
        const kept = { number: made[kind], atMs: now(), entry };
        const list = lists[kind];
        list.push(kept);
        bytes[kind] += sizeOf(kept);
        const bounds = auditBounds[kind];
        while (list.length > bounds.entries || bytes[kind] > bounds.bytes) {
          const oldest = list.shift();
          if (oldest === undefined) return;
          bytes[kind] -= sizeOf(oldest);
        }
      }),
    read: (kind, { before, limit, naming }) =>
      defer(() => {
        const older = lists[kind].filter(({ number }) => before === null || number < before);
        const looked = older.slice(-limit).reverse();
        return {
          entries: looked.filter(({ entry }) => naming === null || hasText(entry, naming)),
          nextBefore: older.length > looked.length ? (looked.at(-1)?.number ?? null) : null,
          end: made[kind] + 1,
        };
      }),
    replace: (kind, kept) =>
      defer(() => {
        const at = lists[kind].findIndex(({ number }) => number === kept.number);
        const present = lists[kind][at];
        if (present === undefined) return;
        bytes[kind] += sizeOf(kept) - sizeOf(present);
        lists[kind][at] = kept;
      }),
  };
}
