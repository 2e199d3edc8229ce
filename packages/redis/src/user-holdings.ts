/**
 * How many groups a user has created, and in how many it waits for acceptance: sets in the user's own slot, so they cannot be
 * part of the group's atomic step. A group is noted after its step and verified when the limit is reached: a node that dies in
 * between notes one too few, and what has ended gives its place back.
 */
import type { Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from './keys.ts';
import type { ScriptCalls } from './script-calls.ts';
import { forgetMembership } from './scripts/index.ts';

export type Holding = 'created' | 'requested';

interface HoldingsOptions {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly random: Random;
}

/** Groups that are verified at a time; the membership bucket bounds how often. */
const verifiedAtOnce = 100;

export class UserHoldings {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;
  readonly #random: Random;

  constructor({ calls, keys, random }: HoldingsOptions) {
    this.#calls = calls;
    this.#keys = keys;
    this.#random = random;
  }

  /** @param max 0: no limit */
  async isFull(holding: Holding, userId: UserId, max: number): Promise<boolean> {
    if (max === 0) return false;
    const key = this.#keys.holding(holding, userId);
    const count = await this.#calls.command((redis) => redis.hlen(key));
    return count >= max && count - (await this.#free(holding, userId)) >= max;
  }

  /** Never rejects: the change is made. */
  async note(holding: Holding, userId: UserId, groupId: GroupId): Promise<void> {
    const key = this.#keys.holding(holding, userId);
    const nonce = this.#random.token();
    await this.#calls.command((redis) => redis.hset(key, groupId, nonce)).catch(() => undefined);
  }

  /** Takes out what has ended, up to the first stretch with some. @returns how many */
  async #free(holding: Holding, userId: UserId): Promise<number> {
    const key = this.#keys.holding(holding, userId);
    const noted = Object.entries(await this.#calls.command((redis) => redis.hgetall(key)));
    for (let at = 0; at < noted.length; at += verifiedAtOnce) {
      const freed = await Promise.all(
        noted.slice(at, at + verifiedAtOnce).map(async ([name, entry]) => {
          const groupId = groupIdSchema.parse(name);
          if (await this.#holds(holding, userId, groupId)) return 0;
          // Noted again meanwhile, it has another nonce and stays.
          const reply = await this.#calls.read(forgetMembership, {
            keys: { index: key },
            args: { groupId, entry },
          });
          return reply.word === 'forgotten' ? 1 : 0;
        }),
      );
      const count = freed.reduce<number>((sum, one) => sum + one, 0);
      if (count > 0) return count;
    }
    return 0;
  }

  async #holds(holding: Holding, userId: UserId, groupId: GroupId): Promise<boolean> {
    if (holding === 'requested') {
      const record = await this.#calls.command((redis) => redis.hget(this.#keys.members(groupId), userId));
      return record?.startsWith('p ') === true;
    }
    const [creator, deleted] = await this.#calls.command((redis) =>
      redis.hmget(this.#keys.group(groupId), 'creator', 'deleted'),
    );
    return creator === userId && deleted === null;
  }
}
