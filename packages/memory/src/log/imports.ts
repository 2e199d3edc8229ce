import {
  type ImportBatch,
  type Imported,
  type Imports,
  importAhead,
  overloadedRetryMs,
  type Refused,
  refused,
} from '@plenum/core';
import type { Defer } from '../defer.ts';
import type { MemoryState } from '../state/memory-state.ts';

/** The port `Imports` in memory. */
export const memoryImports = (state: MemoryState, defer: Defer): Imports => ({
  append: (batch) => defer(() => append(state, batch)),
});

function append(state: MemoryState, batch: ImportBatch): Imported | Refused {
  const { groupId, importId, position, messages } = batch;
  const group = state.groups.get(groupId);
  if (group === undefined) return refused({ code: 'group_not_found' });
  const last = group.lastImport?.id === importId ? group.lastImport.count : null;
  const { epoch, seq } = group.log;
  if (messages === null) return { type: 'imported', imported: last, epoch, seq };
  const known = last ?? 0;
  if (position > known) return refused(importAhead);
  const fresh = messages.slice(known - position);
  if (fresh.length > 0 && state.outbox.queued(groupId) >= state.settings.roomQueueLimit) {
    return refused({ code: 'room_overloaded', retryAfterMs: overloadedRetryMs });
  }
  state.storeForeign(group, fresh, state.now());
  const imported = known + fresh.length;
  group.lastImport = { id: importId, count: imported };
  return { type: 'imported', imported, epoch, seq: group.log.seq };
}
