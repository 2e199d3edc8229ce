/** I10: compares the entries that adapters got, and the dead letters, with the logs. */
import { isDeepStrictEqual } from 'node:util';
import type { HistoryEntry } from '@plenum/protocol';
import {
  type GivenCopy,
  type Harm,
  named,
  placeOf,
  type RunHistory,
  type ServedAdapter,
  type Violation,
} from './history.ts';

/**
 * I10: an adapter has taken every entry that it wants, or the entry is one dead letter, never both. Every copy has the id and
 * the payload of the log. The number of copies is limited. The first copies of a group came in the order of its log.
 */
export const entriesAreDelivered = (history: RunHistory): Violation[] =>
  (history.served ?? []).flatMap((adapter) => judged(adapter, history.logs));

/** What happened to one entry at one adapter. */
interface Fate {
  /** The index of its first copy in `given`; null: the adapter never got one. */
  first: number | null;
  taken: number;
  buried: number;
}

type Violated = (entry: HistoryEntry, wrong: Wrong) => void;
interface Wrong {
  readonly harm: Harm;
  readonly what: string;
}

function judged(adapter: ServedAdapter, logs: RunHistory['logs']): Violation[] {
  const violations: Violation[] = [];
  const violated: Violated = (entry, { harm, what }) => {
    const sentence = `${adapter.kind}: ${named(entry)} ${what}`;
    violations.push({ invariant: 'I10', harm, groupId: entry.group_id, what: sentence });
  };
  const fates = fatesAt(adapter, logs, violated);
  for (const { entries } of logs) {
    for (const entry of entries) {
      const fate = fates.get(placeOf(entry.group_id, entry));
      const wrong = adapter.wants(entry) ? wrongEnd(fate, adapter.copiesMax(entry)) : unwanted(fate);
      if (wrong !== null) violated(entry, wrong);
    }
    expectOrder(entries, fates, violated);
  }
  return violations;
}

/** @returns the fate of each entry, by its place. Also compares each copy with the log */
function fatesAt(adapter: ServedAdapter, logs: RunHistory['logs'], violated: Violated): Map<string, Fate> {
  const stored = new Map<string, HistoryEntry>();
  for (const { groupId, entries } of logs) {
    for (const entry of entries) stored.set(placeOf(groupId, entry), entry);
  }
  const fates = new Map<string, Fate>();
  const fateOf = (copy: GivenCopy): Fate => {
    const place = placeOf(copy.group_id, copy);
    const difference = differenceOf(copy, stored.get(place));
    if (difference !== null) violated(copy, difference);
    const fate = fates.get(place) ?? { first: null, taken: 0, buried: 0 };
    fates.set(place, fate);
    return fate;
  };
  for (const [at, { entry, isTaken }] of adapter.given.entries()) {
    const fate = fateOf(entry);
    fate.first ??= at;
    if (isTaken) fate.taken += 1;
  }
  for (const entry of adapter.deadLetters) fateOf(entry).buried += 1;
  return fates;
}

function expectOrder(
  entries: readonly HistoryEntry[],
  fates: ReadonlyMap<string, Fate>,
  violated: Violated,
): void {
  let latest: { readonly entry: HistoryEntry; readonly first: number } | null = null;
  for (const entry of entries) {
    const first = fates.get(placeOf(entry.group_id, entry))?.first ?? null;
    if (first === null) continue;
    if (latest !== null && first < latest.first) {
      violated(entry, { harm: 'reordered', what: `came before ${named(latest.entry)}` });
    } else latest = { entry, first };
  }
}

/** @returns how a copy differs from the entry of the log; null if it does not */
function differenceOf(copy: GivenCopy, entry: HistoryEntry | undefined): Wrong | null {
  if (entry === undefined) return { harm: 'lost', what: 'is in no log' };
  const { message_id, ...payload } = copy;
  if (message_id !== `${entry.epoch}-${entry.seq}`) {
    return { harm: 'conflicting', what: `has the id ${message_id}` };
  }
  const isSame = isDeepStrictEqual({ ...payload, message_id }, { ...entry, message_id });
  return isSame ? null : { harm: 'conflicting', what: 'has another payload than the log' };
}

function wrongEnd(fate: Fate | undefined, copiesMax: number): Wrong | null {
  const { taken, buried } = fate ?? { taken: 0, buried: 0 };
  if (taken + buried === 0) return { harm: 'lost', what: 'was not delivered' };
  if (taken > 0 && buried > 0) return { harm: 'duplicated', what: 'was taken, and is a dead letter' };
  if (buried > 1) return { harm: 'duplicated', what: `is ${buried} dead letters` };
  if (taken <= copiesMax) return null;
  return { harm: 'duplicated', what: `was taken ${taken} times, and ${copiesMax} are allowed` };
}

const unwanted = (fate: Fate | undefined): Wrong | null =>
  fate === undefined ? null : { harm: 'forbidden', what: 'was given, and is not wanted' };
