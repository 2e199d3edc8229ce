/** Timed mutes and bans end by themselves: the owner of a partition looks for due ones in groups that get no request. */
import type { Clock } from '../ports/clock.ts';
import type { DueMutes } from '../ports/due-mutes.ts';
import type { Logger } from '../ports/telemetry.ts';
import { PartitionRounds } from './partition-rounds.ts';

const everyMs = 1000;

export interface IdleMutesDeps {
  readonly dueMutes: DueMutes;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Runs without a fence: a send of a member ends due mutes as well. */
export function idleMutesWork({ dueMutes, clock, logger }: IdleMutesDeps): PartitionRounds {
  const round = (partitions: readonly number[]) => endDueMutes(dueMutes, partitions);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs, clock, logger });
}

/** A partition whose store is away or full does not stop the others; the round fails after all of them were tried. */
async function endDueMutes(dueMutes: DueMutes, partitions: readonly number[]): Promise<void> {
  const ended = await Promise.allSettled(partitions.map((partition) => dueMutes.endDueMutes(partition)));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
}
