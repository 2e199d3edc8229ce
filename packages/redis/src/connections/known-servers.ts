/**
 * The servers that can report where Redis is: those that REDIS_URL names, and those that were seen last. So if the named
 * server of a Cluster is gone, the node still finds the Cluster by another server. Sentinels are found the same way.
 */
import type { Endpoint } from './address.ts';

const isSame = (one: Endpoint, other: Endpoint): boolean =>
  one.host === other.host && one.port === other.port;

export class KnownServers {
  readonly #seeds: readonly Endpoint[];
  /**
   * The named servers come first. The client library keeps this array and reads it on every connect, so this field
   * always holds the same array object.
   */
  readonly endpoints: Endpoint[];

  constructor(seeds: readonly Endpoint[]) {
    this.#seeds = seeds;
    this.endpoints = [...seeds];
  }

  /** Replaces the servers that are not named. @param servers all current servers; an empty list changes nothing */
  learn(servers: readonly Endpoint[]): void {
    if (servers.length === 0) return;
    const others = servers.filter((one) => !this.#seeds.some((seed) => isSame(seed, one)));
    this.endpoints.splice(this.#seeds.length, Number.POSITIVE_INFINITY, ...others);
  }

  /** Adds a server. @returns true if it was not known */
  add(server: Endpoint): boolean {
    if (this.endpoints.some((one) => isSame(one, server))) return false;
    this.endpoints.push(server);
    return true;
  }
}
