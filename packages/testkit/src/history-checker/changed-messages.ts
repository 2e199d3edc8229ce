/** Compares messages that were read anew with the changes that devices got, and with the answers to those who made them. */
import { isDeepStrictEqual } from 'node:util';
import { type HistoryEntry, isMessageEvent } from '@plenum/protocol';
import { type Folded, type FoldedMessage, fold } from '../suites/messages/fold.ts';
import {
  type Delivery,
  isMessage,
  named,
  placeOf,
  type Reading,
  type RunHistory,
  type Violation,
} from './history.ts';

/** I1 for changes: the place that the answer names is in the log, and concerns the message. */
export function changesAreStored({ changes = [], logs }: RunHistory): Violation[] {
  const byPlace = new Map(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => [placeOf(groupId, entry), entry] as const)),
  );
  return changes.flatMap(({ groupId, userId, requestId, operation, targetSeq, answer }): Violation[] => {
    if (answer.type !== 'ack') return [];
    const entry = byPlace.get(placeOf(groupId, answer));
    const acked = `the answer to ${operation} ${requestId} of ${userId} names seq ${answer.seq}`;
    if (entry === undefined) {
      return [{ invariant: 'I1', harm: 'lost', groupId, what: `${acked}, which is in no log` }];
    }
    if (entry.seq === targetSeq || (isMessageEvent(entry) && entry.target_seq === targetSeq)) return [];
    const what = `${acked}, and something else is there: ${named(entry)}`;
    return [{ invariant: 'I1', harm: 'conflicting', groupId, what }];
  });
}

/** A state without what depends on its reader. */
const shared = ({ reactions, ...rest }: FoldedMessage) => ({
  ...rest,
  reactions: Object.fromEntries(Object.entries(reactions).map(([name, { count }]) => [name, count])),
});

/**
 * What a device knows of messages: where it missed a part, of those that came after it. Entries that the log has lost do not
 * count.
 */
function knownBy({ entries, resyncs = [], isRefilled = false }: Delivery, reading: Reading): Folded {
  const stored = new Set(reading.entries.map((entry) => placeOf(reading.groupId, entry)));
  const whole = isRefilled ? entries : entries.slice(resyncs.at(-1) ?? 0);
  return fold(
    whole.filter((entry) => stored.has(placeOf(reading.groupId, entry))),
    '',
  );
}

/**
 * I17: a message that is read anew is what a device has made of it that got its entries one after the other, whether it was
 * away meanwhile or not.
 */
export const presentIsWhatWasTold = ({ readings = [], deliveries }: RunHistory): Violation[] =>
  readings.flatMap((reading) => {
    const { groupId, entries } = reading;
    const present = fold(entries.filter(isMessage), '');
    const concerned = deliveries.filter((delivery) => delivery.groupId === groupId);
    return concerned.flatMap((delivery) =>
      [...knownBy(delivery, reading)].flatMap(([seq, known]): Violation[] => {
        const shown = present.get(seq);
        if (shown === undefined || isDeepStrictEqual(shared(shown), shared(known))) return [];
        const [told, read] = [known, shown].map((one) => JSON.stringify(shared(one)));
        const what = `${delivery.device} has made ${told} of seq ${seq}, which is read as ${read}`;
        return [{ invariant: 'I17', harm: 'conflicting', groupId, what }];
      }),
    );
  });

const hasText = (entry: HistoryEntry): boolean => 'message' in entry && entry.message !== undefined;
/** The seq of the message whose text the entry may have. */
const textSeqOf = (entry: HistoryEntry): number | null =>
  isMessage(entry) ? entry.seq : isMessageEvent(entry) && entry.type === 'edited' ? entry.target_seq : null;

/** @returns entries with a text whose message is in `gone`, which grows by the take-downs among the entries */
function textsAfter(entries: readonly HistoryEntry[], gone: Set<number>): HistoryEntry[] {
  return entries.filter((entry) => {
    if (isMessageEvent(entry) && entry.type === 'deleted') gone.add(entry.target_seq);
    return hasText(entry) && gone.has(textSeqOf(entry) ?? 0);
  });
}

/** I18: what is read after a take-down has no text of the message, and no device gets one behind the entry `deleted`. */
export function takeDownsLeaveNoText({ changes = [], readings = [], deliveries }: RunHistory): Violation[] {
  const leak = (groupId: string, what: string): Violation => ({
    invariant: 'I18',
    harm: 'forbidden',
    groupId,
    what,
  });
  const read = readings.flatMap(({ groupId, entries }) => {
    const acked = changes.filter(
      (one) => one.groupId === groupId && one.operation === 'take_down' && one.answer.type === 'ack',
    );
    const gone = new Set(acked.map(({ targetSeq }) => targetSeq));
    textsAfter(entries, gone);
    return textsAfter(entries, gone).map((entry) => leak(groupId, `${named(entry)} is read with its text`));
  });
  const pushed = deliveries.flatMap(({ device, groupId, entries }) =>
    textsAfter(entries, new Set()).map((entry) =>
      leak(groupId, `${device} got ${named(entry)} behind its take-down`),
    ),
  );
  return [...read, ...pushed];
}
