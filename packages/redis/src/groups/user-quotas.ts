/**
 * Counts the groups that a user has created and those in which it waits for acceptance. The hashes are in the user's
 * own slot, so they cannot be part of the group's atomic step. A place is reserved before the step and returned if
 * the step did not need it. A node that dies in between leaves a place that counts for a minute and is verified
 * afterwards. When the limit is reached, places of ended groups are freed. So a user never exceeds the limit, on
 * however many nodes it asks at once.
 */
import type { Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { forgetMembership, reservePlace, restorePlace } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';
import type { ServerClock } from '../scripts/server-clock.ts';

export type Quota = 'created' | 'requested';

/** The place of one user for one group. */
export interface Place {
  readonly quota: Quota;
  readonly userId: UserId;
  readonly groupId: GroupId;
}
/** `<nonce>.<time ms>` while the step may be in progress, `<nonce>` after it. */
export interface Reserved {
  readonly entry: string;
  /** The earlier entry, restored by `giveBack`; empty: none. */
  readonly before: string;
}

interface UserQuotasDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly random: Random;
  readonly clock: Pick<ServerClock, 'nowMs'>;
}

/** Groups per verification; the membership bucket bounds how often. */
const verifiedAtOnce = 100;
/** No step starts this long after its reservation: if the group is missing by then, it will not come. */
const underWayMaxMs = 60_000;
/** Other nodes may take a place that was just freed. */
const attemptsMax = 3;

export class UserQuotas {
  readonly #deps: UserQuotasDeps;

  constructor(deps: UserQuotasDeps) {
    this.#deps = deps;
  }

  /** @returns null if the user already has `max`; otherwise the caller notes or returns the place */
  async reserve(place: Place, max: number): Promise<Reserved | null> {
    const { calls, random } = this.#deps;
    const { groupId } = place;
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const reply = await calls.read(reservePlace, {
        keys: { places: this.#key(place) },
        args: { groupId, nonce: random.token(), max },
      });
      if (reply.type === 'reserved') return { entry: reply.details[0], before: reply.details[1] };
      if ((await this.#free(place)) === 0) return null;
    }
    return null;
  }

  /** The group's step needed its place. Never rejects: the change is made, and the reservation counts as well. */
  async note(place: Place): Promise<void> {
    const nonce = this.#deps.random.token();
    const key = this.#key(place);
    await this.#deps.calls.command((redis) => redis.hset(key, place.groupId, nonce)).catch(() => undefined);
  }

  /**
   * The group's step did not need its place. Never rejects: a place that stays is verified when the limit is reached.
   */
  async giveBack(place: Place, { entry, before }: Reserved): Promise<void> {
    const args = { groupId: place.groupId, entry, before };
    const keys = { places: this.#key(place) };
    await this.#deps.calls.read(restorePlace, { keys, args }).catch(() => undefined);
  }

  #key({ quota, userId }: Place): string {
    return this.#deps.keys.places(quota, userId);
  }

  /** Removes places of ended groups, up to the first page with some. @returns how many */
  async #free(place: Place): Promise<number> {
    const { calls } = this.#deps;
    const key = this.#key(place);
    const noted = Object.entries(await calls.command((redis) => redis.hgetall(key)));
    for (let at = 0; at < noted.length; at += verifiedAtOnce) {
      const freed = await Promise.all(
        noted.slice(at, at + verifiedAtOnce).map(async ([name, entry]) => {
          const groupId = groupIdSchema.parse(name);
          if (this.#isUnderWay(entry) || (await this.#isTaken({ ...place, groupId }))) return 0;
          // A place that was noted again meanwhile has another nonce and stays.
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

  async #isTaken({ quota, userId, groupId }: Place): Promise<boolean> {
    const { calls, keys } = this.#deps;
    if (quota === 'requested') {
      const record = await calls.command((redis) => redis.hget(keys.members(groupId), userId));
      return record?.startsWith('p ') === true;
    }
    const [creator, deleted] = await calls.command((redis) =>
      redis.hmget(keys.group(groupId), 'creator', 'deleted'),
    );
    return creator === userId && deleted === null;
  }
}
