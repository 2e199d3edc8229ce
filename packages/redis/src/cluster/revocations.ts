import { type Revocations, tokenLifeMaxMs } from '@plenum/core';
import type { UserId } from '@plenum/protocol';
import { revokeUser } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

export class RedisRevocations implements Revocations {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys'>) {
    this.#deps = deps;
  }

  async revoke(userId: UserId): Promise<number> {
    const revoked = this.#deps.keys.revoked(userId);
    const [revokedAtMs] = (
      await this.#deps.calls.read(revokeUser, {
        keys: { revoked },
        args: { keptMs: tokenLifeMaxMs },
      })
    ).details;
    return revokedAtMs;
  }

  async revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    const found = new Map<UserId, number>();
    await Promise.all(
      userIds.map(async (userId) => {
        const key = this.#deps.keys.revoked(userId);
        const text = await this.#deps.calls.command((redis) => redis.get(key));
        if (text !== null) found.set(userId, Number(text));
      }),
    );
    return found;
  }
}
