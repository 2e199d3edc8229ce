/**
 * Which groups a user may be in: an index in the user's own slot, so it cannot be part of the group's atomic step. It is
 * written before every step that may make him a member and never after one that ends it: it may name too many groups,
 * never too few. Readers verify each group, and take out what is both old and wrong.
 */
import type { Random } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import type { Keys } from './keys.ts';
import type { ScriptCalls } from './script-calls.ts';
import { forgetMembership } from './scripts/index.ts';
import type { ServerClock } from './server-clock.ts';

/** A join may be under way between its index entry and its script for as long as a request key lives. */
const DOUBTFUL_AFTER_MS = 10 * 60_000;

/** `<nonce>.<time ms>`; the nonce tells one writing of the entry from the next. */
export interface IndexedGroup {
  readonly groupId: GroupId;
  readonly entry: string;
}

interface UserIndexOptions {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: ServerClock;
  readonly random: Random;
}

export class UserIndex {
  readonly #calls: ScriptCalls;
  readonly #keys: Keys;
  readonly #clock: ServerClock;
  readonly #random: Random;

  constructor({ calls, keys, clock, random }: UserIndexOptions) {
    this.#calls = calls;
    this.#keys = keys;
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves when the entry is written, with a new nonce. */
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

  /** The user was seen not to be in the group: an old entry goes, unless somebody writes it again meanwhile. */
  async forget(userId: UserId, { groupId, entry }: IndexedGroup): Promise<void> {
    const writtenAtMs = Number(entry.slice(entry.indexOf('.') + 1));
    if (!(this.#clock.nowMs() - writtenAtMs > DOUBTFUL_AFTER_MS)) return;
    await this.#calls.read(forgetMembership, {
      keys: { index: this.#keys.mine(userId) },
      args: { groupId, entry },
    });
  }
}
