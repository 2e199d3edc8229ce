import type { ChangeDone, DeleteGroup } from '@plenum/core';
import { isGone, type Step } from './step.ts';

/** `deleted` is the last entry; the log stays readable as a tombstone. */
export function deleteGroup({ state, group, command, nowMs }: Step<DeleteGroup>): ChangeDone {
  const seq = state.record(group, { type: 'deleted', user_id: command.actor }, nowMs);
  state.end(group, nowMs);
  return isGone(group, seq);
}
