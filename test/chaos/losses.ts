/** Separates the losses that the documents allow from those that they do not. */
import { lostAcks, type RunHistory } from '@plenum/testkit';

/**
 * What is acknowledged in it may be lost, if that is announced. The answer may reach a client after its end: Redis gave it to a node
 * that got no processor. So the request counts there.
 */
export interface LossWindow {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly why: string;
}

export interface Losses {
  /** Acks that are lost, by what the documents allow them to be lost for. */
  readonly documented: Readonly<Record<string, number>>;
  /** The others, each with its times. */
  readonly undocumented: readonly string[];
}

export function lossesIn(history: RunHistory, windows: readonly LossWindow[]): Losses {
  const documented: Record<string, number> = {};
  const undocumented: string[] = [];
  for (const { groupId, requestId, times } of lostAcks(history)) {
    const { sentMs = 0, answeredMs = 0 } = times ?? {};
    const window = windows.find(({ fromMs, untilMs }) => fromMs <= answeredMs && sentMs <= untilMs);
    if (window === undefined) {
      const [sent, answered] = [sentMs, answeredMs].map(Math.round);
      undocumented.push(`${requestId} in ${groupId}, sent at ${sent} ms, answered at ${answered} ms`);
    } else documented[window.why] = (documented[window.why] ?? 0) + 1;
  }
  return { documented, undocumented };
}
