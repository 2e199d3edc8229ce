/**
 * Which groups a user may be in: an index in the user's own slot, so it cannot be part of the group's atomic step. It is
 * written before every step that may make him a member and never after one that ends it: it may name too many groups,
 * never too few. Readers verify each group, and take out what is both old and wrong.
 */
import type { EngineSettings, Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { chargeMembership, forgetMembership } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';
import type { ServerClock } from '../scripts/server-clock.ts';

/** A join may be under way between its index entry and its script for as long as a request key lives. */
const DOUBTFUL_AFTER_MS = 10 * 60_000;

/** `<nonce>.<time ms>`; the nonce tells one writing of the entry from the next. */
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

/** What one of his changes costs a user, and means for his index. */
export interface Move {
  readonly userId: UserId;
  readonly groupId: GroupId;
  /** He may be in the group afterwards: it goes into his index. */
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
   * Draws a token of the user's membership bucket and writes the entry of one who enters, in one step.
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

  /** Resolves when the entry is written, with a new nonce: for what the service does, which costs nobody a token. */
  async add(userId: UserId, groupId: GroupId): Promise<void> {
    await this.#calls.learnTime();
    const entry = `${this.#random.token()}.${this.#clock.nowMs()}`;
    await this.#calls.command((redis) => redis.hset(this.#keys.mine(userId), groupId, entry));
  }

  /** Ascending by group id, those after `cursor`. */
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

  /** Two entries of the user by chance, those that are old enough to be wrong: each new entry has some looked at, so dead ones stay few. */
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

  /** The user was seen not to be in the group: an old entry goes, unless somebody writes it again meanwhile. */
  async forget(userId: UserId, { groupId, entry }: IndexedGroup): Promise<void> {
    if (!this.#isDoubtful(entry)) return;
    await this.#calls.read(forgetMembership, {
      keys: { index: this.#keys.mine(userId) },
      args: { groupId, entry },
    });
  }
}
