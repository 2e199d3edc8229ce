/**
 * The log of a group as the console follows it: the newest page first, then what comes after it, and older pages on request. A message
 * is shown in its present state: a change of one that is shown reads it anew.
 */
import type { HistoryEntry, RequestResult } from '@plenum/protocol';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { queries, unlessScopeMissing } from '../rest/queries.ts';
import { request } from '../rest/rest.ts';

interface Log {
  /** Ascending by seq. */
  readonly entries: readonly HistoryEntry[];
  readonly epoch: string;
  readonly oldestSeq: number;
  readonly headSeq: number;
  /** True: another log was begun under this id while the page showed it. */
  readonly isReset: boolean;
}

export interface FollowedLog {
  /** Undefined until the first page is here. */
  readonly log: Log | undefined;
  readonly error: Error | null;
  readonly again: () => void;
  /** Reads the page before; null: there is none, or it is being read. */
  readonly older: (() => void) | null;
}

const pageRows = 100;
/** More of the newest entries are not kept: the oldest are dropped. */
const entriesMax = 5000;
/** So many pages of new entries are read at once, ms apart or not: the rest follows with the next reading. */
const pagesAtOnce = 5;

const keyOf = (groupId: string) => ['log', groupId];

export function useLog(groupId: string, everyMs: number | null): FollowedLog {
  const [isReading, setReading] = useState(false);
  const [olderError, setOlderError] = useState<Error | null>(null);
  const read = useQuery({
    queryKey: keyOf(groupId),
    queryFn: ({ signal }) => next(groupId, queries.getQueryData<Log>(keyOf(groupId)), signal),
    refetchInterval: unlessScopeMissing(everyMs),
  });
  const log = read.data;
  const first = log?.entries[0]?.seq;
  const readOlder = async () => {
    if (first === undefined) return;
    setReading(true);
    try {
      const page = await request('history', { group_id: groupId, before: first, limit: pageRows });
      queries.setQueryData<Log>(keyOf(groupId), (now) => (now === undefined ? now : withOlder(now, page)));
      setOlderError(null);
    } catch (error) {
      setOlderError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setReading(false);
    }
  };
  const hasOlder = log !== undefined && first !== undefined && first > log.oldestSeq;
  return {
    log,
    error: read.error ?? olderError,
    again: () => void read.refetch(),
    older: hasOlder && !isReading && olderError === null ? () => void readOlder() : null,
  };
}

type Page = RequestResult<'history'>;

async function next(groupId: string, before: Log | undefined, signal: AbortSignal): Promise<Log> {
  if (before === undefined) return logOf(await newest(groupId, signal), false);
  let log = before;
  for (let pages = 0; pages < pagesAtOnce; pages += 1) {
    const after = log.headSeq;
    const page = await request('history', { group_id: groupId, after, limit: pageRows }, { signal });
    if (page.epoch !== log.epoch) return logOf(await newest(groupId, signal), true);
    if (page.entries.length === 0) return log;
    log = await withNewer(groupId, log, page, signal);
    if (log.headSeq >= page.head_seq) return log;
  }
  return log;
}

const newest = (groupId: string, signal: AbortSignal) =>
  request('history', { group_id: groupId, limit: pageRows }, { signal });

const logOf = ({ entries, epoch, oldest_seq, head_seq }: Page, isReset: boolean): Log => ({
  entries,
  epoch,
  oldestSeq: oldest_seq,
  headSeq: entries.at(-1)?.seq ?? head_seq,
  isReset,
});

const withOlder = (log: Log, { entries, oldest_seq }: Page): Log => ({
  ...log,
  entries: [...entries.filter(({ seq }) => seq < (log.entries[0]?.seq ?? 0)), ...log.entries],
  oldestSeq: oldest_seq,
});

async function withNewer(groupId: string, log: Log, page: Page, signal: AbortSignal): Promise<Log> {
  const entries = [...log.entries, ...page.entries].slice(-entriesMax);
  const changed = await presentOf(groupId, entries, page.entries, signal);
  return {
    ...log,
    entries: changed.size === 0 ? entries : entries.map((entry) => changed.get(entry.seq) ?? entry),
    oldestSeq: page.oldest_seq,
    headSeq: entries.at(-1)?.seq ?? page.head_seq,
  };
}

/** The messages that new entries have changed, as they are now, by seq. What cannot be read stays as it was. */
async function presentOf(
  groupId: string,
  shown: readonly HistoryEntry[],
  added: readonly HistoryEntry[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, HistoryEntry>> {
  const targets = new Map(
    added.flatMap((entry) => ('target_seq' in entry ? [[entry.target_seq, entry.message_id] as const] : [])),
  );
  const read = [...targets]
    .filter(([seq]) => shown.some((entry) => entry.seq === seq))
    .map(async ([seq, message_id]) => {
      const found = await request('get_message', { group_id: groupId, message_id }, { signal }).catch(
        () => null,
      );
      return found === null ? [] : [[seq, found] as const];
    });
  return new Map((await Promise.all(read)).flat());
}
