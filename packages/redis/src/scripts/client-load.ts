/** How many calls of one connection are in flight on each shard, and how often the connection became ready. */
import type { RedisClient } from '../connections/client.ts';

/** Per shard. Above this Redis is too slow, and a longer queue would make every answer late. */
const IN_FLIGHT_MAX = 10_000;

export class ClientLoad {
  /** By shard: one that does not answer must not use up the room of the others. */
  readonly #inFlight = new Map<string, number>();
  #connects = 0;

  constructor(redis: RedisClient) {
    redis.on('ready', () => {
      this.#connects += 1;
    });
  }

  /** How often the connection became ready: a command that saw no rise was never sent. */
  get connects(): number {
    return this.#connects;
  }

  /** False: the shard has as many calls in flight as it may have. */
  hasRoom(shard: string): boolean {
    return (this.#inFlight.get(shard) ?? 0) < IN_FLIGHT_MAX;
  }

  enter(shard: string): void {
    this.#inFlight.set(shard, (this.#inFlight.get(shard) ?? 0) + 1);
  }

  leave(shard: string): void {
    const left = (this.#inFlight.get(shard) ?? 1) - 1;
    // Servers come and go; an entry at 0 would stay forever.
    if (left === 0) this.#inFlight.delete(shard);
    else this.#inFlight.set(shard, left);
  }
}
