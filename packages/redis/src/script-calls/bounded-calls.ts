/**
 * Bounds the calls of one connection in time and in number. The number is counted per shard: a shard that does not answer
 * must not use up the room of the others.
 */
import { type Clock, PlenumError } from '@plenum/core';
import type { RedisClient } from '../connections/client.ts';
import { translate } from './errors.ts';

/** Maximum of open calls per shard. With more, Redis is too slow, and a longer queue would make every answer late. */
const IN_FLIGHT_MAX = 10_000;

/** @param deadlineMs by the clock of the server; 0 for a read */
export type Run<R> = (redis: RedisClient, deadlineMs: number) => Promise<R>;

export interface Bounds<T> {
  /** By the clock of the server; null for a read. */
  readonly deadlineMs: number | null;
  readonly timeoutMs: number;
  readonly shard: string;
  /** How many calls this one counts as. Default: 1. */
  readonly weight?: number;
  /** Called with the answer, even if it comes after the time limit. */
  readonly answered?: (answer: T) => void;
}

export class BoundedCalls {
  readonly #redis: RedisClient;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #inFlight = new Map<string, number>();
  /** How often the connection became ready. If this did not rise while a command waited for a connection, it was not sent. */
  #connects = 0;

  constructor(redis: RedisClient, clock: Pick<Clock, 'after'>) {
    this.#redis = redis;
    this.#clock = clock;
    redis.on('ready', () => {
      this.#connects += 1;
    });
  }

  /**
   * Settles within `timeoutMs`, even if the client library still waits. A command that is past its time counts as open
   * until the library has dropped it.
   * @throws PlenumError `timeout` when a change may have run, else `unavailable`
   */
  run<T>(run: Run<T>, { deadlineMs, timeoutMs, shard, weight = 1, answered }: Bounds<T>): Promise<T> {
    if ((this.#inFlight.get(shard) ?? 0) >= IN_FLIGHT_MAX) {
      return Promise.reject(PlenumError.of('unavailable'));
    }
    const wasConnected = this.#redis.status === 'ready';
    const connectsBefore = this.#connects;
    let resolve: (answer: T) => void = () => undefined;
    let reject: (error: unknown) => void = () => undefined;
    const ended = new Promise<T>((resolved, rejected) => {
      resolve = resolved;
      reject = rejected;
    });
    const fail = (error: unknown) => {
      const mayHaveRun = deadlineMs !== null && (wasConnected || this.#connects !== connectsBefore);
      reject(translate(error, mayHaveRun));
    };
    const cancel = this.#clock.after(timeoutMs, () => fail(new Error(`no answer within ${timeoutMs} ms`)));
    const release = this.#count({ shard, weight }, cancel);
    let sent: Promise<T>;
    try {
      sent = run(this.#redis, deadlineMs ?? 0);
    } catch (error) {
      sent = Promise.reject(error);
    }
    sent.then(
      (answer) => {
        release();
        answered?.(answer);
        resolve(answer);
      },
      (error: unknown) => {
        release();
        fail(error);
      },
    );
    return ended;
  }

  #count(
    { shard, weight }: Required<Pick<Bounds<unknown>, 'shard' | 'weight'>>,
    cancel: () => void,
  ): () => void {
    this.#inFlight.set(shard, (this.#inFlight.get(shard) ?? 0) + weight);
    return () => {
      cancel();
      const left = (this.#inFlight.get(shard) ?? weight) - weight;
      // Servers come and go, so an entry with the value 0 would otherwise stay forever.
      if (left === 0) this.#inFlight.delete(shard);
      else this.#inFlight.set(shard, left);
    };
  }
}
