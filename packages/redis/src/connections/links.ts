/**
 * The connections of a node to one server. When that server is master no more and stays reachable, each of them would notice
 * by itself or not at all: a send is refused by a replica, a read and a subscription are not. What one of them notices holds
 * for all, and every one is made anew, to the server that the address leads to now.
 */
import type { Clock } from '@plenum/core';
import type { Redis } from 'ioredis';
import type { Anomalies } from '../anomalies.ts';
import { parseServerInfo } from './server-info.ts';

/** Answers of a connection that is being given up may still come in for a while. */
const quietMs = 1000;
/** An address that leads elsewhere time after time leads to several servers: to follow it would end no connection's trouble. */
const followedMax = 3;
const followedAgainAfter = 60;

export interface LinksDeps {
  /** Present connections to the server, which is empty where there is one server only. */
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

  /** Gives every connection to the server up and makes another. What waits for an answer is sent again. */
  renew(server: string, reason: string): void {
    const { clock, anomalies, linksOf } = this.#deps;
    const nowMs = clock.monotonicMs();
    if (nowMs - (this.#renewedAtMs.get(server) ?? Number.NEGATIVE_INFINITY) < quietMs) return;
    this.#renewedAtMs.set(server, nowMs);
    anomalies.note('links_renewed', { reason });
    for (const redis of linksOf(server)) {
      // An attempt that is under way must not be cut short: that would end the client for good.
      if (redis.status === 'ready' || redis.status === 'connect') redis.disconnect(true);
    }
  }

  /** Asks each connection for the role of its server; never throws. An answer that is due finds a dead connection, too. */
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
   * The address leads to this master now. Never rejects.
   * @param runId of its process, as INFO tells it
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

/** A connection that hears takes pings only, unless it speaks RESP3. */
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
