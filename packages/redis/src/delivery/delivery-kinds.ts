/**
 * The adapter kinds (archive, notifier) to which the cluster delivers. They are stored in `meta`, because every process
 * that appends must write the outbox, also a client that has no adapters. A node adds its kinds when it starts, so a new
 * kind arrives with a rolling restart. A kind ends only when a setting is `none`: a node without the variable, or a Redis
 * that lost its data, must not end the archive of the whole cluster.
 */
import { type Clock, type DeliveryKind, type EngineSettings, type Logger, runLoop } from '@plenum/core';
import type { RedisRole } from '../connections/connections.ts';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../script-calls/group-header.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

const everyKind: readonly DeliveryKind[] = ['archive', 'notifier'];
const lookEveryMs = 3000;
const fieldOf = (kind: DeliveryKind) => `delivery:${kind}`;
/** A field of `meta`, written with the first kind. If it is missing, Redis has lost its data, and no kind was ended. */
const writtenField = 'delivery';
const isSo = '1';

export interface DeliveryKindsDeps {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DeliveryKinds {
  readonly #deps: DeliveryKindsDeps;
  readonly #stopped = new AbortController();
  #current: ReadonlySet<DeliveryKind> = new Set();
  /** The kinds for which this process has adapters. */
  #own: readonly DeliveryKind[] = [];

  constructor(deps: DeliveryKindsDeps) {
    this.#deps = deps;
  }

  get current(): ReadonlySet<DeliveryKind> {
    return this.#current;
  }

  /** Returns the settings with `isOutboxWritten` and `isQueueCounted`, which follow the cluster's kinds. */
  follow(settings: EngineSettings): StateSettings {
    const kinds = () => this.#current;
    return {
      ...settings,
      get isOutboxWritten() {
        return kinds().size > 0;
      },
      get isQueueCounted() {
        return kinds().has('archive');
      },
    };
  }

  /**
   * Adds the kinds of this process to the cluster, removes the ended ones, reads the result, and reads it again every
   * 3 s.
   * @throws Error with one sentence if this node has no adapter for a kind of the cluster
   */
  async join(settings: EngineSettings, role: RedisRole): Promise<void> {
    const { calls, keys, clock, logger } = this.#deps;
    const own = role === 'client' ? [] : settings.deliveryKinds;
    const ended = role === 'client' ? [] : settings.endedDeliveryKinds;
    for (const kind of ended) await calls.command((redis) => redis.hdel(keys.meta(), fieldOf(kind)));
    await this.#look();
    // Known kinds are not written again: a node must start on a Redis whose memory is full, to deliver and so free it.
    const brought = own.filter((kind) => !this.#current.has(kind));
    if (brought.length > 0) await this.#write(brought);
    if (brought.length > 0) await this.#look();
    const missing = [...this.#current].filter((kind) => !own.includes(kind));
    if (role === 'node' && missing.length > 0) throw new Error(lackingAdapters(missing, keys.prefix));
    this.#own = own;
    runLoop('delivery kinds', () => this.#look(), {
      clock,
      logger,
      everyMs: lookEveryMs,
      signal: this.#stopped.signal,
    });
  }

  /** Reads the current kinds from Redis. Must be called before anything of a kind is removed. */
  async fresh(): Promise<ReadonlySet<DeliveryKind>> {
    await this.#look();
    return this.#current;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #look(): Promise<void> {
    const { calls, keys } = this.#deps;
    const fields = [writtenField, ...everyKind.map(fieldOf)];
    const [written, ...found] = await calls.command((redis) => redis.hmget(keys.meta(), ...fields));
    const kinds = new Set(everyKind.filter((_, at) => found[at] === isSo));
    const known = new Set([...kinds, ...this.#current, ...this.#own]);
    const isForgotten = written === null && known.size > 0;
    if (isForgotten) await this.#write([...known]);
    this.#current = isForgotten ? known : kinds;
  }

  async #write(kinds: readonly DeliveryKind[]): Promise<void> {
    const { calls, keys } = this.#deps;
    const fields = Object.fromEntries([writtenField, ...kinds.map(fieldOf)].map((field) => [field, isSo]));
    await calls.command((redis) => redis.hset(keys.meta(), fields));
  }
}

/** One sentence for an operator whose node has no adapters of these kinds. */
export const lackingAdapters = (kinds: readonly DeliveryKind[], prefix: string): string => {
  const [name] = kinds;
  return (
    `Prefix "${prefix}" delivers to an adapter that this node does not have (${kinds.join(', ')}): ` +
    `configure it, or end it for the whole cluster with PLENUM_${name?.toUpperCase()}_URL=none.`
  );
};
