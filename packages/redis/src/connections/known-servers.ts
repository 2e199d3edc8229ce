/**
 * The servers to ask for Redis: those that REDIS_URL names and those last seen. So a Cluster whose named server is
 * gone for good is still found while one of the others lives. The same holds for Sentinels.
 */
import type { Endpoint } from './address.ts';

const isSame = (one: Endpoint, other: Endpoint): boolean =>
  one.host === other.host && one.port === other.port;

export class KnownServers {
  readonly #seeds: readonly Endpoint[];
  /**
   * The named servers first. The client library keeps this array and reads it on every connect, so the array itself
   * never changes.
   */
  readonly endpoints: Endpoint[];

  constructor(seeds: readonly Endpoint[]) {
    this.#seeds = seeds;
    this.endpoints = [...seeds];
  }

  /** @param servers all present servers; an empty list changes nothing */
  learn(servers: readonly Endpoint[]): void {
    if (servers.length === 0) return;
    const others = servers.filter((one) => !this.#seeds.some((seed) => isSame(seed, one)));
    this.endpoints.splice(this.#seeds.length, Number.POSITIVE_INFINITY, ...others);
  }

  /** @returns true if the server is new; known servers stay */
  add(server: Endpoint): boolean {
    if (this.endpoints.some((one) => isSame(one, server))) return false;
    this.endpoints.push(server);
    return true;
  }
}
