/** Reads CPU time and script time from Redis' INFO, measures the median PING, in us, and counts the scripts of a load. */
import { Redis } from 'ioredis';

export interface RedisSample {
  readonly cpuUs: number;
  readonly scriptCalls: number;
  /** Time spent in scripts, with the commands that they call. */
  readonly scriptUs: number;
}

const roundTrips = 50;

export class RedisGauge {
  readonly #redis: Redis;

  constructor(url: string) {
    this.#redis = new Redis(url);
    // Failures reach the callers of the commands, so the event needs no handling.
    this.#redis.on('error', () => {});
  }

  async sample(): Promise<RedisSample> {
    const [cpu, commands] = [await this.#redis.info('cpu'), await this.#redis.info('commandstats')];
    return { cpuUs: cpuUsIn(cpu), ...scriptsIn(commands) };
  }

  /** Median of 50 PINGs, us. */
  async roundTripUs(): Promise<number> {
    const took: number[] = [];
    for (let i = 0; i < roundTrips; i += 1) {
      const startMs = performance.now();
      await this.#redis.ping();
      took.push((performance.now() - startMs) * 1e3);
    }
    return took.sort((a, b) => a - b)[Math.floor(roundTrips / 2)] ?? 0;
  }

  close(): void {
    this.#redis.disconnect();
  }
}

/** `used_cpu_sys:1.5` and `used_cpu_user:2.5` are seconds. */
export function cpuUsIn(info: string): number {
  const seconds = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0);
  return (seconds('used_cpu_sys') + seconds('used_cpu_user')) * 1e6;
}

/** Reads lines such as `cmdstat_evalsha:calls=10,usec=210,…`. EVAL and FCALL count too. */
export function scriptsIn(info: string): Pick<RedisSample, 'scriptCalls' | 'scriptUs'> {
  let [scriptCalls, scriptUs] = [0, 0];
  for (const [, calls, us] of info.matchAll(/^cmdstat_(?:evalsha|eval|fcall):calls=(\d+),usec=(\d+)/gm)) {
    scriptCalls += Number(calls);
    scriptUs += Number(us);
  }
  return { scriptCalls, scriptUs };
}
