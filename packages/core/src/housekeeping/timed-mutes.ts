/** Ends timed mutes and bans of idle groups: the owner of a partition looks for due ones in groups that get no request. */
import type { DueMutes } from '../ports/group-store.ts';
import type { Clock, Logger } from '../ports/runtime.ts';
import { PartitionRounds } from './partition-rounds.ts';

const idleMutesEveryMs = 1000;

export interface IdleMutesDeps {
  readonly dueMutes: DueMutes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Needs no fence: each step is atomic, and a member's send ends due mutes too. */
export function idleMutesWork({ dueMutes, clock, logger }: IdleMutesDeps): PartitionRounds {
  const round = (partitions: readonly number[]) => endDueMutes(dueMutes, partitions);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs: idleMutesEveryMs, clock, logger });
}

/**
 * Ends due mutes in all partitions. A partition whose store fails does not stop the others; the round fails after all
 * were tried.
 */
async function endDueMutes(dueMutes: DueMutes, partitions: readonly number[]): Promise<void> {
  const ended = await Promise.allSettled(partitions.map((partition) => dueMutes.endDueMutes(partition)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
