/** What devices were given against what their users were entitled to. */
import { foldLog, type ReceivingRange } from './fold-log.ts';
import { type Delivery, named, type RunHistory, type Violation } from './history.ts';

interface Entitlement extends ReceivingRange {
  readonly groupId: string;
  /** Of the log that the range lies in. */
  readonly epochs: ReadonlySet<string>;
  readonly headSeq: number;
}

function entitlementsOf({ logs }: RunHistory): Entitlement[] {
  return logs.flatMap((log) => {
    const last = log.entries.at(-1);
    if (last === undefined) return [];
    const epochs = new Set(log.entries.map(({ epoch }) => epoch));
    const place = { groupId: log.groupId, epochs, headSeq: last.seq };
    return foldLog(log).ranges.map((range) => ({ ...range, ...place }));
  });
}

const rangesOf = ({ groupId, userId }: Delivery, entitlements: readonly Entitlement[]) =>
  entitlements.filter((range) => range.groupId === groupId && range.userId === userId);

const isWithin = (
  { epoch, seq }: { readonly epoch: string; readonly seq: number },
  range: Entitlement,
): boolean => range.epochs.has(epoch) && range.sinceSeq <= seq && seq <= range.endSeq;

/** Seqs of the range that the device was given, in runs that end at each resync. */
function runsOf({ entries, resyncs = [] }: Delivery, range: Entitlement): readonly (readonly number[])[] {
  const bounds = [0, ...resyncs, entries.length];
  return bounds.slice(1).map((end, i) =>
    entries
      .slice(bounds[i], end)
      .filter((entry) => isWithin(entry, range))
      .map(({ seq }) => seq),
  );
}

/** What the device had to get of a range. Null: anything without a gap, or nothing, will do. */
function dueOf({ presence }: Delivery, range: Entitlement, seqs: readonly number[]) {
  if (presence === 'partly' && seqs.length === 0) return null;
  if (presence === 'unasked' && seqs.length === 0 && range.endSeq <= range.headSeq) return null;
  if (presence === 'partly') return { firstSeq: Math.min(...seqs), lastSeq: Math.max(...seqs) };
  return { firstSeq: range.sinceSeq, lastSeq: Math.min(range.endSeq, range.headSeq) };
}

const isDense = (seqs: readonly number[], firstSeq: number) => seqs.every((seq, k) => seq === firstSeq + k);

/** What is missing of a range, for a reader; null: nothing. */
function lackOf(delivery: Delivery, range: Entitlement): string | null {
  const runs = runsOf(delivery, range);
  const [seqs = []] = runs;
  if (runs.length > 1) {
    const broken = runs.find((run) => !isDense(run, run[0] ?? 0));
    return broken === undefined ? null : `got ${broken.join()} between two resyncs`;
  }
  const due = dueOf(delivery, range, seqs);
  if (due === null) return null;
  const isWhole = seqs.length === due.lastSeq - due.firstSeq + 1 && isDense(seqs, due.firstSeq);
  return isWhole ? null : `got ${seqs.join() || 'nothing'} of ${due.firstSeq} to ${due.lastSeq}`;
}

/** I6: strictly increasing, no duplicate, no gap; complete for a device that was there throughout. */
export function deliveriesAreWhole(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap((delivery): Violation[] => {
    const { device, groupId, entries, resyncs = [] } = delivery;
    const violated = (what: string): Violation => ({ invariant: 'I6', groupId, what: `${device}: ${what}` });
    const ranges = rangesOf(delivery, entitlements);
    const isSameLog = (a: string, b: string) =>
      a === b || ranges.some(({ epochs }) => epochs.has(a) && epochs.has(b));
    const unordered = entries.flatMap((entry, i) => {
      const before = entries[i - 1];
      const isAfter =
        before === undefined ||
        before.seq < entry.seq ||
        resyncs.includes(i) ||
        !isSameLog(before.epoch, entry.epoch);
      return isAfter ? [] : [violated(`${named(entry)} came after ${before.seq}`)];
    });
    const lacks = ranges.map((range) => lackOf(delivery, range));
    return [...unordered, ...lacks.flatMap((lack) => (lack === null ? [] : [violated(lack)]))];
  });
}

/** I7: no user gets an entry outside the ranges of its memberships. */
export function deliveriesAreEntitled(history: RunHistory): Violation[] {
  const entitlements = entitlementsOf(history);
  return history.deliveries.flatMap((delivery) => {
    const { device, groupId, entries } = delivery;
    const own = rangesOf(delivery, entitlements);
    return entries
      .filter((entry) => !own.some((range) => isWithin(entry, range)))
      .map((entry): Violation => ({ invariant: 'I7', groupId, what: `${device} was given ${named(entry)}` }));
  });
}
