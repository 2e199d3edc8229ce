/** Separates the losses that the documents allow from those that they do not. */
import { lostAcks, type RunHistory } from '@plenum/testkit';

/** Acks that were given in it may be lost, if that is announced. */
export interface LossWindow {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly why: string;
}

export interface Losses {
  /** Acks that are lost, by what the documents allow them to be lost for. */
  readonly documented: Readonly<Record<string, number>>;
  /** The others, each with the time of its answer. */
  readonly undocumented: readonly string[];
}

export function lossesIn(history: RunHistory, windows: readonly LossWindow[]): Losses {
  const documented: Record<string, number> = {};
  const undocumented: string[] = [];
  for (const { groupId, requestId, times } of lostAcks(history)) {
    const atMs = times?.answeredMs ?? 0;
    const window = windows.find(({ fromMs, untilMs }) => fromMs <= atMs && atMs <= untilMs);
    if (window === undefined)
      undocumented.push(`${requestId} in ${groupId}, answered at ${Math.round(atMs)} ms`);
    else documented[window.why] = (documented[window.why] ?? 0) + 1;
  }
  return { documented, undocumented };
}
