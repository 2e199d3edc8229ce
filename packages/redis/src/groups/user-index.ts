/**
 * The groups that a user may be in: an index in the user's own slot, so it cannot be part of the group's atomic step.
 * It is written before every step that may make the user a member, and never after one that ends the membership. So
 * it may name too many groups, never too few. Readers verify each group and remove entries that are old and wrong.
 */
import type { EngineSettings, Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { chargeMembership, forgetMembership } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';
import type { ServerClock } from '../scripts/server-clock.ts';

/** The time between the index entry of a join and its script is at most the life of a request key. */
const DOUBTFUL_AFTER_MS = 10 * 60_000;

/** `<nonce>.<time ms>`; each write of an entry has another nonce. */
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

/** The cost of one change of a user's own membership, and its effect on the index. */
export interface Move {
  readonly userId: UserId;
  readonly groupId: GroupId;
  /** The user may be in the group afterwards, so the index needs the group. */
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
   * @returns 0; or the ms until there is a token (at least 1), and nothing was written
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

  /** Resolves when the entry is written, with a new nonce. For changes by the service, which cost no token. */
  async add(userId: UserId, groupId: GroupId): Promise<void> {
    await this.#calls.learnTime();
    const entry = `${this.#random.token()}.${this.#clock.nowMs()}`;
    await this.#calls.command((redis) => redis.hset(this.#keys.mine(userId), groupId, entry));
  }

  /** Ascending by group id, after `cursor`. */
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
   * Two random entries of the user that are old enough to be wrong. Each new entry leads to such a check, so wrong
   * entries stay few.
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

  /** The user is not in the group: removes an old entry, unless it was written again meanwhile. */
  async forget(userId: UserId, { groupId, entry }: IndexedGroup): Promise<void> {
    if (!this.#isDoubtful(entry)) return;
    await this.#calls.read(forgetMembership, {
      keys: { index: this.#keys.mine(userId) },
      args: { groupId, entry },
    });
  }
}
