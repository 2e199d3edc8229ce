/** One run over many dead letters at a time, with its progress. Leaving the page stops it. */
import { useEffect, useRef, useState } from 'react';
import { callOf } from '../rest/call.ts';
import { request, rest } from '../rest/rest.ts';
import { type BulkAct, type BulkProgress, onePiece, runBulk } from './bulk.ts';
import { type DeadLetterPage, idsThatMatch, type LetterFilter } from './letter-filter.ts';

/** Some, or all that match. */
export type Chosen = { readonly ids: readonly string[] } | { readonly filter: LetterFilter };

export interface Bulk {
  /** Null: there is none to show. */
  readonly progress: BulkProgress | null;
  readonly start: (act: BulkAct, chosen: Chosen) => void;
  readonly stop: () => void;
  readonly close: () => void;
}

const pageLimit = 200;

const readPage = (cursor: string | null) =>
  rest<DeadLetterPage>(
    callOf('list_dead_letters', { limit: pageLimit, ...(cursor === null ? {} : { cursor }) }),
  );

const perform = (act: BulkAct, dead_letter_id: string) =>
  request(act === 'retry' ? 'retry_dead_letter' : 'delete_dead_letter', { dead_letter_id });

/** @param onEnd called when a run is over */
export function useBulk(onEnd: () => void): Bulk {
  const [progress, setProgress] = useState<BulkProgress | null>(null);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (act: BulkAct, chosen: Chosen) => {
    if (running.current !== null) return;
    const stop = new AbortController();
    running.current = stop;
    const isSome = 'ids' in chosen;
    await runBulk({
      ...{ act, perform, onProgress: setProgress, signal: stop.signal },
      ids: isSome ? onePiece(chosen.ids) : idsThatMatch(chosen.filter, readPage),
      total: isSome ? chosen.ids.length : null,
    });
    running.current = null;
    onEnd();
  };
  return {
    progress,
    start: (act, chosen) => void start(act, chosen),
    stop: () => running.current?.abort(),
    close: () => setProgress(null),
  };
}
