/** What devices were given against what their users were entitled to. */
import { foldLog, type ReceivingRange } from './fold-log.ts';
import { type Delivery, named, type RunHistory, type Violation } from './history.ts';

interface Entitlement extends ReceivingRange {
  readonly groupId: string;
  readonly epoch: string;
  readonly headSeq: number;
}

function entitlementsOf({ logs }: RunHistory): Entitlement[] {
  return logs.flatMap((log) => {
    const last = log.entries.at(-1);
    if (last === undefined) return [];
    const place = { groupId: log.groupId, epoch: last.epoch, headSeq: last.seq };
    return foldLog(log).ranges.map((range) => ({ ...range, ...place }));
  });
}

/** The ranges of the device's user, and what it was given in each of them. */
function byRange(delivery: Delivery, entitlements: readonly Entitlement[]) {
  return entitlements
    .filter(({ groupId, userId }) => groupId === delivery.groupId && userId === delivery.userId)
    .map((range) => ({
      range,
      seqs: delivery.entries.filter((entry) => isWithin(entry, range)).map(({ seq }) => seq),
    }));
}

const isWithin = (
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
  range: Entitlement,
): boolean => epoch === range.epoch && range.sinceSeq <= seq && seq <= range.endSeq;

/** What the device had to get of a range. Null: anything without a hole, or nothing, will do. */
function dueOf({ presence }: Delivery, range: Entitlement, seqs: readonly number[]) {
  if (presence === 'partly' && seqs.length === 0) return null;
  if (presence === 'unasked' && seqs.length === 0 && range.endSeq <= range.headSeq) return null;
  if (presence === 'partly') return { firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) };
  return { firstSeq: range.sinceSeq, lastSeq: Math.min(range.endSeq, range.headSeq) };
}

/** I6: strictly increasing, no double, no hole; complete for a device that was there throughout. */
export function deliveriesAreWhole(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap((delivery): Violation[] => {
    const { device, groupId, entries } = delivery;
    const violated = (what: string): Violation => ({ invariant: 'I6', groupId, what: `${device}: ${what}` });
    const unordered = entries.flatMap((entry, i) => {
      const before = entries[i - 1];
      const isAfter = before === undefined || before.epoch !== entry.epoch || before.seq < entry.seq;
      return isAfter ? [] : [violated(`${named(entry)} came after ${before.seq}`)];
    });
    const broken = byRange(delivery, entitlements).flatMap(({ range, seqs }) => {
      const due = dueOf(delivery, range, seqs);
      if (due === null) return [];
      const isWhole =
        seqs.length === due.lastSeq - due.firstSeq + 1 && seqs.every((seq, k) => seq === due.firstSeq + k);
      return isWhole
        ? []
        : [violated(`got ${seqs.join() || 'nothing'} of ${due.firstSeq} to ${due.lastSeq}`)];
    });
    return [...unordered, ...broken];
  });
}

/** I7: nobody is given an entry outside the ranges of his memberships. */
export function deliveriesAreEntitled(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap(({ device, userId, groupId, entries }) => {
    const own = entitlements.filter((range) => range.groupId === groupId && range.userId === userId);
    return entries
      .filter((entry) => !own.some((range) => isWithin(entry, range)))
      .map((entry): Violation => ({ invariant: 'I7', groupId, what: `${device} was given ${named(entry)}` }));
  });
}
