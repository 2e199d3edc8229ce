/**
 * How many groups a user has created, and in how many it waits for acceptance: hashes in the user's own slot, so they cannot
 * be part of the group's atomic step. A place is reserved before the step and given back where the step did not need it. A
 * node that dies in between leaves a place that counts for a minute and is verified afterwards; what has ended gives its
 * place back when the limit is reached. So a user never has more than the limit, whichever nodes it asks at a time.
 */
import type { Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { forgetMembership, reserveHolding, restoreHolding } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';
import type { ServerClock } from '../scripts/server-clock.ts';

export type Holding = 'created' | 'requested';

/** Whose place for which group. */
export interface Place {
  readonly holding: Holding;
  readonly userId: UserId;
  readonly groupId: GroupId;
}
/** `<nonce>.<time ms>` while the step may be under way, `<nonce>` once it is made. */
export interface Reserved {
  readonly entry: string;
  /** What it stands in place of; empty: nothing. */
  readonly before: string;
}

interface HoldingsDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly random: Random;
  readonly clock: Pick<ServerClock, 'nowMs'>;
}

/** Groups that are verified at a time; the membership bucket bounds how often. */
const verifiedAtOnce = 100;
/** No step is begun so long after its place was reserved: where there is no such group by then, there will be none. */
const underWayMaxMs = 60_000;
/** Others may take a place that was found free. */
const attemptsMax = 3;

export class UserHoldings {
  readonly #deps: HoldingsDeps;

  constructor(deps: HoldingsDeps) {
    this.#deps = deps;
  }

  /** @returns null if the user has `max` already; the place is to be noted or given back otherwise. */
  async reserve(place: Place, max: number): Promise<Reserved | null> {
    const { calls, random } = this.#deps;
    const { groupId } = place;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const reply = await calls.read(reserveHolding, {
        keys: { holding: this.#key(place) },
        args: { groupId, nonce: random.token(), max },
      });
      if (reply.type === 'reserved') return { entry: reply.details[0], before: reply.details[1] };
      if ((await this.#free(place)) === 0) return null;
    }
    return null;
  }

  /** The group's step needs its place. Never rejects: the change is made, and the reservation counts as well. */
  async note(place: Place): Promise<void> {
    const nonce = this.#deps.random.token();
    const key = this.#key(place);
    await this.#deps.calls.command((redis) => redis.hset(key, place.groupId, nonce)).catch(() => undefined);
  }

  /** The group's step does not need its place. Never rejects: what stays is verified when the limit is reached. */
  async giveBack(place: Place, { entry, before }: Reserved): Promise<void> {
    const args = { groupId: place.groupId, entry, before };
    const keys = { holding: this.#key(place) };
    await this.#deps.calls.read(restoreHolding, { keys, args }).catch(() => undefined);
  }

  #key({ holding, userId }: Place): string {
    return this.#deps.keys.holding(holding, userId);
  }

  /** Takes out what has ended, up to the first stretch with some. @returns how many */
  async #free(place: Place): Promise<number> {
    const { calls } = this.#deps;
    const key = this.#key(place);
    const noted = Object.entries(await calls.command((redis) => redis.hgetall(key)));
    for (let at = 0; at < noted.length; at += verifiedAtOnce) {
      const freed = await Promise.all(
        noted.slice(at, at + verifiedAtOnce).map(async ([name, entry]) => {
          const groupId = groupIdSchema.parse(name);
          if (this.#isUnderWay(entry) || (await this.#holds({ ...place, groupId }))) return 0;
          // Noted again meanwhile, it has another nonce and stays.
          const reply = await calls.read(forgetMembership, {
            keys: { index: key },
            args: { groupId, entry },
          });
          return reply.type === 'forgotten' ? 1 : 0;
        }),
      );
      const count = freed.reduce<number>((sum, one) => sum + one, 0);
      if (count > 0) return count;
    }
    return 0;
  }

  #isUnderWay(entry: string): boolean {
    const [, reservedAtMs] = entry.split('.');
    if (reservedAtMs === undefined) return false;
    return this.#deps.clock.nowMs() - Number(reservedAtMs) < underWayMaxMs;
  }

  async #holds({ holding, userId, groupId }: Place): Promise<boolean> {
    const { calls, keys } = this.#deps;
    if (holding === 'requested') {
      const record = await calls.command((redis) => redis.hget(keys.members(groupId), userId));
      return record?.startsWith('p ') === true;
    }
    const [creator, deleted] = await calls.command((redis) =>
      redis.hmget(keys.group(groupId), 'creator', 'deleted'),
    );
    return creator === userId && deleted === null;
  }
}
