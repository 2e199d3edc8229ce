/**
 * Runs calls over one connection to Redis. A call has a time limit and ends with a typed reply or a PlenumError; its reply
 * corrects the server clock. The number of open calls per shard is limited; the limit belongs to the connection, so there
 * is one object per connection.
 */
import { type EngineSettings, isTraced, PlenumError, trace } from '@plenum/core';
import { Redis } from 'ioredis';
import type { RedisClient } from '../connections/client.ts';
import { shardNameOf } from '../connections/shards.ts';
import { BoundedCalls, type Run } from './bounded-calls.ts';
import type { Late, Reply, Script } from './define-script.ts';
import type { GroupDeps } from './group-header.ts';
import { runEncoded, runScript, type ScriptValues } from './index.ts';
import {
  chunksOf,
  encodePartitions,
  type PartitionScript,
  type PartitionValues,
} from './partition-scripts.ts';
import type { ServerClock } from './server-clock.ts';

export interface ScriptCallsDeps {
  readonly redis: RedisClient;
  readonly clock: ServerClock;
  readonly settings: Pick<EngineSettings, 'requestTimeoutMs'>;
}

type Keys<K extends string> = Readonly<Record<K, string>>;
type Args<A extends string> = Readonly<Record<A, string | number>>;

/** The collaborators of a port that is implemented with scripts. */
export interface StateDeps extends GroupDeps {
  readonly calls: ScriptCalls;
  readonly clock: ServerClock;
}

/** A shorter time limit than that of a request. */
interface CallOptions {
  readonly timeoutMs?: number;
}

interface Attempt {
  /** By the monotonic clock. Default: after the time limit of a request. */
  readonly giveUpAtMs?: number;
  /** True for the attempt after a reply `late`: no other attempt follows. */
  readonly isLast?: boolean;
  /** True for a batch of calls that were gathered: it is sent before the others that are gathered, not after them. */
  readonly isGathered?: boolean;
  /** The number of calls in a batch. Default: 1. */
  readonly weight?: number;
}

export class ScriptCalls {
  readonly #redis: RedisClient;
  readonly #clock: ServerClock;
  readonly #timeoutMs: number;
  readonly #bounded: BoundedCalls;
  #sendGathered: () => void = () => {};

  constructor({ redis, clock, settings }: ScriptCallsDeps) {
    this.#redis = redis;
    this.#clock = clock;
    this.#timeoutMs = settings.requestTimeoutMs;
    this.#bounded = new BoundedCalls(redis, clock);
  }

  /**
   * @param send sends all calls that are gathered for this connection. It is called before each other call, so that Redis
   * gets the calls in the order in which they were made.
   */
  gatherWith(send: () => void): void {
    this.#sendGathered = send;
  }

  /**
   * Runs a script that only reads, or that may run twice without harm.
   * @throws PlenumError `unavailable` if there is no answer in time
   */
  read<K extends string, A extends string, R extends Reply>(
    script: Script<K, A, R>,
    values: ScriptValues<K, A>,
    options: CallOptions = {},
  ): Promise<R> {
    this.#sendGathered();
    const run = (redis: RedisClient) => runScript(redis, script, values);
    const read = () => this.#read(firstKeyOf(script, values.keys), run, options);
    return isTraced('script') ? traceScript(script, read) : read();
  }

