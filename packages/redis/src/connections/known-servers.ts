/**
 * Where Redis may be asked for: the servers that REDIS_URL names and those that it was last seen to have. A Cluster whose
 * named server is gone for good goes on as long as one of the others lives, and so do Sentinels.
 */
import type { Endpoint } from './address.ts';

const isSame = (one: Endpoint, other: Endpoint): boolean =>
  one.host === other.host && one.port === other.port;

export class KnownServers {
  readonly #seeds: readonly Endpoint[];
  /** The named ones first. The client library keeps this array and reads it whenever it connects: it stays the same one. */
  readonly endpoints: Endpoint[];

  constructor(seeds: readonly Endpoint[]) {
    this.#seeds = seeds;
    this.endpoints = [...seeds];
  }

  /** @param servers all that there are now; none at all is no news. */
  learn(servers: readonly Endpoint[]): void {
    if (servers.length === 0) return;
    const others = servers.filter((one) => !this.#seeds.some((seed) => isSame(seed, one)));
    this.endpoints.splice(this.#seeds.length, Number.POSITIVE_INFINITY, ...others);
  }

  /** @returns whether it is a new one; those that are known stay */
  add(server: Endpoint): boolean {
    if (this.endpoints.some((one) => isSame(one, server))) return false;
    this.endpoints.push(server);
    return true;
  }
}
