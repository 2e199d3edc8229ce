/**
 * An index of the groups that a user may be in. It is in the user's own slot, so a group's script cannot write it. It is
 * written before every script that may add the user, and not when a membership ends: so it may name too many groups, but
 * never too few. Readers verify each group and remove old entries that are wrong.
 */
import type { EngineSettings, Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { chargeMembership, forgetMembership } from '../script-calls/index.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';
import type { ServerClock } from '../script-calls/server-clock.ts';

/** Age, ms, from which an entry may be removed: the script of its join cannot run later than this. */
const DOUBTFUL_AFTER_MS = 10 * 60_000;

/** An entry of the index: `<nonce>.<time ms>`. Each write uses a new nonce. */
export interface IndexedGroup {
  readonly groupId: GroupId;
  readonly entry: string;
}

interface UserIndexDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: ServerClock;
  readonly random: Random;
  readonly settings: EngineSettings;
}

/** A change of a user's own membership, as its bucket and its index see it. */
export interface Move {
  readonly userId: UserId;
  readonly groupId: GroupId;
  /** True if the user may be in the group afterwards: then the group is written to the index. */
  readonly isEntering: boolean;
}

export class UserIndex {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;
  readonly #clock: ServerClock;
  readonly #random: Random;
  readonly #settings: EngineSettings;

  constructor({ calls, keys, clock, random, settings }: UserIndexDeps) {
    this.#calls = calls;
    this.#keys = keys;
    this.#clock = clock;
    this.#random = random;
    this.#settings = settings;
  }

  /**
   * Takes a token from the user's membership bucket and writes the index entry of a joiner, in one step.
   * @returns 0; or, if nothing was written, the ms until there is a token (at least 1)
   */
  async charge({ userId, groupId, isEntering }: Move): Promise<number> {
    const reply = await this.#calls.read(chargeMembership, {
      keys: { index: this.#keys.mine(userId), bucket: this.#keys.membershipBucket(userId) },
      args: {
        groupId,
        nonce: isEntering ? this.#random.token() : '',
        ratePerSec: this.#settings.membershipRatePerSec,
        rateBurst: this.#settings.membershipRateBurst,
      },
    });
    return reply.type === 'charged' ? 0 : reply.details[0];
  }

  /** Writes the entry without taking a token, for a change by the service. */
  async add(userId: UserId, groupId: GroupId): Promise<void> {
    await this.#calls.learnTime();
    const entry = `${this.#random.token()}.${this.#clock.nowMs()}`;
    await this.#calls.command((redis) => redis.hset(this.#keys.mine(userId), groupId, entry));
  }

  /** @returns the entries with a group id above `cursor`, ascending */
  async candidates(userId: UserId, cursor: GroupId | null): Promise<readonly IndexedGroup[]> {
    const entries = await this.#calls.command((redis) => redis.hgetall(this.#keys.mine(userId)));
    return Object.entries(entries)
      .flatMap(([name, entry]) => {
        const groupId = groupIdSchema.safeParse(name);
        return groupId.success && (cursor === null || groupId.data > cursor)
          ? [{ groupId: groupId.data, entry }]
          : [];
      })
      .sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
  }

  /**
   * @returns up to two random entries of the user that are old enough to be wrong. Each new entry leads to such a check,
   * so wrong entries stay few
   */
  async samples(userId: UserId): Promise<readonly IndexedGroup[]> {
    const words = await this.#calls.command((redis) =>
      redis.hrandfield(this.#keys.mine(userId), 2, 'WITHVALUES'),
    );
    const flat = [words].flat(2).map(String);
    const found: IndexedGroup[] = [];
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const groupId = groupIdSchema.safeParse(flat[at]);
      const entry = flat[at + 1] ?? '';
      if (groupId.success && this.#isDoubtful(entry)) found.push({ groupId: groupId.data, entry });
    }
    return found;
  }

  #isDoubtful(entry: string): boolean {
    const writtenAtMs = Number(entry.slice(entry.indexOf('.') + 1));
    return this.#clock.nowMs() - writtenAtMs > DOUBTFUL_AFTER_MS;
  }

  /** Removes the old entry of a group in which the user is not, unless the entry was written again meanwhile. */
  async forget(userId: UserId, { groupId, entry }: IndexedGroup): Promise<void> {
    if (!this.#isDoubtful(entry)) return;
    await this.#calls.read(forgetMembership, {
      keys: { index: this.#keys.mine(userId) },
      args: { groupId, entry },
    });
  }
}
