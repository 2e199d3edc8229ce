/** Retries or deletes many dead letters, a few at a time, until all are done or the user stops it. */

export type BulkAct = 'retry' | 'delete';

export interface BulkProgress {
  readonly act: BulkAct;
  readonly done: number;
  readonly failed: number;
  /** Null: it is found out on the way, page by page. */
  readonly total: number | null;
  readonly state: 'running' | 'stopped' | 'finished';
  /** Why the last refused one was refused. */
  readonly problem: string | null;
}

export interface BulkOptions {
  readonly act: BulkAct;
  /** The ids, in pieces: each piece is read when the one before is done. */
  readonly ids: AsyncIterable<readonly string[]>;
  readonly total: number | null;
  /** Rejects: it was refused. */
  readonly perform: (act: BulkAct, id: string) => Promise<unknown>;
  readonly onProgress: (progress: BulkProgress) => void;
  readonly signal: AbortSignal;
}

const atOnce = 4;

/** It ends after the calls that are under way when the signal is given. */
export async function runBulk(options: BulkOptions): Promise<BulkProgress> {
  const { act, ids, total, perform, onProgress, signal } = options;
  let progress: BulkProgress = { act, done: 0, failed: 0, total, state: 'running', problem: null };
  const set = (change: Partial<BulkProgress>) => {
    progress = { ...progress, ...change };
    onProgress(progress);
  };
  const one = async (id: string) => {
    try {
      await perform(act, id);
      set({ done: progress.done + 1 });
    } catch (error) {
      set({ failed: progress.failed + 1, problem: error instanceof Error ? error.message : String(error) });
    }
  };
  set({});
  try {
    for await (const piece of ids) {
      for (let at = 0; at < piece.length && !signal.aborted; at += atOnce)
        await Promise.all(piece.slice(at, at + atOnce).map(one));
      if (signal.aborted) break;
    }
  } catch (error) {
    set({ state: 'stopped', problem: error instanceof Error ? error.message : String(error) });
    return progress;
  }
  set({ state: signal.aborted ? 'stopped' : 'finished' });
  return progress;
}

/** One piece. */
export async function* onePiece(ids: readonly string[]): AsyncGenerator<readonly string[]> {
  yield ids;
}
