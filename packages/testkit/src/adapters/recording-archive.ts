/** An archive for tests. It records its calls, and fails on command. */
import {
  type Archive,
  type ArchiveEntry,
  type ArchiveReader,
  type ArchiveSearcher,
  systemClock,
} from '@plenum/core';
import { type AdapterFault, FaultSwitch } from './fault-switch.ts';
import { presentEntries } from './present-entries.ts';

export interface RecordingArchive extends Archive, ArchiveReader, ArchiveSearcher {
  /** The saved entries as they were given, in the order of saving, each once. `read` shows present states. */
  readonly saved: readonly ArchiveEntry[];
  /** Every batch of `save`, with copies and refused entries. */
  readonly batches: readonly (readonly ArchiveEntry[])[];
  refuse(...messageIds: readonly string[]): void;
  /** Ends all refusals. */
  forgive(): void;
  /** Null ends the fault. */
  fault(fault: AdapterFault | null): void;
}

/** Makes an archive in memory that records its calls and fails on command. */
export function recordingArchive(clock = systemClock): RecordingArchive {
  const saved = new Map<string, ArchiveEntry>();
  const batches: (readonly ArchiveEntry[])[] = [];
  const refused = new Set<string>();
  const faults = new FaultSwitch(clock);
  return {
    get saved() {
      return [...saved.values()];
    },
    batches,
    refuse: (...messageIds) => {
      for (const id of messageIds) refused.add(id);
    },
    forgive: () => refused.clear(),
    fault: (fault) => faults.set(fault),
    save: (entries, call) => {
      batches.push(entries);
      return faults.play(call, () => {
        for (const entry of entries) {
          const { message_id: id } = entry;
          if (!refused.has(id) && !saved.has(id)) saved.set(id, entry);
        }
        const refusals = entries.filter(({ message_id: id }) => refused.has(id));
        if (refusals.length === 0) return undefined;
        return { refused: refusals.map(({ message_id }) => ({ message_id, reason: 'refused by the test' })) };
      });
    },
    search: ({ groupId, query, stretches, afterSeq, beforeSeq, limit, reader }, call) =>
      faults.play(call, () => {
        const words = query.toLowerCase().split(' ');
        const ofGroup = [...saved.values()].filter((entry) => entry.group_id === groupId);
        return presentEntries(ofGroup, reader)
          .filter((entry) => entry.type === 'message')
          .filter(({ seq }) => seq > afterSeq && seq < beforeSeq)
          .filter((entry) => stretches.some((s) => s.epoch === entry.epoch && entry.seq <= s.endSeq))
          .filter(({ message = '' }) => words.every((word) => message.toLowerCase().includes(word)))
          .sort((a, b) => b.seq - a.seq)
          .slice(0, limit);
      }),
    read: (page, call) =>
      faults.play(call, () => {
        const ofGroup = [...saved.values()].filter((entry) => entry.group_id === page.groupId);
        const found = presentEntries(ofGroup, page.reader)
          .filter((entry) => entry.seq > page.afterSeq && entry.seq < page.beforeSeq)
          .filter((entry) => page.stretches.some((s) => s.epoch === entry.epoch && entry.seq <= s.endSeq))
          .sort((a, b) => a.seq - b.seq);
        return page.from === 'oldest' ? found.slice(0, page.limit) : found.slice(-page.limit);
      }),
  };
}
