/** Measures what each further node of a cluster costs the others: all nodes read the registry of all nodes twice a second. */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { cpuUsOfNode } from '../measure/process-usage.ts';
import { RedisGauge } from '../measure/redis-gauge.ts';
import { plenumSystem } from '../systems/plenum-system.ts';
import type { CapacityFigures } from './figures.ts';

export interface RegistrySizes {
  readonly few: number;
  readonly many: number;
  readonly watchMs: number;
  /** Reads of the registry, of which Redis' part is the mean. */
  readonly reads: number;
}

type RegistryCosts = {
  readonly node: Pick<CapacityFigures['node'], 'usPerRegisteredNode'>;
  readonly redis: Pick<CapacityFigures['redis'], 'usPerRegisteredNode' | 'bytesPerRegisteredNode'>;
};

const beatMs = 1000;
const settleMs = 3000;
/** A read by this node every half second: the lease lasts 6 s, and a node looks twelve times in it. */
const readsPerSecond = 2;

/** Registers nodes that do not exist beside one that does. */
export async function registryCosts({ few, many, watchMs, reads }: RegistrySizes): Promise<RegistryCosts> {
  const system = await plenumSystem({}).start(1);
  const redis = new Redis(system.redisUrl ?? '');
  const gauge = new RedisGauge(system.redisUrl ?? '');
  const pid = system.nodes[0]?.pid ?? 0;
  try {
    const [key = ''] = (await redis.keys('*:nodes')).slice(0, 1);
    const [entry = ''] = await redis.hvals(key);
    const cpuBeside = (count: number) =>
      beside({ redis, key, entry, count }, async () => {
        await pause(settleMs);
        const beforeUs = cpuUsOfNode(pid) ?? 0;
        await pause(watchMs);
        return (cpuUsOfNode(pid) ?? 0) - beforeUs;
      });
    const fewUs = await cpuBeside(few);
    const manyUs = await cpuBeside(many);
    const ofRedis = await beside({ redis, key, entry, count: many }, () =>
      costOfReads({ redis, gauge, key, reads }),
    );
    const entriesRead = (many - few) * readsPerSecond * (watchMs / 1000);
    return {
      node: { usPerRegisteredNode: Math.max(0, manyUs - fewUs) / entriesRead },
      redis: { usPerRegisteredNode: ofRedis / many, bytesPerRegisteredNode: idOf(0).length + entry.length },
    };
  } finally {
    redis.disconnect();
    gauge.close();
    await system.stop();
  }
}

interface Invented {
  readonly redis: Redis;
  readonly key: string;
  readonly entry: string;
  readonly count: number;
}

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Their hearts beat until the act has ended. */
async function beside<T>({ redis, key, entry, count }: Invented, act: () => Promise<T>): Promise<T> {
  let beats = 0;
  const beat = async () => {
    beats += 1;
    const entries = Array.from({ length: count }, (_, i) => [idOf(i), entry.replace(/^\d+/, String(beats))]);
    await redis.hset(key, Object.fromEntries(entries));
  };
  await beat();
  const timer = setInterval(() => void beat().catch(() => undefined), beatMs);
  try {
    return await act();
  } finally {
    clearInterval(timer);
    await redis.hdel(key, ...Array.from({ length: count }, (_, i) => idOf(i)));
  }
}

/** @returns CPU of Redis per read, us */
async function costOfReads(
  of: Pick<Invented, 'redis' | 'key'> & { gauge: RedisGauge; reads: number },
): Promise<number> {
  const { redis, gauge, key, reads } = of;
  const before = (await gauge.sample()).cpuUs;
  for (let i = 0; i < reads; i += 1) await redis.hgetall(key);
  return ((await gauge.sample()).cpuUs - before) / reads;
}
