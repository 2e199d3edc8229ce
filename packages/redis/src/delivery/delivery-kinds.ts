/**
 * The adapter kinds that the cluster delivers to: a setting of the cluster, kept in `meta`, because each process that
 * appends must write the outbox, a client without adapters too. A node adds its kinds, so a kind comes with a rolling
 * change of the configuration. A kind ends only by an explicit order: a node that lost a variable, or a Redis that
 * came back empty, must not end the archive of all.
 */
import { type Clock, type DeliveryKind, type EngineSettings, type Logger, runLoop } from '@plenum/core';
import type { RedisRole } from '../connections/connections.ts';
import type { Keys } from '../keys.ts';
import type { StateSettings } from '../scripts/group-header.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';

const everyKind: readonly DeliveryKind[] = ['archive', 'notifier'];
const lookEveryMs = 3000;
const fieldOf = (kind: DeliveryKind) => `delivery:${kind}`;
/** Set in `meta` together with the first kind. If it is missing, Redis has lost its data and no kind was ended. */
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
  /** The kinds that this process adds to the cluster. */
  #own: readonly DeliveryKind[] = [];

  constructor(deps: DeliveryKindsDeps) {
    this.#deps = deps;
  }

  get current(): ReadonlySet<DeliveryKind> {
    return this.#current;
  }

  /** The settings; two of them follow the cluster while the engine runs. */
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
   * @throws Error with one sentence when a node lacks a kind of the cluster
   */
  async join(settings: EngineSettings, role: RedisRole): Promise<void> {
    const { calls, keys, clock, logger } = this.#deps;
    const own = role === 'client' ? [] : settings.deliveryKinds;
    const ended = role === 'client' ? [] : settings.endedDeliveryKinds;
    for (const kind of ended) await calls.command((redis) => redis.hdel(keys.meta(), fieldOf(kind)));
    await this.#look();
    // Known kinds are not written again: a Redis whose memory is full takes no writes, and needs its nodes to empty
    // it.
    const brought = own.filter((kind) => !this.#current.has(kind));
    if (brought.length > 0) await this.#write(brought);
    if (brought.length > 0) await this.#look();
    const missing = [...this.#current].filter((kind) => !own.includes(kind));
    if (role === 'node' && missing.length > 0) throw new Error(lacking(missing, keys.prefix));
    this.#own = own;
    runLoop('delivery kinds', () => this.#look(), {
      clock,
      logger,
      everyMs: lookEveryMs,
      signal: this.#stopped.signal,
    });
  }

  /** The present kinds, read from Redis. Call it before something of a kind is removed. */
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

const lacking = (kinds: readonly DeliveryKind[], prefix: string): string => {
  const [name] = kinds;
  return (
    `Prefix "${prefix}" delivers to an adapter that this node does not have (${kinds.join(', ')}): ` +
    `configure it, or end it for the whole cluster with PLENUM_${name?.toUpperCase()}_URL=none.`
  );
};
