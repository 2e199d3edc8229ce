import { type Revocations, revocationKeptMs } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import type { StateDeps } from '../scripts/group-header.ts';
import { revokeUser } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';

export class RedisRevocations implements Revocations {
  readonly #options: Pick<StateDeps, 'keys'>;
  readonly #calls: ScriptCalls;

  constructor(calls: ScriptCalls, options: Pick<StateDeps, 'keys'>) {
    this.#calls = calls;
    this.#options = options;
  }

  async revoke(userId: UserId): Promise<number> {
    const revoked = this.#options.keys.revoked(userId);
    const [revokedAtMs] = (
      await this.#calls.read(revokeUser, {
        keys: { revoked },
        args: { keptMs: revocationKeptMs },
      })
    ).details;
    return revokedAtMs;
  }

  async revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    const found = new Map<UserId, number>();
    await Promise.all(
      userIds.map(async (userId) => {
        const key = this.#options.keys.revoked(userId);
        const text = await this.#calls.command((redis) => redis.get(key));
        if (text !== null) found.set(userId, Number(text));
      }),
    );
    return found;
  }
}
