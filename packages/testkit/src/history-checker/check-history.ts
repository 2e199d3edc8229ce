/** Checks a recorded run for all invariants; each invariant is one function. */
import { entriesAreDelivered } from './adapters-served.ts';
import { lossIsAnnounced } from './announced-loss.ts';
import { changesAreAllowed } from './change-rules.ts';
import { changesAreStored, presentIsWhatWasTold, takeDownsLeaveNoText } from './changed-messages.ts';
import { commitsAreEntitled } from './commits-entitled.ts';
import { permissionsHold, sendersWereActive } from './entry-rules.ts';
import { countsOf, foldLog } from './fold-log.ts';
import type { EpochLog, RunHistory, Violation } from './history.ts';
import { ackedIsOrderedBefore } from './in-order.ts';
import { deliveriesAreEntitled, deliveriesAreWhole } from './received-whole.ts';
import { acksAreStored, refusedIsInvisible, requestsAreStoredOnce, seqsAreDense } from './stored-once.ts';

const invariants: readonly ((history: RunHistory) => Violation[])[] = [
  acksAreStored,
  changesAreStored,
  refusedIsInvisible,
  requestsAreStoredOnce,
  seqsAreDense,
  ackedIsOrderedBefore,
  deliveriesAreWhole,
  deliveriesAreEntitled,
  sendersWereActive,
  permissionsHold,
  changesAreAllowed,
  lossIsAnnounced,
  entriesAreDelivered,
  commitsAreEntitled,
  presentIsWhatWasTold,
  takeDownsLeaveNoText,
];

/** @returns the violations; an empty list for a correct run */
export const checkHistory = (history: RunHistory): Violation[] =>
  invariants.flatMap((invariant) => invariant(history));

/** What `get_group_info` with members must answer for a group with this log. */
export function stateOf(log: EpochLog) {
  const group = foldLog(log);
  const members = [...group.members].map(
    ([userId, { status, roles }]) => [userId, { status, roles }] as const,
  );
  return {
    epoch: log.entries.at(-1)?.epoch,
    seq: log.entries.at(-1)?.seq ?? 0,
    counts: countsOf(group),
    members: Object.fromEntries(members),
  };
}
