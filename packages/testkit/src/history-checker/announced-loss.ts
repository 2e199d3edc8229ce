/** I14: a device always learns of a loss. */
import { named, placeOf, type RunHistory, type Violation } from './history.ts';

/** I14: a device with a position that the log no longer continues gets `resync`. */
export const lossIsAnnounced = (history: RunHistory): Violation[] => [...kept(history), ...resumed(history)];

/** Finds connected devices that keep entries which the log has lost. */
function kept({ logs, deliveries }: RunHistory): Violation[] {
  const stored = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  return deliveries.flatMap(({ device, groupId, presence, entries, resyncs = [] }): Violation[] => {
    // A device that went away with such an entry gets `resync` when it comes back.
    if (presence === 'partly') return [];
    const lost = entries.findLastIndex((entry) => !stored.has(placeOf(groupId, entry)));
    const entry = entries[lost];
    if (entry === undefined || resyncs.some((had) => had > lost)) return [];
    const what = `${device} got ${named(entry)}, which is in no log, and no resync after it`;
    return [{ invariant: 'I14', harm: 'lost', groupId, what }];
  });
}

/** @returns the last seq in a log, by group and epoch */
function lastSeqsOf({ logs }: RunHistory): ReadonlyMap<string, number> {
  const lastSeqs = new Map<string, number>();
  for (const { groupId, entries } of logs)
    for (const { epoch, seq } of entries) lastSeqs.set(JSON.stringify([groupId, epoch]), seq);
  return lastSeqs;
}

/** Finds wrong answers to devices that came back. Example: epoch A ended at seq 7, so a device at (A, 7) recovers, and one at (A, 9) cannot. */
function resumed(history: RunHistory): Violation[] {
  const lastSeqs = lastSeqsOf(history);
  return (history.resumptions ?? []).flatMap(({ device, groupId, epoch, seq, answer }): Violation[] => {
    const lastSeq = lastSeqs.get(JSON.stringify([groupId, epoch])) ?? -1;
    if (answer === 'resync' || seq <= lastSeq) return [];
    const what = `${device} came back with ${epoch}-${seq}, which no log continues, and the answer was 'recovered'`;
    return [{ invariant: 'I14', harm: 'lost', groupId, what }];
  });
}
