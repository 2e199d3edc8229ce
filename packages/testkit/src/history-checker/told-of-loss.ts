/** I14: loss is never silent. */
import { named, placeOf, type Resumption, type RunHistory, type Violation } from './history.ts';

/** I14: a device with a position that the log no longer continues gets `resync`. */
export const lossIsTold = (history: RunHistory): Violation[] => [
  ...heldWhatIsLost(history),
  ...resumedFromNowhere(history),
];

/** Connected devices that got entries which the log does not contain. */
function heldWhatIsLost({ logs, deliveries }: RunHistory): Violation[] {
  const stored = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  return deliveries.flatMap(({ device, groupId, presence, entries, resyncs = [] }): Violation[] => {
    // A device that went away with such an entry gets `resync` when it comes back.
    if (presence === 'partly') return [];
    const lost = entries.findLastIndex((entry) => !stored.has(placeOf(groupId, entry)));
    const entry = entries[lost];
    if (entry === undefined || resyncs.some((had) => had > lost)) return [];
    const what = `${device} holds ${named(entry)}, which is in no log, without a resync`;
    return [{ invariant: 'I14', groupId, what }];
  });
}

/** A position is good when its epoch has reached it; of a log that has gone on in another epoch, up to the end of its own. */
function isGood({ groupId, epoch, seq }: Resumption, { logs }: RunHistory): boolean {
  return logs.some(
    (log) =>
      log.groupId === groupId && log.entries.some((entry) => entry.epoch === epoch && entry.seq >= seq),
  );
}

/** Devices that came back. Only the answer shows which of several logs of a group was the present one then. */
function resumedFromNowhere(history: RunHistory): Violation[] {
  return (history.resumptions ?? []).flatMap((resumption): Violation[] => {
    if (resumption.answer === 'resync' || isGood(resumption, history)) return [];
    const { device, groupId, epoch, seq } = resumption;
    const what = `${device} came back with ${epoch}-${seq}, which no log continues, and the answer was that it recovered`;
    return [{ invariant: 'I14', groupId, what }];
  });
}
