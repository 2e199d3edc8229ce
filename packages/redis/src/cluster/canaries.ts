/** The port `Canaries`: a hash of the prefix, and entries in the lists of what is due in their partitions. */
import { type Canaries, type CanaryReservation, canariesMax, canaryLifeMs } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { dueNames } from '../groups/due-names.ts';
import { reserveCanary } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** `$` is in no id, so a canary in the list is never taken for a group with a mute. */
const prefix = '$canary:';
const dueMax = 100;

export class RedisCanaries implements Canaries {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async reserve(groupId: GroupId): Promise<CanaryReservation> {
    const { calls, keys } = this.#deps;
    const args = { groupId, canariesMax, lifeMs: canaryLifeMs };
    const reply = await calls.read(reserveCanary, { keys: { canaries: keys.canaries() }, args });
    const [ms] = reply.details;
    return reply.type === 'full' ? { type: 'full', freeInMs: ms } : { type: 'reserved', endsAtMs: ms };
  }

  async has(groupId: GroupId): Promise<boolean> {
    const { calls, keys } = this.#deps;
    return (await calls.command((redis) => redis.hexists(keys.canaries(), groupId))) === 1;
  }

  async release(groupId: GroupId): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.command((redis) => redis.hdel(keys.canaries(), groupId));
  }

  async schedule(groupId: GroupId, ms: number): Promise<void> {
    const { calls, keys, clock } = this.#deps;
    await calls.learnTime();
    await calls.command((redis) => redis.zadd(keys.due(groupId), clock.nowMs() + ms, prefix + groupId));
  }

  async due(partition: number): Promise<readonly GroupId[]> {
    const due = await dueNames(this.#deps, partition, { prefix, limit: dueMax });
    return due.flatMap(({ name }) => groupIdSchema.safeParse(name).data ?? []);
  }

  async settle(groupId: GroupId): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.command((redis) => redis.zrem(keys.due(groupId), prefix + groupId));
  }
}