  /**
   * Runs a script over many partitions, as `read` does. It does not depend on the changes of this node, so gathered
   * calls wait on. @throws PlenumError as `read` does
   */
  readMany<R extends Reply>(
    script: PartitionScript<R>,
    values: PartitionValues,
    options: CallOptions = {},
  ): Promise<R> {
    const given = encodePartitions(values, !(this.#redis instanceof Redis));
    return this.#read(given.firstKey, (redis) => runEncoded(redis, script, given), options);
  }

  /** Splits items into slices of at most 32 whose keys are on one server, for `readMany`. */
  slices<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
    const byShard = new Map<string, T[]>();
    for (const item of items) {
      const shard = this.#shardOf(keyOf(item));
      const known = byShard.get(shard);
      if (known === undefined) byShard.set(shard, [item]);
      else known.push(item);
    }
    return [...byShard.values()].flatMap((some) => chunksOf(some));
  }

  #read<R extends Reply>(
    key: string,
    run: (redis: RedisClient) => Promise<R>,
    { timeoutMs = this.#timeoutMs }: CallOptions,
  ): Promise<R> {
    const shard = this.#shardOf(key);
    return this.#bounded.run(run, { deadlineMs: null, timeoutMs, shard, answered: this.#clockWith(key) });
  }

  /** Runs one plain command. @throws PlenumError `unavailable` if there is no answer in time */
  command<T>(
    send: (redis: RedisClient) => Promise<T>,
    { timeoutMs = this.#timeoutMs }: CallOptions = {},
  ): Promise<T> {
    this.#sendGathered();
    return this.#bounded.run(send, { deadlineMs: null, timeoutMs, shard: '' });
  }

  /**
   * Runs a script that changes something. The script does nothing after its deadline.
   * @throws PlenumError `timeout` if the outcome is unknown, `unavailable` if nothing was done
   */
  change<K extends string, A extends string, R extends Reply>(
    script: Script<K, A, R | Late>,
    values: { readonly keys: Keys<K>; readonly args: (deadlineMs: number) => Args<A> },
  ): Promise<R> {
    const { keys } = values;
    const change = () =>
      this.attempt(firstKeyOf(script, keys), (redis, deadlineMs) =>
        runScript(redis, script, { keys, args: values.args(deadlineMs) }),
      );
    return isTraced('script') ? traceScript(script, change) : change();
  }

  /**
   * Runs a change. A reply `late` means that nothing was changed; it corrects the clock, and the change is tried once
   * more. Example: this node's estimate of Redis' time is 3 s behind, so the deadline has passed when the script starts.
   * The second attempt has the right deadline.
   * @param key a key of the call; its shard is used
   * @throws PlenumError as `change` does
   */
  attempt<R extends Reply>(key: string, run: Run<R | Late>, attempt: Attempt = {}): Promise<R> {
    const { giveUpAtMs = this.giveUpAtMs(), isLast = false, isGathered = false, weight = 1 } = attempt;
    if (!isGathered) this.#sendGathered();
    const shard = this.#shardOf(key);
    // The estimated time of a shard that has not answered yet is 0, so its first reply is `late` and carries the time.
    if (shard === '' && !this.#clock.isKnown) {
      return this.learnTime().then(() => this.attempt(key, run, { ...attempt, giveUpAtMs }));
    }
    const timeoutMs = giveUpAtMs - this.#clock.monotonicMs();
    if (timeoutMs <= 0) return Promise.reject(PlenumError.of('unavailable'));
    const deadlineMs = this.#clock.of(shard).nowMs() + Math.ceil(timeoutMs);
    const bounds = { deadlineMs, timeoutMs, shard, weight, answered: this.#clockWith(key) };
    return this.#bounded.run(run, bounds).then((reply) => {
      if (!isLate(reply)) return reply;
      if (isLast) throw PlenumError.of('unavailable');
      return this.attempt(key, run, { ...attempt, giveUpAtMs, isLast: true });
    });
  }

  /** The time at which a request that begins now gives up, by the monotonic clock, ms. */
  giveUpAtMs(): number {
    return this.#clock.monotonicMs() + this.#timeoutMs;
  }

  /** Keys with the same name may be in one script: their hash tag in a Cluster, empty if Redis is one server. */
  slotNameOf(key: string): string {
    return this.#redis instanceof Redis ? '' : tagIn(key);
  }

  /** The estimated time of the key's server, ms. Far too low before the first reply of that server. */
  serverNowMs(key: string): number {
    return this.#clock.of(this.#shardOf(key)).nowMs();
  }

  /** Resolves when the time of Redis is known; in a Cluster, the time of any server. */
  async learnTime(): Promise<void> {
    if (this.#clock.isKnown) return;
    const sentAtMs = this.#clock.monotonicMs();
    const [seconds, micros] = await this.command((redis) => redis.time());
    this.#clock.observe(Number(seconds) * 1000 + Math.floor(Number(micros) / 1000), sentAtMs);
  }

  /** @returns a function that corrects the clock with the reply to the command that is sent now */
  #clockWith(key: string): (reply: Reply) => void {
    const sentAtMs = this.#clock.monotonicMs();
    return ({ nowMs }) => {
      this.#clock.observe(nowMs, sentAtMs);
      // The shard is looked up again, because the command may have been redirected.
      const shard = this.#shardOf(key);
      if (shard !== '') this.#clock.of(shard).observe(nowMs, sentAtMs);
    };
  }

  #shardOf(key: string): string {
    return key === '' ? '' : shardNameOf(this.#redis, key);
  }
}

const traceScript = <R extends Reply>({ file: name }: { readonly file: string }, run: () => Promise<R>) =>
  trace('script', { name, system: 'redis' }, run, ({ type }) => type);

const tagIn = (key: string): string => key.slice(key.indexOf('{'), key.indexOf('}') + 1);

const isLate = (reply: Reply): reply is Late => reply.type === 'late';

/** The first key names the shard, because all keys of a script are in one slot. */
const firstKeyOf = <K extends string>({ keys: [name] }: { readonly keys: readonly K[] }, keys: Keys<K>) =>
  name === undefined ? '' : keys[name];
