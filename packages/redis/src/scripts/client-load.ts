/** How many calls of one connection are in flight on each shard, and how often the connection became ready. */
import type { RedisClient } from '../connections/client.ts';

/** Per shard. Above it Redis does not keep up, and a queue would only make every answer late. */
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

  /** Connections that became ready: a command that saw none of them was never sent. */
  get connects(): number {
    return this.#connects;
  }

  /** False: this shard has as many calls under way as it may have. */
  hasRoom(shard: string): boolean {
    return (this.#inFlight.get(shard) ?? 0) < IN_FLIGHT_MAX;
  }

  enter(shard: string): void {
    this.#inFlight.set(shard, (this.#inFlight.get(shard) ?? 0) + 1);
  }

  leave(shard: string): void {
    const left = (this.#inFlight.get(shard) ?? 1) - 1;
    // Servers come and go, and their names with them.
    if (left === 0) this.#inFlight.delete(shard);
    else this.#inFlight.set(shard, left);
  }
}
