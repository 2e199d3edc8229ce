/**
 * Reads one page of `history`: from the log, and below the log from the archive. A page has no holes: where entries
 * are missing between the two, the page ends, and `oldestSeq` names the seq from which everything exists.
 */
import type { GroupId, HistoryEntry, UserId } from '@plenum/protocol';
import { firstPerAnswer, lastPerAnswer } from '../groups/bounds.ts';
import type { LogHead } from '../groups/records.ts';
import { historyEntryFrom } from '../log/entry.ts';
import { isGoodPosition } from '../log/epoch-chain.ts';
import type { Engine } from '../ports/engine.ts';
import type { LogRange } from '../ports/group-log.ts';
import { type ArchivedHistory, stretchesOf } from './archived-history.ts';
import { presentArchived } from './present-archived.ts';

export interface HistoryAsk {
  readonly groupId: GroupId;
  /** The head when the caller was found to be a member: no later entry is shown. */
  readonly head: LogHead;
  /** The user for whom `me` of reactions is read; null: the service. */
  readonly reader: UserId | null;
  /** The first seq that the caller may read. */
  readonly firstSeq: number;
  readonly after: number | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}
export interface HistorySources {
  readonly engine: Pick<Engine, 'log' | 'messageChanges' | 'wallMs'>;
  /** Null: there is no archive, or none that can be read. */
  readonly archive: ArchivedHistory | null;
}

export type HistoryFound =
  | { readonly type: 'found'; readonly entries: readonly HistoryEntry[]; readonly oldestSeq: number }
  /** The group was deleted between two reads, and perhaps created again. */
  | { readonly type: 'gone' }
  /** The page is in the archive, and the archive failed. */
  | { readonly type: 'unavailable' };

/** A page that was read from the log, with its request. */
interface Reading {
  readonly ask: HistoryAsk;
  readonly engine: HistorySources['engine'];
  readonly archive: ArchivedHistory;
  readonly range: LogRange;
  /** The entries of the log that the caller may see. */
  readonly logged: readonly HistoryEntry[];
  readonly lowestSeq: number;
}

export async function readHistoryPage(sources: HistorySources, ask: HistoryAsk): Promise<HistoryFound> {
  const { groupId, head, firstSeq, after, limit, reader } = ask;
  const { engine } = sources;
  const lowestSeq = Math.max(firstSeq, 1);
  const isForward = after !== undefined;
  const range = isForward
    ? await engine.log.after(groupId, Math.max(after, lowestSeq - 1), limit, reader)
    : await engine.log.before(groupId, upperBound(ask), limit, reader);
  if (range === null || !isGoodPosition(head.epoch, head.seq, range.head)) return { type: 'gone' };
  const logged = range.entries
    .filter((entry) => entry.seq >= firstSeq && entry.seq <= head.seq)
    .map(historyEntryFrom);
  const { oldestSeq } = range.head;
  if (sources.archive === null || oldestSeq <= lowestSeq) {
    return { type: 'found', entries: logged, oldestSeq: Math.max(oldestSeq, firstSeq) };
  }
  const reading: Reading = { ask, engine, archive: sources.archive, range, logged, lowestSeq };
  return isForward ? forward(reading, Math.max(after, lowestSeq - 1)) : backward(reading);
}

const upperBound = ({ before, head }: HistoryAsk): number => Math.min(before ?? head.seq + 1, head.seq + 1);

async function forward(reading: Reading, afterSeq: number): Promise<HistoryFound> {
  const { ask, archive, range, logged } = reading;
  const { oldestSeq } = range.head;
  if (afterSeq + 1 >= oldestSeq) return found(reading, logged);
  const archived = await archive.read({
    ...ofGroup(reading),
    afterSeq,
    beforeSeq: oldestSeq,
    limit: ask.limit,
    from: 'oldest',
  });
  if (archived === null) return { type: 'unavailable' };
  if (archived.length === 0) return { type: 'found', entries: logged, oldestSeq };
  const page = denseFromStart([...archived, ...logged].slice(0, ask.limit));
  return found(reading, page, firstPerAnswer);
}

async function backward(reading: Reading): Promise<HistoryFound> {
  const { ask, archive, range, logged, lowestSeq } = reading;
  const beforeSeq = logged[0]?.seq ?? Math.min(upperBound(ask), range.head.oldestSeq);
  const limit = ask.limit - logged.length;
  // A page that is full, in entries or in bytes, continues in the log.
  const isFull = limit === 0 || (logged.length > 0 && beforeSeq > range.head.oldestSeq);
  if (isFull || beforeSeq <= lowestSeq) return found(reading, logged);
  const page = { ...ofGroup(reading), afterSeq: lowestSeq - 1, beforeSeq, limit, from: 'newest' } as const;
  const archived = await archive.read(page);
  // The archive failed, so the log's part is the page; the next page asks the archive again.
  if (archived === null && logged.length > 0) {
    return { type: 'found', entries: logged, oldestSeq: lowestSeq };
  }
  if (archived === null) return { type: 'unavailable' };
  const isHole = logged.length > 0 && archived.at(-1)?.seq !== beforeSeq - 1;
  if (isHole) return { type: 'found', entries: logged, oldestSeq: beforeSeq };
  return found(reading, [...denseToEnd(archived), ...logged], lastPerAnswer);
}

const jsonBytes = (entry: HistoryEntry): number => Buffer.byteLength(JSON.stringify(entry));

const ofGroup = ({ ask, range }: Reading) => ({
  groupId: ask.groupId,
  stretches: stretchesOf(range.head),
  reader: ask.reader,
});

type Cut = typeof firstPerAnswer;

/**
 * Adds `oldestSeq`. If the archive does not answer, it may have everything that the caller may read: the next page
 * shows it.
 * @param cut of a page for which the archive was asked: it becomes present, and then as short as an answer
 */
async function found(reading: Reading, page: readonly HistoryEntry[], cut?: Cut): Promise<HistoryFound> {
  const { ask, engine, archive, range, lowestSeq } = reading;
  const bounds = { afterSeq: lowestSeq - 1, beforeSeq: range.head.oldestSeq };
  const archivedSeq = await archive.oldestSeq({ ...ofGroup(reading), ...bounds });
  const oldestSeq = archivedSeq === undefined ? lowestSeq : (archivedSeq ?? range.head.oldestSeq);
  if (cut === undefined) return { type: 'found', entries: page, oldestSeq };
  const { groupId, reader } = ask;
  const entries = await presentArchived(engine, { groupId, entries: page, reader });
  return { type: 'found', entries: cut(entries, jsonBytes), oldestSeq };
}

function denseFromStart(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const end = entries.findIndex((entry, at) => at > 0 && entry.seq !== (entries[at - 1]?.seq ?? 0) + 1);
  return end < 0 ? entries : entries.slice(0, end);
}

function denseToEnd(entries: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const start = entries.findLastIndex((entry, at) => {
    const next = entries[at + 1];
    return next !== undefined && next.seq !== entry.seq + 1;
  });
  return entries.slice(start + 1);
}
