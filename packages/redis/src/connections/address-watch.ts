/**
 * Checks every 5 s, over a new connection, what a node that starts now would find: which server the address leads to,
 * whether it is a master, and which rights the user of the URL has there. Existing connections cannot show this, because
 * they stay with their server. Making a client and connecting it take almost a millisecond each, so every step begins in a
 * turn of its own.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, type Logger, runLoop } from '@plenum/core';
import type { Redis } from 'ioredis';
import { isReply, lackSentence } from '../rights/refusal.ts';
import { tryRights } from '../rights/try-rights.ts';
import { loginSentence, tlsSentence } from './failure-sentence.ts';
import { parseServerInfo } from './server-info.ts';

const lookEveryMs = 5000;

/** One server to check. */
export interface Place {
  /** `host:port` of the master of a Cluster; empty where there is one server. */
  readonly name: string;
  /** The hash tag of a slot that this server serves. */
  readonly tag: string;
  readonly isCluster: boolean;
  /** @returns a client that connects once, on request; the watch closes it */
  open(): Redis;
}

export interface Look {
  readonly name: string;
  /** The run id that INFO reports; empty where INFO does not report one. */
  readonly runId: string;
  readonly isMaster: boolean;
  readonly hasRights: boolean;
}

export interface AddressWatchDeps {
  readonly places: () => readonly Place[];
  readonly prefix: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called after each check in which a server answered. */
  readonly onLook: (look: Look) => Promise<void>;
  /** Why the files of the certificates cannot be used now; null: they can. */
  readonly fileProblem: () => string | null;
}

/** What is wrong with a server. */
interface Fault {
  readonly sentence: string;
  /** False: the connections that exist may still work. */
  readonly isUseless: boolean;
}

export class AddressWatch {
  readonly #deps: AddressWatchDeps;
  readonly #stopped = new AbortController();
  /** The current fault of each server that has one. */
  readonly #wrong = new Map<string, Fault>();
  #placeCount = 1;

  constructor(deps: AddressWatchDeps) {
    this.#deps = deps;
  }

  start(): void {
    const { clock, logger } = this.#deps;
    const loop = { clock, logger, everyMs: lookEveryMs, signal: this.#stopped.signal, slowestPause: 1 };
    runLoop('look at the address of Redis', () => this.#lookAtAll(), loop);
  }

  stop(): void {
    this.#stopped.abort();
  }

  /** True if no checked server can store a change. */
  get isUseless(): boolean {
    const useless = [...this.#wrong.values()].filter(({ isUseless }) => isUseless);
    return useless.length >= this.#placeCount;
  }

  /** @returns one sentence per fault, without an address, because a probe may come from outside */
  notices(): readonly string[] {
    const sentences = [...this.#wrong.values()].map(({ sentence }) => sentence);
    const of =
      this.#placeCount > 1 ? (count: number) => `${count} of ${this.#placeCount} masters: ` : () => '';
    return [...new Set(sentences)].map(
      (sentence) => of(sentences.filter((one) => one === sentence).length) + sentence,
    );
  }

  async #lookAtAll(): Promise<void> {
    const places = this.#deps.places();
    if (places.length === 0) return;
    this.#placeCount = places.length;
    const names = new Set(places.map(({ name }) => name));
    for (const name of this.#wrong.keys()) if (!names.has(name)) this.#wrong.delete(name);
    const looks: Promise<void>[] = [];
    for (const place of places) {
      looks.push(this.#lookAt(place));
      await nextTurn();
    }
    await Promise.all(looks);
  }

  /** Ignores a server that does not answer: the connections report that. */
  async #lookAt(place: Place): Promise<void> {
    const redis = place.open();
    let reason: Error | null = null;
    redis.on('error', (error: Error) => {
      reason ??= error;
    });
    try {
      await nextTurn();
      await redis.connect();
      const look = await this.#judge(place, redis);
      if (!this.#stopped.signal.aborted) await this.#deps.onLook(look);
    } catch (error) {
      // The rejection of a failed handshake says "closed" only.
      const sentence = refusalOf(reason ?? error);
      if (sentence !== null) this.#note(place.name, { sentence, isUseless: false });
    } finally {
      redis.disconnect();
    }
  }

  async #judge({ name, tag, isCluster }: Place, redis: Redis): Promise<Look> {
    const { prefix } = this.#deps;
    const info = parseServerInfo(await redis.info().catch(() => ''));
    const isMaster = info.get('role') !== 'slave';
    const sentence = lackSentence(await tryRights({ redis, prefix, tag, isCluster }), prefix);
    const replica = isMaster ? null : 'REDIS_URL leads to a replica, which takes no writes.';
    const useless = sentence ?? replica;
    const file = this.#deps.fileProblem();
    if (useless !== null) this.#note(name, { sentence: useless, isUseless: true });
    else this.#note(name, file === null ? null : { sentence: file, isUseless: false });
    return { name, runId: info.get('run_id') ?? '', isMaster, hasRights: sentence === null };
  }

  #note(name: string, fault: Fault | null): void {
    const { logger } = this.#deps;
    if (this.#stopped.signal.aborted || fault?.sentence === this.#wrong.get(name)?.sentence) return;
    const fields = name === '' ? {} : { redis: name };
    if (fault === null) {
      this.#wrong.delete(name);
      logger.info(fields, 'Redis can be used again');
      return;
    }
    this.#wrong.set(name, fault);
    logger.error(fields, fault.sentence);
  }
}

/** Why Redis takes no new connection; null: it was not Redis that refused it, or not the certificates. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const said = loginSentence(error, 'Redis') ?? tlsSentence(error, 'Redis');
  if (said !== null) return `No new connection is possible. ${said}`;
  return isReply(error) ? `Redis refused a new connection: ${codeOf(error)}.` : null;
}

/** The code of an error, for example WRONGPASS. The rest of its text may name the user. */
const codeOf = ({ message }: Error): string => /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
