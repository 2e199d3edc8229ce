/**
 * Replaces the connections of a node to a server that is no longer master. Such a server may stay reachable: it refuses
 * writes, but not reads and subscriptions. So when one connection notices, all connections reconnect to the server that
 * the address leads to now.
 */
import type { Clock } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { parseServerInfo } from './server-info.ts';

/** After a replacement, reports are ignored this long, ms: a replaced connection may still deliver old answers. */
const quietMs = 1000;
/** After this many changes in a row the address probably leads to several servers at once: it is followed rarely. */
const followedMax = 3;
const followedAgainAfter = 60;

export interface LinksDeps {
  /** The current connections to the server. `server` is empty if Redis is one server. */
  readonly linksOf: (server: string) => readonly Redis[];
  readonly clock: Clock;
  readonly anomalies: Anomalies;
}

export class Links {
  readonly #deps: LinksDeps;
  readonly #renewedAtMs = new Map<string, number>();
  readonly #strayed = new Map<string, number>();

  constructor(deps: LinksDeps) {
    this.#deps = deps;
  }

  /** Replaces every connection to the server. Commands that still wait for an answer are sent again. */
  renew(server: string, reason: string): void {
    const { clock, anomalies, linksOf } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs - (this.#renewedAtMs.get(server) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    this.#renewedAtMs.set(server, nowMs);
    anomalies.note('links_renewed', { reason });
    for (const redis of linksOf(server)) {
      // An attempt to connect is not interrupted: that would end the client for good.
      if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true);
    }
  }

  /**
   * Asks each connection for the role of its server. Never throws. The question also reveals a dead connection: the
   * client library closes a connection whose answer does not come.
   */
  askRoles(server: string): void {
    for (const redis of this.#deps.linksOf(server)) {
      if (redis.status !== 'ready') continue;
      roleOver(redis).then(
        (role) => {
          if (role === 'slave') this.renew(server, 'a connection leads to a replica');
        },
        () => undefined,
      );
    }
  }

  /**
   * Replaces connections that lead to another process than this master, which the address names now. Never rejects.
   * @param runId the run id of the process that INFO reports
   */
  async expect(server: string, runId: string): Promise<void> {
    const ready = this.#deps.linksOf(server).filter(({ status }) => status === 'ready');
    const found = await Promise.all(ready.map(runIdOver));
    if (found.every((one) => one === null || one === runId)) {
      this.#strayed.delete(server);
      return;
    }
    const times = (this.#strayed.get(server) ?? 0) + 1;
    this.#strayed.set(server, times);
    if (times > followedMax && times % followedAgainAfter !== 0) return;
    this.renew(server, 'the address leads to another server');
  }
}

/** True for a subscribed connection without RESP3: it accepts pings but no other commands. */
const isDeafToCommands = ({ condition }: Redis): boolean =>
  condition !== null && condition.subscriber !== false && condition.protocol !== 3;

async function roleOver(redis: Redis): Promise<string | null> {
  if (isDeafToCommands(redis)) {
    await redis.ping();
    return null;
  }
  const [role] = await redis.role();
  return String(role);
}

async function runIdOver(redis: Redis): Promise<string | null> {
  if (isDeafToCommands(redis)) return null;
  try {
    return parseServerInfo(await redis.info('server')).get('run_id') ?? null;
  } catch {
    return null;
  }
}
