/**
 * Which kinds of adapters the cluster delivers to. It is a setting of the cluster, kept in `meta`: whoever appends has to
 * write the outbox, clients without any adapter included. A node adds what it brings, so a kind comes with a rolling change
 * of the configuration. It never goes by itself: a node that has merely lost a variable must not end the archive of all.
 */
import { type Clock, type DeliveryKind, type EngineSettings, type Logger, runLoop } from '@plenum/core';
import type { RedisRole } from './connections.ts';
import type { Keys } from './keys.ts';
import type { ScriptCalls } from './script-calls.ts';

const everyKind: readonly DeliveryKind[] = ['archive', 'notifier'];
const lookEveryMs = 3000;
const fieldOf = (kind: DeliveryKind) => `delivery:${kind}`;

/** The settings of an engine as its scripts are given them. */
export interface StateSettings extends EngineSettings {
  readonly isOutboxWritten: boolean;
  /** The cluster has an archive: messages are counted until it has them, and refused above the limit. */
  readonly isQueueCounted: boolean;
}

export interface DeliveryKindsOptions {
  readonly calls: ScriptCalls;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class DeliveryKinds {
  readonly #options: DeliveryKindsOptions;
  readonly #stopped = new AbortController();
  #current: ReadonlySet<DeliveryKind> = new Set();

  constructor(options: DeliveryKindsOptions) {
    this.#options = options;
  }

  get current(): ReadonlySet<DeliveryKind> {
    return this.#current;
  }

  /** The settings, two of which follow the cluster's while the engine runs. */
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
   * Tells the cluster what this process brings and ends, learns what it has, and goes on looking.
   * @throws Error with one sentence when a node lacks one of the cluster's kinds
   */
  async join(settings: EngineSettings, role: RedisRole): Promise<void> {
    const { calls, keys, clock, logger } = this.#options;
    const own = role === 'client' ? [] : settings.deliveryKinds;
    const ended = role === 'client' ? [] : settings.endedDeliveryKinds;
    for (const kind of ended) await calls.command((redis) => redis.hdel(keys.meta(), fieldOf(kind)));
    await this.#look();
    // Not written again: a Redis without memory takes nothing, and needs its nodes to be emptied by them.
    const brought = own.filter((kind) => !this.#current.has(kind));
    for (const kind of brought) await calls.command((redis) => redis.hset(keys.meta(), fieldOf(kind), '1'));
    if (brought.length > 0) await this.#look();
    const missing = [...this.#current].filter((kind) => !own.includes(kind));
    if (role === 'node' && missing.length > 0) throw new Error(lacking(missing, keys.prefix));
    runLoop('delivery kinds', () => this.#look(), {
      clock,
      logger,
      everyMs: lookEveryMs,
      signal: this.#stopped.signal,
    });
  }

  /** What the cluster delivers to at this moment; to be asked before anything is taken away from a kind. */
  async fresh(): Promise<ReadonlySet<DeliveryKind>> {
    await this.#look();
    return this.#current;
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #look(): Promise<void> {
    const { calls, keys } = this.#options;
    const found = await calls.command((redis) => redis.hmget(keys.meta(), ...everyKind.map(fieldOf)));
    this.#current = new Set(everyKind.filter((_, at) => found[at] === '1'));
  }
}

const lacking = (kinds: readonly DeliveryKind[], prefix: string): string => {
  const [name] = kinds;
  return (
    `Prefix "${prefix}" delivers to an adapter that this node does not have (${kinds.join(', ')}): ` +
    `configure it, or end it for the whole cluster with PLENUM_${name?.toUpperCase()}_URL=none.`
  );
};
