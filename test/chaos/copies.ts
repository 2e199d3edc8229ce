/**
 * How often the webhook may take a message: once, and once more each time that a fault kept the owner of its group from committing
 * that, or took the commit back.
 */
import type { AdapterRecord } from '../support/adapters/served-adapters.ts';
import type { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { leaseTtlMs } from './dimensions.ts';
import type { Fault } from './faults/fault.ts';

/** A time in which commits may fail, or are taken back later; performance.now(), ms. */
export interface Disturbance {
  readonly fromMs: number;
  /** Until everything speaks again. Infinity: it is not over. */
  readonly untilMs: number;
}

/** From a call of the webhook to the end of its round: a second of first attempts, one of retries, the last call, and the commit. */
const roundMs = 2 * 1000 + 2500 + 5000;
/** An owner that dies is succeeded in this time. */
const successionMs = (leaseTtlMs * 4) / 3;
/** A round that cannot be committed is done again after a pause, which doubles. */
const firstPauseMs = 100;
const longestPauseMs = 2000;

/** A client, or an adapter that takes nothing, keeps no owner from committing. */
export const disturbsCommits = ({ edge }: Pick<Fault, 'edge'>): boolean =>
  edge === 'node' || edge === 'redis' || edge === 'link';

const mayUndo = ({ fromMs, untilMs }: Disturbance, takenAtMs: number): boolean =>
  takenAtMs + roundMs >= fromMs && takenAtMs <= untilMs + successionMs;

/** How often rounds can be done in vain in a disturbance: those of one owner, and the last one of the owner before. */
function roundsInVain({ fromMs, untilMs }: Disturbance): number {
  let rounds = 1;
  let pauseMs = firstPauseMs;
  for (let atMs = fromMs; atMs <= untilMs; atMs += pauseMs) {
    rounds += 1;
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    if (untilMs === Number.POSITIVE_INFINITY) return untilMs;
  }
  return rounds;
}

/** @param takenMs when the webhook took the message, ascending */
export function copiesAllowed(takenMs: readonly number[], disturbances: readonly Disturbance[]): number {
  const left = new Map(disturbances.map((one) => [one, roundsInVain(one)]));
  const undone = takenMs.filter((atMs) => {
    const why = disturbances.find((one) => (left.get(one) ?? 0) > 0 && mayUndo(one, atMs));
    if (why !== undefined) left.set(why, (left.get(why) ?? 0) - 1);
    return why !== undefined;
  });
  return 1 + undone.length;
}

/** For the checker. */
export const webhookRecord = (
  { given, takenMs }: Pick<WebhookReceiver, 'given' | 'takenMs'>,
  disturbances: readonly Disturbance[],
): AdapterRecord => ({
  kind: 'notifier',
  given,
  copiesMax: ({ epoch, seq }) => copiesAllowed(takenMs.get(`${epoch}-${seq}`) ?? [], disturbances),
});
