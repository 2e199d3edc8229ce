/** Timed mutes end by themselves: the owner of a partition looks for groups in which one is due and nobody has asked since. */
import { type Clock, type Logger, PartitionRounds } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import type { RedisStateOptions } from './redis-group-log.ts';
import { ScriptCalls } from './script-calls.ts';
import { settleMutes } from './settling.ts';

const everyMs = 1000;
/** Groups per partition and round; the rest is due in the next one. */
const groupsPerRound = 100;

export interface IdleMutesOptions extends RedisStateOptions {
  readonly loopClock: Clock;
  readonly logger: Logger;
}

/**
 * A second of an idle cluster costs one look at each partition. Without a fence: whoever settles a group ends mutes whose
 * time has come, and sends of members do the same.
 */
export function idleMutes(options: IdleMutesOptions): PartitionRounds {
  const { loopClock: clock, logger } = options;
  const calls = new ScriptCalls(options);
  const round = (partitions: readonly number[]) => settleDue(partitions, calls, options);
  return new PartitionRounds({ name: 'idle mutes', round, everyMs, clock, logger });
}

async function settleDue(
  partitions: readonly number[],
  calls: ScriptCalls,
  options: IdleMutesOptions,
): Promise<void> {
  await calls.learnTime();
  const until = options.clock.nowMs();
  const looks = await Promise.allSettled(
    partitions.map((partition) =>
      calls.command((redis) =>
        redis.zrangebyscore(options.keys.dueIn(partition), '-inf', until, 'LIMIT', 0, groupsPerRound),
      ),
    ),
  );
  // A shard that is away must not keep the mutes of others from ending; the round fails all the same, afterwards.
  for (const name of looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []))) {
    const groupId = groupIdSchema.safeParse(name);
    if (groupId.success) await settleMutes(calls, { groupId: groupId.data, userId: null }, options);
  }
  for (const look of looks) if (look.status === 'rejected') throw look.reason;
}
