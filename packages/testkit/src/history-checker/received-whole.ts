/** Compares the entries that devices got with those that their users must and may receive. */
import type { HistoryEntry } from '@plenum/protocol';
import { foldLog, type ReceivingRange } from './fold-log.ts';
import { type Delivery, named, placeOf, type RunHistory, type Violation } from './history.ts';

interface Entitlement extends ReceivingRange {
  readonly groupId: string;
  readonly log: StoredLog;
}

/** One log of a group; its ranges share it. */
interface StoredLog {
  readonly entries: readonly HistoryEntry[];
  readonly places: ReadonlySet<string>;
  readonly epochs: ReadonlySet<string>;
  readonly headSeq: number;
}

function entitlementsOf({ logs }: RunHistory): Entitlement[] {
  return logs.flatMap((epochLog) => {
    const { groupId, entries } = epochLog;
    const log: StoredLog = {
      entries,
      places: new Set(entries.map((entry) => placeOf(groupId, entry))),
      epochs: new Set(entries.map(({ epoch }) => epoch)),
      headSeq: entries.at(-1)?.seq ?? 0,
    };
    return foldLog(epochLog).ranges.map((range) => ({ ...range, groupId, log }));
  });
}

const rangesOf = ({ groupId, userId }: Delivery, entitlements: readonly Entitlement[]) =>
  entitlements.filter((range) => range.groupId === groupId && range.userId === userId);

const isWithin = ({ epoch, seq }: HistoryEntry, { log, sinceSeq, endSeq }: Entitlement): boolean =>
  log.epochs.has(epoch) && sinceSeq <= seq && seq <= endSeq;

/** I6: entries arrive in order, once and without gaps. A device that was attached throughout gets all of them. */
export function deliveriesAreWhole(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap((delivery) => {
    const ranges = rangesOf(delivery, entitlements);
    return [...notInOrder(delivery, ranges), ...ranges.flatMap((range) => missing(delivery, range))];
  });
}

/** Finds entries that came after a later entry of their log, or twice. After a resync the order begins again. */
function notInOrder(delivery: Delivery, ranges: readonly Entitlement[]): Violation[] {
  const { device, groupId, entries, resyncs = [] } = delivery;
  const begins = new Set(resyncs);
  const logOf = ({ epoch }: HistoryEntry) => ranges.find(({ log }) => log.epochs.has(epoch))?.log ?? epoch;
  const lastSeqs = new Map<StoredLog | string, number>();
  const had = new Set<string>();
  return entries.flatMap((entry, i): Violation[] => {
    if (begins.has(i)) for (const past of [lastSeqs, had]) past.clear();
    const place = placeOf(groupId, entry);
    const isTwice = had.has(place);
    had.add(place);
    const log = logOf(entry);
    const lastSeq = lastSeqs.get(log) ?? 0;
    lastSeqs.set(log, Math.max(lastSeq, entry.seq));
    if (entry.seq > lastSeq) return [];
    const what = `${device} got ${named(entry)} ${isTwice ? 'twice' : `after seq ${lastSeq}`}`;
    return [{ invariant: 'I6', harm: isTwice ? 'duplicated' : 'reordered', groupId, what }];
  });
}

/** Entries that a device must get without a gap, and those of them that it got. */
interface Stretch {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly places: ReadonlySet<string>;
}

function missing(delivery: Delivery, range: Entitlement): Violation[] {
  const { device, groupId } = delivery;
  return stretchesOf(delivery, range).flatMap(({ firstSeq, lastSeq, places }) =>
    range.log.entries
      .filter(({ seq }) => firstSeq <= seq && seq <= lastSeq)
      .filter((entry) => !places.has(placeOf(groupId, entry)))
      .map((entry): Violation => {
        return { invariant: 'I6', harm: 'lost', groupId, what: `${device} misses ${named(entry)}` };
      }),
  );
}

/**
 * @returns the stretches of a range. Between two of them a device may miss entries, if it does not read pages after a resync. What
 * follows the first entry after the last resync has to come
 */
function stretchesOf(delivery: Delivery, range: Entitlement): Stretch[] {
  const { groupId, presence, entries, resyncs = [], isRefilled = false } = delivery;
  const isStored = (entry: HistoryEntry) =>
    isWithin(entry, range) && range.log.places.has(placeOf(groupId, entry));
  const stretchOf = (stretch: readonly HistoryEntry[]): Stretch => {
    const firstSeq = stretch.reduce((least, { seq }) => Math.min(least, seq), Number.POSITIVE_INFINITY);
    const lastSeq = stretch.reduce((most, { seq }) => Math.max(most, seq), 0);
    return { firstSeq, lastSeq, places: new Set(stretch.map((entry) => placeOf(groupId, entry))) };
  };
  if (resyncs.length > 0 && !isRefilled) {
    const bounds = [0, ...resyncs, entries.length];
    const stretches = bounds
      .slice(1)
      .map((end, i) => stretchOf(entries.slice(bounds[i], end).filter(isStored)));
    const last = stretches.pop();
    if (last === undefined) return stretches;
    return [...stretches, presence === 'throughout' ? { ...last, lastSeq: range.endSeq } : last];
  }
  const got = stretchOf(entries.filter(isStored));
  if (presence === 'partly') return [got];
  if (presence === 'unasked' && got.places.size === 0 && range.endSeq <= range.log.headSeq) return [];
  return [{ ...got, firstSeq: range.sinceSeq, lastSeq: range.endSeq }];
}

/** I7: no user gets an entry outside the ranges of its memberships. */
export function deliveriesAreEntitled(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap((delivery) => {
    const { device, groupId, entries } = delivery;
    const ranges = rangesOf(delivery, entitlements);
    return entries
      .filter((entry) => !ranges.some((range) => isWithin(entry, range)))
      .map((entry): Violation => {
        const what = `${device} got ${named(entry)} without being a member then`;
        return { invariant: 'I7', harm: 'forbidden', groupId, what };
      });
  });
}
