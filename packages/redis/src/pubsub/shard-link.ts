/** The subscriber connection to one master of a Cluster, with the canary that tests it. */
import type { Clock, Random } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { slotOf } from '../connections/shards.ts';
import type { Topology } from '../connections/topology.ts';
import { Canary } from './canary.ts';
import { ChannelSubscriber } from './subscriber.ts';

export interface ShardLinkDeps {
  readonly topology: Topology;
  readonly anomalies: Anomalies;
  /** Asks, over each connection to the server, for the server's role. @param server `host:port` */
  readonly askRoles: (server: string) => void;
  readonly publish: (channel: string, payload: string) => Promise<unknown>;
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
}

export class ShardLink {
  readonly subscriber: ChannelSubscriber;
  readonly #redis: Redis;
  readonly #canary: Canary;

  /** @param redis a client of `server` that only this link uses; the link closes it */
  constructor(server: string, redis: Redis, deps: ShardLinkDeps) {
    const { topology, anomalies, prefix } = deps;
    this.#redis = redis;
    this.subscriber = new ChannelSubscriber({
      redis,
      anomalies,
      slotOf,
      onMisplaced: () => topology.doubt(),
    });
    // A link usually ends because its master ended, so the new master must be found.
    redis.on('close', () => topology.doubt());
    let tag: string | null = null;
    this.#canary = new Canary({
      ...deps,
      subscriber: this.subscriber,
      pingOtherLinks: () => deps.askRoles(server),
      channelOf: (token) => {
        if (tag === null || topology.masterOf(tag) !== server) tag = topology.tagAt(server);
        return tag === null ? null : `${prefix}#canary#${tag}${token}#`;
      },
    });
    this.#canary.start();
  }

  close(): void {
    this.#canary.stop();
    this.subscriber.close();
    this.#redis.disconnect();
  }
}
