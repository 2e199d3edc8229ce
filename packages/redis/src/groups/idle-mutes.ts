/** Timed mutes end by themselves: the owner of a partition looks for groups in which one is due and nobody has asked since. */
import { type Clock, type Logger, PartitionRounds } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import type { StateDeps } from '../scripts/script-calls.ts';
import { settleMutes } from './settling.ts';

const everyMs = 1000;
/** Groups per partition and round; the rest is due in the next one. */
const groupsPerRound = 100;

export interface IdleMutesOptions extends StateDeps {
  readonly loopClock: Clock;
  readonly logger: Logger;
}

/**
 * A second of an idle cluster costs one look at each partition. Without a fence: whoever settles a group ends mutes whose
 * time has come, and sends of members do the same.
 */
export function idleMutes(options: IdleMutesOptions): PartitionRounds {
  const { loopClock: clock, logger } = options;
  const round = (partitions: readonly number[]) => settleDue(partitions, options);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs, clock, logger });
}

/** A shard that is away, or full, must not keep the mutes of others from ending; the round fails all the same, afterwards. */
async function settleDue(partitions: readonly number[], options: IdleMutesOptions): Promise<void> {
  const { calls } = options;
  await calls.learnTime();
  const untilMs = options.clock.nowMs();
  const settled = await Promise.allSettled(
    partitions.map(async (partition) => {
      const due = await calls.command((redis) =>
        redis.zrangebyscore(options.keys.dueIn(partition), '-inf', untilMs, 'LIMIT', 0, groupsPerRound),
      );
      for (const name of due) {
        const groupId = groupIdSchema.safeParse(name);
        if (groupId.success) await settleMutes(calls, { groupId: groupId.data, userId: null }, options);
      }
    }),
  );
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
}
