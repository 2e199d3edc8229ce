/** Publishes for callers that do not wait. A publish may fail, but a node that stops normally sends all of them first. */

import type { Clock } from '@plenum/core';
import type { Anomalies } from '../anomalies.ts';
import type { RedisClient } from '../connections/client.ts';
import { within } from '../within.ts';

/** Time limit of `flush`, ms. Redis answers within milliseconds or is away. */
const flushMs = 1000;

export interface PublisherDeps {
  readonly command: RedisClient;
  readonly anomalies: Anomalies;
  readonly clock: Clock;
}

export class Publisher {
  readonly #deps: PublisherDeps;
  readonly #underWay = new Set<Promise<number>>();

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /** @returns the number of servers that received it. Never rejects: counts a publish that did not reach Redis */
  publish(channel: string, payload: string | Buffer): Promise<number> {
    const { command, anomalies } = this.#deps;
    const publishing = command.spublish(channel, payload).then(Number, () => {
      anomalies.note('publish_failed', { channel });
      return 0;
    });
    this.#underWay.add(publishing);
    return publishing.finally(() => this.#underWay.delete(publishing));
  }

  /** Resolves when Redis has received all earlier publishes, or after 1 s. */
  async flush(): Promise<void> {
    await within(this.#deps.clock, flushMs, Promise.all(this.#underWay)).catch(() => undefined);
  }
}
