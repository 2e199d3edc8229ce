/** Erasures of users: a hash in the user's slot, and an entry in the list of what is due in the partition. */
import { type Erasure, type Erasures, erasureKeptMs } from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import { beginErasure, finishErasure } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** `$` is in no id, so a user in the list is never taken for a group. */
const prefix = '$user:';
const dueMax = 100;
/** Groups whose mutes are due are in the same list. */
const namesMax = 1000;

export class RedisErasures implements Erasures {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async begin(userId: UserId): Promise<Erasure> {
    const reply = await this.#deps.calls.read(beginErasure, { keys: this.#keysOf(userId), args: { userId } });
    const [startedAtMs, groupsLeft] = reply.details;
    return { status: 'running', startedAtMs, finishedAtMs: null, groupsLeft };
  }

  async of(userId: UserId): Promise<Erasure | null> {
    const { calls, keys } = this.#deps;
    const [status, started, finished, left] = await calls.command((redis) =>
      redis.hmget(keys.erasure(userId), 'status', 'started', 'finished', 'left'),
    );
    if (status !== 'running' && status !== 'done') return null;
    const finishedAtMs = status === 'done' ? Number(finished) : null;
    return { status, startedAtMs: Number(started), finishedAtMs, groupsLeft: Number(left) };
  }

  async due(partition: number): Promise<readonly UserId[]> {
    const { calls, keys, clock } = this.#deps;
    await calls.learnTime();
    const names = await calls.command((redis) =>
      redis.zrangebyscore(keys.dueIn(partition), '-inf', clock.nowMs(), 'LIMIT', 0, namesMax),
    );
    const users = names.flatMap((name) => {
      const userId = name.startsWith(prefix) ? userIdSchema.safeParse(name.slice(prefix.length)) : null;
      return userId?.success ? [userId.data] : [];
    });
    return users.slice(0, dueMax);
  }

  async countLeft(userId: UserId): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.command((redis) => redis.hincrby(keys.erasure(userId), 'left', 1));
  }

  async postpone(userId: UserId, ms: number | null): Promise<void> {
    const { calls, keys, clock } = this.#deps;
    const key = keys.dueOfUser(userId);
    const member = prefix + userId;
    await calls.command((redis) =>
      ms === null ? redis.zrem(key, member) : redis.zadd(key, 'XX', clock.nowMs() + ms, member),
    );
  }

  async finish(
    userId: UserId,
    { startedAtMs, againMs }: { readonly startedAtMs: number; readonly againMs: number },
  ): Promise<void> {
    const args = { userId, started: startedAtMs, againMs, keptMs: erasureKeptMs };
    await this.#deps.calls.read(finishErasure, { keys: this.#keysOf(userId), args });
  }

  #keysOf(userId: UserId) {
    const { keys } = this.#deps;
    return { erasure: keys.erasure(userId), due: keys.dueOfUser(userId) };
  }
}
